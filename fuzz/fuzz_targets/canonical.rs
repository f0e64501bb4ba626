//! Canonical XML of any document is well-formed, and its own canonical form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::xml::{self, Limits, c14n};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = xml::parse(bytes, &Limits::default()) else { return };
    for mut options in [c14n::Options::inclusive(), c14n::Options::exclusive().with_comments()] {
        options.max_bytes = 1 << 20;
        let Ok(once) = c14n::canonicalize(&document, &options) else { continue };
        let again = xml::parse(&once, &Limits::default()).expect("canonical XML is well-formed");
        assert_eq!(c14n::canonicalize(&again, &options).as_deref(), Ok(&*once));
    }
});
