//! The files of one document.
//!
//! `NAME.xml` is the document, `NAME.<role>.p7s` (also `.sig`, `.sgn`) its detached signatures, `NAME.remd.json` fields
//! of the registration request that differ from what the document says, `NAME.result.json` the outcome.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use semd_core::header::Header;
use semd_core::xml::{self, Limits};
use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
use serde_json::Value;

use crate::checksum::Checksum;
use crate::journal::{Record, Submission};
use crate::message::{DocumentSignature, NoIdentifier, RegisterDocumentRequest, RegistryItem};

/// Extensions of signature files, the one written first.
const SIGNATURE_EXTENSIONS: [&str; 3] = ["p7s", "sig", "sgn"];
/// Largest signature or request file, bytes.
const MAX_SIDE_FILE: u64 = 4 << 20;

/// Why the files of a document do not make a submission.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is larger than such files are.
    #[error("{path}: larger than {limit} bytes", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// The document is not well-formed XML within the limits.
    #[error("{path}: not a well-formed XML document", path = path.display())]
    NotXml {
        /// The file.
        path: PathBuf,
    },
    /// Nothing identifies the document.
    #[error("{path}: {source}", path = path.display())]
    NoIdentifier {
        /// The file.
        path: PathBuf,
        /// What is absent.
        source: NoIdentifier,
    },
    /// The file with request fields is not what it should be. The reader's own words are not kept: they quote values, and
    /// the file holds personal data.
    #[error("{path}: not a JSON object with fields of a registration request (line {line}, column {column})", path = path.display())]
    RequestFile {
        /// The file.
        path: PathBuf,
        /// Line, 1-based; 0 when the text is JSON but a field is not what it should be.
        line: usize,
        /// Column, 1-based; 0 as `line`.
        column: usize,
    },
}

/// A signature file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureFile {
    /// Role: the part of the name between the document's name and the extension; empty when there is none.
    pub role: String,
    /// The file.
    pub path: PathBuf,
}

/// The files of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The document.
    pub document: PathBuf,
    /// Its signatures, ordered by role.
    pub signatures: Vec<SignatureFile>,
    /// The file with request fields, if any.
    pub request: Option<PathBuf>,
}

/// The content of the files of one document.
#[derive(Clone, Default)]
pub struct BundleFiles {
    /// The document.
    pub document: Vec<u8>,
    /// Role and content of each signature file, ordered by role.
    pub signatures: Vec<(String, Vec<u8>)>,
    /// `NAME.remd.json`.
    pub request: Option<Vec<u8>>,
    /// `NAME.result.json`.
    pub result: Option<Vec<u8>>,
}

impl std::fmt::Debug for BundleFiles {
    /// Without the content, which holds personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BundleFiles").field("bytes", &self.document.len()).finish_non_exhaustive()
    }
}

impl BundleFiles {
    /// The kind that the file with request fields names.
    pub fn kind(&self) -> Option<String> {
        let fields: Value = serde_json::from_slice(self.request.as_deref()?).ok()?;
        fields.get("kind")?.as_str().map(str::to_owned)
    }

    /// What the register said at registration, when the outcome says that the document is registered.
    pub fn registered(&self) -> Option<RegistryItem> {
        let result: Value = serde_json::from_slice(self.result.as_deref()?).ok()?;
        serde_json::from_value(result.get("registry_item")?.clone()).ok()
    }
}

/// Where the signature of a role belongs: beside the document, or in another folder.
///
/// ```
/// use std::path::Path;
/// use semd_exchange::bundle::signature_path;
///
/// assert_eq!(signature_path(Path::new("in/a.xml"), "doctor", None), Path::new("in/a.doctor.p7s"));
/// assert_eq!(signature_path(Path::new("in/a.xml"), "doctor", Some(Path::new("out"))), Path::new("out/a.doctor.p7s"));
/// ```
pub fn signature_path(document: &Path, role: &str, folder: Option<&Path>) -> PathBuf {
    side_path(document, &format!("{role}.{}", SIGNATURE_EXTENSIONS[0]), folder)
}

