//! The authority itself: a key and its certificate, self-signed or under another authority.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};

use super::PkiError;
use super::issue::{Draft, Issued, Kind, Service, ServiceUrls};
use super::subject::{Subject, authority_name};
use crate::certificate::Certificate;
use crate::gost::ParameterSet;
use crate::key::PrivateKey;

/// Name of the files of a root in its folder: `root.crt`, `root.key`.
const ROOT: &str = "root";
/// Name of the files of an intermediate authority in its folder: `authority.crt`, `authority.key`. Whoever trusts all
/// certificates of a folder of roots should not trust it by chance.
const INTERMEDIATE: &str = "authority";

/// A certification authority for tests, in memory; [`Self::save`] and [`Self::open`] keep it in a folder.
#[derive(Debug)]
pub struct TestAuthority {
    root: Issued,
    urls: ServiceUrls,
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
            kind: Kind::Authority(None),
            urls: &ServiceUrls::default(),
        }
        .sign(&key)?;
        Ok(Self { root: Issued { key, certificate }, urls: ServiceUrls::default() })
    }

    /// Draws the key of an authority under this one and issues its certificate: it issues to people, not to authorities.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn create_under(
        &self,
        name: &str,
        set: &'static ParameterSet,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Result<Self, PkiError> {
        let root =
            self.issue_as(Kind::Authority(Some(0)), &authority_name(name), set, not_before, validity)?;
        Ok(Self { root, urls: ServiceUrls::default() })
    }

    /// Certificates issued from now on say that the services of this authority are there.
    pub fn publish_at(&mut self, urls: ServiceUrls) {
        self.urls = urls;
    }

    /// Issues the certificate of a service: time stamps or OCSP responses.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn issue_service(
        &self,
        service: Service,
        name: &str,
        set: &'static ParameterSet,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Result<Issued, PkiError> {
        self.issue_as(Kind::Service(service), &authority_name(name), set, not_before, validity)
    }

    fn issue_as(
        &self,
        kind: Kind,
        subject: &[u8],
        set: &'static ParameterSet,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Result<Issued, PkiError> {
        let key = PrivateKey::generate(set)?;
        let certificate = Draft {
            issuer: self.root.certificate.subject_raw(),
            issuer_key: self.root.key.public_key(),
            subject,
            key: key.public_key(),
            not_before,
            not_after: not_before.saturating_add(validity),
            kind,
            urls: &self.urls,
        }
        .sign(&self.root.key)?;
        Ok(Issued { key, certificate })
    }

    /// A second certificate of the same key and name, which is what a substituted certificate looks like.
    #[cfg(test)]
    pub(crate) fn renew(
        &self,
        issued: &Issued,
        not_before: OffsetDateTime,
        validity: Duration,
    ) -> Certificate {
        Draft {
            issuer: self.root.certificate.subject_raw(),
            issuer_key: self.root.key.public_key(),
            subject: issued.certificate.subject_raw(),
            key: issued.key.public_key(),
            not_before,
            not_after: not_before.saturating_add(validity),
            kind: Kind::Signer,
            urls: &self.urls,
        }
        .sign(&self.root.key)
        .expect("signing works")
    }

    /// The key, for what an authority signs beside certificates.
    pub(super) fn key(&self) -> &PrivateKey {
        &self.root.key
    }

    /// Whether a folder holds an authority.
    pub fn is_in(folder: &Path) -> bool {
        [ROOT, INTERMEDIATE].iter().any(|name| folder.join(format!("{name}.key")).is_file())
    }

    /// Opens the authority kept in a folder.
    ///
    /// # Errors
    /// A file cannot be read, the password is wrong, or certificate and key do not fit.
    pub fn open(folder: &Path, password: Option<&[u8]>) -> Result<Self, PkiError> {
        let intermediate = folder.join(format!("{INTERMEDIATE}.key")).is_file();
        let name = if intermediate { INTERMEDIATE } else { ROOT };
        let key = PrivateKey::from_bytes(&read(&folder.join(format!("{name}.key")))?, password)?;
        let certificate = Certificate::from_bytes(&read(&folder.join(format!("{name}.crt")))?)?;
        if certificate.public_key() != Ok(key.public_key()) {
            return Err(PkiError::Mismatch);
        }
        Ok(Self { root: Issued { key, certificate }, urls: ServiceUrls::default() })
    }

    /// Keeps the authority in a folder, which is made when absent: `root.crt` and `root.key`, or `authority.crt` and
    /// `authority.key` of one under another, the key readable by its owner only and encrypted when there is a password.
    /// Returns the file of the certificate.
    ///
    /// # Errors
    /// The folder holds an authority already, or cannot be written.
    pub fn save(&self, folder: &Path, password: Option<&[u8]>) -> Result<PathBuf, PkiError> {
        std::fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
        let certificate = &self.root.certificate;
        let name = if certificate.is_signed_by(certificate) { ROOT } else { INTERMEDIATE };
        self.root.save(folder, name, password)?;
        Ok(folder.join(format!("{name}.crt")))
    }

    /// The authority's certificate: of a root, the trust anchor of everything issued here.
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
        self.issue_as(Kind::Signer, &subject.name(), set, not_before, validity)
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, PkiError> {
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

pub(super) fn file_error(path: &Path, source: std::io::Error) -> PkiError {
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
