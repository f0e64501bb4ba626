//! What a certificate says about its owner.

use time::OffsetDateTime;
use x509_parser::prelude::X509Certificate;

use super::{Extensions, identifiers, name};
use crate::oid;

/// The owner of a certificate. Names, СНИЛС and ИНН are personal data: see [`crate::verify::pii`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignerFacts {
    /// The whole name in one line.
    pub subject: String,
    /// commonName.
    pub common_name: Option<String>,
    /// surname: the family name.
    pub surname: Option<String>,
    /// givenName: first name and patronymic.
    pub given_name: Option<String>,
    /// title: the post.
    pub title: Option<String>,
    /// organizationName.
    pub organization: Option<String>,
    /// СНИЛС, 11 digits.
    pub snils: Option<String>,
    /// ИНН of the person, 12 digits.
    pub inn: Option<String>,
    /// ИНН of the legal entity, 10 digits; also from the form of before 2021 («00» and ten digits as ИНН).
    pub inn_le: Option<String>,
    /// ОГРН, 13 digits.
    pub ogrn: Option<String>,
    /// ОГРНИП, 15 digits.
    pub ogrnip: Option<String>,
    /// Serial number, upper-case hexadecimal.
    pub serial: String,
    /// The issuer's name in one line.
    pub issuer: String,
    /// Whether the issuer's name is not plainly an organisation's, as in a self-signed certificate of a person: it is
    /// personal data then.
    pub issuer_is_personal: bool,
    /// Start of validity.
    pub not_before: OffsetDateTime,
    /// End of validity.
    pub not_after: OffsetDateTime,
    /// Whether the certificate has the marks of a qualified one; it is one only under an accredited authority.
    pub qualified: bool,
    /// Which marks are missing, when some are.
    pub missing_marks: Vec<&'static str>,
    /// Identifiers written otherwise than FSB order 795 asks, or with wrong check digits.
    pub doubtful_identifiers: Vec<&'static str>,
}

impl SignerFacts {
    pub(super) fn new(
        certificate: &X509Certificate<'_>,
        subject: &[u8],
        serial: &[u8],
        extensions: &Extensions,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
    ) -> Self {
        let attributes = name::attributes(subject);
        let find = |oid: &pkcs8::ObjectIdentifier| {
            let dotted = oid.to_string();
            attributes.iter().find(|(oid, _)| *oid == dotted).map(|(_, value)| value.clone())
        };
        let serial = serial.strip_prefix(&[0]).unwrap_or(serial);
        let issuer = name::attributes(certificate.issuer().as_raw());
        let mut facts = Self {
            subject: name::one_line(&attributes),
            common_name: find(&oid::COMMON_NAME),
            surname: find(&oid::SURNAME),
            given_name: find(&oid::GIVEN_NAME),
            title: find(&oid::TITLE),
            organization: find(&oid::ORGANIZATION),
            snils: find(&oid::SNILS),
            inn: find(&oid::INN),
            inn_le: find(&oid::INN_LE),
            ogrn: find(&oid::OGRN),
            ogrnip: find(&oid::OGRNIP),
            serial: serial.iter().map(|octet| format!("{octet:02X}")).collect(),
            issuer: name::one_line(&issuer),
            issuer_is_personal: !name::is_of_organisation(&issuer),
            not_before,
            not_after,
            qualified: false,
            missing_marks: Vec::new(),
            doubtful_identifiers: identifiers::doubts(subject),
        };
        if facts.inn_le.is_none()
            && facts.ogrn.is_some()
            && let Some(legal) = facts.inn.as_deref().and_then(|inn| inn.strip_prefix("00"))
            && legal.len() == 10
        {
            facts.inn_le = Some(legal.to_owned());
            facts.inn = None;
        }
        // 0 in person, 1 by a certificate, 2 by a passport chip, 3 by a state system.
        if extensions.identification_kind.is_some_and(|kind| kind > 3) {
            facts.doubtful_identifiers.push("identificationKind");
        }
        facts.missing_marks = facts.missing(extensions);
        facts.qualified = facts.missing_marks.is_empty();
        facts
    }

    /// Marks of FSB order 795 that are absent: signature tools, tool class, and the identifiers of the owner.
    fn missing(&self, extensions: &Extensions) -> Vec<&'static str> {
        const CLASSES: &str = "1.2.643.100.113.";
        let organisation = self.ogrn.is_some();
        [
            (extensions.policies.iter().any(|policy| policy.starts_with(CLASSES)), "certificatePolicies"),
            (extensions.subject_sign_tool.is_some(), "subjectSignTool"),
            (extensions.issuer_sign_tool, "issuerSignTool"),
            (self.common_name.is_some(), "CN"),
            (organisation || self.surname.is_some(), "SN"),
            (organisation || self.given_name.is_some(), "GN"),
            (organisation || self.snils.is_some(), "СНИЛС"),
        ]
        .into_iter()
        .filter_map(|(present, mark)| (!present).then_some(mark))
        .collect()
    }
}

impl std::fmt::Debug for SignerFacts {
    /// Shows the serial number only: everything else is personal data.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SignerFacts({})", self.serial)
    }
}
