//! Judgement of the signed attributes: what is signed, and is it the document.

use semd_core::report::Message;

use crate::verify::facts::{ContentType, DigestState, SignerFindings};
use crate::verify::outcome::{self, Outcome, rule};
use crate::verify::policy::Demand;

/// Signed attributes and contentType.
pub(super) fn judge_attributes(signer: &SignerFindings, outcome: &mut Outcome) {
    outcome.demand(
        Demand::SignedAttributes,
        signer.has_signed_attributes,
        rule::SIGNED_ATTRIBUTES,
        outcome::UNSUPPORTED_FORM,
        ("подписанные атрибуты есть", "there are signed attributes"),
        ("в подписи нет подписанных атрибутов", "the signature has no signed attributes"),
    );
    let (ok, broken) = if signer.has_signed_attributes {
        (
            ("атрибут contentType верен", "the contentType attribute is right"),
            ("атрибута contentType нет или он неверен", "the contentType attribute is absent or wrong"),
        )
    } else {
        (
            ("тип содержимого — data", "the content type is data"),
            (
                "без подписанных атрибутов тип содержимого может быть только data",
                "without signed attributes the content type must be data",
            ),
        )
    };
    let good = signer.content_type == ContentType::Good;
    outcome.require(good, rule::CONTENT_TYPE, outcome::MALFORMED, ok, broken);
}

/// The digest of the document.
pub(super) fn judge_digest(signer: &SignerFindings, outcome: &mut Outcome) {
    match signer.digest {
        DigestState::Matches => {
            outcome.ok(rule::MESSAGE_DIGEST, "хэш документа совпадает", "the digest of the document matches");
        }
        DigestState::Differs => outcome.fail(
            rule::MESSAGE_DIGEST,
            outcome::HASH,
            Message::new(
                "подпись сделана для другого документа: хэш не совпадает",
                "the signature is of another document: the digest differs",
            ),
        ),
        DigestState::Malformed => outcome.fail(
            rule::MESSAGE_DIGEST,
            outcome::MALFORMED,
            Message::new(
                "атрибута messageDigest нет, он повторён или повреждён",
                "the messageDigest attribute is absent, repeated or damaged",
            ),
        ),
        DigestState::InSignature => outcome.ok(
            rule::MESSAGE_DIGEST,
            "подпись покрывает документ без атрибута messageDigest",
            "the signature covers the document without a messageDigest",
        ),
        DigestState::Unknown => outcome.ignored(
            rule::MESSAGE_DIGEST,
            "хэш не сверялся: его алгоритм неизвестен или ненадёжен",
            "the digest was not compared: its algorithm is unknown or broken",
        ),
        DigestState::NoContent => outcome.fail(
            rule::MESSAGE_DIGEST,
            outcome::NO_CONTENT,
            Message::new(
                "нет документа, с которым сверить хэш: подпись откреплённая",
                "there is no document to compare the digest with: the signature is detached",
            ),
        ),
    }
}
