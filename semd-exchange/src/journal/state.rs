//! The life of a document in the exchange: one pure transition function.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits to be sent.
    Queued,
    /// A request is being sent: its MessageID is in the journal, the answer is not.
    Submitting,
    /// A request was sent and nobody knows whether it arrived.
    Unknown,
    /// The register acknowledged the request.
    Accepted,
    /// The register asked for the file.
    FileRequested,
    /// The file was given to the register.
    FileSent,
    /// The register issued a number. Final.
    Registered,
    /// The register refused, and sending the same bytes again cannot help.
    Rejected,
    /// The register acknowledged but did not answer within the last step of the waiting ladder.
    NoAnswer,
    /// The permitted number of attempts was used up by errors that a resend might have cured.
    Dead,
    /// An operator withdrew the document before it was sent again.
    Cancelled,
}

impl State {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Submitting,
        Self::Unknown,
        Self::Accepted,
        Self::FileRequested,
        Self::FileSent,
        Self::Registered,
        Self::Rejected,
        Self::NoAnswer,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The word in the journal and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::FileRequested => "file_requested",
            Self::FileSent => "file_sent",
            Self::Registered => "registered",
            Self::Rejected => "rejected",
            Self::NoAnswer => "no_answer",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens unless an operator or the register acts.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Registered | Self::Rejected | Self::NoAnswer | Self::Dead | Self::Cancelled)
    }

    /// Whether the register has the request and its result is awaited.
    pub fn is_awaiting(self) -> bool {
        matches!(self, Self::Accepted | Self::FileRequested | Self::FileSent)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no state.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no state of the journal")]
pub struct UnknownState {
    /// The word.
    pub word: String,
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| UnknownState { word: word.to_owned() })
    }
}

/// What becomes of a document after the register's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The same bytes will be refused again.
    Final,
    /// A resend may help and is permitted.
    Retry,
    /// A resend may help, but the attempts are used up.
    Exhausted,
    /// The register says that it has the document and not under which number; it is asked before anything is sent.
    Ask,
}

impl Refusal {
    fn state(self) -> State {
        match self {
            Self::Final => State::Rejected,
            Self::Retry => State::Queued,
            Self::Exhausted => State::Dead,
            Self::Ask => State::Unknown,
        }
    }
}

/// Something that happened to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request with a new MessageID is about to be sent.
    Submit,
    /// The request certainly did not reach the register: no connection, or an answer that says so.
    NotSent(Refusal),
    /// The connection broke or timed out after the request may have arrived.
    AnswerLost,
    /// A worker starts and finds that an earlier process died while sending.
    Interrupted,
    /// Synchronous `success`: received, not registered.
    Accepted,
    /// An error, synchronous or asynchronous.
    Refused(Refusal),
    /// The register pulls the file.
    FileRequested,
    /// The file was handed over.
    FileSent,
    /// The register issued a number, whichever message said so.
    Registered,
    /// The register was asked and does not know the document.
    NotKnown,
    /// The last step of the waiting ladder passed without an answer.
    GaveUp,
    /// An operator, or a rerun with a changed request, wants it sent again.
    Requeue,
    /// An operator withdraws it.
    Cancel,
}

impl Event {
    /// The word in the history of the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::NotSent(_) => "not_sent",
            Self::AnswerLost => "answer_lost",
            Self::Interrupted => "interrupted",
            Self::Accepted => "accepted",
            Self::Refused(_) => "refused",
            Self::FileRequested => "file_requested",
            Self::FileSent => "file_sent",
            Self::Registered => "registered",
            Self::NotKnown => "not_known",
            Self::GaveUp => "gave_up",
            Self::Requeue => "requeue",
            Self::Cancel => "cancel",
        }
    }
}

/// Effect of an event on the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The document moves.
    To(State),
    /// The event is recorded; the state stays, because the news is late, repeated or weaker than what is known.
    Stays,
}

/// An event that cannot happen in a state: a bug, or an operator's command at the wrong time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} is not possible while the document is {state}")]
pub struct IllegalTransition {
    /// The state.
    pub state: State,
    /// The event.
    pub event: Event,
}

