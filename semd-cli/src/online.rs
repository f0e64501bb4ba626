//! `--online`: asking the services that certificates name before signatures are judged. Lists are kept in a folder while
//! they are fresh.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use semd_core::report::Message;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::trust_services::TrustServices;
use semd_sign::digest::streebog_256;
use semd_sign::revocation::{Crl, Moment, OcspRequest, OcspResponse};
use semd_sign::verify::{StatusQuestion, TrustStore, status_questions};
use time::OffsetDateTime;

use crate::console::Console;
use crate::exchange::runtime;
use crate::failure::Failure;
use crate::input;

/// Largest list that is fetched, bytes.
const MAX_LIST_BYTES: usize = 256 << 20;

/// Flags of asking.
#[derive(Args, Debug)]
pub struct OnlineArguments {
    /// Ask the OCSP responders and fetch the revocation lists that the certificates name (HTTP)
    #[arg(long)]
    online: bool,
    /// Folder where fetched lists are kept while they are fresh
    #[arg(long, value_name = "DIR", requires = "online")]
    cache: Option<PathBuf>,
}

impl OnlineArguments {
    /// Asks about every certificate of the containers whose status is not known, and adds the answers to `trust`. Answers
    /// are believed only if they are rightly signed and fresh; what cannot be had is noted, and judged as not known.
    pub fn ask(
        &self,
        containers: impl IntoIterator<Item = impl AsRef<[u8]>>,
        trust: &mut TrustStore,
        now: OffsetDateTime,
        console: &Console,
    ) -> Result<(), Failure> {
        if !self.online {
            return Ok(());
        }
        let limits = ClientLimits {
            timeout: Duration::from_secs(20),
            max_answer_bytes: MAX_LIST_BYTES,
            ..ClientLimits::default()
        };
        let inquiry = Inquiry {
            services: TrustServices::new(Client::new(limits)),
            runtime: runtime()?,
            cache: self.cache.clone(),
            now,
        };
        for container in containers {
            for question in status_questions(container.as_ref(), trust, now) {
                for complaint in inquiry.answer(&question, trust) {
                    console.note(complaint.text(console.lang));
                }
            }
        }
        Ok(())
    }
}

struct Inquiry {
    services: TrustServices,
    runtime: tokio::runtime::Runtime,
    cache: Option<PathBuf>,
    now: OffsetDateTime,
}

impl Inquiry {
    /// Tries responders, then lists, until the status is known. Returns what went wrong.
    fn answer(&self, question: &StatusQuestion, trust: &mut TrustStore) -> Vec<Message> {
        let extensions = question.certificate.extensions();
        let mut complaints = Vec::new();
        for url in &extensions.ocsp_urls {
            match self.ocsp(url, question) {
                Ok(response) => {
                    if trust.add_ocsp(response.der()).is_ok() && self.is_known(question, trust) {
                        return complaints;
                    }
                }
                Err(complaint) => complaints.push(complaint),
            }
        }
        for url in &extensions.crl_urls {
            match self.list(url) {
                Ok(list) => {
                    if trust.add_crl(list.der()).is_ok() && self.is_known(question, trust) {
                        return complaints;
                    }
                }
                Err(complaint) => complaints.push(complaint),
            }
        }
        complaints
    }

    fn is_known(&self, question: &StatusQuestion, trust: &TrustStore) -> bool {
        let moment = Moment::now(self.now);
        trust.revocation().status(&question.certificate, &question.issuer, moment).status.is_some()
    }

    fn ocsp(&self, url: &str, question: &StatusQuestion) -> Result<OcspResponse, Message> {
        let request =
            OcspRequest::new(&question.certificate, &question.issuer).map_err(|error| error.message())?;
        let octets = self
            .runtime
            .block_on(self.services.ocsp(url, request.to_der()))
            .map_err(|error| Message::verbatim(error.to_string()))?;
        let response = OcspResponse::from_bytes(&octets).map_err(|error| error.message())?;
        // A responder may leave the nonce out, but must not repeat another one: that would be an old answer.
        if response.nonce().is_some() && !request.is_answered_by(&response) {
            return Err(Message::new(
                format!("{url}: ответ OCSP на другой запрос (nonce)"),
                format!("{url}: the OCSP response answers another request (nonce)"),
            ));
        }
        Ok(response)
    }

    fn list(&self, url: &str) -> Result<Crl, Message> {
        let kept = self.cache.as_deref().map(|folder| kept_at(folder, url));
        if let Some(list) = kept.as_deref().and_then(|file| self.fresh(file)) {
            return Ok(list);
        }
        let octets = self
            .runtime
            .block_on(self.services.list(url))
            .map_err(|error| Message::verbatim(error.to_string()))?;
        let list = Crl::from_bytes(&octets).map_err(|error| error.message())?;
        if let Some(file) = kept {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error).message)?;
            }
            input::write_atomically(&file, list.der()).map_err(|failure| failure.message)?;
        }
        Ok(list)
    }

    /// The list of a file, if it is fresh.
    fn fresh(&self, file: &Path) -> Option<Crl> {
        let list = Crl::from_bytes(&input::read(file, MAX_LIST_BYTES).ok()?).ok()?;
        list.next_update().is_some_and(|next| next > self.now).then_some(list)
    }
}

/// Where the list of an address is kept.
fn kept_at(folder: &Path, url: &str) -> PathBuf {
    let digest = streebog_256(url.as_bytes());
    let name: String = digest[..16].iter().map(|octet| format!("{octet:02x}")).collect();
    folder.join(format!("{name}.crl"))
}
