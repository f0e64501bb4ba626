//! Checks of one signature container, with and without the document.

use semd_sign::verify::{CheckStatus, ControlTime, Policy, Request, SignatureReport, TrustStore, verify};
use time::OffsetDateTime;

use super::text;
use crate::checksum::Checksum;
use crate::codes::Code;
use crate::message::{RegisterError, SignatureData, Signer};

/// The code that only the document tells.
const NEEDS_DOCUMENT: &str = "DIGEST_MISMATCH";
/// Codes that are decided elsewhere; the dates of certificates have different ones for a person's and the organisation's.
const ELSEWHERE: [&str; 5] = [
    // What this machine knows of revocation is not what the register can ask: see the fault `revocation_outage`.
    "CA_INACCESSIBILITY",
    "DOC_DATE_MISMATCH_CERT_NOT_BEFORE",
    "DOC_DATE_MISMATCH_CERT_NOT_AFTER",
    "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_DOC_CREATION_DT",
    "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT",
];
/// The binding of the signature to a document that is not there yet.
const DOCUMENT_CHECK: &str = "message-digest";

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
        let Some(report) = &self.report else {
            return vec![RegisterError::new(
                "SIGNATURE_DECODING_ERROR",
                format!("{}: подпись не в base64", self.owner()),
            )];
        };
        let failed = || report.checks.iter().filter(|check| check.status == CheckStatus::NotOk);
        let reasons: Vec<&str> = failed()
            .filter(|check| check.id != DOCUMENT_CHECK)
            .map(|check| check.message.ru.as_str())
            .collect();
        // A digest of nothing brings this code along; alone it says nothing about the signature itself.
        let digest_differs = report.codes.contains(&NEEDS_DOCUMENT);
        let mathematics = ["signature-value", "content-type", "signing-certificate-value"];
        let wrong = !digest_differs || failed().any(|check| mathematics.contains(&check.id.as_str()));
        let untimed = failed().any(|check| check.id == "signing-time") && report.signing_time.is_none();
        report
            .codes
            .iter()
            .filter(|code| **code != NEEDS_DOCUMENT && !ELSEWHERE.contains(code))
            .filter(|code| **code != "SIGNATURE_VERIFICATION_ERROR" || wrong)
            .filter(|code| **code != "VALIDATION_ERROR" || untimed)
            .map(|code| {
                let title = match *code {
                    "VALIDATION_ERROR" => "в подписи отсутствует атрибут \"Дата и время создания\"",
                    "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT" => {
                        "Не удалось построить цепочку сертификатов"
                    }
                    "SIGNATURE_VERIFICATION_ERROR" => {
                        let message = format!("{} не верна: {}", self.owner(), reasons.join("; "));
                        return RegisterError::new(*code, message);
                    }
                    code => Code::find(code).map_or("", |known| known.title.ru.as_str()),
                };
                RegisterError::new(*code, format!("{}. {title}: {}", self.owner(), reasons.join("; ")))
            })
            .collect()
    }

    /// Errors that only the document tells.
    pub(super) fn errors_with_document(&self) -> Vec<RegisterError> {
        let differs = self.report.as_ref().is_some_and(|report| report.codes.contains(&NEEDS_DOCUMENT));
        let message = format!("{}: хеш-сумма документа не соответствует подписанной", self.owner());
        if differs { vec![RegisterError::new(NEEDS_DOCUMENT, message)] } else { Vec::new() }
    }

    /// Role and certificate of a person: two signatures of the same are one too many.
    pub(super) fn hand(&self) -> Option<(String, String)> {
        let certificate = self.report.as_ref()?.signer.as_ref()?;
        Some((self.signer?.role.clone(), format!("{}/{}", certificate.issuer, certificate.serial)))
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
