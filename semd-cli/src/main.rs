//! The `semd` command: arguments, streams and exit codes around the libraries.
#![allow(unreachable_pub, reason = "nothing outside can reach into a command")]

mod args;
mod batch;
mod cades_level;
mod commands;
mod config;
mod console;
mod dictionaries;
mod envelope;
mod exchange;
mod expectations;
mod failure;
mod help;
mod input;
mod memory;
mod online;
mod outcome;
mod packages;
mod secret;
mod sending;
mod signals;
mod signer;
mod table;
mod tls;
mod trust;
mod write_group;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};
use semd_core::report::Lang;

use args::{Cli, Command};
use config::Config;
use console::Console;
use failure::Failure;

fn main() -> ExitCode {
    let cli = match arguments() {
        Ok(cli) => cli,
        Err(failure) => {
            // Not even the language is known yet: what the configuration says cannot be trusted.
            let _ = writeln!(io::stderr().lock(), "{}", failure.line(args::environment_language()));
            return failure.outcome.into();
        }
    };
    let console = Console::new(&cli.common);
    let result = match cli.command {
        Command::Validate(command) => command.run(&console),
        Command::Lint(command) => command.run(&console),
        Command::Build(command) => command.run(&console),
        Command::Sign(command) => command.run(&console),
        Command::Verify(command) => command.run(&console),
        Command::Preflight(command) => command.run(&console),
        Command::Register(command) => command.run(&console),
        Command::Render(command) => command.run(&console),
        Command::Journal(command) => command.run(&console),
        Command::Serve(command) => command.run(&console),
        Command::Sandbox(command) => command.run(&console),
        Command::Scan(command) => command.run(&console),
        Command::Packages(command) => command.run(&console),
        Command::Nsi(command) => command.run(&console),
        Command::Kinds(command) => command.run(&console),
        Command::Pki(command) => command.run(&console),
        Command::Explain(command) => command.run(&console),
        Command::Doctor(command) => command.run(&console),
        Command::Demo(command) => command.run(&console),
        Command::Completions(command) => command.run(&console),
        Command::Man(command) => command.run(&console),
    };
    let outcome = result.unwrap_or_else(|failure| {
        console.complain(&failure.line(console.lang));
        failure.outcome
    });
    match console.lost() {
        Some(error) => {
            let failure = Failure::io(Path::new("stdout"), error);
            console.complain(&failure.line(console.lang));
            outcome.worst(failure.outcome).into()
        }
        None => outcome.into(),
    }
}

/// The command line, with the defaults that the configuration file gives.
fn arguments() -> Result<Cli, Failure> {
    let mut command = Cli::command();
    if let Some(file) = config::file(std::env::args_os().skip(1)) {
        command = Config::read(&file)?.applied_to(command);
    }
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    let parsed = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    Ok(parsed.unwrap_or_else(|error| instead(command, error)))
}

/// Prints the help that was asked for, or says what is wrong with the arguments, and ends the process.
fn instead(command: clap::Command, error: clap::Error) -> ! {
    let lang = help::language(std::env::args_os().skip(1), args::environment_language());
    if lang == Lang::En {
        error.exit();
    }
    if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = writeln!(io::stderr().lock(), "{}", help::complaint(&error));
        std::process::exit(error.exit_code());
    }
    // The same once more, in the other language.
    help::spoken(command, lang).try_get_matches().map_or_else(|error| error.exit(), |_| error.exit())
}
