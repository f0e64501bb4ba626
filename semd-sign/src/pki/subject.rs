//! Who a test certificate is issued to.

use pkcs8::ObjectIdentifier;

use crate::asn1::{Writer, tag};
use crate::oid;

/// The mark in every common name this authority writes.
const MARK: &str = "TEST";

/// The owner of a test certificate. Identifiers are digits only; nobody checks them here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A natural person: a doctor.
    Person {
        /// Family name.
        surname: String,
        /// First name and patronymic.
        given_name: String,
        /// СНИЛС, 11 digits.
        snils: String,
        /// ИНН, 12 digits.
        inn: String,
        /// Post, if it is to be named.
        title: Option<String>,
    },
    /// A legal entity: a clinic.
    Organisation {
        /// Name.
        name: String,
        /// ОГРН, 13 digits.
        ogrn: String,
        /// ИНН of the legal entity, 10 digits.
        inn_le: String,
    },
}

impl Subject {
    /// A person who does not exist, with identifiers whose check digits are right.
    pub fn sample_person() -> Self {
        Self::Person {
            surname: "Образцова".into(),
            given_name: "Анна Ивановна".into(),
            snils: "90000001790".into(),
            inn: "990000017133".into(),
            title: Some("врач-терапевт".into()),
        }
    }

    /// A clinic that does not exist.
    pub fn sample_organisation() -> Self {
        Self::Organisation {
            name: "ГБУЗ «Образцовая поликлиника»".into(),
            ogrn: "1020000000173".into(),
            inn_le: "0000000177".into(),
        }
    }

    /// The name, DER.
    pub(super) fn name(&self) -> Vec<u8> {
        let mut attributes: Vec<(ObjectIdentifier, u8, String)> = Vec::new();
        match self {
            Self::Person { surname, given_name, snils, inn, title } => {
                let common = format!("{surname} {given_name} ({MARK})");
                attributes.push((oid::COMMON_NAME, tag::UTF8_STRING, common));
                attributes.push((oid::SURNAME, tag::UTF8_STRING, surname.clone()));
                attributes.push((oid::GIVEN_NAME, tag::UTF8_STRING, given_name.clone()));
                attributes.extend(title.iter().map(|title| (oid::TITLE, tag::UTF8_STRING, title.clone())));
                attributes.push((oid::SNILS, tag::NUMERIC_STRING, snils.clone()));
                attributes.push((oid::INN, tag::NUMERIC_STRING, inn.clone()));
            }
            Self::Organisation { name, ogrn, inn_le } => {
                attributes.push((oid::COMMON_NAME, tag::UTF8_STRING, format!("{name} ({MARK})")));
                attributes.push((oid::ORGANIZATION, tag::UTF8_STRING, name.clone()));
                attributes.push((oid::OGRN, tag::NUMERIC_STRING, ogrn.clone()));
                attributes.push((oid::INN_LE, tag::NUMERIC_STRING, inn_le.clone()));
            }
        }
        attributes.push((oid::COUNTRY, tag::PRINTABLE_STRING, "RU".into()));
        encode_name(&attributes)
    }
}

/// The name of an authority.
pub(super) fn authority_name(name: &str) -> Vec<u8> {
    encode_name(&[
        (oid::COMMON_NAME, tag::UTF8_STRING, format!("{name} ({MARK})")),
        (oid::ORGANIZATION, tag::UTF8_STRING, format!("{MARK}: не для юридически значимых подписей")),
        (oid::COUNTRY, tag::PRINTABLE_STRING, "RU".into()),
    ])
}

fn encode_name(attributes: &[(ObjectIdentifier, u8, String)]) -> Vec<u8> {
    Writer::build(|writer| {
        writer.sequence(|name| {
            for (oid, string, value) in attributes {
                name.constructed(tag::SET, |set| {
                    set.sequence(|attribute| {
                        attribute.oid(oid).primitive(*string, value.as_bytes());
                    });
                });
            }
        });
    })
}
