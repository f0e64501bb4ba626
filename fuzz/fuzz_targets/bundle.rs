//! Any bytes as a document, a signature, a request file and a table of reference data of one bundle.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use semd_core::package::PackageStore;
use semd_core::validate::Validator;
use semd_exchange::bundle::BundleFiles;
use semd_exchange::preflight::Preflight;
use semd_exchange::reference::{ReferenceData, TableSpec};
use semd_sign::verify::TrustStore;
use time::macros::datetime;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(PackageStore::embedded()));

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default().to_vec();
    let files = BundleFiles {
        document: next(),
        request: Some(next()),
        signatures: vec![("doctor".to_owned(), next())],
        result: Some(next()),
    };
    let mut data = ReferenceData::default();
    let table = next();
    for spec in TableSpec::all() {
        let _ = data.insert_csv(&spec.name, &String::from_utf8_lossy(&table));
    }
    let preflight = Preflight::new(VALIDATOR.clone(), TrustStore::new(), data);
    let _ = preflight.check(&files, None, datetime!(2025-03-20 12:00 UTC));
});
