//! Any bytes as a container that is to be raised to another level of CAdES.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_sign::cades;
use semd_sign::tsp::TspError;
use semd_sign::verify::TrustStore;

fuzz_target!(|bytes: &[u8]| {
    // The container brings its own answer: whatever follows the first half.
    let (container, answer) = bytes.split_at(bytes.len() / 2);
    let source = |_: &[u8]| -> Result<Vec<u8>, TspError> { Ok(answer.to_vec()) };
    for octets in [bytes, container] {
        let _ = cades::add_time_stamp(octets, &source);
        let _ = cades::add_archive_time_stamp(octets, b"content", &source);
        let _ = cades::add_long_term(octets, &TrustStore::new(), time::OffsetDateTime::UNIX_EPOCH);
    }
});
