//! The registration request that follows from a document and its signatures.

use semd_core::header::{Header, Person, Staff};
use semd_sign::certificate::SignerFacts;
use time::{OffsetDateTime, UtcOffset};

use super::person::private_debug;
use super::{
    Department, DocContent, Patient, PersonalSignature, RegisterDocumentRequest, SignatureData, Signer,
    timestamp,
};
use crate::checksum::Checksum;

/// Role name of the organisation's own signature.
pub const ORGANIZATION_ROLE: &str = "organization";

/// A signature that accompanies a document.
#[derive(Clone)]
pub struct DocumentSignature {
    /// Role as in the file name: `doctor`, [`ORGANIZATION_ROLE`] …
    pub role: String,
    /// Content of the signature file, in any armour.
    pub content: Vec<u8>,
    /// The signer's certificate, when it could be read.
    pub certificate: Option<SignerFacts>,
}

private_debug!(DocumentSignature { role });

/// A document that cannot be registered because nothing identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document has no ClinicalDocument/id")]
pub struct NoIdentifier;

impl RegisterDocumentRequest {
    /// The request for a document of a `kind` (НСИ 1.2.643.5.1.13.13.11.1520) with the given exact bytes.
    ///
    /// Whatever the header does not say stays empty; only the identifier is indispensable.
    ///
    /// # Errors
    /// When the document has no identifier.
    ///
    /// ```
    /// use semd_core::header::Header;
    /// use semd_core::xml::{self, Limits};
    /// use semd_exchange::checksum::Checksum;
    /// use semd_exchange::message::RegisterDocumentRequest;
    ///
    /// let bytes = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1.2' extension='u-1'/></ClinicalDocument>";
    /// let document = xml::parse(bytes, &Limits::default()).unwrap();
    /// let header = Header::read(&document);
    /// let request = RegisterDocumentRequest::from_document(&header, "119", bytes, &[], Checksum::default())?;
    /// assert_eq!(request.local_uid, "u-1");
    /// # Ok::<(), semd_exchange::message::NoIdentifier>(())
    /// ```
    pub fn from_document(
        header: &Header,
        kind: &str,
        bytes: &[u8],
        signatures: &[DocumentSignature],
        checksum: Checksum,
    ) -> Result<Self, NoIdentifier> {
        let request = Self::from_header(header, kind, bytes, signatures, checksum);
        if request.local_uid.is_empty() { Err(NoIdentifier) } else { Ok(request) }
    }

    /// As [`Self::from_document`], without an identifier where the header has none.
    pub(crate) fn from_header(
        header: &Header,
        kind: &str,
        bytes: &[u8],
        signatures: &[DocumentSignature],
        checksum: Checksum,
    ) -> Self {
        let (organization, personal): (Vec<_>, Vec<_>) =
            signatures.iter().partition(|signature| signature.role == ORGANIZATION_ROLE);
        Self {
            local_uid: local_uid(header).unwrap_or_default(),
            kind: kind.to_owned(),
            creation_date_time: creation_time(header).map(timestamp::to_xsd).unwrap_or_default(),
            organization: header.organization.oid.clone().unwrap_or_default(),
            department: department(header.organization.department.as_deref()),
            patient: header.patient.as_ref().map(|patient| Patient {
                local_id: patient.local_id.clone().unwrap_or_default(),
                surname: patient.person.family.clone().unwrap_or_default(),
                name: patient.person.given.clone().unwrap_or_default(),
                patr_name: patient.person.patronymic.clone(),
                birth_date: patient
                    .birth_date
                    .filter(|birth| birth.has_day())
                    .map(|birth| birth.date().to_string()),
                snils: patient.person.snils.clone(),
                gender: patient.gender.clone(),
            }),
            doc_content: DocContent { checksum: Some(checksum.of(bytes)) },
            org_signature: organization
                .first()
                .map(|signature| SignatureData::from_file(&signature.content, checksum)),
            personal_signatures: personal
                .into_iter()
                .map(|signature| PersonalSignature {
                    signer: signer(header, signature),
                    signature: SignatureData::from_file(&signature.content, checksum),
                    description: None,
                })
                .collect(),
            ..Self::default()
        }
    }
}

/// The extension of `ClinicalDocument/id`, or its root where a UUID stands alone.
pub(crate) fn local_uid(header: &Header) -> Option<String> {
    let id = header.id.as_ref()?;
    Some(if id.extension.is_empty() { id.root.clone() } else { id.extension.clone() })
}

/// `ClinicalDocument/effectiveTime`; a value without a clock or a zone is midnight UTC of its day.
pub(crate) fn creation_time(header: &Header) -> Option<OffsetDateTime> {
    let time = header.effective_time?;
    Some(time.instant().unwrap_or_else(|| time.date().midnight().assume_offset(UtcOffset::UTC)))
}

