//! Why dictionaries cannot be imported or a store cannot be opened.

use std::path::PathBuf;

use crate::report::Message;

/// Dictionaries cannot be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The sources have no file of a dictionary.
    #[error("{}: no file `<oid>_<version>_passport`, `<oid>_<version>_part<n>` or `<oid>_<version>.json`", path.display())]
    Nothing {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file is not the JSON it should be.
    #[error("{name}: {reason}")]
    Json {
        /// Name of the file.
        name: String,
        /// Place and reason.
        reason: serde_json::Error,
    },
    /// The passport is of another dictionary than its file name says.
    #[error("{name}: the passport inside is of {oid} version {version}")]
    Mismatch {
        /// Name of the file.
        name: String,
        /// Identifier inside.
        oid: String,
        /// Version inside.
        version: String,
    },
    /// The same part was given twice.
    #[error("{name}: this part of the dictionary was already imported from another file")]
    Twice {
        /// Name of the file.
        name: String,
    },
    /// An archive cannot be read.
    #[error("{name}: {reason}")]
    Archive {
        /// Name of the archive.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit on untrusted input is exceeded.
    #[error("{name}: more than {limit} {what}")]
    Limit {
        /// Name of the file or dictionary.
        name: String,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

impl ImportError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        let en = format!("dictionaries: {self}");
        match self {
            Self::Io { path, source } => {
                let path = path.display();
                Message::new(
                    format!("справочники: {path}: {source}; проверьте путь и права доступа"),
                    format!("{en}; check the path and the access rights"),
                )
            }
            Self::Nothing { path } => Message::new(
                format!(
                    "в {} нет файлов справочников <oid>_<версия>_passport, <oid>_<версия>_part<n> или <oid>_<версия>.json",
                    path.display()
                ),
                en,
            ),
            Self::Json { name, reason } => Message::new(
                format!(
                    "справочники: {name}: это не JSON паспорта или части справочника: {reason}; скачайте файл заново"
                ),
                format!("{en}; download the file again"),
            ),
            Self::Mismatch { name, oid, version } => Message::new(
                format!(
                    "справочники: {name}: внутри паспорт справочника {oid} версии {version}; переименуйте файл"
                ),
                format!("{en}; rename the file"),
            ),
            Self::Twice { name } => Message::new(
                format!(
                    "справочники: {name}: эта часть справочника уже прочитана из другого файла; уберите лишний"
                ),
                format!("{en}; remove one of them"),
            ),
            Self::Archive { name, reason } => Message::new(
                format!("справочники: {name}: архив не читается: {reason}"),
                format!("dictionaries: {name}: the archive is not readable: {reason}"),
            ),
            Self::Limit { name, what, limit } => {
                let what_ru = match *what {
                    "bytes" => "байт",
                    "bytes in all files together" => "байт во всех файлах вместе",
                    "files" => "файлов",
                    "columns" => "столбцов",
                    "rows" => "строк",
                    _ => "значений",
                };
                Message::new(
                    format!("справочники: {name}: больше {limit} {what_ru}: это не справочник НСИ"),
                    en,
                )
            }
        }
    }
}

/// A store file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The bytes are not a store.
    #[error("not a store of dictionaries")]
    NotAStore,
    /// The store was written by another edition of the program.
    #[error("the store has format {found}, this program reads format {known}")]
    Format {
        /// Number of the format in the file.
        found: u32,
        /// Number of the format that is read.
        known: u32,
    },
    /// The store is cut off.
    #[error("the store is cut off: {present} bytes of {expected}")]
    Truncated {
        /// Bytes there are.
        present: u64,
        /// Bytes there should be.
        expected: u64,
    },
    /// Bytes of the store changed after it was written.
    #[error("the store is damaged: its checksum does not match")]
    Checksum,
    /// The store contradicts itself.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What contradicts.
        what: &'static str,
    },
}

impl StoreError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        let ru = match self {
            Self::NotAStore => "это не хранилище справочников; создайте его: semd nsi import".to_owned(),
            Self::Format { found, known } => {
                format!("формат хранилища {found}, программа читает {known}; импортируйте справочники заново")
            }
            Self::Truncated { present, expected } => {
                format!("хранилище обрезано: {present} байт из {expected}; импортируйте справочники заново")
            }
            Self::Checksum => {
                "хранилище повреждено: не сходится контрольная сумма; импортируйте справочники заново"
                    .to_owned()
            }
            Self::Damaged { what } => {
                format!("хранилище повреждено ({what}); импортируйте справочники заново")
            }
        };
        let advice = if *self == Self::NotAStore {
            "make one: semd nsi import"
        } else {
            "import the dictionaries again"
        };
        Message::new(ru, format!("{self}; {advice}"))
    }
}

/// Dictionaries cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The sources cannot be imported.
    #[error("{0}")]
    Import(#[from] ImportError),
    /// The store file cannot be used.
    #[error("{}: {source}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: StoreError,
    },
}

impl OpenError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        match self {
            Self::Import(error) => error.message(),
            Self::Store { path, source } => {
                let (path, reason) = (path.display(), source.message());
                Message::new(format!("{path}: {}", reason.ru), format!("{path}: {}", reason.en))
            }
        }
    }
}
