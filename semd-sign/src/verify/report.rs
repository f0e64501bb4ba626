//! The verdict on a signature, and its JSON form (schema `semd.signature/1`).

use semd_core::report::{Lang, Message};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::pii;
use crate::certificate::SignerFacts;

/// Verdicts of ETSI EN 319 102-1 5.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureVerdict {
    /// Good in every respect the policy asks for.
    TotalPassed,
    /// Wrong.
    TotalFailed,
    /// Neither could be shown.
    Indeterminate,
}

/// Outcome of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// Holds.
    Ok,
    /// Does not hold; the verdict rests on it.
    NotOk,
    /// Does not hold; the policy only warns.
    Warning,
    /// Does not hold; the policy only notes it.
    Info,
    /// Not done.
    Ignored,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Name, stable.
    pub id: String,
    /// Outcome.
    pub status: CheckStatus,
    /// What was found.
    pub message: Message,
    /// The clause that asks for it.
    pub clause: &'static str,
}

/// The verdict on a container.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureReport {
    /// `CAdES-BES`, `CMS`, or `unknown` when the container cannot be read.
    pub format: String,
    /// The verdict.
    pub verdict: SignatureVerdict,
    /// Sub-indication of EN 319 102-1; absent when the signature passed.
    pub sub_indication: Option<&'static str>,
    /// Mnemonics under which the register would refuse, most telling first.
    pub codes: Vec<&'static str>,
    /// The time the signer claims.
    pub signing_time: Option<OffsetDateTime>,
    /// The earliest time at which the signature is known to exist; without a time stamp, the control time, which proves
    /// nothing when it is the claimed one (check `control-time`).
    pub best_signature_time: Option<OffsetDateTime>,
    /// The owner of the signer's certificate.
    pub signer: Option<SignerFacts>,
    /// Every check, in the order of doing.
    pub checks: Vec<Check>,
    /// messageDigest of the (first) signer.
    pub digest: Option<Vec<u8>>,
}

impl SignatureReport {
    /// Whether the verdict is [`SignatureVerdict::TotalPassed`].
    pub fn is_passed(&self) -> bool {
        self.verdict == SignatureVerdict::TotalPassed
    }

    /// The report with another best signature time.
    pub(super) fn with_best_time(self, best_signature_time: Option<OffsetDateTime>) -> Self {
        Self { best_signature_time, ..self }
    }

    /// The report for output with the names of the document and of the container.
    pub fn object<'a>(
        &'a self,
        file: &'a str,
        signature: &'a str,
        lang: Lang,
        show_pii: bool,
    ) -> ReportObject<'a> {
        ReportObject { schema: "semd.signature/1", file, signature, report: self.view(lang, show_pii) }
    }

    /// The report for output: texts in `lang`, personal data masked unless `show_pii`.
    pub fn view(&self, lang: Lang, show_pii: bool) -> ReportView<'_> {
        ReportView {
            format: &self.format,
            verdict: self.verdict,
            sub_indication: self.sub_indication,
            codes: &self.codes,
            signing_time: self.signing_time.map(rfc3339),
            best_signature_time: self.best_signature_time.map(rfc3339),
            signer: self.signer.as_ref().map(|signer| SignerView::new(signer, show_pii)),
            checks: self.checks.iter().map(|check| CheckView::new(check, lang)).collect(),
        }
    }
}

/// The JSON object of a report, schema `semd.signature/1`.
#[derive(Clone, Debug, Serialize)]
pub struct ReportObject<'a> {
    schema: &'static str,
    file: &'a str,
    signature: &'a str,
    #[serde(flatten)]
    report: ReportView<'a>,
}

/// The JSON object of DESIGN 3.2 without the names of files, which the caller adds (`serde(flatten)`).
#[derive(Clone, Debug, Serialize)]
pub struct ReportView<'a> {
    format: &'a str,
    verdict: SignatureVerdict,
    sub_indication: Option<&'static str>,
    codes: &'a [&'static str],
    signing_time: Option<String>,
    best_signature_time: Option<String>,
    signer: Option<SignerView>,
    checks: Vec<CheckView<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct SignerView {
    subject: String,
    snils: Option<String>,
    inn: Option<String>,
    inn_le: Option<String>,
    ogrn: Option<String>,
    ogrnip: Option<String>,
    serial: String,
    issuer: String,
    not_before: String,
    not_after: String,
    qualified: bool,
}

impl SignerFacts {
    /// The owner's name for people: masked when it is a person's, unless `show_pii`. The name of an organisation is public;
    /// a name beside a surname is a person's.
    pub fn shown_name(&self, show_pii: bool) -> String {
        let name = self.common_name.as_deref().unwrap_or_default();
        let public = self.surname.is_none() && self.ogrn.is_some();
        if show_pii || public { name.to_owned() } else { pii::mask_name(name) }
    }
}

impl SignerView {
    fn new(signer: &SignerFacts, show_pii: bool) -> Self {
        let number = |value: &Option<String>| {
            value.as_deref().map(|value| if show_pii { value.to_owned() } else { pii::mask_number(value) })
        };
        Self {
            subject: if show_pii { signer.subject.clone() } else { signer.shown_name(false) },
            snils: number(&signer.snils),
            inn: number(&signer.inn),
            inn_le: signer.inn_le.clone(),
            ogrn: signer.ogrn.clone(),
            // An entrepreneur is a natural person.
            ogrnip: number(&signer.ogrnip),
            serial: signer.serial.clone(),
            issuer: if show_pii || !signer.issuer_is_personal {
                signer.issuer.clone()
            } else {
                pii::HIDDEN.to_owned()
            },
            not_before: rfc3339(signer.not_before),
            not_after: rfc3339(signer.not_after),
            qualified: signer.qualified,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct CheckView<'a> {
    id: &'a str,
    status: CheckStatus,
    message: &'a str,
    clause: &'static str,
}

impl<'a> CheckView<'a> {
    fn new(check: &'a Check, lang: Lang) -> Self {
        Self { id: &check.id, status: check.status, message: check.message.text(lang), clause: check.clause }
    }
}

/// RFC 3339 in UTC; in the caller's time zone where the moment has no year of four digits in UTC.
fn rfc3339(time: OffsetDateTime) -> String {
    let time = time.checked_to_offset(time::UtcOffset::UTC).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}
