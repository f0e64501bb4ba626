//! Numbers the engine, so that no cache outlives a change of it, and embeds the rule packages and the card kinds of `schemas/`, so that the library works with no file beside it.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    number_engine()?;
    embed("packages", "embedded_packages.rs")?;
    embed("cards", "embedded_cards.rs")
}

/// Makes one number of the sources of this crate, the versions of all others and the form of numbers in memory.
fn number_engine() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files)?;
    files.sort();
    let versions = root.join("../Cargo.lock");
    println!("cargo::rerun-if-changed={}", versions.display());
    files.extend(Some(versions).filter(|file| file.is_file()));
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file)?.hash(&mut hasher);
    }
    // Tables are written as they lie in memory.
    for form in ["CARGO_CFG_TARGET_ENDIAN", "CARGO_CFG_TARGET_POINTER_WIDTH"] {
        env::var_os(form).hash(&mut hasher);
    }
    println!("cargo::rustc-env=SEMD_ENGINE={:016x}", hasher.finish());
    Ok(())
}

/// Writes the table of a folder below `schemas/`: name relative to it, contents.
fn embed(folder: &str, table_name: &str) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(folder);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        let name = name
            .to_str()
            .ok_or_else(|| io::Error::other("the name of a file to embed is not UTF-8"))?
            .replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.canonicalize()?);
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    fs::write(out.join(table_name), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    Ok(())
}
