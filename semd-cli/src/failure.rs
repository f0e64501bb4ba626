//! Why a command could not do its work: one line for people, and the outcome.

use std::fmt;
use std::path::Path;

use semd_core::report::{Lang, Message};

use crate::outcome::Outcome;

/// A failure of the command itself; defects of documents are findings instead.
#[derive(Debug)]
pub struct Failure {
    /// Class of the failure.
    pub outcome: Outcome,
    /// What went wrong and what to do, one line.
    pub message: Message,
}

impl Failure {
    /// Wrong usage or configuration.
    pub fn usage(message: Message) -> Self {
        Self { outcome: Outcome::Usage, message }
    }

    /// Trouble of the environment: a retry makes sense.
    pub fn environment(message: Message) -> Self {
        Self { outcome: Outcome::Environment, message }
    }

    /// A file that cannot be read or written.
    pub fn io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::environment(Message::new(
            format!("{path}: {error}; проверьте путь и права доступа"),
            format!("{path}: {error}; check the path and the access rights"),
        ))
    }

    /// The line printed on stderr.
    pub fn line(&self, lang: Lang) -> impl fmt::Display + '_ {
        let word = match lang {
            Lang::Ru => "ошибка",
            Lang::En => "error",
        };
        fmt::from_fn(move |f| write!(f, "semd: {word}: {}", self.message.text(lang)))
    }
}
