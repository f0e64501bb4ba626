//! Any document: lint never panics, counts no more faults than places, and scores within its scale.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use semd_core::lint::Linter;
use time::macros::date;

static LINTER: LazyLock<Linter> = LazyLock::new(|| Linter::new().as_of(date!(2026 - 01 - 01)));

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = LINTER.document(bytes) else { return };
    assert!(report.score.is_none_or(|score| score <= 100));
    assert!(report.looked.iter().all(|one| one.faulty <= one.places));
});
