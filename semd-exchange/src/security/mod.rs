//! The security of envelopes: WS-Security with XML signatures, as the bus of ЕГИСЗ (ИПС) wants it.
//!
//! Outgoing messages are [sealed](Security::seal) at the last moment before the wire, in one place, so that no message can be
//! forgotten and none is older than it says. Incoming ones are [checked](Security::check) on the very tree their data is read
//! from. What is not known for certain about the bus is a field of the [`Profile`], which is data.

mod check;
mod profile;
mod seal;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Response};
use semd_sign::{Certificate, Signer};
use time::OffsetDateTime;

use crate::soap::Received;

pub use check::{Checked, SecurityError};
pub use profile::{Form, Inbound, Names, Profile};
pub use seal::SealError;

/// What signs, whom to believe, and how. Cheap to clone.
#[derive(Clone, Default)]
pub struct Security {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    signer: Option<Box<dyn Signer>>,
    /// Certificates of the other side, compared as a whole: the bus has one, and its chain leads to an authority of its own.
    peers: Vec<Certificate>,
    profile: Profile,
}

impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Security")
            .field("signs", &self.inner.signer.is_some())
            .field("peers", &self.inner.peers.len())
            .field("profile", &self.inner.profile)
            .finish()
    }
}

impl Security {
    /// Security with a profile: `signer` is the system's key, `peers` the certificates of the other side.
    pub fn new(signer: Option<Box<dyn Signer>>, peers: Vec<Certificate>, profile: Profile) -> Self {
        Self { inner: Arc::new(Inner { signer, peers, profile }) }
    }

    /// Signs an envelope as the sender of a request. Without a key it stays as it is.
    ///
    /// # Errors
    /// The bytes are no envelope, or the key cannot be used.
    pub fn seal(&self, envelope: Vec<u8>) -> Result<Vec<u8>, SealError> {
        self.seal_as(self.inner.profile.form, envelope)
    }

    /// Signs an envelope that answers another one: in the short form, which the bus completes itself.
    ///
    /// # Errors
    /// The bytes are no envelope, or the key cannot be used.
    pub fn seal_answer(&self, envelope: Vec<u8>) -> Result<Vec<u8>, SealError> {
        self.seal_as(self.inner.profile.answer_form, envelope)
    }

    fn seal_as(&self, form: Form, envelope: Vec<u8>) -> Result<Vec<u8>, SealError> {
        match &self.inner.signer {
            Some(signer) => {
                seal::seal(&envelope, form, &self.inner.profile, &**signer, OffsetDateTime::now_utc())
            }
            None => Ok(envelope),
        }
    }

    /// Checks a received envelope at the moment `now`. What it says comes from a known sender only when the answer is
    /// [`Checked::Signed`] with `known`.
    ///
    /// # Errors
    /// Why the envelope must not be believed.
    pub fn check(&self, received: &Received<'_>, now: OffsetDateTime) -> Result<Checked, SecurityError> {
        check::check(received, &self.inner.peers, &self.inner.profile, self.inner.profile.inbound, now)
    }

    /// Checks the answer to a request of one's own. Answers come in the short form, so that the strict profile asks no more of
    /// them than a good signature of a known certificate.
    ///
    /// # Errors
    /// Why the answer must not be believed.
    pub fn check_answer(
        &self,
        received: &Received<'_>,
        now: OffsetDateTime,
    ) -> Result<Checked, SecurityError> {
        let inbound = match self.inner.profile.inbound {
            Inbound::Strict => Inbound::Require,
            other => other,
        };
        check::check(received, &self.inner.peers, &self.inner.profile, inbound, now)
    }

    /// Seals the envelope in an HTTP response, whatever handler made it. One that cannot be sealed is not sent.
    pub(crate) async fn sealed(&self, response: Response) -> Response {
        if self.inner.signer.is_none() {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        // The body is one of our own and in memory already.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        if body.is_empty() {
            return Response::from_parts(parts, Body::from(body));
        }
        match self.seal_answer(body.to_vec()) {
            Ok(sealed) => {
                parts.headers.remove(CONTENT_LENGTH);
                Response::from_parts(parts, Body::from(sealed))
            }
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}
