//! Compiled packages on disk, keyed by the contents of their files and the engine that compiled them.
//!
//! An entry is used only if every file of the package still has the contents it was compiled from and the entry itself is
//! undamaged; whatever else is in the folder, the package is compiled again and the entry written anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::Files;
use super::store::{Compiled, MAX_SCHEMA_BYTES, Sources};
use crate::digest;
use crate::schematron::Plan;
use crate::xsd::Schema;

const MAGIC: &[u8; 8] = b"SEMDPKG\x01";
/// The sources of the engine in one number: whatever changes in it may change what is compiled.
const ENGINE: &str = env!("SEMD_ENGINE");
/// Largest entry that is read, bytes; the largest official package takes some megabytes.
const MAX_ENTRY_BYTES: u64 = 256 << 20;

/// A folder of compiled packages. Several processes may use it at the same time; it may be deleted at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageCache {
    folder: PathBuf,
}

/// What is needed to know whether an entry is for the files at hand.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Name of the package folder: the names of the schemas begin with it.
    folder: String,
    digest: String,
    /// Names of the schemas, in the order in which the compiler reads them.
    schemas: Vec<String>,
}

impl PackageCache {
    /// A cache in a folder, which is made when the first package is written. It must be writable by nobody who may not decide
    /// what is valid.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, sources: &Sources) -> PathBuf {
        let mut hash = sources.hash.clone();
        super::store::add(&mut hash, &sources.edition.schema(), &sources.entry);
        self.folder.join(format!("{}-{ENGINE}.package", &digest::hex(&hash.finalize())[..32]))
    }

    /// The compiled form of a package, if there is one for exactly these files.
    pub(super) fn read(&self, files: &Files, sources: &Sources) -> Option<Compiled> {
        let path = self.path(sources);
        let length = fs::metadata(&path).ok()?.len();
        if length > MAX_ENTRY_BYTES {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (sum, body) = rest.split_at_checked(size_of::<[u8; 32]>())?;
        if Sha256::digest(body)[..] != *sum {
            return None;
        }
        let (head, parts): (Head, _) = postcard::take_from_bytes(body).ok()?;
        // Packages of different kinds may begin with the same files.
        if head.folder != sources.edition.folder {
            return None;
        }
        let mut hash = sources.hash.clone();
        for name in &head.schemas {
            super::store::add(
                &mut hash,
                &sources.edition.undated(name),
                &files.read(name, MAX_SCHEMA_BYTES).ok()?,
            );
        }
        if digest::hex(&hash.finalize()) != head.digest {
            return None;
        }
        let (schema, plans): (Option<Schema>, Vec<Plan>) = postcard::from_bytes(parts).ok()?;
        Some(Compiled { digest: head.digest, schemas: head.schemas, schema, plans })
    }

    /// Keeps a compiled package. A cache that cannot be written only costs time.
    pub(super) fn write(&self, sources: &Sources, compiled: &Compiled) {
        let head = Head {
            folder: sources.edition.folder.clone(),
            digest: compiled.digest.clone(),
            schemas: compiled.schemas.clone(),
        };
        let Ok(body) = postcard::to_stdvec(&(head, (&compiled.schema, &compiled.plans))) else { return };
        let mut bytes = Vec::with_capacity(MAGIC.len() + 32 + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        let _ = make(&self.folder).and_then(|()| replace(&self.path(sources), &bytes));
    }
}

/// Makes the folder, for its owner alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file that others see whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{number}.tmp", process::id()));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}
