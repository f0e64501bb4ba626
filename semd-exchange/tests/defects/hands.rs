//! Who signs the bundles, and with what.

use std::cell::RefCell;
use std::collections::HashMap;

use semd_core::header::{Header, Staff};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Issued, Subject, TestAuthority};
use semd_sign::verify::TrustStore;
use semd_sign::{Certificate, PrivateKey, Signer as _, SoftwareSigner, cades};
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use super::der::{self, Container};

/// One signature of a bundle.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    /// Role: the part of the file name.
    role: String,
    /// Who signs: `doctor`, `nurse`, `organization`; the role where nothing is said.
    #[serde(default)]
    by: Option<String>,
    /// First day of the certificate.
    #[serde(default)]
    from: Option<String>,
    /// Last day of the certificate.
    #[serde(default)]
    to: Option<String>,
    /// An authority that nobody trusts.
    #[serde(default)]
    foreign: bool,
    /// A certificate whose key is not for signatures.
    #[serde(default)]
    not_for_signing: bool,
    /// Other bytes than the document.
    #[serde(default)]
    over: Option<String>,
    /// Minutes before the moment of checking; negative for after it.
    #[serde(default)]
    minutes: Option<i64>,
    /// What happens to the container.
    #[serde(default)]
    spoil: Option<Spoil>,
    /// The container of an earlier role, again.
    #[serde(default)]
    same_as: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Spoil {
    /// It is no container at all.
    Garbage,
    /// It is CMS, but not signed data.
    NotSignedData,
    /// The certificate is taken out.
    NoCertificate,
    /// A second signer is put in.
    TwoSigners,
    /// The digest algorithm is an unknown one.
    UnknownAlgorithm,
    /// The last bit of the signature is another.
    WrongValue,
}

impl Signature {
    pub(crate) fn of(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            by: None,
            from: None,
            to: None,
            foreign: false,
            not_for_signing: false,
            over: None,
            minutes: None,
            spoil: None,
            same_as: None,
        }
    }
}

/// The authorities, and the certificates they issued so far.
pub(crate) struct Hands {
    known: TestAuthority,
    foreign: TestAuthority,
    trust: TrustStore,
    root: SoftwareSigner,
    issued: RefCell<HashMap<String, (String, String)>>,
}

fn set() -> &'static ParameterSet {
    ParameterSet::by_oid(ParameterSet::TC26_256_A).unwrap()
}

fn day(text: &str) -> OffsetDateTime {
    Date::parse(text, format_description!("[year]-[month]-[day]")).unwrap().midnight().assume_utc()
}

