//! What follows from a refusal, and when to try again.

use std::time::Duration;

use semd_core::report::Owner;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::codes::{Classified, Code, Resend, classify};
use crate::journal::{Refusal, RefusalFacts};
use crate::message::RegisterError;

/// How often and when an unchanged document is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Delay after the first failed attempt.
    pub base: Duration,
    /// Longest delay.
    pub cap: Duration,
    /// Attempts in all; afterwards the document is `dead`.
    pub max_attempts: u32,
    /// Least delay after `RATE_LIMIT`.
    pub rate_limit_pause: Duration,
}

impl Default for RetryPolicy {
    /// 30 s doubling up to 1 h, 10 attempts, one minute after `RATE_LIMIT`, as the register's own text asks for.
    fn default() -> Self {
        Self {
            base: Duration::from_secs(30),
            cap: Duration::from_secs(3600),
            max_attempts: 10,
            rate_limit_pause: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Delay before the next attempt when `attempts` were made: exponential, the upper half of it random.
    ///
    /// `random` is in 0 … 1.
    pub fn delay(&self, attempts: u32, random: f64) -> Duration {
        let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let full = self.base.saturating_mul(doubled).min(self.cap);
        full.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
    }

    /// The moment of the next attempt.
    pub fn next_attempt(&self, attempts: u32, now: OffsetDateTime) -> OffsetDateTime {
        now + self.delay(attempts, random_fraction())
    }

    /// Until when nothing is sent after `RATE_LIMIT`: the least delay, and up to half of it more, so that workers which
    /// were stopped together do not go on together.
    pub fn pause_until(&self, now: OffsetDateTime) -> OffsetDateTime {
        now + self.rate_limit_pause.mul_f64(1.0 + 0.5 * random_fraction())
    }

    /// What follows when a resend may help.
    pub fn again(&self, attempts: u32) -> Refusal {
        if attempts < self.max_attempts { Refusal::Retry } else { Refusal::Exhausted }
    }
}

/// A random number in 0 … 1 for jitter.
fn random_fraction() -> f64 {
    let (high, _) = Uuid::new_v4().as_u64_pair();
    // The version of a UUID stands in the lower 32 bits of this half; the upper 32 bits are all random.
    (high >> 32) as f64 / f64::from(u32::MAX)
}

/// The code that says that the register has the document.
const NOT_UNIQUE: &str = "NOT_UNIQUE_PROVIDED_ID";

/// The judgement about a list of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The document is registered already, with this number.
    AlreadyRegistered {
        /// Registration number.
        emdr_id: String,
    },
    /// The document was refused.
    Refused {
        /// Who must act and whether a resend may help.
        facts: RefusalFacts,
        /// The code because of which the whole queue must stop.
        stop: Option<&'static str>,
        /// Whether the register asks to slow down.
        rate_limited: bool,
        /// Whether the register has the document under a number that it does not tell: it is asked before a resend.
        known: bool,
    },
}

/// Judges the errors of one answer.
///
/// A resend may help only when it may help against every error. The owner is that of the first error a resend cannot
/// cure. A code that is not in the catalogue is not resent.
pub fn judge(errors: Vec<RegisterError>) -> Judgement {
    if let Some(emdr_id) = errors.iter().find_map(registered_number) {
        return Judgement::AlreadyRegistered { emdr_id };
    }
    let resend = |error: &RegisterError| match classify(&error.code, &error.message) {
        // Registered under a number that the text does not tell: the register is asked for it.
        Classified { code: Some(code), .. } if code.mnemonic == NOT_UNIQUE => Resend::MayHelp,
        classified => classified.resend(),
    };
    let obstacle = errors.iter().find(|error| resend(error) != Resend::MayHelp);
    let owner = obstacle
        .or(errors.first())
        .map_or(Owner::Mixed, |error| classify(&error.code, &error.message).owner());
    let stop = errors
        .iter()
        .find(|error| resend(error) == Resend::StopQueue)
        .and_then(|error| Code::find(&error.code))
        .map(|code| code.mnemonic);
    Judgement::Refused {
        rate_limited: errors.iter().any(|error| error.code == "RATE_LIMIT"),
        known: obstacle.is_none() && errors.iter().any(|error| error.code == NOT_UNIQUE),
        facts: RefusalFacts { retryable: obstacle.is_none() && !errors.is_empty(), errors, owner },
        stop,
    }
}

/// The number in the text of `NOT_UNIQUE_PROVIDED_ID`: «… уже зарегистрирован с номером [119.77.26.05.000000123]».
fn registered_number(error: &RegisterError) -> Option<String> {
    if error.code != NOT_UNIQUE {
        return None;
    }
    let (_, tail) = error.message.split_once("номером")?;
    let number: String = tail
        .chars()
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect();
    let number = number.trim_end_matches(['.', '-']);
    (!number.is_empty()).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(errors: &[(&str, &str)]) -> (RefusalFacts, Option<&'static str>, bool) {
        let errors = errors.iter().map(|(code, text)| RegisterError::new(*code, *text)).collect();
        match judge(errors) {
            Judgement::Refused { facts, stop, rate_limited, .. } => (facts, stop, rate_limited),
            Judgement::AlreadyRegistered { emdr_id } => panic!("registered {emdr_id}"),
        }
    }

    #[test]
    fn delay_doubles_up_to_the_cap_and_keeps_half() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, 1.0), Duration::from_secs(30));
        assert_eq!(policy.delay(1, 0.0), Duration::from_secs(15));
        assert_eq!(policy.delay(3, 1.0), Duration::from_secs(120));
        assert_eq!(policy.delay(500, 1.0), Duration::from_secs(3600));
        assert_eq!(policy.delay(0, 1.0), Duration::from_secs(30));
        for _ in 0..50 {
            assert!((0.0..=1.0).contains(&random_fraction()));
        }
    }

    #[test]
    fn number_in_the_text_means_registered() {
        for text in [
            "Документ с идентификатором '5F2C' уже зарегистрирован с номером [119.77.26.05.000000123]",
            "… уже зарегистрирован с номером 119.77.26.05.000000123.",
        ] {
            assert_eq!(
                judge(vec![RegisterError::new("NOT_UNIQUE_PROVIDED_ID", text)]),
                Judgement::AlreadyRegistered { emdr_id: "119.77.26.05.000000123".into() }
            );
        }
        let (facts, ..) = refused(&[("NOT_UNIQUE_PROVIDED_ID", "уже зарегистрирован")]);
        assert!(facts.retryable, "the register is asked for the number");
        let known =
            |codes: &[&str]| match judge(codes.iter().map(|code| RegisterError::new(*code, "")).collect()) {
                Judgement::Refused { known, .. } => known,
                Judgement::AlreadyRegistered { .. } => false,
            };
        assert!(known(&["NOT_UNIQUE_PROVIDED_ID"]) && known(&["RUNTIME_ERROR", "NOT_UNIQUE_PROVIDED_ID"]));
        assert!(!known(&["RUNTIME_ERROR"]) && !known(&["NO_SNILS", "NOT_UNIQUE_PROVIDED_ID"]));
    }

    #[test]
    fn one_incurable_error_forbids_the_resend_and_names_the_owner() {
        let (facts, stop, _) = refused(&[("RUNTIME_ERROR", ""), ("NO_SNILS", "")]);
        assert_eq!((facts.retryable, facts.owner, stop), (false, Owner::Clinic, None));
        let (facts, ..) = refused(&[("RUNTIME_ERROR", ""), ("MIS_ERROR", "")]);
        assert!(facts.retryable);
    }

    #[test]
    fn unknown_code_and_empty_list_are_not_resent() {
        assert!(!refused(&[("DOCUMENT_NOT_FOUND", "")]).0.retryable);
        assert!(!refused(&[]).0.retryable);
    }

    #[test]
    fn configuration_errors_stop_the_queue() {
        assert_eq!(refused(&[("NO_RMIS", "")]).1, Some("NO_RMIS"));
        let text = "Организация [1.2] не привязана к РМИС [emdr-rmis-1]";
        assert_eq!(refused(&[("VALIDATION_ERROR", text)]).1, Some("VALIDATION_ERROR"));
    }

    #[test]
    fn rate_limit_is_noticed() {
        let (facts, _, rate_limited) = refused(&[("RATE_LIMIT", "")]);
        assert!(rate_limited && facts.retryable);
    }

    #[test]
    fn attempts_end() {
        let policy = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
        assert_eq!(policy.again(1), Refusal::Retry);
        assert_eq!(policy.again(2), Refusal::Exhausted);
    }
}
