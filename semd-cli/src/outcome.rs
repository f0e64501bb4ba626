//! Outcomes and exit codes: the only place where an exit code is chosen.

use std::process::ExitCode;

/// How one document, or the whole command, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, nothing to complain about.
    Good,
    /// No answer yet, no package for the kind, signature indeterminate.
    Undecided,
    /// Findings, signature total-failed, refused by the register.
    Findings,
    /// I/O, network, token, register down: trying again makes sense.
    Environment,
    /// Wrong usage or configuration.
    Usage,
    /// Interrupted by the user; the state on disk is consistent.
    Interrupted,
}

impl Outcome {
    /// The worse of two outcomes, in the order of the contract: 130 2 4 1 3 0.
    pub fn worst(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Undecided => 1,
            Self::Findings => 2,
            Self::Environment => 3,
            Self::Usage => 4,
            Self::Interrupted => 5,
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Undecided => 3,
            Self::Environment => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Environment, Findings, Good, Interrupted, Undecided, Usage};

    #[test]
    fn batch_returns_the_worst_in_the_order_of_the_contract() {
        let order = [Good, Undecided, Findings, Environment, Usage, Interrupted];
        for (index, &worse) in order.iter().enumerate() {
            for &better in &order[..=index] {
                assert_eq!(better.worst(worse), worse);
                assert_eq!(worse.worst(better), worse);
            }
        }
        assert_eq!(order.map(super::Outcome::code), [0, 3, 1, 4, 2, 130]);
    }
}
