//! Builds a document from a JSON card and checks it: `cargo run --example build_document CARD.json [FOLDER OF CARD KINDS]`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to people")]

use std::error::Error;

use semd_core::build::CardKinds;
use semd_core::package::PackageStore;
use semd_core::report::Lang;
use semd_core::validate::{Options, Validator};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: build_document CARD.json")?;
    let card = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let kinds = match std::env::args().nth(2) {
        Some(folder) => CardKinds::with_folder(folder.as_ref())?,
        None => CardKinds::embedded(),
    };
    match kinds.build(&card, None) {
        Ok(document) => {
            let validator = Validator::new(PackageStore::embedded());
            let report = validator.validate(document.as_bytes(), &Options::default());
            eprintln!("{:?}, {} findings", report.verdict, report.findings.len());
            println!("{document}");
        }
        Err(error) => {
            for fault in error.faults() {
                eprintln!("{}: {}", fault.pointer, fault.message.text(Lang::En));
            }
        }
    }
    Ok(())
}
