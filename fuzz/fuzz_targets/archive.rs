//! Any bytes as a ZIP archive: of documents, of dictionaries, of rule packages.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use semd_core::archive::{Archive, ArchiveLimits};
use semd_core::nsi::{Builder, ImportLimits};
use semd_core::package;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("semd-fuzz-archive-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.join("118.zip");
    fs::write(&path, bytes).unwrap();
    let limits = ArchiveLimits { max_entries: 100, max_entry_bytes: 1 << 20, max_total_bytes: 8 << 20 };
    if let Ok((archive, entries)) = Archive::open(&path, &limits, |_| true) {
        for entry in &entries {
            if let Ok(bytes) = archive.read(entry) {
                assert!(bytes.len() as u64 <= (1 << 20) + 1);
            }
        }
    }
    let _ = semd_core::nsi::import(&path, &mut Builder::new(ImportLimits { max_cells: 1 << 20, ..ImportLimits::default() }));
    let store = FOLDER.join("store");
    let _ = package::import(&path, &store, None, true);
    // Nothing may lie beside the packages, wherever an entry pointed.
    for entry in fs::read_dir(&*FOLDER).unwrap().flatten() {
        let name = entry.file_name();
        assert!(name == "118.zip" || name == "store", "{name:?}");
    }
    let _ = fs::remove_dir_all(&store);
});
