//! The committed header is the one the sources make. `SEMD_WRITE_HEADER=1` writes it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

/// The sources, in the order a reader wants them.
const SOURCES: [&str; 13] = [
    "version",
    "handle",
    "buffer",
    "failure",
    "error",
    "validate",
    "build",
    "render",
    "trust",
    "signer",
    "sign",
    "verify",
    "preflight",
];

fn generated(folder: &Path) -> String {
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(folder.join(format!("src/{source}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn committed_header_is_made_of_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = folder.join("include/semd.h");
    let generated = generated(folder);
    if std::env::var_os("SEMD_WRITE_HEADER").is_some() {
        fs::write(&header, &generated).unwrap();
    }
    assert!(
        fs::read_to_string(&header).unwrap() == generated,
        "semd.h is not what the sources make; SEMD_WRITE_HEADER=1 cargo test -p semd-ffi --test header writes it"
    );
}

#[test]
fn every_exported_function_is_declared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = fs::read_to_string(folder.join("include/semd.h")).unwrap();
    let mut exported = 0;
    for entry in fs::read_dir(folder.join("src")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for part in source.split("#[unsafe(no_mangle)]").skip(1) {
            let name = part.split("fn ").nth(1).unwrap().split('(').next().unwrap();
            assert!(header.contains(&format!("{name}(")), "{name}");
            exported += 1;
        }
    }
    assert!(exported >= 18, "{exported}");
}
