//! The signed document: whole, as digests of a stream, or inside the container.

use std::io::{self, Read};
use std::sync::Mutex;

use crate::crypto::{HashFunction, Hasher};

/// Octets kept of a streamed document: enough to recognise signed attributes shown as a document.
const HEAD: usize = 64 << 10;
/// Octets read at a time.
const PIECE: usize = 64 << 10;

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The whole document, octet for octet.
    Bytes(&'a [u8]),
    /// A document of which only digests are kept: read once, however large and however many signatures it has.
    Digests(&'a DocumentDigests),
    /// The document is inside the container.
    Inside,
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Content<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Content<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// Digests of one document for the judgement of any number of signatures.
///
/// ```
/// use semd_sign::verify::DocumentDigests;
///
/// let container = b"not a container";
/// let digests = DocumentDigests::read(&mut &b"a very large document"[..], [&container[..]])?;
/// assert_eq!(digests.length(), 21);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DocumentDigests {
    length: u64,
    digests: Vec<(HashFunction, Vec<u8>)>,
    head: Vec<u8>,
}

impl DocumentDigests {
    /// Reads a document to its end, once, and keeps the digests that the containers ask for.
    ///
    /// # Errors
    /// The document cannot be read.
    pub fn read<'c>(
        document: &mut dyn Read,
        containers: impl IntoIterator<Item = &'c [u8]>,
    ) -> io::Result<Self> {
        let mut hashers: Vec<(HashFunction, Hasher)> = Vec::new();
        for container in containers {
            for function in crate::cms::digest_functions(container) {
                if !hashers.iter().any(|(known, _)| *known == function) {
                    hashers.push((function, Hasher::new(function)));
                }
            }
        }
        let (mut length, mut head) = (0_u64, Vec::new());
        let mut piece = vec![0; PIECE];
        loop {
            let count = match document.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            length += count as u64;
            head.extend_from_slice(&piece[..count.min(HEAD - head.len())]);
            for (_, hasher) in &mut hashers {
                hasher.update(&piece[..count]);
            }
        }
        let digests = hashers.into_iter().map(|(function, hasher)| (function, hasher.finish())).collect();
        Ok(Self { length, digests, head })
    }

    /// Octets of the document.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// The content as the collection of facts asks about it: each digest is computed once.
pub(super) struct Digests<'a> {
    content: Content<'a>,
    computed: Mutex<Vec<(HashFunction, Vec<u8>)>>,
}

impl<'a> Digests<'a> {
    pub(super) fn new(content: Content<'a>) -> Self {
        Self { content, computed: Mutex::new(Vec::new()) }
    }

    /// The digest; `None` when the document was streamed without it, or is inside and nothing is there.
    pub(super) fn get(&self, function: HashFunction, inside: Option<&[u8]>) -> Option<Vec<u8>> {
        let bytes = match self.content {
            Content::Bytes(bytes) => bytes,
            Content::Digests(document) => {
                let known = document.digests.iter().find(|(known, _)| *known == function);
                return known.map(|(_, digest)| digest.clone());
            }
            Content::Inside => inside?,
        };
        let mut computed = self.computed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, digest)) = computed.iter().find(|(known, _)| *known == function) {
            return Some(digest.clone());
        }
        let digest = function.digest(bytes);
        computed.push((function, digest.clone()));
        Some(digest)
    }

    /// Whether the document inside a container is this one.
    pub(super) fn agrees_with(&self, inside: Option<&[u8]>) -> bool {
        match (self.content, inside) {
            (Content::Inside, inside) => inside.is_some(),
            (_, None) => true,
            (Content::Bytes(bytes), Some(inside)) => bytes == inside,
            (Content::Digests(document), Some(inside)) => {
                document.length == inside.len() as u64
                    && !document.digests.is_empty()
                    && document.digests.iter().all(|(function, digest)| *digest == function.digest(inside))
            }
        }
    }

    /// The start of the document, or all of it.
    pub(super) fn head<'s>(&'s self, inside: Option<&'s [u8]>) -> &'s [u8] {
        match self.content {
            Content::Bytes(bytes) => bytes,
            Content::Digests(document) => &document.head,
            Content::Inside => inside.unwrap_or_default(),
        }
    }
}
