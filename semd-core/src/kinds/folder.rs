//! Kinds of one's own: a folder of files in the format of `schemas/kinds/kinds.toml`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::KindRegistry;
use crate::report::Message;
use crate::xml::LineIndex;

/// Why a folder of kinds cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KindFolderError {
    /// The folder cannot be listed.
    #[error("{}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has no file of kinds.
    #[error("{}: no file *.toml in this folder", folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not a registry of kinds.
    #[error("{}:{line}:{column}: {reason}", path.display())]
    NotKinds {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: u32,
        /// Column, 1-based.
        column: u32,
        /// What the reader of TOML says.
        reason: String,
    },
    /// A code stands in the folder twice, and nothing says which of the two is meant.
    #[error("kind {code} is in {} and in {}", first.display(), second.display())]
    Repeated {
        /// The code.
        code: String,
        /// The file that has it first, by name.
        first: PathBuf,
        /// The file that has it again; may be the same.
        second: PathBuf,
    },
}

impl KindFolderError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        match self {
            Self::Folder { folder, source } => Message::new(
                format!("папка видов {}: {source}", folder.display()),
                format!("folder of kinds {}: {source}", folder.display()),
            ),
            Self::Nothing { folder } => Message::new(
                format!("в папке видов {} нет файлов *.toml", folder.display()),
                format!("folder of kinds {} has no file *.toml", folder.display()),
            ),
            Self::File { path, source } => Message::new(
                format!("{}: файл видов не читается: {source}", path.display()),
                format!("{}: the file of kinds cannot be read: {source}", path.display()),
            ),
            Self::NotKinds { path, line, column, reason } => {
                let path = path.display();
                Message::new(
                    format!("{path}:{line}:{column}: виды документов не поняты: {reason}"),
                    format!("{path}:{line}:{column}: the document kinds are not understood: {reason}"),
                )
            }
            Self::Repeated { code, first, second } => {
                let (first, second) = (first.display(), second.display());
                Message::new(
                    format!("{second}: вид {code} уже описан в {first}; оставьте один из двух"),
                    format!("{second}: kind {code} is described in {first} already; keep one of the two"),
                )
            }
        }
    }
}

impl KindRegistry {
    /// The kinds of all files `*.toml` of a folder, in the order of the files' names.
    ///
    /// # Errors
    /// When the folder cannot be listed or has no such file, a file cannot be read or is not in the format of
    /// `schemas/kinds/kinds.toml`, or a code stands in the folder twice.
    pub fn open(folder: &Path) -> Result<Self, KindFolderError> {
        let mut kinds = Vec::new();
        let mut places: HashMap<String, PathBuf> = HashMap::new();
        for path in files(folder)? {
            for kind in Arc::unwrap_or_clone(file(&path)?.kinds) {
                if let Some(first) = places.insert(kind.code.clone(), path.clone()) {
                    return Err(KindFolderError::Repeated { code: kind.code, first, second: path });
                }
                kinds.push(kind);
            }
        }
        Ok(Self { kinds: Arc::new(kinds) })
    }
}

/// The files of kinds in a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, KindFolderError> {
    let listed = || -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    let unlisted = |source| KindFolderError::Folder { folder: folder.to_owned(), source };
    let mut files = listed().map_err(unlisted)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    if files.is_empty() {
        return Err(KindFolderError::Nothing { folder: folder.to_owned() });
    }
    Ok(files)
}

/// The kinds of one file.
fn file(path: &Path) -> Result<KindRegistry, KindFolderError> {
    let unread = |source| KindFolderError::File { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(unread)?;
    KindRegistry::parse(&text).map_err(|error| {
        let start = error.0.span().map_or(0, |span| span.start);
        let place = LineIndex::new(text.as_bytes()).position(start);
        KindFolderError::NotKinds {
            path: path.to_owned(),
            line: place.line,
            column: place.column,
            reason: error.0.message().replace('\n', " "),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[kind]]\ncode='1'\ntitle='Один'\nformat='cda'\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn kinds_of_all_files_are_read_in_the_order_of_names() {
        let two = ONE.replace("'1'", "'2'");
        let folder = folder(&[("b.toml", ONE), ("a.toml", &two), ("readme.txt", "-")]);
        let registry = KindRegistry::open(folder.path()).unwrap();
        let codes: Vec<_> = registry.kinds().iter().map(|kind| &*kind.code).collect();
        assert_eq!(codes, ["2", "1"]);
    }

    #[test]
    fn code_that_stands_twice_is_an_error_that_names_both_files() {
        for files in [&[("a.toml", ONE), ("b.toml", ONE)][..], &[("a.toml", &*ONE.repeat(2))]] {
            let folder = folder(files);
            let error = KindRegistry::open(folder.path()).unwrap_err();
            assert!(matches!(error, KindFolderError::Repeated { .. }), "{error}");
            for (name, _) in files {
                let message = error.message();
                assert!(message.ru.contains(name) && message.en.contains(name), "{message:?}");
            }
        }
    }

    #[test]
    fn misspelt_file_is_an_error_with_its_place() {
        let folder = folder(&[("a.toml", &ONE.replace("title", "titel"))]);
        let error = KindRegistry::open(folder.path()).unwrap_err();
        assert!(error.message().en.contains("a.toml:3:1: "), "{error}");
    }

    #[test]
    fn folder_without_files_and_no_folder_are_errors() {
        let empty = folder(&[]);
        let open = |path: &Path| KindRegistry::open(path).unwrap_err();
        assert!(matches!(open(empty.path()), KindFolderError::Nothing { .. }));
        assert!(matches!(open(&empty.path().join("absent")), KindFolderError::Folder { .. }));
    }
}
