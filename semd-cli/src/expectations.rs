//! The expectations that the flags name: what is expected of documents, or to be expected from now on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use semd_core::expect;
use semd_core::report::{Message, Report};

use crate::failure::Failure;
use crate::input;

/// Largest file of expectations that is read, bytes.
const MAX_BYTES: usize = 64 << 20;

/// Expectations of one run.
#[derive(Debug)]
pub struct Expectations {
    /// The file that is read or written, if any is.
    path: Option<PathBuf>,
    writes: bool,
    known: expect::Expectations,
    met: BTreeSet<String>,
}

impl Expectations {
    /// Reads the expectations of `read`, or begins those of `write`.
    pub fn open(read: Option<&Path>, write: Option<PathBuf>) -> Result<Self, Failure> {
        let known = match read {
            None => expect::Expectations::default(),
            Some(path) => {
                let bytes = input::read(path, MAX_BYTES)?;
                let text = String::from_utf8_lossy(&bytes);
                expect::Expectations::parse(&text).map_err(|error| {
                    let (path, error) = (path.display(), error.to_string().replace('\n', " "));
                    Failure::usage(Message::new(
                        format!("{path}: не файл ожиданий: {error}"),
                        format!("{path}: not a file of expectations: {error}"),
                    ))
                })?
            }
        };
        let writes = write.is_some();
        Ok(Self { path: write.or_else(|| read.map(Path::to_owned)), writes, known, met: BTreeSet::new() })
    }

    /// Whether anything is expected or to be recorded.
    pub fn asked(&self) -> bool {
        self.path.is_some()
    }

    /// Judges the report on a document by what is expected of it, or records it.
    pub fn judge(&mut self, document: &Path, report: &mut Report) {
        let Some(path) = &self.path else { return };
        let name = relative(document, path);
        if self.writes {
            self.known.record(&name, report);
        } else if let Some(expected) = self.known.find(&name) {
            expected.judge(report);
            self.met.insert(name);
        }
    }

    /// Writes what was recorded. Answers the documents of which something is expected and that are no more.
    pub fn finish(self) -> Result<Vec<(PathBuf, Report)>, Failure> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        if self.writes {
            input::write_atomically(path, self.known.to_text().as_bytes())?;
            return Ok(Vec::new());
        }
        let folder = folder(path);
        // A document that is there but was not asked for is another run's.
        let absent = self.known.documents.iter().filter(|expected| {
            let file = expected.file.split("!/").next().unwrap_or_default();
            let unseen = expected.file.contains("!/") || !folder.join(file).exists();
            !self.met.contains(&expected.file) && unseen
        });
        Ok(absent.map(|expected| (folder.join(&expected.file), expected.absent())).collect())
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// The name of a document in a file of expectations: from the folder of that file, with `/` between folders.
fn relative(document: &Path, expectations: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (document, file) = (whole(document), whole(expectations));
    let inside = document.strip_prefix(folder(&file)).unwrap_or(&document);
    inside.to_string_lossy().replace('\\', "/")
}
