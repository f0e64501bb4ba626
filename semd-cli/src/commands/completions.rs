//! `semd completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::args::Cli;
use crate::console::Console;
use crate::failure::Failure;
use crate::help;
use crate::outcome::Outcome;

/// Print the completions of a shell, for its folder of completions or its start file
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        // Into memory first: the generator panics where stdout takes nothing.
        let mut script = Vec::new();
        let mut command = help::spoken(Cli::command(), console.lang);
        clap_complete::generate(self.shell, &mut command, "semd", &mut script);
        console.bytes(&script);
        Ok(Outcome::Good)
    }
}