fn department(oid: Option<&str>) -> Option<Department> {
    oid.map(|oid| Department { local_id: oid.to_owned(), name: None })
}

/// Everybody who answers for the document, authors first.
pub(crate) fn staff(header: &Header) -> impl Iterator<Item = &Staff> {
    header.authors.iter().chain(&header.legal_authenticator).chain(&header.authenticators)
}

/// The signer as the document describes the owner of the certificate; an owner the document does not name is described
/// by the certificate. Without a readable certificate it is the first author.
fn signer(header: &Header, signature: &DocumentSignature) -> Signer {
    let role = match signature.role.as_str() {
        "" => "DOCTOR".to_owned(),
        role => role.to_uppercase().replace('-', "_"),
    };
    let Some(facts) = &signature.certificate else {
        return staff(header).next().map_or_else(
            || Signer { role: role.clone(), ..Signer::default() },
            |staff| from_staff(staff, role.clone()),
        );
    };
    let (given, patronymic) = split_given_name(facts.given_name.as_deref().unwrap_or_default());
    let name = [facts.surname.as_deref().unwrap_or_default(), given, patronymic.unwrap_or_default()];
    let named = match facts.snils.as_deref() {
        Some(snils) => with_snils(header, snils, name).or_else(|| without_snils(header, facts)),
        None => staff(header).next(),
    };
    match named {
        Some(staff) => {
            let described = from_staff(staff, role);
            let snils = Some(described.snils).filter(|snils| !snils.is_empty()).or(facts.snils.clone());
            Signer { snils: snils.unwrap_or_default(), ..described }
        }
        None => from_certificate(facts, role),
    }
}

/// The worker with a СНИЛС. Where it stands several times, because one person acts twice or a template puts one number for
/// several persons, the entry that agrees most with the family name, given name and patronymic.
pub(crate) fn with_snils<'h>(header: &'h Header, snils: &str, name: [&str; 3]) -> Option<&'h Staff> {
    let agreement = |staff: &&Staff| {
        let person = &staff.person;
        let parts = [&person.family, &person.given, &person.patronymic];
        let same = parts
            .iter()
            .zip(name)
            .filter(|(theirs, ours)| theirs.as_deref().map_or("", str::trim) == ours.trim());
        same.count()
    };
    let mut all: Vec<_> =
        staff(header).filter(|staff| staff.person.snils.as_deref() == Some(snils)).collect();
    // Stable: of equals the first, who is an author.
    all.sort_by_key(|staff| std::cmp::Reverse(agreement(staff)));
    all.first().copied()
}

/// The worker of the certificate's name, where the document tells no СНИЛС of this worker.
fn without_snils<'h>(header: &'h Header, facts: &SignerFacts) -> Option<&'h Staff> {
    let (given, _) = split_given_name(facts.given_name.as_deref()?);
    let family = facts.surname.as_deref()?;
    staff(header).find(|staff| {
        let Person { family: theirs, given: name, snils, .. } = &staff.person;
        snils.is_none() && theirs.as_deref() == Some(family) && name.as_deref() == Some(given)
    })
}

fn from_staff(staff: &Staff, role: String) -> Signer {
    let Person { family, given, patronymic, snils } = staff.person.clone();
    Signer {
        local_id: staff.local_id.clone().unwrap_or_default(),
        surname: family.unwrap_or_default(),
        name: given.unwrap_or_default(),
        patr_name: patronymic,
        birth_date: None,
        snils: snils.unwrap_or_default(),
        role,
        position: staff.position.as_ref().map(|position| position.code.clone()),
        speciality: None,
        department: department(staff.department.as_deref()),
    }
}

fn from_certificate(facts: &SignerFacts, role: String) -> Signer {
    let (name, patr_name) = split_given_name(facts.given_name.as_deref().unwrap_or_default());
    Signer {
        surname: facts.surname.clone().unwrap_or_default(),
        name: name.to_owned(),
        patr_name: patr_name.map(str::to_owned),
        snils: facts.snils.clone().unwrap_or_default(),
        role,
        ..Signer::default()
    }
}

