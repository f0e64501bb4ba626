//! Which containers sign which document.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use semd_core::report::Message;
use semd_exchange::bundle::{Bundle, is_signature};

use crate::failure::Failure;
use crate::input;

/// Largest signature container that is read, bytes: an attached one carries its document.
const MAX_CONTAINER_BYTES: usize = semd_sign::cms::MAX_CONTAINER;

/// A document and its containers.
pub(super) struct Signed {
    /// The document; absent when its container carries it.
    pub document: Option<PathBuf>,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// A file that should be a signature container.
pub(super) struct Container {
    /// The file.
    pub path: PathBuf,
    /// Role of the signer by the name of the file; empty when the name has none.
    pub role: String,
}

impl Container {
    /// The octets.
    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        input::read(&self.path, MAX_CONTAINER_BYTES)
    }

    fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), role: String::new() }
    }
}

impl Signed {
    /// The files of one document as they are given: the document first, unless it is named apart or is inside its only
    /// container.
    pub(super) fn given(document: Option<&Path>, files: &[PathBuf]) -> Self {
        let (document, containers) = match (document, files) {
            (Some(document), containers) => (Some(document), containers),
            (None, [document, containers @ ..]) if !containers.is_empty() => (Some(&**document), containers),
            (None, containers) => (None, containers),
        };
        let containers = containers.iter().map(|path| Container::of(path)).collect();
        Self { document: document.map(Path::to_owned), containers }
    }
}

/// Whether the paths stand for many documents.
pub(super) fn are_many(paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path.is_dir() || path.as_os_str() == "-")
}

/// The documents of paths, each with the containers beside it, then the containers whose document is nowhere: they must
/// carry it.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Signed>, Failure> {
    let (containers, documents): (Vec<_>, Vec<_>) =
        input::documents_and(paths, is_signature)?.into_iter().partition(|path| is_signature(path));
    let bundles = Bundle::find_all(&documents)
        .map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
    let mut signed: Vec<Signed> = bundles
        .into_iter()
        .map(|bundle| Signed {
            document: Some(bundle.document),
            containers: bundle
                .signatures
                .into_iter()
                .map(|file| Container { path: file.path, role: file.role })
                .collect(),
        })
        .collect();
    let of_documents: BTreeSet<PathBuf> =
        signed.iter().flat_map(|bundle| &bundle.containers).map(|container| container.path.clone()).collect();
    let alone = containers.iter().filter(|path| !of_documents.contains(*path));
    signed.extend(alone.map(|path| Signed { document: None, containers: vec![Container::of(path)] }));
    Ok(signed)
}
