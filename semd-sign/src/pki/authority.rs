//! The authority itself: a root key and a self-signed certificate.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

use super::PkiError;
use super::issue::{Draft, Issued};
use super::subject::{Subject, authority_name};
use crate::certificate::Certificate;
use crate::gost::ParameterSet;
use crate::key::PrivateKey;

/// File of the root certificate in an authority's folder.
const CERTIFICATE_FILE: &str = "root.crt";
/// File of the root key in an authority's folder.
const KEY_FILE: &str = "root.key";

/// A certification authority for tests, in memory; [`Self::save`] and [`Self::open`] keep it in a folder.
#[derive(Debug)]
pub struct TestAuthority {
    root: Issued,
}

impl TestAuthority {
    /// Draws a root key and signs its certificate. The name gets the mark TEST.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn create(
        name: &str,
        set: &'static ParameterSet,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Result<Self, PkiError> {
        let key = PrivateKey::generate(set)?;
        let name = authority_name(name);
        let certificate = Draft {
            issuer: &name,
            issuer_key: key.public_key(),
            subject: &name,
            key: key.public_key(),
            not_before,
            not_after: not_before.saturating_add(validity),
            is_authority: true,
        }
        .sign(&key)?;
        Ok(Self { root: Issued { key, certificate } })
    }

    /// Opens the authority kept in a folder.
    ///
    /// # Errors
    /// A file cannot be read, the password is wrong, or certificate and key do not fit.
    pub fn open(folder: &Path, password: Option<&[u8]>) -> Result<Self, PkiError> {
        let key = PrivateKey::from_bytes(&read(&folder.join(KEY_FILE))?, password)?;
        let certificate = Certificate::from_bytes(&read(&folder.join(CERTIFICATE_FILE))?)?;
        if certificate.public_key() != Ok(key.public_key()) {
            return Err(PkiError::Mismatch);
        }
        Ok(Self { root: Issued { key, certificate } })
    }

    /// Keeps the authority in a folder, which is made when absent: `root.crt` and `root.key`, the key readable by its
    /// owner only and encrypted when there is a password.
    ///
    /// # Errors
    /// The folder holds an authority already, or cannot be written.
    pub fn save(&self, folder: &Path, password: Option<&[u8]>) -> Result<(), PkiError> {
        std::fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
        write_new(&folder.join(KEY_FILE), self.root.key_pem(password)?.as_bytes(), true)?;
        write_new(&folder.join(CERTIFICATE_FILE), self.root.certificate_pem().as_bytes(), false)
    }

    /// The root certificate: the trust anchor of everything issued here.
    pub fn certificate(&self) -> &Certificate {
        &self.root.certificate
    }

    /// Draws a key and issues its certificate.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn issue(
        &self,
        subject: &Subject,
        set: &'static ParameterSet,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Result<Issued, PkiError> {
        let key = PrivateKey::generate(set)?;
        let certificate = Draft {
            issuer: self.root.certificate.subject_raw(),
            issuer_key: self.root.key.public_key(),
            subject: &subject.name(),
            key: key.public_key(),
            not_before,
            not_after: not_before.saturating_add(validity),
            is_authority: false,
        }
        .sign(&self.root.key)?;
        Ok(Issued { key, certificate })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PkiError> {
    std::fs::read(path).map_err(|source| file_error(path, source))
}

pub(super) fn write_new(path: &Path, octets: &[u8], private: bool) -> Result<(), PkiError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => PkiError::Exists { path: path.to_owned() },
        _ => file_error(path, source),
    })?;
    file.write_all(octets).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: std::io::Error) -> PkiError {
    PkiError::File { path: PathBuf::from(path), source }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn set() -> &'static ParameterSet {
        ParameterSet::by_oid(ParameterSet::TC26_512_A).unwrap()
    }

    #[test]
    fn issued_certificates_look_qualified_and_are_signed_by_the_root() {
        let start = datetime!(2026-01-01 0:00 UTC);
        let authority = TestAuthority::create("Учебный УЦ", set(), start, Duration::days(3650)).unwrap();
        assert!(authority.certificate().is_signed_by(authority.certificate()));
        assert!(authority.certificate().extensions().is_ca);
        assert!(authority.certificate().facts().subject.contains("TEST"));
        for subject in [Subject::sample_person(), Subject::sample_organisation()] {
            let issued = authority.issue(&subject, set(), start, Duration::days(450)).unwrap();
            let facts = issued.certificate.facts();
            assert!(facts.qualified, "{:?}", facts.missing_marks);
            assert!(facts.subject.contains("TEST"));
            assert!(issued.certificate.is_signed_by(authority.certificate()));
            assert_eq!(issued.certificate.not_after(), start + Duration::days(450));
        }
    }

    #[test]
    fn saved_authority_is_opened_again_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let start = datetime!(2026-01-01 0:00 UTC);
        let authority = TestAuthority::create("Учебный УЦ", set(), start, Duration::days(3650)).unwrap();
        authority.save(folder.path(), Some(b"secret")).unwrap();
        let opened = TestAuthority::open(folder.path(), Some(b"secret")).unwrap();
        assert_eq!(opened.certificate(), authority.certificate());
        let wrong = TestAuthority::open(folder.path(), Some(b"other"));
        assert!(matches!(wrong, Err(PkiError::Key(crate::KeyError::WrongPassword))));
        let again = authority.save(folder.path(), None);
        assert!(matches!(again, Err(PkiError::Exists { .. })));
    }
}
