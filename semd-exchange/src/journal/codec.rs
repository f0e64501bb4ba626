//! How values stand in the tables.

use std::cell::RefCell;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use semd_core::report::Owner;
use time::OffsetDateTime;

use super::JournalError;
use crate::message::RegisterError;

/// Bytes as they are.
const PLAIN: i64 = 0;
/// A zlib stream (RFC 1950).
const ZLIB: i64 = 1;
/// Shorter texts do not get shorter.
const WORTH_COMPRESSING: usize = 256;
/// More than any document or envelope has; a damaged stream must not fill the memory.
const LONGEST: u64 = 1 << 30;

/// Bytes with the number of their encoding.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    pub(super) encoding: i64,
}

thread_local! {
    /// An encoder has some hundred kilobytes of tables: made anew for every message they would be most of what a worker
    /// asks of the allocator.
    static ENCODER: RefCell<ZlibEncoder<Vec<u8>>> =
        RefCell::new(ZlibEncoder::new(Vec::new(), Compression::fast()));
}

/// Compresses bytes where that helps.
pub(super) fn pack(bytes: &[u8]) -> Packed {
    if bytes.len() >= WORTH_COMPRESSING
        && let Ok(packed) = ENCODER.with_borrow_mut(|encoder| deflate(encoder, bytes))
        && packed.len() < bytes.len()
    {
        return Packed { bytes: packed, encoding: ZLIB };
    }
    Packed { bytes: bytes.to_vec(), encoding: PLAIN }
}

/// One whole stream; the encoder is ready for the next one afterwards.
fn deflate(encoder: &mut ZlibEncoder<Vec<u8>>, bytes: &[u8]) -> io::Result<Vec<u8>> {
    encoder.get_mut().reserve(bytes.len() / 2);
    let written = encoder.write_all(bytes);
    let packed = encoder.reset(Vec::new())?;
    written.map(|()| packed)
}

/// The bytes as they were.
pub(super) fn unpack(bytes: Vec<u8>, encoding: i64, column: &'static str) -> Result<Vec<u8>, JournalError> {
    match encoding {
        PLAIN => Ok(bytes),
        ZLIB => {
            let mut plain = Vec::new();
            let read = ZlibDecoder::new(&bytes[..]).take(LONGEST).read_to_end(&mut plain);
            read.map_err(|_| JournalError::Corrupt { column })?;
            Ok(plain)
        }
        _ => Err(JournalError::Corrupt { column }),
    }
}

pub(super) fn to_json(value: &impl serde::Serialize, column: &'static str) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|_| JournalError::Corrupt { column })
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(
    text: &[u8],
    column: &'static str,
) -> Result<T, JournalError> {
    serde_json::from_slice(text).map_err(|_| JournalError::Corrupt { column })
}

/// Milliseconds since the Unix epoch, the unit of all times in the journal.
pub(super) fn to_millis(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(super) fn from_millis(millis: i64, column: &'static str) -> Result<OffsetDateTime, JournalError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| JournalError::Corrupt { column })
}

pub(super) fn owner_of(word: &str) -> Result<Owner, JournalError> {
    Owner::find(word).ok_or(JournalError::Corrupt { column: "owner" })
}

/// The codes of a refusal without repetitions, in their order: two signatures may fail for the same reason.
pub(super) fn distinct_codes(errors: &[RegisterError]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for error in errors {
        if !codes.contains(&error.code) {
            codes.push(error.code.clone());
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_two_signatures_is_named_once() {
        let error = |code: &str| RegisterError { code: code.to_owned(), message: String::new() };
        let errors = ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR", "DIGEST_MISMATCH"].map(error);
        assert_eq!(distinct_codes(&errors), ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR"]);
    }

    #[test]
    fn bytes_come_back_as_they_were_and_texts_get_shorter() {
        let text = "<ClinicalDocument/>".repeat(100).into_bytes();
        let noise: Vec<u8> = (0..1000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [Vec::new(), b"short".to_vec(), noise, text.clone()] {
            let packed = pack(&bytes);
            assert!(packed.bytes.len() <= bytes.len());
            assert_eq!(unpack(packed.bytes, packed.encoding, "raw").unwrap(), bytes);
        }
        assert!(pack(&text).bytes.len() < text.len() / 10);
    }

    #[test]
    fn damaged_or_unknown_encoding_is_an_error() {
        let packed = pack(&[b'a'; 1000]);
        assert!(unpack(packed.bytes[..5].to_vec(), ZLIB, "raw").is_err());
        assert!(unpack(packed.bytes, 9, "raw").is_err());
    }
}
