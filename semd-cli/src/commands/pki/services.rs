//! `semd pki revoke`, `crl`, `ocsp`, `serve`: what an authority does beside issuing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::report::Message;
use semd_exchange::test_services::{self, TestServices};
use semd_sign::pki::{
    Issued, Revoked, RevokedList, Service, TestAuthority, TestResponder, TestTimeStampAuthority,
};
use semd_sign::revocation::{OcspRequest, RevocationReason};
use semd_sign::{Certificate, PrivateKey};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::{failure, open};
use crate::console::Console;
use crate::exchange::runtime;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;

/// Largest certificate or request that is read, bytes.
const MAX_BYTES: usize = 1 << 20;

/// Flags of `semd pki revoke`.
#[derive(Args, Debug)]
pub struct Revoke {
    /// Folder of the authority
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The certificate, PEM or DER
    #[arg(value_name = "CERT")]
    certificate: PathBuf,
    /// Since when, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
    /// Why: keyCompromise, superseded, cessationOfOperation, certificateHold, …
    #[arg(long, default_value = "unspecified", value_parser = reason)]
    reason: RevocationReason,
}

/// Flags of `semd pki crl`.
#[derive(Args, Debug)]
pub struct List {
    /// Folder of the authority
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// File of the list, DER [default: `authority.crl` in the folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    term: Term,
}

/// Flags of `semd pki ocsp`.
#[derive(Args, Debug)]
pub struct Ocsp {
    /// Folder of the authority
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The certificate to answer about, PEM or DER
    #[arg(value_name = "CERT", required_unless_present = "request")]
    certificate: Option<PathBuf>,
    /// A request to answer, DER
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    request: Option<PathBuf>,
    /// File of the answer, DER
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Certificate and key of the responder, `NAME.crt` and `NAME.key` in the folder [default: a new one]
    #[arg(long, value_name = "NAME")]
    responder: Option<String>,
    #[command(flatten)]
    term: Term,
}

/// Flags of `semd pki serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// Folder of the authority
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Address to listen at
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// When something was made and how long it is fresh.
#[derive(Args, Debug)]
struct Term {
    /// When it was made, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<OffsetDateTime>,
    /// Days until the next one is due
    #[arg(long, default_value_t = 7)]
    days: u32,
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())
}

fn reason(text: &str) -> Result<RevocationReason, String> {
    RevocationReason::by_name(text).ok_or_else(|| "a reason of RFC 5280 5.3.1, as keyCompromise".to_owned())
}

impl Term {
    fn moment(&self) -> (OffsetDateTime, Duration) {
        (self.at.unwrap_or_else(OffsetDateTime::now_utc), Duration::days(i64::from(self.days)))
    }
}

impl Revoke {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let authority = open(&self.folder)?;
        let certificate = read_certificate(&self.certificate)?;
        if !certificate.is_signed_by(authority.certificate()) {
            return Err(failure(semd_sign::pki::PkiError::Foreign));
        }
        let at = self.at.unwrap_or_else(OffsetDateTime::now_utc);
        let mut revoked = RevokedList::open(&self.folder).map_err(failure)?;
        revoked.add(Revoked::new(&certificate, at, self.reason));
        revoked.save(&self.folder).map_err(failure)?;
        console.data(&format!("{}\t{}\n", certificate.facts().serial, self.reason.name()));
        Ok(Outcome::Good)
    }
}

impl List {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let authority = open(&self.folder)?;
        let revoked = RevokedList::open(&self.folder).map_err(failure)?;
        let (now, validity) = self.term.moment();
        let list = authority.revocation_list(&revoked, now, validity).map_err(failure)?;
        let out = self.out.unwrap_or_else(|| self.folder.join("authority.crl"));
        input::write_atomically(&out, &list)?;
        console.data(&format!("{}\n", out.display()));
        Ok(Outcome::Good)
    }
}

impl Ocsp {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let authority = open(&self.folder)?;
        let request = match (&self.request, &self.certificate) {
            (Some(file), _) => input::read(file, MAX_BYTES)?,
            (None, Some(file)) => OcspRequest::new(&read_certificate(file)?, authority.certificate())
                .map_err(|error| Failure::environment(error.message()))?
                .to_der(),
            (None, None) => Vec::new(),
        };
        let revoked = RevokedList::open(&self.folder).map_err(failure)?;
        let (now, validity) = self.term.moment();
        let signer = match &self.responder {
            Some(name) => read_issued(&self.folder, name)?,
            None => new_service(&authority, Service::Ocsp, "ocsp")?,
        };
        let responder = TestResponder::new(authority.certificate().clone(), signer);
        let answer = responder.answer(&request, &revoked, now, validity).map_err(failure)?;
        input::write_atomically(&self.out, &answer)?;
        console.data(&format!("{}\n", self.out.display()));
        Ok(Outcome::Good)
    }
}

impl Serve {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let authority = open(&self.folder)?;
        let responder = new_service(&authority, Service::Ocsp, "ocsp")?;
        let time_stamps = new_service(&authority, Service::TimeStamping, "tsa")?;
        let services = TestServices {
            responder: TestResponder::new(authority.certificate().clone(), responder),
            time_stamps: TestTimeStampAuthority::new(time_stamps),
            folder: self.folder,
            authority,
        };
        runtime()?.block_on(async {
            let running = test_services::serve(self.listen, services).await.map_err(|error| {
                Failure::environment(Message::verbatim(format!("{}: {error}", self.listen)))
            })?;
            let line = serde_json::json!({
                "tsp": running.url("tsp"), "ocsp": running.url("ocsp"), "crl": running.url("crl"),
            });
            console.data(&format!("{line}\n"));
            // Without a signal handler the process ends by the signal itself, which is just as well.
            let _ = tokio::signal::ctrl_c().await;
            Ok(Outcome::Good)
        })
    }
}

/// A key and certificate of a service, for as long as the authority itself.
fn new_service(authority: &TestAuthority, service: Service, name: &str) -> Result<Issued, Failure> {
    let certificate = authority.certificate();
    let set = certificate
        .public_key()
        .map_err(|error| Failure::usage(Message::verbatim(error.to_string())))?
        .parameter_set();
    let (from, until) = (certificate.not_before(), certificate.not_after());
    authority.issue_service(service, name, set, from, until - from).map_err(failure)
}

fn read_certificate(file: &Path) -> Result<Certificate, Failure> {
    Certificate::from_bytes(&input::read(file, MAX_BYTES)?)
        .map_err(|error| crate::trust::unreadable(file, &error.message()))
}

fn read_issued(folder: &Path, name: &str) -> Result<Issued, Failure> {
    let file = folder.join(format!("{name}.key"));
    let key = PrivateKey::from_bytes(&input::read(&file, MAX_BYTES)?, None)
        .map_err(|error| crate::trust::unreadable(&file, &error.message()))?;
    Ok(Issued { key, certificate: read_certificate(&folder.join(format!("{name}.crt")))? })
}
