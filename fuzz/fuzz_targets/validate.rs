//! Any bytes against the built-in packages.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use semd_core::package::PackageStore;
use semd_core::validate::{Options, Validator};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(PackageStore::embedded()));

fuzz_target!(|bytes: &[u8]| {
    for kind in ["119", "148"] {
        let _ = VALIDATOR.validate(bytes, &Options { kind: Some(kind.to_owned()), ..Options::default() });
    }
});
