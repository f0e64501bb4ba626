//! What signatures are judged by: roots, intermediates, revocation data, from files and folders.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::report::Message;
use semd_sign::tsl::TrustList;
use semd_sign::verify::TrustStore;

use crate::failure::Failure;
use crate::input;

/// Largest certificate file that is read, bytes.
const MAX_CERTIFICATE_BYTES: usize = 16 << 20;
/// Largest revocation list or OCSP response that is read, bytes: lists of large authorities have tens of megabytes.
const MAX_REVOCATION_BYTES: usize = 256 << 20;

/// Names of files with certificates.
const CERTIFICATE_SUFFIXES: [&str; 4] = ["pem", "crt", "cer", "der"];

/// Roots and everything that helps to judge by them.
#[derive(Args, Clone, Debug, Default)]
pub struct TrustArguments {
    /// Trusted roots: a file or a folder of PEM or DER, or the list of accredited authorities (XML) if its authorities are to
    /// be trusted as they are; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    trust: Vec<PathBuf>,
    /// Intermediate certificates: a file or a folder of PEM or DER; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    certs: Vec<PathBuf>,
    /// Revocation lists: a file or a folder of PEM or DER; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    crl: Vec<PathBuf>,
    /// OCSP responses: a file or a folder of DER; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    ocsp: Vec<PathBuf>,
    /// List of accredited authorities (XML): issuers must be on it; its signature must lead to a trusted root
    #[arg(long, value_name = "FILE")]
    tsl: Option<PathBuf>,
}

impl TrustArguments {
    /// Everything the files hold.
    pub fn store(&self) -> Result<TrustStore, Failure> {
        let mut store = trust_store(&self.trust, &self.certs)?;
        for file in files(&self.crl, &["crl", "pem", "der"])? {
            let bytes = input::read(&file, MAX_REVOCATION_BYTES)?;
            store.add_crl(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
        }
        for file in files(&self.ocsp, &["ors", "der", "ocsp"])? {
            let bytes = input::read(&file, MAX_REVOCATION_BYTES)?;
            store.add_ocsp(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
        }
        if let Some(list) = self.accredited()? {
            store.set_trust_list(list);
        }
        Ok(store)
    }

    /// The list of accredited authorities of `--tsl`.
    pub fn accredited(&self) -> Result<Option<TrustList>, Failure> {
        let read = |file: &PathBuf| trust_list(file, &input::read(file, MAX_REVOCATION_BYTES)?);
        self.tsl.as_ref().map(read).transpose()
    }
}

/// The files of paths that hold certificates by their names.
pub fn certificate_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    files(paths, &CERTIFICATE_SUFFIXES)
}

fn trust_list(file: &Path, bytes: &[u8]) -> Result<TrustList, Failure> {
    TrustList::read(bytes).map_err(|error| unreadable(file, &error.message()))
}

/// Trust anchors and intermediates from files and folders.
pub fn trust_store(anchors: &[PathBuf], intermediates: &[PathBuf]) -> Result<TrustStore, Failure> {
    let mut store = TrustStore::new();
    for file in certificate_files(anchors)? {
        let bytes = input::read(&file, MAX_REVOCATION_BYTES)?;
        if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xEF\xBB\xBF<") {
            store.trust_authorities_of(trust_list(&file, &bytes)?);
            continue;
        }
        store.add(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
    }
    for file in certificate_files(intermediates)? {
        let bytes = input::read(&file, MAX_CERTIFICATE_BYTES)?;
        store.add_intermediates(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
    }
    Ok(store)
}

/// The failure of a file that is not what it should be.
pub fn unreadable(file: &Path, message: &Message) -> Failure {
    let file = file.display();
    Failure::usage(Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)))
}

/// Files themselves, and the files of folders with one of the suffixes.
fn files(paths: &[PathBuf], suffixes: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| Failure::io(path, &error))? {
            let entry = entry.map_err(|error| Failure::io(path, &error))?.path();
            let suffix =
                entry.extension().and_then(|suffix| suffix.to_str()).unwrap_or("").to_ascii_lowercase();
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or("");
            if suffixes.contains(&suffix.as_str()) && !name.ends_with(".key.pem") {
                found.push(entry);
            }
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}
