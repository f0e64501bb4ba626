//! Compiled packages on disk, keyed by the contents of their files and the engine that compiled them.
//!
//! An entry is used only if every file of the package still has the contents it was compiled from and the entry itself is
//! undamaged; whatever else is in the folder, the package is compiled again and the entry written anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::edition::EditionName;
use super::files::Files;
use super::schemas::Schemas;
use super::sources::{Check, add};
use super::store::{Compiled, MAX_SCHEMA_BYTES, MAX_SCHEMATRON_BYTES};
use crate::bounded::read_file_into;
use crate::byte_string::ByteString;
use crate::digest;
use crate::schematron::Plan;
use crate::xsd::Schema;

const MAGIC: &[u8; 8] = b"SEMDPKG\x04";
/// The sources of the engine in one number: whatever changes in it may change what is compiled.
const ENGINE: &str = env!("SEMD_ENGINE");
/// Largest entry that is read, bytes; the largest official package takes some megabytes.
const MAX_ENTRY_BYTES: usize = 256 << 20;

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
    check: [u8; 32],
    /// What the digest of these files is.
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

    /// The place of a package by what its files begin with; `None` where they cannot be read. `room` is for one file after the other.
    pub(super) fn place(&self, files: &Files, edition: &EditionName, room: &mut Vec<u8>) -> Option<Place> {
        let mut check = Check::new();
        for name in files.schematrons(&edition.folder).ok()? {
            let bytes = files.read_for_now(&name, MAX_SCHEMATRON_BYTES, room).ok()?;
            add(&mut check, &edition.undated(&name), bytes);
        }
        let (entry, mut key) = (edition.schema(), check.clone());
        if files.has(&entry) {
            let bytes = files.read_for_now(&entry, MAX_SCHEMA_BYTES, room).ok()?;
            add(&mut key, &entry, bytes);
        }
        let key = digest::hex(key.finalize().as_bytes());
        let path = self.folder.join(format!("{}-{ENGINE}.package", &key[..32]));
        Some(Place { check, path })
    }
}

/// Where the compiled form of a package is, or will be.
pub(super) struct Place {
    /// Over the Schematron files.
    check: Check,
    path: PathBuf,
}

impl Place {
    /// The compiled form of a package, if there is one for exactly these files.
    pub(super) fn read(
        &self,
        files: &Files,
        edition: &EditionName,
        schemas: &Schemas,
        room: &mut Vec<u8>,
    ) -> Option<Compiled> {
        read_file_into(&self.path, MAX_ENTRY_BYTES, room).ok().filter(|()| room.len() <= MAX_ENTRY_BYTES)?;
        let (head, schema, plans) = decode(room, schemas)?;
        // Packages of different kinds may begin with the same files.
        if head.folder != edition.folder {
            return None;
        }
        let mut found = self.check.clone();
        for name in &head.schemas {
            let bytes = files.read_for_now(name, MAX_SCHEMA_BYTES, room).ok()?;
            add(&mut found, &edition.undated(name), bytes);
        }
        let Head { check, digest, schemas, .. } = head;
        let same = *found.finalize().as_bytes() == check;
        same.then_some(Compiled { check: Some(check), digest, schemas, schema, plans })
    }

    /// Keeps a compiled package. A cache that cannot be written only costs time.
    pub(super) fn write(&self, edition: &EditionName, compiled: &Compiled) {
        let Some(check) = compiled.check else { return };
        let head = Head {
            folder: edition.folder.clone(),
            check,
            digest: compiled.digest.clone(),
            schemas: compiled.schemas.clone(),
        };
        let Ok(schema) = compiled.schema.as_deref().map(postcard::to_stdvec).transpose() else { return };
        let schema = schema.as_deref().map(|bytes| ByteString(bytes.into()));
        let Ok(body) = postcard::to_stdvec(&(head, schema, &compiled.plans)) else { return };
        // Against damage only: who may write here decides what is valid.
        let sum = crc32fast::hash(&body).to_be_bytes();
        let mut bytes = Vec::with_capacity(MAGIC.len() + sum.len() + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&sum);
        bytes.extend_from_slice(&body);
        let _ = self.path.parent().map_or(Ok(()), make).and_then(|()| replace(&self.path, &bytes));
    }
}

/// The parts of an entry.
type Parts = (Head, Option<Arc<Schema>>, Vec<Plan>);

/// Takes an entry apart; `None` where it is damaged.
fn decode(bytes: &[u8], schemas: &Schemas) -> Option<Parts> {
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    if crc32fast::hash(body) != u32::from_be_bytes(*sum) {
        return None;
    }
    let (head, schema, plans): (_, Option<ByteString<'_>>, _) = postcard::from_bytes(body).ok()?;
    let schema = match schema {
        Some(ByteString(bytes)) => Some(schemas.read(&bytes)?),
        None => None,
    };
    Some((head, schema, plans))
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
