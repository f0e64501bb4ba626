//! Any bytes as a signature container, a certificate, a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_sign::verify::{Content, ControlTime, Policy, Request, TrustStore, verify};
use semd_sign::{Certificate, PrivateKey};

fuzz_target!(|bytes: &[u8]| {
    let request = Request {
        content: Content::Bytes(b"content"),
        signature: bytes,
        trust: &TrustStore::new(),
        time: ControlTime::SigningTime,
        policy: Policy::Remd,
    };
    let _ = verify(&request);
    let _ = Certificate::from_bytes(bytes);
    let _ = PrivateKey::from_bytes(bytes, Some("Проверка-1".as_bytes()));
});
