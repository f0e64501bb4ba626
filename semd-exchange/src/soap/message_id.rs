//! Message identifiers of WS-Addressing and how they are compared.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A WS-Addressing `MessageID` in the one form in which this crate compares and stores identifiers.
///
/// Systems around the register write the same identifier as `urn:uuid:…`, `uuid:…`, `<…>`, with or without dashes and
/// in either case. [`MessageId::normalise`] folds all of them to lower case without dashes and decoration.
///
/// ```
/// use semd_exchange::soap::MessageId;
///
/// let plain = MessageId::normalise("0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01");
/// assert_eq!(MessageId::normalise("<urn:uuid:0F1D0C6E6F0C4C559A392F6D0E6D7A01>"), plain);
/// assert_eq!(plain.to_urn(), "urn:uuid:0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// A new random identifier.
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// Reads an identifier in any spelling. Text that is not a UUID is kept, decoration removed.
    pub fn normalise(text: &str) -> Self {
        // Dashes go first: behind one a bracket may stand that must go as well.
        let text: String = text.chars().filter(|&c| c != '-').flat_map(char::to_lowercase).collect();
        let mut rest = text.trim();
        loop {
            let before = rest;
            rest = rest.trim_start_matches('<').trim_end_matches('>').trim();
            for prefix in ["urn:", "uuid:"] {
                rest = rest.strip_prefix(prefix).unwrap_or(rest);
            }
            if rest == before {
                break;
            }
        }
        Self(rest.to_owned())
    }

    /// The normalised text: lower case, no dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier as it is written into a message: `urn:uuid:` with dashes when it is a UUID, else bare.
    pub fn to_urn(&self) -> String {
        match Uuid::try_parse(&self.0) {
            Ok(uuid) => format!("urn:uuid:{}", uuid.hyphenated()),
            Err(_) => self.0.clone(),
        }
    }

    /// Whether nothing is left after normalisation.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_normalises_to_the_same_identifier() {
        let expected = "0f1d0c6e6f0c4c559a392f6d0e6d7a01";
        for text in [
            "0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01",
            "urn:uuid:0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01",
            "uuid:0F1D0C6E-6F0C-4C55-9A39-2F6D0E6D7A01",
            " <urn:uuid:0f1d0c6e6f0c4c559a392f6d0e6d7a01> ",
            "URN:UUID:0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01",
        ] {
            assert_eq!(MessageId::normalise(text).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn identifier_that_is_no_uuid_survives() {
        assert_eq!(MessageId::normalise("Message-17").as_str(), "message17");
        assert_eq!(MessageId::normalise("Message-17").to_urn(), "message17");
        assert!(MessageId::normalise(" <> ").is_empty());
        assert!(MessageId::normalise(">-").is_empty());
    }

    #[test]
    fn random_identifier_round_trips_through_its_urn() {
        let id = MessageId::random();
        assert_eq!(MessageId::normalise(&id.to_urn()), id);
    }
}
