//! What a page says of a judged signature.

use semd_core::render::{SignatureStamp, StampVerdict};
use semd_core::report::Lang;
use time::OffsetDateTime;
use time::macros::format_description;

use super::{CheckStatus, SignatureReport, SignatureVerdict};

impl SignatureReport {
    /// The stamp that [`semd_core::render`] shows for this signature; `role` is the signer's role, as in the file's name.
    pub fn stamp(&self, role: Option<String>, lang: Lang) -> SignatureStamp {
        let failed = self.checks.iter().find(|check| check.status == CheckStatus::NotOk);
        let reason = failed.map(|check| check.message.text(lang).to_owned());
        let signer = self.signer.as_ref();
        let day = |time: OffsetDateTime| {
            time.format(format_description!("[day].[month].[year]")).unwrap_or_default()
        };
        let minute = |time: OffsetDateTime| {
            time.format(format_description!("[day].[month].[year] [hour]:[minute] (UTC)")).unwrap_or_default()
        };
        let owner = signer.map(|signer| {
            let person = [&signer.surname, &signer.given_name].into_iter().flatten();
            let person = person.map(String::as_str).collect::<Vec<_>>().join(" ");
            let organization = signer.organization.clone().or_else(|| signer.common_name.clone());
            if person.is_empty() { organization.unwrap_or_default() } else { person }
        });
        SignatureStamp {
            verdict: match self.verdict {
                SignatureVerdict::TotalPassed => StampVerdict::Passed,
                SignatureVerdict::TotalFailed => StampVerdict::Failed,
                SignatureVerdict::Indeterminate => StampVerdict::Indeterminate,
            },
            reason: reason.or_else(|| self.sub_indication.map(str::to_owned)),
            role: role.map(|role| in_words(role, lang)),
            owner,
            serial: signer.map(|signer| signer.serial.clone()),
            not_before: signer.map(|signer| day(signer.not_before)),
            not_after: signer.map(|signer| day(signer.not_after)),
            signing_time: self.signing_time.map(minute),
            // The marks alone make no qualified certificate: its authority must be on the list of accredited ones.
            qualified: self.passed("qualified") && self.passed("accredited-authority"),
        }
    }

    fn passed(&self, id: &str) -> bool {
        self.checks.iter().any(|check| check.id == id && check.status == CheckStatus::Ok)
    }
}

/// The usual roles in words.
fn in_words(role: String, lang: Lang) -> String {
    match (&*role, lang) {
        ("doctor", Lang::Ru) => "медицинский работник".to_owned(),
        ("doctor", Lang::En) => "medical worker".to_owned(),
        ("organization", Lang::Ru) => "медицинская организация".to_owned(),
        ("organization", Lang::En) => "medical organisation".to_owned(),
        _ => role,
    }
}
