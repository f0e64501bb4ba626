//! Why reference data cannot be used.

use std::path::PathBuf;

use semd_core::report::Message;

/// Why reference data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A file could not be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder has no table.
    #[error("{folder}: no table of reference data", folder = folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no table of this name.
    #[error("no table is called {name}")]
    UnknownTable {
        /// The name.
        name: String,
    },
    /// The file is not a table.
    #[error("{path}:{line}: not a table: {reason}", path = path.display())]
    NotATable {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A column is missing.
    #[error("{path}: the column {column} is missing", path = path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A date is not one.
    #[error("{path}:{line}: the column {column} holds no date", path = path.display())]
    NotADate {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: u64,
        /// The column.
        column: String,
    },
    /// A schema of extra attributes does not compile.
    #[error("schema of the extra attributes of kind {kind}: {reason}")]
    Schema {
        /// The kind.
        kind: String,
        /// What is wrong.
        reason: String,
    },
}

impl ReferenceError {
    /// What is wrong and what to do.
    pub fn message(&self) -> Message {
        let (ru, en) = match self {
            Self::File { path, source } => {
                let path = path.display();
                (format!("{path}: не читается: {source}"), format!("{path}: cannot be read: {source}"))
            }
            Self::Nothing { folder } => {
                let folder = folder.display();
                let see = "docs/reference-data.md";
                (
                    format!("{folder}: нет ни одной таблицы справочных данных; имена и столбцы — в {see}"),
                    format!("{folder}: there is no table of reference data; for names and columns see {see}"),
                )
            }
            Self::UnknownTable { name } => {
                (format!("нет таблицы с именем {name}"), format!("there is no table called {name}"))
            }
            Self::NotATable { path, line, reason } => {
                let path = path.display();
                (
                    format!("{path}:{line}: это не таблица CSV в UTF-8: {reason}"),
                    format!("{path}:{line}: this is not a CSV table in UTF-8: {reason}"),
                )
            }
            Self::NoColumn { path, column } => {
                let path = path.display();
                (format!("{path}: нет столбца {column}"), format!("{path}: the column {column} is missing"))
            }
            Self::NotADate { path, line, column } => {
                let path = path.display();
                (
                    format!("{path}:{line}: в столбце {column} не дата; пишите ГГГГ-ММ-ДД или ДД.ММ.ГГГГ"),
                    format!(
                        "{path}:{line}: the column {column} holds no date; write YYYY-MM-DD or DD.MM.YYYY"
                    ),
                )
            }
            Self::Schema { kind, reason } => (
                format!("схема дополнительных атрибутов вида {kind} не читается: {reason}"),
                format!("the schema of the extra attributes of kind {kind} cannot be used: {reason}"),
            ),
        };
        Message::new(ru, en)
    }
}