/// Whether a file is a signature by its name.
pub fn is_signature(file: &Path) -> bool {
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    SIGNATURE_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Where the file with request fields belongs.
pub fn request_path(document: &Path) -> PathBuf {
    side_path(document, "remd.json", None)
}

/// Where the outcome belongs.
pub fn result_path(document: &Path) -> PathBuf {
    side_path(document, "result.json", None)
}

fn side_path(document: &Path, suffix: &str, folder: Option<&Path>) -> PathBuf {
    let mut name = document.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    match folder {
        Some(folder) => folder.join(name),
        None => document.with_file_name(name),
    }
}

impl Bundle {
    /// Finds the files beside a document. A folder with many documents is better read once by [`Bundle::find_all`].
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn find(document: &Path) -> Result<Self, BundleError> {
        let mut bundles = Self::find_all(&[document.to_owned()])?;
        Ok(bundles.remove(0))
    }

    /// Finds the files beside each document, in the order of `documents`; every folder is listed once.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn find_all(documents: &[PathBuf]) -> Result<Vec<Self>, BundleError> {
        let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for document in documents {
            if let Entry::Vacant(folder) = folders.entry(folder_of(document)) {
                let names = list(folder.key())?;
                folder.insert(names);
            }
        }
        let find = |document: &PathBuf| {
            let folder = folder_of(document);
            let names = folders.get(&folder).map_or(&[][..], Vec::as_slice);
            Self::among(document, &folder, names)
        };
        Ok(documents.iter().map(find).collect())
    }

    fn among(document: &Path, folder: &Path, names: &[String]) -> Self {
        let stem = document.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
        let signature = |name: &String| {
            let (rest, _) = name.rsplit_once('.')?;
            let rest = rest.strip_prefix(&*stem)?;
            // `a.xml.p7s` and `a.p7s` carry no role; `a.b.doctor.p7s` belongs to `a.b.xml`, not to `a.xml`.
            let role = match rest {
                "" | ".xml" => "",
                _ => rest.strip_prefix('.').filter(|role| !role.contains('.'))?,
            };
            is_signature(Path::new(name))
                .then(|| SignatureFile { role: role.to_owned(), path: folder.join(name) })
        };
        let mut signatures: Vec<SignatureFile> = names.iter().filter_map(signature).collect();
        signatures.sort_by(|a, b| (&a.role, &a.path).cmp(&(&b.role, &b.path)));
        let request = request_path(document);
        let has_request =
            request.file_name().is_some_and(|file| names.iter().any(|name| OsStr::new(name) == file));
        Self { document: document.to_owned(), signatures, request: has_request.then_some(request) }
    }

    /// Reads the files as they are.
    ///
    /// # Errors
    /// When a file cannot be read or is too large.
    pub fn read(&self) -> Result<BundleFiles, BundleError> {
        let document = read(&self.document, Limits::default().max_bytes as u64)?;
        let signatures = self
            .signatures
            .iter()
            .map(|file| Ok((file.role.clone(), read(&file.path, MAX_SIDE_FILE)?)))
            .collect::<Result<_, _>>()?;
        let request = self.request.as_deref().map(|file| read(file, MAX_SIDE_FILE)).transpose()?;
        let result = match read(&result_path(&self.document), MAX_SIDE_FILE) {
            Err(BundleError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
            result => Some(result?),
        };
        Ok(BundleFiles { document, signatures, request, result })
    }

    /// Reads the files and makes the request.
    ///
    /// # Errors
    /// When a file cannot be read, or the document cannot be identified.
    pub fn load(&self, kind: &str, checksum: Checksum) -> Result<Submission, BundleError> {
        let limits = Limits::default();
        let path = || self.document.clone();
        let bytes = read(&self.document, limits.max_bytes as u64)?;
        let document = xml::parse(&bytes, &limits).map_err(|_| BundleError::NotXml { path: path() })?;
        let header = Header::read(&document);
        let mut signatures = Vec::with_capacity(self.signatures.len());
        for file in &self.signatures {
            let content = read(&file.path, MAX_SIDE_FILE)?;
            signatures.push(signature(&file.role, content, &bytes));
        }
        let mut request =
            RegisterDocumentRequest::from_document(&header, kind, &bytes, &signatures, checksum)
                .map_err(|source| BundleError::NoIdentifier { path: path(), source })?;
        if let Some(file) = &self.request {
            let text = read(file, MAX_SIDE_FILE)?;
            request = with_fields(&request, &text).map_err(|error| BundleError::RequestFile {
                path: file.clone(),
                line: error.line(),
                column: error.column(),
            })?;
        }
        Ok(Submission { file: self.document.display().to_string(), bytes, request })
    }
}

fn folder_of(document: &Path) -> PathBuf {
    match document.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn list(folder: &Path) -> Result<Vec<String>, BundleError> {
    let fail = |source| BundleError::File { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        names.extend(entry.map_err(fail)?.file_name().into_string());
    }
    Ok(names)
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, BundleError> {
    let fail = |source| BundleError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(fail)?;
    io::Read::read_to_end(&mut io::Read::take(file, limit + 1), &mut bytes).map_err(fail)?;
    if bytes.len() as u64 > limit {
        return Err(BundleError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// A signature with the certificate inside it. Who signed is asked here, not whether the signature is good.
fn signature(role: &str, content: Vec<u8>, document: &[u8]) -> DocumentSignature {
    let report = verify(&Request {
        content: document.into(),
        signature: &content,
        trust: &TrustStore::new(),
        time: ControlTime::SigningTime,
        policy: Policy::Basic,
    });
    DocumentSignature { role: role.to_owned(), content, certificate: report.signer }
}

/// Lays the fields of a `NAME.remd.json` over a derived request.
///
/// Blocks such as `patient` are merged, everything else replaces. Signatures always come from the signature files: an entry of
/// `personalSignatures` only completes the `signer` with the same `role`.
///
/// # Errors
/// When the text is no JSON object with fields of a request.
pub fn with_fields(
    request: &RegisterDocumentRequest,
    json: &[u8],
) -> Result<RegisterDocumentRequest, serde_json::Error> {
    let mut fields: serde_json::Map<String, Value> = serde_json::from_slice(json)?;
    fields.remove("orgSignature");
    let signers = fields.remove("personalSignatures");
    let mut base = serde_json::to_value(request)?;
    merge(&mut base, Value::Object(fields));
    for given in signers.iter().filter_map(Value::as_array).flatten().filter_map(|item| item.get("signer")) {
        let items = base.get_mut("personalSignatures").and_then(Value::as_array_mut);
        let same_role = |item: &&mut Value| item.pointer("/signer/role") == given.get("role");
        if let Some(item) = items.into_iter().flatten().find(same_role)
            && let Some(signer) = item.get_mut("signer")
        {
            merge(signer, given.clone());
        }
    }
    serde_json::from_value(base)
}

/// Merges two levels of objects: fields of the request, and fields of its blocks.
fn merge(base: &mut Value, over: Value) {
    let (Value::Object(base), Value::Object(over)) = (base, over) else { return };
    for (key, given) in over {
        match (base.get_mut(&key), given) {
            (Some(Value::Object(block)), Value::Object(given)) => block.extend(given),
            (_, given) => {
                base.insert(key, given);
            }
        }
    }
}

/// Writes `NAME.result.json` beside the document of a record: whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_result(record: &Record) -> Result<PathBuf, BundleError> {
    let path = result_path(Path::new(&record.file));
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let (Value::Object(object), Some(item)) = (&mut value, &record.registry_item) {
        object.insert("registry_item".to_owned(), serde_json::to_value(item).unwrap_or_default());
    }
    let text = serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
    write_atomically(&path, text.as_bytes())
        .map_err(|source| BundleError::File { path: path.clone(), source })?;
    Ok(path)
}

/// Writes a file so that it is whole or absent: a temporary file beside it, then a rename.
///
/// # Errors
/// When the file cannot be written; the temporary file is removed.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let write = || {
        let mut file = fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{PersonalSignature, Signer};

    fn touch(folder: &Path, names: &[&str]) {
        for name in names {
            fs::write(folder.join(name), b"x").unwrap();
        }
    }

    #[test]
    fn files_of_a_document_are_found_and_those_of_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        touch(
            folder.path(),
            &[
                "a.xml",
                "a.organization.p7s",
                "a.doctor.SIG",
                "a.sgn",
                "a.remd.json",
                "a.txt",
                "a.b.xml",
                "a.b.doctor.p7s",
                "ab.doctor.p7s",
            ],
        );
        let bundle = Bundle::find(&folder.path().join("a.xml")).unwrap();
        let roles: Vec<&str> = bundle.signatures.iter().map(|file| file.role.as_str()).collect();
        assert_eq!(roles, ["", "doctor", "organization"]);
        assert_eq!(bundle.request, Some(folder.path().join("a.remd.json")));
        let other = Bundle::find(&folder.path().join("a.b.xml")).unwrap();
        assert_eq!(other.signatures.len(), 1);
        assert_eq!(other.signatures[0].role, "doctor");
        assert_eq!(other.request, None);
    }

    #[test]
    fn document_and_unreadable_signature_make_a_submission() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        let text =
            "<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1' extension='u-1'/></ClinicalDocument>";
        fs::write(&path, text).unwrap();
        fs::write(folder.path().join("a.doctor.p7s"), b"garbage").unwrap();
        fs::write(folder.path().join("a.remd.json"), r#"{"documentNumber": "7"}"#).unwrap();
        let submission = Bundle::find(&path).unwrap().load("119", Checksum::default()).unwrap();
        assert_eq!(submission.bytes, text.as_bytes());
        assert_eq!(submission.request.local_uid, "u-1");
        assert_eq!(submission.request.document_number.as_deref(), Some("7"));
        assert_eq!(submission.request.personal_signatures.len(), 1);
    }

    #[test]
    fn what_is_no_document_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let load = |content: &str| {
            let path = folder.path().join("a.xml");
            fs::write(&path, content).unwrap();
            Bundle::find(&path).unwrap().load("119", Checksum::default())
        };
        assert!(matches!(load("no xml"), Err(BundleError::NotXml { .. })));
        assert!(matches!(load("<x/>"), Err(BundleError::NoIdentifier { .. })));
        fs::write(folder.path().join("a.remd.json"), "[]").unwrap();
        let text =
            "<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1' extension='u-1'/></ClinicalDocument>";
        assert!(matches!(load(text), Err(BundleError::RequestFile { line: 1, .. })));
        fs::write(folder.path().join("a.remd.json"), r#"{"patient": "Иванов"}"#).unwrap();
        let error = load(text).unwrap_err().to_string();
        assert!(error.contains("a.remd.json") && !error.contains("Иванов"), "{error}");
        let missing = Bundle { document: folder.path().join("b.xml"), signatures: Vec::new(), request: None };
        assert!(matches!(missing.load("119", Checksum::default()), Err(BundleError::File { .. })));
    }

    #[test]
    fn given_fields_complete_the_request_but_never_replace_signatures() {
        let signer = |role: &str, surname: &str| PersonalSignature {
            signer: Signer { role: role.into(), surname: surname.into(), ..Signer::default() },
            ..PersonalSignature::default()
        };
        let request = RegisterDocumentRequest {
            local_uid: "u".into(),
            patient: Some(crate::message::Patient { surname: "А".into(), ..Default::default() }),
            personal_signatures: vec![signer("DOCTOR", "Б"), signer("AUTHOR", "В")],
            ..RegisterDocumentRequest::default()
        };
        let json = r#"{"patient": {"localId": "P"}, "orgSignature": {"data": "x", "checksum": 1},
            "personalSignatures": [{"signer": {"role": "AUTHOR", "birthDate": "1980-01-01"}},
                {"signer": {"role": "CHAIRMAN", "birthDate": "1970-01-01"}}]}"#;
        let merged = with_fields(&request, json.as_bytes()).unwrap();
        let patient = merged.patient.unwrap();
        assert_eq!((patient.local_id.as_str(), patient.surname.as_str()), ("P", "А"));
        assert_eq!(merged.org_signature, None);
        assert_eq!(merged.personal_signatures.len(), 2);
        assert_eq!(merged.personal_signatures[0].signer.birth_date, None);
        assert_eq!(merged.personal_signatures[1].signer.birth_date.as_deref(), Some("1980-01-01"));
        assert_eq!(merged.personal_signatures[1].signer.surname, "В");
    }
}
