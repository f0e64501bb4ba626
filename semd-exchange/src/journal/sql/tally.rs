//! The number of documents in each state, kept up to date by the transactions that move documents.

use super::{Param, Session};
use crate::journal::{JournalError, State};

/// Parts of a number at most. Connections of many workers rarely meet in one.
pub(super) const PARTS: u64 = 64;

/// What one transaction changes. It is written by the last statement before the commit: until then no other
/// transaction waits for a row of the counts, and none can wait in a circle.
#[derive(Debug, Default)]
pub(super) struct Tally {
    changes: [i64; State::ALL.len()],
}

impl Tally {
    pub(super) fn add(&mut self, from: Option<State>, to: State) {
        if let Some(from) = from {
            self.changes[from as usize] -= 1;
        }
        self.changes[to as usize] += 1;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The states whose number changes.
    pub(super) fn take(&mut self) -> Vec<(State, i64)> {
        let changes = std::mem::take(self).changes;
        State::ALL.into_iter().zip(changes).filter(|(_, by)| *by != 0).collect()
    }
}

/// Writes changes to a part of the counts, in the order of the states.
pub(super) fn write(
    session: &mut dyn Session,
    part: i64,
    changes: &[(State, i64)],
) -> Result<(), JournalError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut parameters: Vec<Param<'_>> = vec![part.into()];
    let mut rows = Vec::new();
    for (state, by) in changes {
        parameters.extend([Param::from(state.as_str()), (*by).into()]);
        rows.push(format!("(?{}, ?1, ?{})", parameters.len() - 1, parameters.len()));
    }
    let statement = format!(
        "INSERT INTO state_counts (state, part, documents) VALUES {} ON CONFLICT (state, part)
            DO UPDATE SET documents = state_counts.documents + excluded.documents",
        rows.join(", ")
    );
    session.execute(&statement, &parameters).map(drop)
}