/// givenName of a certificate holds name and patronymic; they part at the first space.
pub(crate) fn split_given_name(given: &str) -> (&str, Option<&str>) {
    let given = given.trim();
    match given.split_once(' ') {
        Some((name, patronymic)) => (name, Some(patronymic.trim())),
        None => (given, None),
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::{self, Limits};

    use super::*;

    const DOCUMENT: &str = "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:identity='urn:hl7-ru:identity'>\
        <id root='1.2.643' extension='5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10'/><effectiveTime value='202605141015+0300'/>\
        <recordTarget><patientRole><id root='1.9' extension='P-42'/><id root='1.2.643.100.3' extension='112-233-445 95'/>\
        <patient><name><family>Тестов</family><given>Тест</given></name><administrativeGenderCode code='1'/>\
        <birthTime value='19800102'/></patient></patientRole></recordTarget>\
        <author><assignedAuthor><id root='1.7' extension='D-1'/><id root='1.2.643.100.3' extension='99900000115'/>\
        <code code='73'/><assignedPerson><name><family>Авторов</family><given>Автор</given></name></assignedPerson>\
        </assignedAuthor></author><legalAuthenticator><assignedEntity><id root='1.7' extension='D-2'/>\
        <id root='1.2.643.100.3' extension='99900000216'/><assignedPerson><name><family>Главный</family><given>Врач</given>\
        </name></assignedPerson></assignedEntity></legalAuthenticator><custodian><assignedCustodian>\
        <representedCustodianOrganization><id root='1.2.643.5.1.13.13.12.2.77.1'/></representedCustodianOrganization>\
        </assignedCustodian></custodian></ClinicalDocument>";

    fn facts(snils: &str) -> SignerFacts {
        SignerFacts {
            subject: String::new(),
            common_name: None,
            surname: Some("Чужой".into()),
            given_name: Some("Иван  Петрович".into()),
            title: None,
            organization: None,
            snils: Some(snils.into()),
            inn: None,
            inn_le: None,
            ogrn: None,
            ogrnip: None,
            serial: String::new(),
            issuer: String::new(),
            issuer_is_personal: false,
            not_before: OffsetDateTime::UNIX_EPOCH,
            not_after: OffsetDateTime::UNIX_EPOCH,
            qualified: false,
            missing_marks: Vec::new(),
            doubtful_identifiers: Vec::new(),
        }
    }

    fn signature(role: &str, certificate: Option<SignerFacts>) -> DocumentSignature {
        DocumentSignature { role: role.into(), content: vec![0x30, 0], certificate }
    }

    fn request(signatures: &[DocumentSignature]) -> RegisterDocumentRequest {
        let document = xml::parse(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
        let header = Header::read(&document);
        let checksum = Checksum::default();
        RegisterDocumentRequest::from_document(&header, "119", DOCUMENT.as_bytes(), signatures, checksum)
            .unwrap()
    }

    #[test]
    fn fields_come_from_the_header() {
        let request = request(&[]);
        assert_eq!(request.local_uid, "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10");
        assert_eq!(request.creation_date_time, "2026-05-14T10:15:00.000+03:00");
        assert_eq!(request.organization, "1.2.643.5.1.13.13.12.2.77.1");
        let patient = request.patient.unwrap();
        assert_eq!(patient.local_id, "P-42");
        assert_eq!(patient.snils.as_deref(), Some("11223344595"));
        assert_eq!(patient.birth_date.as_deref(), Some("1980-01-02"));
        assert_eq!(patient.patr_name, None);
        assert_eq!(request.doc_content.checksum, Some(Checksum::default().of(DOCUMENT.as_bytes())));
    }

    #[test]
    fn signer_is_the_person_the_certificate_names() {
        let request = request(&[
            signature("head-doctor", Some(facts("99900000216"))),
            signature("organization", None),
            signature("doctor", None),
        ]);
        assert!(request.org_signature.is_some());
        let signers: Vec<_> = request.personal_signatures.iter().map(|item| &item.signer).collect();
        assert_eq!(signers.len(), 2);
        assert_eq!((signers[0].surname.as_str(), signers[0].role.as_str()), ("Главный", "HEAD_DOCTOR"));
        assert_eq!(signers[0].local_id, "D-2");
        assert_eq!((signers[1].surname.as_str(), signers[1].role.as_str()), ("Авторов", "DOCTOR"));
        assert_eq!(signers[1].position.as_deref(), Some("73"));
    }

    #[test]
    fn stranger_is_described_by_the_certificate() {
        let request = request(&[signature("doctor", Some(facts("11223344595")))]);
        let signer = &request.personal_signatures[0].signer;
        assert_eq!(signer.surname, "Чужой");
        assert_eq!((signer.name.as_str(), signer.patr_name.as_deref()), ("Иван", Some("Петрович")));
    }

    #[test]
    fn document_without_identifier_is_refused() {
        let header = Header::default();
        let result = RegisterDocumentRequest::from_document(&header, "119", b"", &[], Checksum::default());
        assert_eq!(result, Err(NoIdentifier));
    }
}
