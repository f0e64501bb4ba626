//! Engines in other languages, each behind a line protocol in a process of its own; `java/Peer.java` describes it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What a run of a peer answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Median over the runs asked for, nanoseconds.
    pub(crate) nanoseconds: f64,
    /// Number of findings.
    pub(crate) findings: usize,
}

/// A running engine.
pub(crate) struct Peer {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    pub(crate) fn start(command: &mut Command) -> Option<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let commands = child.stdin.take()?;
        let answers = BufReader::new(child.stdout.take()?);
        Some(Self { child, commands, answers })
    }

    fn ask(&mut self, command: &str) -> Result<String, String> {
        writeln!(self.commands, "{command}").map_err(|error| error.to_string())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(|error| error.to_string())?;
        match answer.trim_end().strip_prefix("error ") {
            Some(error) => Err(error.to_owned()),
            None if answer.is_empty() => Err("the process ended".to_owned()),
            None => Ok(answer.trim_end().to_owned()),
        }
    }

    /// Compiles rules under a key; answers the nanoseconds that took.
    pub(crate) fn load(&mut self, key: &str, rules: &Path) -> Result<f64, String> {
        let answer = self.ask(&format!("load\t{key}\t{}", rules.display()))?;
        answer.parse().map_err(|_| answer)
    }

    /// Parses and checks a document so many times.
    pub(crate) fn run(&mut self, key: &str, document: &Path, times: usize) -> Result<Run, String> {
        let answer = self.ask(&format!("run\t{key}\t{}\t{times}", document.display()))?;
        let (nanoseconds, findings) = answer.split_once(' ').ok_or_else(|| answer.clone())?;
        match (nanoseconds.parse(), findings.parse()) {
            (Ok(nanoseconds), Ok(findings)) => Ok(Run { nanoseconds, findings }),
            _ => Err(answer),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input ends; a peer that hangs is not waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
