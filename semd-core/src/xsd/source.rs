//! Where schema documents come from, and what `schemaLocation` means.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::bounded::read_file;

/// Gives the bytes of the documents of one schema set.
///
/// A path is relative to the set's root, uses `/`, and has no `.` or `..` step: [`resolve`] made it. The path is the
/// document's identity, so a set whose files are links into a pool resolves includes against the links, as its author
/// meant, and never against the place a link leads to.
pub trait SchemaSource {
    /// Reads one document; at most `limit` bytes and one more are wanted.
    ///
    /// # Errors
    /// Whatever keeps the document from being read.
    fn read(&self, path: &str, limit: usize) -> io::Result<Cow<'_, [u8]>>;
}

/// A folder as a schema set. Nothing outside the folder is named: [`resolve`] refuses paths that lead out.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The set whose root is `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl SchemaSource for Folder {
    fn read(&self, path: &str, limit: usize) -> io::Result<Cow<'_, [u8]>> {
        read_file(self.root.join(path), limit).map(Cow::Owned)
    }
}

/// Documents in memory by path, for archives and embedded packages.
impl<B: AsRef<[u8]>> SchemaSource for BTreeMap<String, B> {
    fn read(&self, path: &str, _limit: usize) -> io::Result<Cow<'_, [u8]>> {
        self.get(path)
            .map(|bytes| Cow::Borrowed(bytes.as_ref()))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The path a `schemaLocation` names, relative to the document `base` that has it.
///
/// Half of the official sets were made with `\` as separator; it is read as `/`. `None`: the location is absolute, has a
/// URL scheme or leads out of the set.
pub fn resolve(base: &str, location: &str) -> Option<String> {
    let location = location.trim().replace('\\', "/");
    if location.is_empty() || location.starts_with('/') || location.contains(':') || location.contains('\0') {
        return None;
    }
    let mut steps: Vec<&str> = base.split('/').collect();
    steps.pop();
    for step in location.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            name => steps.push(name),
        }
    }
    (!steps.is_empty()).then(|| steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_resolve_against_the_including_document() {
        assert_eq!(resolve("CDA.xsd", "coreschemas\\voc.xsd").as_deref(), Some("coreschemas/voc.xsd"));
        assert_eq!(resolve("coreschemas/a.xsd", "..\\fias.xsd").as_deref(), Some("fias.xsd"));
        assert_eq!(resolve("a/b/c.xsd", "./d.xsd").as_deref(), Some("a/b/d.xsd"));
        assert_eq!(resolve("a/b.xsd", "d//e.xsd").as_deref(), Some("a/d/e.xsd"));
    }

    #[test]
    fn locations_out_of_the_set_are_refused() {
        for location in [
            "../a.xsd",
            "..\\..\\etc\\passwd",
            "/etc/passwd",
            "C:\\a.xsd",
            "http://h/a.xsd",
            "file:a.xsd",
            "",
            "b/../../a.xsd",
        ] {
            assert_eq!(resolve("CDA.xsd", location), None, "{location}");
        }
    }

    #[test]
    fn folder_reads_no_more_than_the_limit_and_one_byte() {
        let folder = Folder::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(folder.read("Cargo.toml", 9).unwrap().len(), 10);
        assert!(folder.read("no-such-file", 9).is_err());
    }
}
