//! The operator's view of the exchange: a page of the journal, metrics, health.
//!
//! The page is made on the server and needs nothing but itself: no script, no font, no picture from elsewhere; a policy
//! forbids the browser anything else. Personal data is masked unless [`OperatorSettings::show_personal_data`] is set.

mod access;
mod act;
mod cache;
mod chart;
mod document;
mod list;
mod masked;
mod message;
mod metrics;
mod overview;
mod page;
mod query;
mod words;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use semd_core::kinds::KindRegistry;
use semd_core::report::Lang;
use time::UtcOffset;

use crate::Exchange;
use crate::http_service::{self, Running, ServiceLimits};
use crate::tls::ServerTls;
use access::Access;

pub use access::{AccessToken, WeakToken};

/// Style of the page, for screen and phone.
const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("icon.svg");
/// What the browser may do with a page: show it with its own style, and send its forms back.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";
/// Largest form, bytes.
const MAX_FORM_BYTES: usize = 16 << 10;
/// Time to answer a request, form included.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Settings of the operator's view.
#[derive(Clone, Debug)]
pub struct OperatorSettings {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The token that opens the page. Without one the address must be a loopback address, and everybody on this
    /// machine may look; or [`OperatorSettings::tls`] asks everybody for a certificate.
    pub token: Option<AccessToken>,
    /// TLS; without it the page speaks plain HTTP.
    pub tls: Option<ServerTls>,
    /// Language until the visitor chooses one.
    pub lang: Lang,
    /// Offset of the times on the page.
    pub offset: UtcOffset,
    /// Whether texts of the register and messages are shown as they are.
    pub show_personal_data: bool,
    /// Kinds of documents, whose titles are shown.
    pub kinds: KindRegistry,
}

impl Default for OperatorSettings {
    /// A free loopback port, no token, Russian, Moscow time, personal data masked.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: None,
            tls: None,
            lang: Lang::Ru,
            offset: MOSCOW,
            show_personal_data: false,
            kinds: KindRegistry::embedded(),
        }
    }
}

/// Moscow time, in which the register counts its days.
pub const MOSCOW: UtcOffset = match UtcOffset::from_hms(3, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Why the operator's view does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// Others than this machine could look without a token.
    #[error("{listen} can be reached from other machines: a token or certificates of the clients are needed")]
    Unprotected {
        /// The address.
        listen: SocketAddr,
    },
    /// The address cannot be had.
    #[error("cannot listen at {listen}: {source}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// A running operator's view; it stops with [`RunningOperator::shutdown`] or the process.
#[derive(Debug)]
pub struct RunningOperator {
    service: Running,
}

impl RunningOperator {
    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.service.address()
    }

    /// The URL of the page.
    pub fn url(&self) -> String {
        self.service.url("/")
    }

    /// Answers what has begun, accepts nothing more, and ends.
    pub async fn shutdown(self) {
        self.service.shutdown().await;
    }
}

/// What the pages share.
struct Operator {
    exchange: Exchange,
    access: Access,
    lang: Lang,
    offset: UtcOffset,
    show_personal_data: bool,
    kinds: KindRegistry,
    slow: cache::SlowAnswers,
}

/// Starts the operator's view of an exchange.
///
/// # Errors
/// When the settings would let strangers in, or the address cannot be bound.
pub async fn serve(exchange: Exchange, settings: OperatorSettings) -> Result<RunningOperator, OperatorError> {
    let listen = settings.listen;
    let certified = settings.tls.as_ref().is_some_and(ServerTls::asks_for_certificates);
    if settings.token.is_none() && !certified && !listen.ip().is_loopback() {
        return Err(OperatorError::Unprotected { listen });
    }
    let operator = Operator {
        exchange,
        access: Access::new(settings.token, certified, settings.tls.is_some())
            .map_err(|_| OperatorError::NoRandomness)?,
        lang: settings.lang,
        offset: settings.offset,
        show_personal_data: settings.show_personal_data,
        kinds: settings.kinds,
        slow: cache::SlowAnswers::default(),
    };
    let router = router(Arc::new(operator));
    let service = http_service::serve(listen, router, ServiceLimits::default(), settings.tls)
        .await
        .map_err(|source| OperatorError::Listen { listen, source })?;
    Ok(RunningOperator { service })
}

fn router(operator: Arc<Operator>) -> Router {
    Router::new()
        .route("/", get(overview::overview))
        .route("/documents", get(list::documents))
        .route("/search", get(list::search))
        .route("/document/{local_uid}", get(document::document))
        .route("/document/{local_uid}/message/{number}", get(message::message))
        .route("/document/{local_uid}/message/{number}/raw", get(message::raw))
        .route("/document/{local_uid}/retry", post(act::retry))
        .route("/document/{local_uid}/cancel", post(act::cancel))
        .route("/organization/{oid}/resume", post(act::resume))
        .route("/login", get(access::form).post(access::login))
        .route("/logout", post(access::logout))
        .route("/language", get(page::language))
        .route("/style.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/icon.svg", get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], ICON)))
        .route("/metrics", get(metrics::metrics))
        .route("/healthz", get(metrics::health))
        .fallback(page::nothing_here)
        .layer(middleware::from_fn_with_state(Arc::clone(&operator), protect))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(operator)
}

/// What holds for every request: its host, its time, the headers of its answer.
async fn protect(Shared(operator): Shared<Arc<Operator>>, request: Request, next: Next) -> Response {
    if !operator.access.host_is_right(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "this page is for this machine only\n").into_response();
    }
    let answering = tokio::time::timeout(ANSWER_TIME, next.run(request));
    let mut response = answering.await.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        // Pages show what may be seen with the token only.
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