/// The transition function of the exchange.
///
/// Three principles decide every cell. The register's number wins over everything. News from the network may come late,
/// twice or out of order, so it is never illegal. What this side decides (`Submit`, `Interrupted`, `Requeue`, `Cancel`)
/// is legal only where it makes sense.
///
/// # Errors
/// When this side decided something that the state does not permit.
pub fn next(state: State, event: Event) -> Result<Transition, IllegalTransition> {
    use State as S;
    use Transition::{Stays, To};
    let in_flight = matches!(
        state,
        S::Submitting | S::Unknown | S::Accepted | S::FileRequested | S::FileSent | S::NoAnswer
    );
    let transition = match (event, state) {
        (Event::Submit, S::Queued) => To(S::Submitting),
        (Event::NotSent(refusal), S::Submitting) => To(refusal.state()),
        (Event::AnswerLost | Event::Interrupted, S::Submitting) => To(S::Unknown),
        (Event::Accepted, S::Submitting | S::Unknown) => To(S::Accepted),
        (Event::Refused(refusal), _) if in_flight => To(refusal.state()),
        (Event::FileRequested, S::FileRequested) => Stays,
        (Event::FileRequested, _) if in_flight => To(S::FileRequested),
        (Event::FileSent, S::FileRequested) => To(S::FileSent),
        (Event::Registered, S::Registered) => Stays,
        (Event::Registered, _) => To(S::Registered),
        (Event::NotKnown, S::Unknown) => To(S::Queued),
        (Event::GaveUp, S::Unknown | S::Accepted | S::FileRequested | S::FileSent) => To(S::NoAnswer),
        (Event::Requeue, S::Rejected | S::Dead | S::NoAnswer | S::Cancelled) => To(S::Queued),
        (Event::Requeue, S::Queued) => Stays,
        (Event::Cancel, S::Queued | S::Rejected | S::Dead | S::NoAnswer) => To(S::Cancelled),
        (Event::Cancel, S::Cancelled) => Stays,
        (Event::Submit | Event::Interrupted | Event::Requeue | Event::Cancel, _) => {
            return Err(IllegalTransition { state, event });
        }
        (
            Event::NotSent(_)
            | Event::AnswerLost
            | Event::Accepted
            | Event::Refused(_)
            | Event::FileRequested
            | Event::FileSent
            | Event::NotKnown
            | Event::GaveUp,
            _,
        ) => Stays,
    };
    Ok(transition)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 18] = [
        Event::Submit,
        Event::NotSent(Refusal::Retry),
        Event::NotSent(Refusal::Exhausted),
        Event::AnswerLost,
        Event::Interrupted,
        Event::Accepted,
        Event::Refused(Refusal::Final),
        Event::Refused(Refusal::Retry),
        Event::Refused(Refusal::Exhausted),
        Event::FileRequested,
        Event::FileSent,
        Event::Registered,
        Event::NotKnown,
        Event::GaveUp,
        Event::Requeue,
        Event::Cancel,
        Event::NotSent(Refusal::Final),
        Event::Refused(Refusal::Ask),
    ];

    /// One row per state in the order of `State::ALL`, one column per event in the order of `EVENTS`.
    /// `.` stays, `!` illegal, otherwise the first letters of the new state.
    const TABLE: [(&str, &str); 11] = [
        ("queued", "sub . . . ! . . . . . . reg . . . can . ."),
        ("submitting", "! que dea unk unk acc rej que dea fr . reg . . ! ! rej unk"),
        ("unknown", "! . . . ! acc rej que dea fr . reg que noa ! ! . unk"),
        ("accepted", "! . . . ! . rej que dea fr . reg . noa ! ! . unk"),
        ("file_requested", "! . . . ! . rej que dea . fs reg . noa ! ! . unk"),
        ("file_sent", "! . . . ! . rej que dea fr . reg . noa ! ! . unk"),
        ("registered", "! . . . ! . . . . . . . . . ! ! . ."),
        ("rejected", "! . . . ! . . . . . . reg . . que can . ."),
        ("no_answer", "! . . . ! . rej que dea fr . reg . . que can . unk"),
        ("dead", "! . . . ! . . . . . . reg . . que can . ."),
        ("cancelled", "! . . . ! . . . . . . reg . . que . . ."),
    ];

    fn abbreviation(state: State) -> &'static str {
        match state {
            State::Queued => "que",
            State::Submitting => "sub",
            State::Unknown => "unk",
            State::Accepted => "acc",
            State::FileRequested => "fr",
            State::FileSent => "fs",
            State::Registered => "reg",
            State::Rejected => "rej",
            State::NoAnswer => "noa",
            State::Dead => "dea",
            State::Cancelled => "can",
        }
    }

    #[test]
    fn every_cell_of_the_table_holds() {
        let mut cells = 0;
        for (state, (name, row)) in State::ALL.into_iter().zip(TABLE) {
            assert_eq!(state.as_str(), name);
            let expected: Vec<&str> = row.split(' ').collect();
            assert_eq!(expected.len(), EVENTS.len(), "{name}");
            for (event, expected) in EVENTS.into_iter().zip(expected) {
                let actual = match next(state, event) {
                    Ok(Transition::To(state)) => abbreviation(state),
                    Ok(Transition::Stays) => ".",
                    Err(illegal) => {
                        assert_eq!((illegal.state, illegal.event), (state, event));
                        "!"
                    }
                };
                assert_eq!(actual, expected, "{name} {event:?}");
                cells += 1;
            }
        }
        assert_eq!(cells, State::ALL.len() * EVENTS.len());
    }

    #[test]
    fn only_the_queue_leads_to_sending() {
        for state in State::ALL {
            let sends =
                EVENTS.into_iter().any(|event| next(state, event) == Ok(Transition::To(State::Submitting)));
            assert_eq!(sends, state == State::Queued, "{state}");
        }
    }

    #[test]
    fn registered_is_never_left() {
        for event in EVENTS {
            assert!(!matches!(next(State::Registered, event), Ok(Transition::To(_))), "{event:?}");
        }
    }

    #[test]
    fn word_of_every_state_is_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("sent".parse::<State>().is_err());
    }
}
