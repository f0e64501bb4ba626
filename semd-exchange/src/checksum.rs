//! The CRC-32 of files and signatures that the registration request declares.
//!
//! The only public code that fills `checksum` computes the CRC-32 of the base64 text as a signed number; whether the
//! register wants that or the decoded bytes, signed or unsigned, is not documented. Input and sign are therefore two
//! switches, and a receiver accepts every combination.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What the checksum is computed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksumInput {
    /// The bytes themselves.
    Bytes,
    /// Their base64 text, standard alphabet with padding, no line breaks.
    #[default]
    Base64Text,
}

/// How the 32 bits are written as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksumSign {
    /// Two's complement, −2³¹ … 2³¹−1.
    #[default]
    Signed,
    /// 0 … 2³²−1.
    Unsigned,
}

/// One way to compute the checksum. The default is the only one observed.
///
/// ```
/// use semd_exchange::checksum::Checksum;
///
/// let value = Checksum::default().of(b"123456789");
/// assert_eq!(Checksum::matching(b"123456789", value), Some(Checksum::default()));
/// assert_eq!(Checksum::matching(b"another file", value), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// What it is computed over.
    pub input: ChecksumInput,
    /// How it is written.
    pub sign: ChecksumSign,
}

impl Checksum {
    /// All variants, the observed one first.
    pub const ALL: [Self; 4] = [
        Self { input: ChecksumInput::Base64Text, sign: ChecksumSign::Signed },
        Self { input: ChecksumInput::Base64Text, sign: ChecksumSign::Unsigned },
        Self { input: ChecksumInput::Bytes, sign: ChecksumSign::Signed },
        Self { input: ChecksumInput::Bytes, sign: ChecksumSign::Unsigned },
    ];

    /// The checksum of `bytes`: CRC-32 of ISO 3309 (polynomial 0x04C11DB7, reflected).
    pub fn of(self, bytes: &[u8]) -> i64 {
        let crc = match self.input {
            ChecksumInput::Bytes => crc32fast::hash(bytes),
            ChecksumInput::Base64Text => crc32fast::hash(STANDARD.encode(bytes).as_bytes()),
        };
        match self.sign {
            ChecksumSign::Signed => i64::from(crc.cast_signed()),
            ChecksumSign::Unsigned => i64::from(crc),
        }
    }

    /// The first variant of [`Checksum::ALL`] that gives `declared`.
    pub fn matching(bytes: &[u8], declared: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.of(bytes) == declared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_value_of_crc_32_is_reproduced() {
        let unsigned = Checksum { input: ChecksumInput::Bytes, sign: ChecksumSign::Unsigned };
        let signed = Checksum { input: ChecksumInput::Bytes, sign: ChecksumSign::Signed };
        assert_eq!(unsigned.of(b"123456789"), 0xCBF4_3926);
        assert_eq!(signed.of(b"123456789"), 0xCBF4_3926 - (1 << 32));
    }

    #[test]
    fn base64_variant_hashes_the_text() {
        let text = Checksum { input: ChecksumInput::Base64Text, sign: ChecksumSign::Unsigned };
        assert_eq!(text.of(b"any"), i64::from(crc32fast::hash(b"YW55")));
    }

    #[test]
    fn every_variant_is_recognised_and_a_wrong_number_is_not() {
        for variant in Checksum::ALL {
            let declared = variant.of(b"document");
            let matched = Checksum::matching(b"document", declared).unwrap();
            assert_eq!(matched.input, variant.input);
            assert_eq!(Checksum::matching(b"document", declared ^ 1), None);
        }
    }
}
