//! Check documents and look at the findings: `example-validate DOCUMENT…`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use semd_core::package::PackageStore;
use semd_core::report::Lang;
use semd_core::validate::{Options, Validator};

fn main() -> Result<(), Box<dyn Error>> {
    // A real program opens the official packages: PackageStore::open(&["packages".into()])?
    let validator = Validator::new(PackageStore::embedded());
    for path in std::env::args().skip(1) {
        let report = validator.validate(&std::fs::read(&path)?, &Options::default());
        let kind = report.kind.as_deref().unwrap_or("unknown");
        println!(
            "{path}: kind {kind}, {}, rules fired: {}",
            report.verdict.word(Lang::En),
            report.rules_fired
        );
        for finding in &report.findings {
            println!(
                "  {} {} at line {}: {} (turn of {})",
                finding.severity.word(Lang::En),
                finding.rule.as_deref().unwrap_or(finding.code),
                finding.line,
                finding.message.text(Lang::En),
                finding.owner.word(Lang::En),
            );
        }
    }
    Ok(())
}
