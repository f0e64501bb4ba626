//! Faults on purpose, chosen by a seed, so that a failing run can be repeated.

use crate::soap::MessageId;

/// How often things go wrong, as shares of 0 … 1. By default nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// Decides which messages are hit.
    pub seed: u32,
    /// The request is taken, its synchronous answer is lost (HTTP 504).
    pub lost_answer: f64,
    /// The request is refused with `RATE_LIMIT`.
    pub rate_limit: f64,
    /// The result is `RUNTIME_ERROR`.
    pub technical: f64,
    /// The result is delivered twice.
    pub repeated_result: f64,
    /// The registration carries a warning.
    pub warning: f64,
}

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LostAnswer,
    RateLimit,
    Technical,
    RepeatedResult,
    Warning,
}

impl Faults {
    /// Whether a fault hits a message.
    pub(super) fn hit(&self, fault: Fault, message: &MessageId) -> bool {
        let share = match fault {
            Fault::LostAnswer => self.lost_answer,
            Fault::RateLimit => self.rate_limit,
            Fault::Technical => self.technical,
            Fault::RepeatedResult => self.repeated_result,
            Fault::Warning => self.warning,
        };
        let draw = crc32fast::hash(format!("{} {fault:?} {message}", self.seed).as_bytes());
        f64::from(draw) < share * 2_f64.powi(32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_of_hit_messages_is_about_the_share_asked_for() {
        let faults = Faults { lost_answer: 0.25, technical: 1.0, ..Faults::default() };
        let ids: Vec<MessageId> = (0..2000).map(|_| MessageId::random()).collect();
        let hits = |fault| ids.iter().filter(|id| faults.hit(fault, id)).count();
        assert!((400..600).contains(&hits(Fault::LostAnswer)), "{}", hits(Fault::LostAnswer));
        assert_eq!(hits(Fault::Technical), 2000);
        assert_eq!(hits(Fault::RateLimit), 0);
    }
}
