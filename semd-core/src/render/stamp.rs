//! The stamp of an electronic signature, as a page shows it.

use crate::report::Lang;

use super::page::Page;

/// What became of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampVerdict {
    /// The signature is good.
    Passed,
    /// The signature is bad.
    Failed,
    /// It cannot be judged.
    Indeterminate,
}

/// The facts of one signature: who signed, with which certificate, and what a check said. Whoever checks the signature fills
/// it; a page adds nothing. Texts are shown as they are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureStamp {
    /// What the check said.
    pub verdict: StampVerdict,
    /// Why, when there is more to say.
    pub reason: Option<String>,
    /// As whom it was signed: a role of the register.
    pub role: Option<String>,
    /// Owner of the certificate.
    pub owner: Option<String>,
    /// Serial number of the certificate.
    pub serial: Option<String>,
    /// Date from which the certificate is valid.
    pub not_before: Option<String>,
    /// Date until which it is valid.
    pub not_after: Option<String>,
    /// When it was signed, by the signer's word.
    pub signing_time: Option<String>,
    /// Whether the certificate is a qualified one.
    pub qualified: bool,
}

impl Page<'_> {
    /// The stamps of all signatures (ГОСТ Р 7.0.97-2016, 5.23: the words, number of the certificate, owner, validity).
    pub(super) fn stamps(&mut self, stamps: &[SignatureStamp]) {
        if stamps.is_empty() {
            return;
        }
        self.html.markup("<div class=\"stamps\">");
        stamps.iter().for_each(|stamp| self.stamp(stamp));
        self.html.markup("</div>");
    }

    fn stamp(&mut self, stamp: &SignatureStamp) {
        self.html.markup(match stamp.verdict {
            StampVerdict::Passed => "<div class=\"stamp\"><p class=\"head\">",
            StampVerdict::Failed => "<div class=\"stamp bad\"><p class=\"head\">",
            StampVerdict::Indeterminate => "<div class=\"stamp open\"><p class=\"head\">",
        });
        self.html.text(head(stamp, self.lang));
        self.html.markup("</p>");
        let validity = match (&stamp.not_before, &stamp.not_after) {
            (Some(from), Some(until)) => {
                Some(format!("{} {from} {} {until}", self.word("с", "from"), self.word("по", "until")))
            }
            _ => None,
        };
        let verdict = match stamp.verdict {
            StampVerdict::Passed => self.word("подпись верна", "the signature is good"),
            StampVerdict::Failed => self.word("подпись не верна", "the signature is bad"),
            StampVerdict::Indeterminate => self.word("судить нельзя", "cannot be judged"),
        };
        let verdict = match &stamp.reason {
            Some(reason) => format!("{verdict}: {reason}"),
            None => verdict.to_owned(),
        };
        let rows = [
            (self.word("Сертификат", "Certificate"), stamp.serial.as_deref()),
            (self.word("Владелец", "Owner"), stamp.owner.as_deref()),
            (self.word("Действителен", "Valid"), validity.as_deref()),
            (self.word("Подписано", "Signed"), stamp.signing_time.as_deref()),
            (self.word("Роль", "Role"), stamp.role.as_deref()),
            (self.word("Проверка", "Check"), Some(verdict.as_str())),
        ];
        for (label, value) in rows {
            if let Some(value) = value {
                self.html.element("<p><span class=\"label\">", label, ":</span> ");
                self.html.element("", value, "</p>");
            }
        }
        self.html.markup("</div>");
    }
}

fn head(stamp: &SignatureStamp, lang: Lang) -> &'static str {
    match (stamp.verdict, stamp.qualified, lang) {
        (StampVerdict::Passed, true, Lang::Ru) => {
            "Документ подписан усиленной квалифицированной электронной подписью"
        }
        (StampVerdict::Passed, true, Lang::En) => "Signed with a qualified electronic signature",
        (StampVerdict::Passed, false, Lang::Ru) => "Документ подписан электронной подписью",
        (StampVerdict::Passed, false, Lang::En) => "Signed with an electronic signature",
        (StampVerdict::Failed, _, Lang::Ru) => "Электронная подпись не верна",
        (StampVerdict::Failed, _, Lang::En) => "The electronic signature is bad",
        (StampVerdict::Indeterminate, _, Lang::Ru) => "Электронная подпись не подтверждена",
        (StampVerdict::Indeterminate, _, Lang::En) => "The electronic signature is not confirmed",
    }
}
