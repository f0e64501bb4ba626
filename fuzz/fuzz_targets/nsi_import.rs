//! Any bytes as passport, part or export of a dictionary: what is imported must open again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::nsi::{Builder, ImportLimits, Store};

const NAMES: [&str; 3] = ["1.2.3_1.0_passport", "1.2.3_1.0_part1", "1.2.3_1.0.json"];

fuzz_target!(|bytes: &[u8]| {
    for name in NAMES {
        let mut builder = Builder::new(ImportLimits { max_cells: 1 << 20, ..ImportLimits::default() });
        if builder.add(name, bytes).is_ok() && let Ok(store) = builder.finish(0, false) {
            assert!(Store::from_bytes(&store).is_ok());
        }
    }
});
