//! Checking the signature of a received envelope.

use semd_core::report::Message;
use semd_sign::Certificate;
use semd_sign::wss::{self, SecurityHeader};
use semd_sign::xmldsig::{self, Options, VerifiedSignature, XmlSignatureError};
use time::{Duration, OffsetDateTime};

use super::profile::{Inbound, Profile};
use crate::soap::Received;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Signatures are not looked at.
    NotLookedAt,
    /// There is no signature.
    Unsigned,
    /// There is one that cannot be verified here: another algorithm, or no certificate. It counts as none.
    NotUnderstood(XmlSignatureError),
    /// The signature over the body is good.
    Signed {
        /// The certificate that made it.
        certificate: Certificate,
        /// Whether it is one of the known certificates of the other side.
        known: bool,
    },
}

/// Why an envelope must not be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityError {
    /// A signature is asked for and there is none.
    #[error("the envelope is not signed")]
    Unsigned,
    /// More than one security block or signature: whose word counts cannot be told.
    #[error("the envelope has several security blocks or signatures")]
    Several,
    /// The signature does not hold.
    #[error("the signature of the envelope is refused: {0}")]
    Signature(#[from] XmlSignatureError),
    /// A part that must be signed is not, though it stands where it is read from.
    #[error("{part} of the envelope is not signed")]
    NotCovered {
        /// The part.
        part: &'static str,
    },
    /// The message is too old, or from the future.
    #[error("the envelope is not alive at this time")]
    Stale,
    /// The certificate is not a known one.
    #[error("the envelope is signed by an unknown certificate")]
    UnknownSigner,
}

impl SecurityError {
    /// The refusal for people.
    pub fn message(&self) -> Message {
        let ru = match self {
            Self::Unsigned => "конверт не подписан".to_owned(),
            Self::Several => "в конверте несколько блоков безопасности или подписей".to_owned(),
            Self::Signature(error) => format!("подпись конверта отклонена: {}", error.message().ru),
            Self::NotCovered { part } => format!("часть конверта {part} не подписана"),
            Self::Stale => "срок жизни сообщения истёк или ещё не начался: проверьте часы".to_owned(),
            Self::UnknownSigner => "конверт подписан неизвестным сертификатом".to_owned(),
        };
        Message::new(ru, self.to_string())
    }
}

/// Checks the signature of an envelope by a profile.
pub(super) fn check(
    received: &Received<'_>,
    peers: &[Certificate],
    profile: &Profile,
    inbound: Inbound,
    now: OffsetDateTime,
) -> Result<Checked, SecurityError> {
    if inbound == Inbound::Ignore {
        return Ok(Checked::NotLookedAt);
    }
    let demanded = matches!(inbound, Inbound::Require | Inbound::Strict);
    let document = received.document();
    let blocks = received.header().map_or_else(Vec::new, |header| wss::security_headers(document, header));
    let signatures: Vec<_> = blocks.iter().flat_map(|block| block.signatures(document)).collect();
    let [signature] = signatures[..] else {
        return match (signatures.is_empty(), demanded) {
            (true, false) => Ok(Checked::Unsigned),
            (true, true) => Err(SecurityError::Unsigned),
            (false, _) => Err(SecurityError::Several),
        };
    };
    let [block] = &blocks[..] else { return Err(SecurityError::Several) };
    let mut options = Options::default();
    options.sha1 = profile.sha1;
    let verified = match xmldsig::verify(document, signature, &options) {
        Ok(verified) => verified,
        // Where an unsigned envelope passes, one signed in a way unknown here is no worse.
        Err(
            error @ (XmlSignatureError::Algorithm { .. }
            | XmlSignatureError::KeyMismatch
            | XmlSignatureError::NoCertificate),
        ) if !demanded => return Ok(Checked::NotUnderstood(error)),
        Err(error) => return Err(error.into()),
    };
    let strict = inbound == Inbound::Strict;
    covers(received, &verified, strict)?;
    lives(received, block, &verified, profile, strict, now)?;
    let known = peers.contains(&verified.certificate);
    if demanded && !known {
        return Err(SecurityError::UnknownSigner);
    }
    Ok(Checked::Signed { certificate: verified.certificate, known })
}

/// Whether the very elements the reader takes its data from were signed.
fn covers(received: &Received<'_>, verified: &VerifiedSignature, strict: bool) -> Result<(), SecurityError> {
    let document = received.document();
    if !verified.covers(document, received.body()) {
        return Err(SecurityError::NotCovered { part: "Body" });
    }
    if !strict {
        return Ok(());
    }
    for part in ["MessageID", "ReplyTo", "To", "Action"] {
        // ReplyTo is left out by some senders; the others are always there in the full form.
        let covered = match received.header_part(part) {
            Some(element) => verified.covers(document, element),
            None => part == "ReplyTo",
        };
        if !covered {
            return Err(SecurityError::NotCovered { part });
        }
    }
    Ok(())
}

/// Whether the message is alive. A time stamp that is not signed proves nothing, so only strict profiles mind its absence.
fn lives(
    received: &Received<'_>,
    block: &SecurityHeader,
    verified: &VerifiedSignature,
    profile: &Profile,
    strict: bool,
    now: OffsetDateTime,
) -> Result<(), SecurityError> {
    let document = received.document();
    let Some(stamp) = block.timestamp(document).map_err(|_| SecurityError::Stale)? else {
        return if strict { Err(SecurityError::NotCovered { part: "Timestamp" }) } else { Ok(()) };
    };
    if strict && !verified.covers(document, stamp.element) {
        return Err(SecurityError::NotCovered { part: "Timestamp" });
    }
    let seconds = |number: u32| Duration::seconds(i64::from(number));
    match stamp.is_fresh(now, seconds(profile.skew_seconds), seconds(profile.lifetime_seconds)) {
        true => Ok(()),
        false => Err(SecurityError::Stale),
    }
}
