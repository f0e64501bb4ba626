//! Why an external command did not sign.

use semd_core::report::Message;

/// An external command that did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The description of the command is not understood.
    #[error("the description of the command: {0}")]
    Description(String),
    /// The program cannot be started.
    #[error("the program {program} cannot be started: {reason}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// The program ended with an error; its last words.
    #[error("the command ended with {status}: {words}")]
    Failed {
        /// Exit code, or the signal.
        status: String,
        /// Last line of its error stream.
        words: String,
        /// Whether the program said that trying again makes sense (exit code 75).
        transient: bool,
    },
    /// The program did not end in time.
    #[error("the command took more than {seconds} s and was stopped")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// The program was refused before in this process and is not run again.
    #[error("the command failed before and is not run again")]
    FailedBefore,
    /// The output is not in the form that the description says.
    #[error("the output of the command is not a signature in the form {0}")]
    Output(&'static str),
    /// What came back does not belong to the certificate.
    #[error("what the command signed does not belong to the certificate")]
    ForeignCertificate,
    /// The command makes whole containers, which serve only detached signatures over documents in memory.
    #[error("the command signs whole documents only")]
    DocumentsOnly,
    /// Files for the command cannot be written or read.
    #[error("files of the command: {0}")]
    Files(String),
}

impl CommandError {
    /// Whether trying again makes sense.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Failed { transient, .. } => *transient,
            Self::TimedOut { .. } | Self::Files(_) => true,
            _ => false,
        }
    }

    /// The error for people: what is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Self::Description(reason) => Message::new(
                format!("описание внешней команды не понято: {reason}"),
                format!("the description of the external command is not understood: {reason}"),
            ),
            Self::Start { program, reason } => Message::new(
                format!("программа {program} не запущена: {reason}; проверьте путь в описании команды"),
                format!(
                    "{program} was not started: {reason}; check the path in the description of the command"
                ),
            ),
            Self::Failed { status, words, .. } => Message::new(
                format!("внешняя команда не подписала ({status}): {words}"),
                format!("the external command did not sign ({status}): {words}"),
            ),
            Self::TimedOut { seconds } => Message::new(
                format!(
                    "внешняя команда не уложилась в {seconds} с и остановлена (не ждёт ли она ввода ПИН-кода?)"
                ),
                format!(
                    "the external command took more than {seconds} s and was stopped (does it wait for a PIN?)"
                ),
            ),
            Self::FailedBefore => Message::new(
                "внешняя команда уже завершилась ошибкой в этом запуске и снова не запускается, чтобы не заблокировать ключ",
                "the external command failed in this run already and is not run again, so as not to lock the key",
            ),
            Self::Output(form) => Message::new(
                format!(
                    "внешняя команда вернула не подпись в виде {form}: проверьте encoding в описании команды"
                ),
                format!(
                    "the external command gave no signature in the form {form}: check encoding in its description"
                ),
            ),
            Self::ForeignCertificate => Message::new(
                "подпись внешней команды не проверяется ключом сертификата: сертификат не от того ключа",
                "the external command's signature does not verify by the certificate: it is of another key",
            ),
            Self::DocumentsOnly => Message::new(
                "внешняя команда подписывает только документы целиком: для конверта и вложенной подписи нужен другой ключ",
                "the external command signs whole documents only: envelopes and attached signatures need another key",
            ),
            Self::Files(reason) => Message::new(
                format!("файлы для внешней команды: {reason}"),
                format!("files for the external command: {reason}"),
            ),
        }
    }
}
