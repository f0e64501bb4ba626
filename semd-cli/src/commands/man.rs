//! `semd man`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};

use crate::args::Cli;
use crate::console::Console;
use crate::failure::Failure;
use crate::help;
use crate::input;
use crate::outcome::Outcome;

/// Print the manual page of semd (roff), or write one for every command
#[derive(Args, Debug)]
pub struct Man {
    /// Write semd.1, semd-validate.1, … into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut command = help::spoken(Cli::command().disable_help_subcommand(true), console.lang);
        // Gives subcommands the names that their pages have.
        command.build();
        match &self.out {
            None => console.bytes(&page(&command)?.1),
            Some(folder) => {
                fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
                let written = write(&command, folder)?;
                let word = console.text("страниц", "pages");
                console.note(&format!("{}: {word}: {written}", folder.display()));
            }
        }
        Ok(Outcome::Good)
    }
}

/// Writes the pages of a command and of those under it; answers how many there are.
fn write(command: &Command, folder: &Path) -> Result<usize, Failure> {
    let (name, text) = page(command)?;
    input::write_atomically(&folder.join(name), &text)?;
    command.get_subcommands().try_fold(1, |written, inner| Ok(written + write(inner, folder)?))
}

/// The file name and the text of a page.
fn page(command: &Command) -> Result<(String, Vec<u8>), Failure> {
    let page = clap_mangen::Man::new(command.clone()).source(concat!("semd ", env!("CARGO_PKG_VERSION")));
    let (name, mut text) = (page.get_filename(), Vec::new());
    page.render(&mut text).map_err(|error| Failure::io(Path::new(&name), &error))?;
    Ok((name, text))
}
