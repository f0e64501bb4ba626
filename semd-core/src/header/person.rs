//! People in the header.

use std::fmt;

use crate::xml::{Document, ElementId, HL7_V3};

use super::{CodedValue, SNILS_ROOT, Timestamp, attribute, child, coded, descend, identifier, text};

/// Name and СНИЛС of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Family name.
    pub family: Option<String>,
    /// Given name.
    pub given: Option<String>,
    /// Patronymic: `identity:Patronymic`, or the second `given` of the first generation.
    pub patronymic: Option<String>,
    /// СНИЛС, digits only.
    pub snils: Option<String>,
}

/// The patient.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Patient {
    /// Identifier in the medical information system.
    pub local_id: Option<String>,
    /// Name and СНИЛС.
    pub person: Person,
    /// Date of birth.
    pub birth_date: Option<Timestamp>,
    /// Code of sex (НСИ 1.2.643.5.1.13.13.11.1040): 1 male, 2 female.
    pub gender: Option<String>,
}

/// A medical worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staff {
    /// Identifier in the medical information system.
    pub local_id: Option<String>,
    /// Name and СНИЛС.
    pub person: Person,
    /// Post (НСИ 1.2.643.5.1.13.13.11.1002).
    pub position: Option<CodedValue>,
    /// OID of the department in ФРМО.
    pub department: Option<String>,
}

impl fmt::Debug for Person {
    /// Without the personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

impl fmt::Debug for Patient {
    /// Without the personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient").finish_non_exhaustive()
    }
}

impl Patient {
    pub(super) fn read(document: &Document<'_>, role: ElementId) -> Self {
        let (local_id, snils) = identifiers(document, role);
        let patient = child(document, role, "patient");
        let birth = patient.and_then(|patient| child(document, patient, "birthTime"));
        let sex = patient.and_then(|patient| child(document, patient, "administrativeGenderCode"));
        Self {
            local_id,
            person: person(document, patient, snils),
            birth_date: birth
                .and_then(|time| attribute(document, time, "value"))
                .and_then(|value| Timestamp::parse(&value)),
            gender: sex.and_then(|sex| attribute(document, sex, "code")),
        }
    }
}

impl Staff {
    pub(super) fn read(document: &Document<'_>, entity: ElementId) -> Self {
        let (local_id, snils) = identifiers(document, entity);
        Self {
            local_id,
            person: person(document, child(document, entity, "assignedPerson"), snils),
            position: child(document, entity, "code").and_then(|code| coded(document, code)),
            department: descend(document, entity, &["representedOrganization", "id"])
                .and_then(|id| attribute(document, id, "extension")),
        }
    }
}

/// The identifier in the system and the СНИЛС among the `id` children.
fn identifiers(document: &Document<'_>, parent: ElementId) -> (Option<String>, Option<String>) {
    let mut local_id = None;
    let mut snils = None;
    for id in document.children_named(parent, HL7_V3, "id").filter_map(|id| identifier(document, id)) {
        if id.root == SNILS_ROOT {
            snils
                .get_or_insert_with(|| id.extension.chars().filter(char::is_ascii_digit).collect::<String>());
        } else if !id.extension.is_empty() {
            local_id.get_or_insert(id.extension);
        }
    }
    (local_id, snils.filter(|digits: &String| !digits.is_empty()))
}

fn person(document: &Document<'_>, holder: Option<ElementId>, snils: Option<String>) -> Person {
    let Some(name) = holder.and_then(|holder| child(document, holder, "name")) else {
        return Person { snils, ..Person::default() };
    };
    let mut given = document.children_named(name, HL7_V3, "given").filter_map(|given| text(document, given));
    let first = given.next();
    let patronymic = document
        .child(name, "urn:hl7-ru:identity", "Patronymic")
        .and_then(|patronymic| text(document, patronymic))
        .or_else(|| given.next());
    Person {
        family: child(document, name, "family").and_then(|family| text(document, family)),
        given: first,
        patronymic,
        snils,
    }
}
