//! `semd packages`.

mod check;
mod diff;
mod import;
mod list;

use clap::Subcommand;

use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;

pub use list::{ListFormat, parts};

/// Rule packages
#[derive(Debug, Subcommand)]
pub enum Packages {
    /// Take official packages over into a folder of packages: ZIP archives and folders as they are
    Import(import::Import),
    /// List the packages at hand
    List(list::List),
    /// Show what a package consists of
    Show(check::Show),
    /// Compile packages, report what cannot be used, and pin them in a lock file
    Check(check::Check),
    /// What changed between two packages, rule by rule
    Diff(diff::Diff),
}

impl Packages {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        match self {
            Self::Import(import) => import.run(console),
            Self::List(list) => list.run(console),
            Self::Show(show) => show.run(console),
            Self::Check(check) => check.run(console),
            Self::Diff(diff) => diff.run(console),
        }
    }
}
