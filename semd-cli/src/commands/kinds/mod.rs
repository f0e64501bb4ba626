//! `semd kinds`.

mod list;
mod rows;
mod show;
mod sources;

use clap::Subcommand;

use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Document kinds
#[derive(Debug, Subcommand)]
pub enum Kinds {
    /// List the kinds known: edition, format, window of registration, is there a rule package
    List(list::List),
    /// Show all that is known about a kind, with its rules of signing
    Show(show::Show),
}

impl Kinds {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        match self {
            Self::List(list) => list.run(console),
            Self::Show(show) => show.run(console),
        }
    }
}
