//! Faults on purpose, chosen by a seed, so that a failing run can be repeated.
//!
//! Which documents are hit depends on the seed, the `localUid` and the number of the request for it, and on nothing else: not on
//! the time, not on identifiers of messages, not on the order in which requests arrive.

use semd_core::kinds::KindRegistry;
use serde::Deserialize;

use crate::codes::Code;
use crate::message::{RegisterDocumentRequest, RegisterError};

/// What a fault is drawn for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draw {
    /// `localUid`, lower case.
    local_uid: String,
    /// 1 for the first request with it.
    attempt: u32,
}

impl Draw {
    pub(super) fn new(local_uid: &str, attempt: u32) -> Self {
        Self { local_uid: local_uid.to_lowercase(), attempt }
    }
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $field:ident / $variant:ident,)*) => {
        /// How often things go wrong, as shares of 0 … 1. By default nothing does. As a file it is TOML.
        ///
        /// ```
        /// use semd_exchange::sandbox::Faults;
        ///
        /// let faults = Faults::from_toml("seed = 7\nlost_answer = 0.1\nearly_result = 1.0").unwrap();
        /// assert_eq!((faults.seed, faults.lost_answer, faults.technical), (7, 0.1, 0.0));
        /// assert!(Faults::from_toml("lost_anser = 0.1").is_err());
        /// assert!(Faults::from_toml("lost_answer = 1.1").is_err());
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Faults {
            /// Decides which documents are hit.
            pub seed: u32,
            $($(#[doc = $doc])+ pub $field: f64,)*
        }

        /// One kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Fault {
            $($variant,)*
        }

        impl Faults {
            /// Names of all faults.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field),)*];

            fn share(&self, fault: Fault) -> f64 {
                match fault {
                    $(Fault::$variant => self.$field,)*
                }
            }

            /// Sets the share of a fault by its name; `false` when there is no such fault.
            pub fn set(&mut self, name: &str, share: f64) -> bool {
                match name {
                    $(stringify!($field) => self.$field = share,)*
                    _ => return false,
                }
                true
            }

            fn shares(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$field,)*]
            }
        }
    };
}

faults! {
    /// The request is taken, its synchronous answer is lost (HTTP 504).
    lost_answer / LostAnswer,
    /// The request is refused with `RATE_LIMIT`.
    rate_limit / RateLimit,
    /// The result is `RUNTIME_ERROR`: a register behind the register does not answer.
    technical / Technical,
    /// The result is `CA_INACCESSIBILITY`: an authority does not say whether a certificate is revoked.
    revocation_outage / RevocationOutage,
    /// The result has several errors at once.
    several_errors / SeveralErrors,
    /// The file is said to have another checksum than the request.
    wrong_checksum / WrongChecksum,
    /// The recipient is refused by the spelling `RECIPIENT_…`, which the classifier does not have.
    recipient_spelling / RecipientSpelling,
    /// A recipe is refused by the external checker of recipes (`FRLLO_…`); other kinds are not hit.
    recipe_checker / RecipeChecker,
    /// The registration carries a warning.
    warning / Warning,
    /// The result is delivered before the request is answered.
    early_result / EarlyResult,
    /// The result comes late, after the client's first look.
    late_result / LateResult,
    /// The result is delivered twice.
    repeated_result / RepeatedResult,
    /// The file is asked for three times.
    repeated_pull / RepeatedPull,
    /// The file of the registered document is asked for again by its number.
    later_pull / LaterPull,
    /// Calls come as SOAP 1.1.
    soap_11 / Soap11,
}

