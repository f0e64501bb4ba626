//! The services of a test authority on this machine: time stamps, OCSP, the revocation list. For tests and demos; nobody
//! trusts their certificates.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use semd_sign::pki::{PkiError, RevokedList, TestAuthority, TestResponder, TestTimeStampAuthority};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Largest request, bytes: requests hold digests.
const MAX_REQUEST: usize = 64 << 10;
/// How long an answer about revocation stays fresh.
const FRESH: Duration = Duration::days(1);

/// What is served.
#[derive(Debug)]
pub struct TestServices {
    /// Folder of the authority, with its register of revoked certificates, which is read anew for every answer.
    pub folder: PathBuf,
    /// The authority, for lists.
    pub authority: TestAuthority,
    /// The responder, for OCSP.
    pub responder: TestResponder,
    /// The time stamp authority.
    pub time_stamps: TestTimeStampAuthority,
}

/// Running services; they end when this is dropped.
#[derive(Debug)]
pub struct RunningServices {
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
}

/// Starts the services: `/tsp`, `/ocsp`, `/crl`.
///
/// # Errors
/// When the address cannot be used.
pub async fn serve(listen: SocketAddr, services: TestServices) -> std::io::Result<RunningServices> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/tsp", post(time_stamp))
        .route("/ocsp", post(ocsp))
        .route("/crl", get(list))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(Arc::new(services));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(RunningServices { address, server })
}

impl RunningServices {
    /// Address of a service: `tsp`, `ocsp` or `crl`.
    pub fn url(&self, service: &str) -> String {
        format!("http://{}/{service}", self.address)
    }
}

impl Drop for RunningServices {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn time_stamp(State(services): State<Arc<TestServices>>, request: Bytes) -> Response {
    let now = OffsetDateTime::now_utc();
    answer("application/timestamp-reply", services.time_stamps.answer(&request, now))
}

async fn ocsp(State(services): State<Arc<TestServices>>, request: Bytes) -> Response {
    let now = OffsetDateTime::now_utc();
    let octets = RevokedList::open(&services.folder)
        .and_then(|revoked| services.responder.answer(&request, &revoked, now, FRESH));
    answer("application/ocsp-response", octets)
}

async fn list(State(services): State<Arc<TestServices>>) -> Response {
    let now = OffsetDateTime::now_utc();
    let octets = RevokedList::open(&services.folder)
        .and_then(|revoked| services.authority.revocation_list(&revoked, now, FRESH));
    answer("application/pkix-crl", octets)
}

fn answer(content_type: &'static str, octets: Result<Vec<u8>, PkiError>) -> Response {
    match octets {
        Ok(octets) => ([(CONTENT_TYPE, content_type)], octets).into_response(),
        Err(error @ PkiError::Request(_)) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
