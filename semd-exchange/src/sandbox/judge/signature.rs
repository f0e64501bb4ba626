//! Checks of one signature container, with and without the document.

use semd_sign::verify::{CheckStatus, ControlTime, Policy, Request, SignatureReport, TrustStore, verify};
use time::OffsetDateTime;

use super::text;
use crate::checksum::Checksum;
use crate::codes::Code;
use crate::message::{RegisterError, SignatureData, Signer};

/// Codes that say nothing as long as the document is not there.
const NEEDS_DOCUMENT: [&str; 2] = ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR"];

/// A signature of a request, decoded and judged.
pub(super) struct Judged<'r> {
    /// Who signed, as the request says; `None` for the organisation.
    pub(super) signer: Option<&'r Signer>,
    /// The container; `None` when the text is not base64.
    pub(super) container: Option<Vec<u8>>,
    /// The verdict over `content`.
    pub(super) report: Option<SignatureReport>,
}

/// Judges a signature over `content`.
pub(super) fn judge<'r>(
    signer: Option<&'r Signer>,
    data: &SignatureData,
    content: &[u8],
    trust: &TrustStore,
    now: OffsetDateTime,
) -> Judged<'r> {
    let container = data.decode();
    let report = container.as_ref().map(|container| {
        verify(&Request {
            content: content.into(),
            signature: container,
            trust,
            time: ControlTime::Now(now),
            policy: Policy::Remd,
        })
    });
    Judged { signer, container, report }
}

impl Judged<'_> {
    /// Errors that can be told before the document is there.
    pub(super) fn errors_without_document(&self) -> Vec<RegisterError> {
        self.errors(|code| !NEEDS_DOCUMENT.contains(&code))
    }

    /// Errors that only the document tells.
    pub(super) fn errors_with_document(&self) -> Vec<RegisterError> {
        self.errors(|code| NEEDS_DOCUMENT.contains(&code))
    }

    fn errors(&self, wanted: impl Fn(&str) -> bool) -> Vec<RegisterError> {
        let Some(report) = &self.report else {
            let error = RegisterError::new(
                "SIGNATURE_DECODING_ERROR",
                format!("{}: подпись не в base64", self.owner()),
            );
            return if wanted(&error.code) { vec![error] } else { Vec::new() };
        };
        let reasons: Vec<&str> = report
            .checks
            .iter()
            .filter(|check| check.status == CheckStatus::NotOk)
            .map(|check| check.message.ru.as_str())
            .collect();
        let reasons = reasons.join("; ");
        report
            .codes
            .iter()
            .filter(|code| wanted(code))
            .map(|code| {
                let title = Code::find(code).map_or("", |known| known.title.ru.as_str());
                RegisterError::new(*code, format!("{}. {title}: {reasons}", self.owner()))
            })
            .collect()
    }

    fn owner(&self) -> String {
        text::owner(self.signer)
    }
}

/// The checksum that the request declares for a container.
pub(super) fn checksum_error(judged: &Judged<'_>, declared: Option<i64>) -> Option<RegisterError> {
    let (container, declared) = (judged.container.as_ref()?, declared?);
    Checksum::matching(container, declared).is_none().then(|| {
        let message = format!("{}: контрольная сумма подписи [{declared}] неверна", judged.owner());
        RegisterError::new("VALIDATION_ERROR", message)
    })
}
