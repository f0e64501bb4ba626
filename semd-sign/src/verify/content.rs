//! The signed document: whole, as digests of a stream, or inside the container.

use std::io::{self, Read};
use std::sync::Mutex;

use crate::backend::{SignError, Signer};
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

impl<'a> From<&'a DocumentDigests> for Content<'a> {
    fn from(digests: &'a DocumentDigests) -> Self {
        Self::Digests(digests)
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
        Self::by_functions(document, containers.into_iter().flat_map(crate::cms::digest_functions))
    }

    /// Reads a document to its end, once, and keeps the digests that the signers sign: for the signatures of several people
    /// over one document, however large.
    ///
    /// # Errors
    /// The document cannot be read, or the key of a signer is not supported (said as [`io::ErrorKind::InvalidInput`]).
    ///
    /// ```
    /// use semd_sign::gost::ParameterSet;
    /// use semd_sign::pki::{Subject, TestAuthority};
    /// use semd_sign::verify::DocumentDigests;
    /// use semd_sign::{SoftwareSigner, cades};
    /// use time::{Duration, macros::datetime};
    ///
    /// let now = datetime!(2026-05-20 10:00 UTC);
    /// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    /// let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
    /// let signer = |subject| -> Result<_, Box<dyn std::error::Error>> {
    ///     let issued = authority.issue(&subject, set, now, Duration::days(90))?;
    ///     Ok(SoftwareSigner::new(issued.key, issued.certificate)?)
    /// };
    /// let (doctor, clinic) = (signer(Subject::sample_person())?, signer(Subject::sample_organisation())?);
    /// let document = DocumentDigests::for_signers(&mut &b"<ClinicalDocument/>"[..], [&doctor as _, &clinic as _])?;
    /// let containers = [cades::sign_detached(&doctor, &document, now)?, cades::sign_detached(&clinic, &document, now)?];
    /// assert_ne!(containers[0], containers[1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_signers<'s>(
        document: &mut dyn Read,
        signers: impl IntoIterator<Item = &'s dyn Signer>,
    ) -> io::Result<Self> {
        let functions = signers
            .into_iter()
            .map(|signer| Ok(signer.algorithm()?.hash()))
            .collect::<Result<Vec<_>, SignError>>()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Self::by_functions(document, functions)
    }

    fn by_functions(
        document: &mut dyn Read,
        functions: impl IntoIterator<Item = HashFunction>,
    ) -> io::Result<Self> {
        let mut hashers: Vec<(HashFunction, Hasher)> = Vec::new();
        for function in functions {
            if !hashers.iter().any(|(known, _)| *known == function) {
                hashers.push((function, Hasher::new(function)));
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
pub(crate) struct Digests<'a> {
    content: Content<'a>,
    computed: Mutex<Vec<(HashFunction, Vec<u8>)>>,
}

impl<'a> Digests<'a> {
    pub(crate) fn new(content: Content<'a>) -> Self {
        Self { content, computed: Mutex::new(Vec::new()) }
    }

    /// The digest; `None` when the document was streamed without it, or is inside and nothing is there.
    pub(crate) fn get(&self, function: HashFunction, inside: Option<&[u8]>) -> Option<Vec<u8>> {
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

    /// The document, when it is in memory.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        match self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Digests(_) | Content::Inside => None,
        }
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
