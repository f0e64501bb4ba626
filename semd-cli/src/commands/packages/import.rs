//! `semd packages import`.

use std::path::PathBuf;

use clap::Args;
use semd_core::package::{self, ImportError};
use time::Date;

use crate::args::day;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Flags of `semd packages import`.
#[derive(Args, Debug)]
pub struct Import {
    /// ZIP archives and folders as the Ministry publishes them: `118.zip`, `118/CDA.xsd` with `118.sch` and `118_1.sch`,
    /// or folders of packages
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// Folder of packages they go to; made if absent
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// First day of the rules, YYYY-MM-DD: they are kept beside earlier ones, and documents made from that day on are checked by
    /// them
    #[arg(long, value_name = "DATE", value_parser = day)]
    valid_from: Option<Date>,
    /// Replace packages of the same kinds
    #[arg(long)]
    replace: bool,
}

impl Import {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        std::fs::create_dir_all(&self.to).map_err(|error| Failure::io(&self.to, &error))?;
        for source in &self.sources {
            let imported = package::import(source, &self.to, self.valid_from, self.replace);
            let imported = imported.map_err(|error| match &error {
                ImportError::Io { path, source } => Failure::io(path, source),
                _ => Failure::usage(error.message()),
            })?;
            for one in imported {
                let state = match one.unchanged {
                    true => console.text("уже есть", "is there already"),
                    false => console.text("принят", "imported"),
                };
                let files = console.text("файлов", "files");
                console.data(&format!(
                    "{:>4}  {state}  sha256:{}  {files}: {}\n",
                    one.kind, one.digest, one.files
                ));
            }
        }
        Ok(Outcome::Good)
    }
}