impl Hands {
    pub(crate) fn new() -> Self {
        let authority =
            || TestAuthority::create("Проба", set(), day("2000-01-01"), Duration::days(14600)).unwrap();
        let (known, foreign) = (authority(), authority());
        let mut trust = TrustStore::new();
        trust.add(known.certificate().der()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        known.save(folder.path(), None).unwrap();
        let key =
            PrivateKey::from_bytes(&std::fs::read(folder.path().join("root.key")).unwrap(), None).unwrap();
        let root = SoftwareSigner::new(key, known.certificate().clone()).unwrap();
        Self { known, foreign, trust, root, issued: RefCell::default() }
    }

    pub(crate) fn trust(&self) -> &TrustStore {
        &self.trust
    }

    /// Role and container of each signature, in the order in which a bundle has them.
    pub(crate) fn sign(
        &self,
        signatures: &[Signature],
        document: &[u8],
        as_of: OffsetDateTime,
    ) -> Vec<(String, Vec<u8>)> {
        let mut made: Vec<(String, Vec<u8>)> = Vec::new();
        for one in signatures {
            let container = match &one.same_as {
                Some(role) => made.iter().find(|(made, _)| made == role).unwrap().1.clone(),
                None => self.container(one, document, as_of),
            };
            made.push((one.role.clone(), container));
        }
        made.sort();
        made
    }

    /// The signatures of a document by the persons and the organisation that it names itself.
    pub(crate) fn sign_as_named(
        &self,
        header: &Header,
        document: &[u8],
        at: OffsetDateTime,
    ) -> Vec<(String, Vec<u8>)> {
        let staff: Option<&Staff> = header.legal_authenticator.as_ref().or(header.authors.first());
        let person = staff.map(|staff| staff.person.clone()).unwrap_or_default();
        let given = [person.given, person.patronymic].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let doctor = Subject::Person {
            surname: person.family.unwrap_or_default(),
            given_name: given,
            // Whoever signs has one, though a document of an older edition may not tell it.
            snils: person.snils.unwrap_or_else(|| "99900000115".to_owned()),
            inn: "500100732259".into(),
            title: None,
        };
        let organization = Subject::Organisation {
            name: header.organization.name.clone().unwrap_or_default(),
            ogrn: header.organization.ogrn.clone().unwrap_or_default(),
            inn_le: "9900000017".into(),
        };
        let made = [("doctor", doctor, 60), ("organization", organization, 30)];
        made.into_iter()
            .map(|(role, subject, minutes)| {
                let since = at - Duration::days(3000);
                let issued = self.known.issue(&subject, set(), since, Duration::days(4000)).unwrap();
                let signer = SoftwareSigner::new(issued.key, issued.certificate).unwrap();
                (
                    role.to_owned(),
                    cades::sign_detached(&signer, document, at - Duration::minutes(minutes)).unwrap(),
                )
            })
            .collect()
    }

    fn container(&self, one: &Signature, document: &[u8], as_of: OffsetDateTime) -> Vec<u8> {
        let signer = self.signer(one);
        let by = one.by.as_deref().unwrap_or(&one.role);
        // The organisation signs after the persons.
        let minutes = one.minutes.unwrap_or(if by == "organization" { 30 } else { 60 });
        let signed = as_of - Duration::minutes(minutes);
        let bytes = one.over.as_deref().map_or(document, str::as_bytes);
        let container = cades::sign_detached(&signer, bytes, signed).unwrap();
        match one.spoil {
            None => container,
            Some(Spoil::Garbage) => b"no container".to_vec(),
            Some(Spoil::NotSignedData) => {
                // ContentInfo of type id-data (RFC 5652 4).
                let id = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
                der::wrap(0x30, &[&id, &der::wrap(0xA0, &[&[4, 1, 0]])])
            }
            Some(Spoil::NoCertificate) => {
                let mut parts = Container::read(&container);
                parts.certificates = None;
                parts.write()
            }
            Some(Spoil::TwoSigners) => {
                let mut parts = Container::read(&container);
                let again = cades::sign_detached(&signer, bytes, signed).unwrap();
                parts.signers.extend(Container::read(&again).signers);
                parts.write()
            }
            Some(Spoil::UnknownAlgorithm) => {
                let mut parts = Container::read(&container);
                let (streebog, unknown) = ([0x2A, 0x85, 3, 7, 1, 1, 2, 2], [0x2A, 0x85, 3, 7, 1, 1, 2, 9]);
                der::patch(&mut parts.signers[0], &streebog, &unknown);
                parts.write()
            }
            Some(Spoil::WrongValue) => {
                let mut spoilt = container;
                *spoilt.last_mut().unwrap() ^= 1;
                spoilt
            }
        }
    }

    fn signer(&self, one: &Signature) -> SoftwareSigner {
        let by = one.by.as_deref().unwrap_or(&one.role);
        let from = one.from.as_deref().unwrap_or("2025-01-01");
        let to = one.to.as_deref().unwrap_or("2026-01-01");
        let key = format!("{by} {from} {to} {} {}", one.foreign, one.not_for_signing);
        let mut issued = self.issued.borrow_mut();
        let (key, certificate) = issued.entry(key).or_insert_with(|| {
            let authority = if one.foreign { &self.foreign } else { &self.known };
            let made = authority.issue(&subject(by), set(), day(from), day(to) - day(from)).unwrap();
            let certificate =
                if one.not_for_signing { self.without_key_usage(&made) } else { made.certificate_pem() };
            (made.key_pem(None).unwrap().to_string(), certificate)
        });
        let key = PrivateKey::from_bytes(key.as_bytes(), None).unwrap();
        SoftwareSigner::new(key, Certificate::from_bytes(certificate.as_bytes()).unwrap()).unwrap()
    }

    /// The certificate with keyEncipherment instead of the usages of signatures, signed again by the authority.
    fn without_key_usage(&self, made: &Issued) -> String {
        let parts = der::children(der::content(made.certificate.der()));
        let mut tbs = parts[0].to_vec();
        let usage = |bits: [u8; 2]| [&[0x55, 0x1D, 0x0F, 1, 1, 0xFF, 4, 4, 3, 2][..], &bits].concat();
        der::patch(&mut tbs, &usage([6, 0xC0]), &usage([5, 0x20]));
        let signature = self.root.sign(&tbs).unwrap();
        let value = der::wrap(3, &[&[0], &signature]);
        let certificate = der::wrap(0x30, &[&tbs, parts[1], &value]);
        Certificate::from_bytes(&certificate).unwrap().to_pem()
    }
}

fn subject(by: &str) -> Subject {
    let person = |surname: &str, given: &str, snils: &str| Subject::Person {
        surname: surname.into(),
        given_name: given.into(),
        snils: snils.into(),
        inn: "500100732259".into(),
        title: None,
    };
    match by {
        "doctor" => person("Тестова", "Вера Андреевна", "99900000115"),
        "nurse" => person("Примерова", "Анна Павловна", "99900000216"),
        "organization" => Subject::Organisation {
            name: "ГБУЗ «Учебная клиническая больница № 0»".into(),
            ogrn: "1239900000010".into(),
            inn_le: "9900000017".into(),
        },
        other => panic!("nobody is called {other}"),
    }
}
