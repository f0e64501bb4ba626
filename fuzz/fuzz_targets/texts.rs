//! Any bytes where files of people are read: expectations, lock files, lists of numbers, texts to look for numbers in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::expect::Expectations;
use semd_core::package::PackageLock;
use semd_core::personal_data::{KnownNumbers, scan};

fuzz_target!(|bytes: &[u8]| {
    let mut known = KnownNumbers::synthetic();
    for number in scan(bytes, &known) {
        assert!(number.offset < bytes.len());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(expectations) = Expectations::parse(text) {
        assert_eq!(Expectations::parse(&expectations.to_text()).unwrap(), expectations);
    }
    if let Ok(lock) = PackageLock::parse(text) {
        assert_eq!(PackageLock::parse(&lock.to_text()).unwrap(), lock);
    }
    if known.add_list(text).is_ok() {
        let _ = scan(bytes, &known);
    }
});
