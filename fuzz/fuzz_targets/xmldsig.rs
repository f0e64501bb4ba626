//! Any bytes as a document with XML signatures.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::xml::{self, Limits};
use semd_sign::xmldsig::{self, Options};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = xmldsig::to_utf8(bytes) else { return };
    let Ok(document) = xml::parse(&text, &Limits::default()) else { return };
    let mut options = Options::default();
    options.limits.canonical_bytes = 1 << 20;
    for signature in xmldsig::signatures(&document).into_iter().take(4) {
        let _ = xmldsig::end_of(&document, signature);
        if let Ok(verified) = xmldsig::verify(&document, signature, &options) {
            let _ = verified.covers(&document, document.root());
        }
    }
});
