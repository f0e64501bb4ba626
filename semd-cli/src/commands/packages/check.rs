//! `semd packages check` and `show`.

use std::path::PathBuf;

use clap::Args;
use semd_core::package::{Package, PackageError, PackageLock};

use crate::args::{KindFolder, PackageFolders};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::packages;

/// Flags of `semd packages check`.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    folders: PackageFolders,
    /// Write the digests of all packages that can be used into a lock file
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
}

impl Check {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let store = packages::open(&self.folders)?;
        let mut lock = PackageLock::default();
        let mut outcome = Outcome::Good;
        for name in store.names() {
            match store.package(name) {
                Some(Ok(package)) => {
                    lock.pin(name, &package.digest);
                    console.data(&line(&package, console));
                }
                Some(Err(error)) => {
                    console.complain(&error.message().text(console.lang));
                    outcome = outcome.worst(Outcome::Usage);
                }
                None => {}
            }
        }
        if let Some(path) = &self.lock {
            std::fs::write(path, lock.to_text()).map_err(|error| Failure::io(path, &error))?;
        }
        Ok(outcome)
    }
}

/// Flags of `semd packages show`.
#[derive(Args, Debug)]
pub struct Show {
    /// Kind of documents, a code of НСИ 1.2.643.5.1.13.13.11.1520; with `@YYYY-MM-DD` the edition of that day
    kind: String,
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
}

impl Show {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let store = packages::open(&self.folders)?;
        let unknown = || Err(PackageError::Unknown { kind: self.kind.clone() }.into());
        let package = store
            .package(&self.kind)
            .unwrap_or_else(unknown)
            .map_err(|error| Failure::usage(error.message()))?;
        let kinds = self.kinds.open()?;
        if let Some(kind) = kinds.find(&package.kind) {
            console.data(&format!("{}\n", kind.title_in(console.lang)));
            if let Some(edition) = kind.edition {
                console.data(&format!("{} {edition}\n", console.text("редакция", "edition")));
            }
            let window = [&kind.valid_from, &kind.valid_to].map(|day| day.as_deref().unwrap_or("…"));
            console.data(&format!(
                "{} {} – {}\n",
                console.text("регистрация", "registration"),
                window[0],
                window[1]
            ));
            for template in &kind.templates {
                console.data(&format!("templateId {template}\n"));
            }
        }
        console.data(&line(&package, console));
        for file in store.file_names(&self.kind).map_err(|error| Failure::usage(error.message()))? {
            console.data(&format!("  {file}\n"));
        }
        Ok(Outcome::Good)
    }
}

/// One line about a compiled package.
fn line(package: &Package, console: &Console) -> String {
    let rules: usize = package.plans.iter().map(|plan| plan.rule_count()).sum();
    let assertions: usize = package.plans.iter().map(|plan| plan.assertions().len()).sum();
    let from = package.valid_from.map_or(String::new(), |day| format!("@{day}"));
    let schema = if package.schema.is_some() { "XSD" } else { "—" };
    format!(
        "{:>4}{from}  {schema}  {}: {rules}  {}: {assertions}  sha256:{}\n",
        package.kind,
        console.text("правил", "rules"),
        console.text("утверждений", "assertions"),
        package.digest
    )
}
