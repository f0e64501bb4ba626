//! Many texts in one piece of memory: compiled packages have a hundred thousand of them, and are read as a whole, not text by text.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::byte_string::ByteString;

/// One text, by its first byte and the one behind its last.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Piece(u32, u32);

/// The texts, one behind the other; at most 4 GiB, which those who fill it see to.
#[derive(Debug, Default)]
pub(crate) struct Texts(String);

impl Texts {
    pub(crate) fn add(&mut self, text: &str) -> Piece {
        let start = self.0.len() as u32;
        self.0.push_str(text);
        Piece(start, self.0.len() as u32)
    }

    pub(crate) fn get(&self, piece: Piece) -> &str {
        &self.0[piece.0 as usize..piece.1 as usize]
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ByteString(self.0.as_bytes().into()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ByteString(bytes) = ByteString::deserialize(deserializer)?;
        let text = simdutf8::basic::from_utf8(&bytes).map_err(D::Error::custom)?;
        Ok(Self(text.to_owned()))
    }
}
