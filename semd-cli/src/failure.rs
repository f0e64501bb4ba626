//! Why a command could not do its work: one line for people, and the outcome.

use std::path::Path;
use std::{fmt, io};

use semd_core::report::{Lang, Message};

use crate::outcome::Outcome;

/// A failure of the command itself; defects of documents are findings instead.
#[derive(Clone, Debug)]
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
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let (path, reason) = (path.display(), reason(error));
        Self::environment(Message::new(
            format!("{path}: {}; проверьте путь и права доступа", reason.ru),
            format!("{path}: {}; check the path and the access rights", reason.en),
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

/// What the system says, in both languages where it is one of the usual mishaps.
pub fn reason(error: &io::Error) -> Message {
    let system = error.to_string();
    let russian = match error.kind() {
        io::ErrorKind::NotFound => "нет такого файла или папки",
        io::ErrorKind::PermissionDenied => "нет прав доступа",
        io::ErrorKind::IsADirectory => "это папка, а нужен файл",
        io::ErrorKind::NotADirectory => "часть пути не папка",
        io::ErrorKind::StorageFull => "на диске нет места",
        io::ErrorKind::ReadOnlyFilesystem => "диск только для чтения",
        io::ErrorKind::AddrInUse => "адрес уже занят",
        io::ErrorKind::InvalidData => "это не текст UTF-8",
        _ => return Message::verbatim(system),
    };
    Message::new(russian, system)
}
