//! The `semd` command: arguments, streams and exit codes around the libraries.
#![allow(unreachable_pub, reason = "nothing outside can reach into a command")]

mod args;
mod batch;
mod commands;
mod console;
mod failure;
mod input;
mod outcome;
mod packages;
mod secret;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use console::Console;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(&cli.common);
    let result = match cli.command {
        Command::Validate(command) => command.run(&console),
        Command::Sign(command) => command.run(&console),
        Command::Verify(command) => command.run(&console),
        Command::Register(command) => command.run(&console),
        Command::Journal(command) => command.run(&console),
        Command::Sandbox(command) => command.run(&console),
        Command::Packages(command) => command.run(&console),
        Command::Pki(command) => command.run(&console),
        Command::Explain(command) => command.run(&console),
        Command::Demo(command) => command.run(&console),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            console.complain(&failure.line(console.lang));
            failure.outcome.into()
        }
    }
}