impl Faults {
    /// Reads faults from TOML.
    ///
    /// # Errors
    /// Not TOML, an unknown fault, or a share outside 0 … 1.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let faults: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        match faults.shares().iter().zip(Self::NAMES).find(|(share, _)| !(0.0..=1.0).contains(*share)) {
            Some((share, name)) => Err(format!("{name}: {share} is not between 0 and 1")),
            None => Ok(faults),
        }
    }

    /// Whether a fault hits a request.
    pub(super) fn hit(&self, fault: Fault, draw: &Draw) -> bool {
        let share = self.share(fault);
        share > 0.0 && self.number(&format!("{fault:?}"), draw) < share
    }

    /// A number of 0 … 1 that only the seed, a purpose and the request decide.
    pub(super) fn number(&self, purpose: &str, draw: &Draw) -> f64 {
        let text = format!("{} {purpose} {} {}", self.seed, draw.local_uid, draw.attempt);
        f64::from(crc32fast::hash(text.as_bytes())) / 2_f64.powi(32)
    }

    /// The errors that the full check of a request finds on purpose.
    pub(super) fn request_errors(&self, draw: &Draw) -> Vec<RegisterError> {
        let mut errors = Vec::new();
        let mut add = |fault, code: &str, text: &str| {
            if self.hit(fault, draw) {
                errors.push(RegisterError::new(code, text));
            }
        };
        add(Fault::Technical, "RUNTIME_ERROR", "Не удается провести проверку ФРМР");
        add(
            Fault::RevocationOutage,
            "CA_INACCESSIBILITY",
            "Не удалось получить ответ от службы OCSP удостоверяющего центра",
        );
        for (code, text) in [
            ("NO_SNILS", "Наличие СНИЛС пациента не соответствует требованиям вида документов"),
            ("PERSON_NOT_FOUND", "Сотрудник не найден в ФРМР"),
            (
                "NO_SPECIALITY",
                "Наличие специальности подписанта не соответствует требованиям вида документов",
            ),
        ] {
            add(Fault::SeveralErrors, code, text);
        }
        errors
    }

    /// The errors that the check of the file finds on purpose.
    pub(super) fn file_errors(
        &self,
        draw: &Draw,
        request: &RegisterDocumentRequest,
        kinds: &KindRegistry,
    ) -> Vec<RegisterError> {
        let mut errors = Vec::new();
        if self.hit(Fault::WrongChecksum, draw) {
            errors.push(RegisterError::new(
                "GET_DOCUMENT_FILE_ERROR",
                "Ошибка при получении файла документа: контрольная сумма файла не совпадает с заявленной",
            ));
        }
        if self.hit(Fault::RecipientSpelling, draw) {
            errors.push(RegisterError::new(
                "RECIPIENT_INFO_MISMATCH",
                "Получатель из запроса на регистрацию сведений не найден в СЭМД",
            ));
        }
        if self.hit(Fault::RecipeChecker, draw) && is_recipe(kinds, &request.kind) {
            let codes: Vec<_> =
                Code::all().iter().filter(|code| code.mnemonic.starts_with("FRLLO_")).collect();
            let index = (self.number("recipe code", draw) * codes.len() as f64) as usize;
            if let Some(code) = codes.get(index) {
                errors.push(RegisterError::new(code.mnemonic, code.title.ru.as_str()));
            }
        }
        errors
    }
}

/// Whether documents of a kind are checked by the register of recipients of medicines.
fn is_recipe(kinds: &KindRegistry, kind: &str) -> bool {
    kinds.find(kind).is_some_and(|kind| kind.title.to_lowercase().contains("рецепт"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests_support::full_request;

    #[test]
    fn share_of_hit_requests_is_about_the_share_asked_for() {
        let faults = Faults { lost_answer: 0.25, technical: 1.0, ..Faults::default() };
        let draws: Vec<_> = (0..2000).map(|number| Draw::new(&format!("uid-{number}"), 1)).collect();
        let hits = |fault| draws.iter().filter(|draw| faults.hit(fault, draw)).count();
        assert!((400..600).contains(&hits(Fault::LostAnswer)), "{}", hits(Fault::LostAnswer));
        assert_eq!(hits(Fault::Technical), 2000);
        assert_eq!(hits(Fault::RateLimit), 0);
    }

    #[test]
    fn seed_and_request_decide_and_nothing_else() {
        let half = |seed| Faults { seed, warning: 0.5, ..Faults::default() };
        let pattern = |seed: u32, attempt| -> Vec<bool> {
            (0..64)
                .map(|n| half(seed).hit(Fault::Warning, &Draw::new(&format!("UID-{n}"), attempt)))
                .collect()
        };
        assert_eq!(pattern(1, 1), pattern(1, 1));
        assert_ne!(pattern(1, 1), pattern(2, 1));
        assert_ne!(pattern(1, 1), pattern(1, 2));
    }

    #[test]
    fn errors_on_purpose_have_codes_of_the_classifier_and_spare_other_kinds() {
        let mut all = Faults::default();
        for name in Faults::NAMES {
            assert!(all.set(name, 1.0), "{name}");
        }
        assert!(!all.set("nonsense", 1.0));
        let (draw, kinds) = (Draw::new("u", 1), KindRegistry::embedded());
        let mut request = full_request();
        request.kind = "37".into();
        let errors = [all.request_errors(&draw), all.file_errors(&draw, &request, &kinds)].concat();
        assert!(errors.iter().any(|error| error.code.starts_with("FRLLO_")), "{errors:?}");
        assert!(errors.iter().all(|error| Code::find(&error.code).is_some()), "{errors:?}");
        request.kind = "1".into();
        assert!(
            !all.file_errors(&draw, &request, &kinds).iter().any(|error| error.code.starts_with("FRLLO_"))
        );
    }
}
