//! Facts of a CDA header that the registration request and the checks need.
//!
//! Reading never fails: what a document does not say is `None`. The layout is the one all generations of the Russian
//! profile share (HL7 CDA R2, clause 4.2, with `urn:hl7-ru:identity` and `urn:hl7-ru:address`).
//!
//! ```
//! use semd_core::header::Header;
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1.2' extension='7'/></ClinicalDocument>";
//! let header = Header::read(&xml::parse(bytes, &Limits::default()).unwrap());
//! assert_eq!(header.id.unwrap().extension, "7");
//! assert!(header.patient.is_none());
//! ```

mod person;
mod timestamp;

pub use person::{Patient, Person, Staff};
pub use timestamp::{Precision, Timestamp};

use crate::xml::{Document, ElementId, HL7_V3};

/// Root of identifiers that are СНИЛС numbers.
pub const SNILS_ROOT: &str = "1.2.643.100.3";

/// An HL7 instance identifier (data type II).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceIdentifier {
    /// OID of the assigning system.
    pub root: String,
    /// Identifier inside the system, empty when the root alone identifies.
    pub extension: String,
}

/// A coded value (data type CD).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodedValue {
    /// Code.
    pub code: String,
    /// OID of the dictionary.
    pub code_system: String,
    /// Version of the dictionary.
    pub code_system_version: String,
    /// Name in the dictionary.
    pub display_name: String,
}

/// The organisation that made the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// OID in the federal register of organisations (ФРМО).
    pub oid: Option<String>,
    /// OID of the department in ФРМО.
    pub department: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// ОГРН, digits.
    pub ogrn: Option<String>,
}

/// The header of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `templateId/@root` in document order.
    pub template_ids: Vec<String>,
    /// `ClinicalDocument/id`.
    pub id: Option<InstanceIdentifier>,
    /// `ClinicalDocument/code`: kind of medical documentation.
    pub code: Option<CodedValue>,
    /// Codes of `ClinicalDocument/code/translation`.
    pub code_translations: Vec<CodedValue>,
    /// `title`.
    pub title: Option<String>,
    /// `effectiveTime`: when the document was made.
    pub effective_time: Option<Timestamp>,
    /// `setId`.
    pub set_id: Option<InstanceIdentifier>,
    /// `versionNumber`.
    pub version_number: Option<String>,
    /// `recordTarget/patientRole`.
    pub patient: Option<Patient>,
    /// `author/assignedAuthor`, in document order.
    pub authors: Vec<Staff>,
    /// `legalAuthenticator/assignedEntity`.
    pub legal_authenticator: Option<Staff>,
    /// `authenticator/assignedEntity`, in document order.
    pub authenticators: Vec<Staff>,
    /// The custodian, completed by `providerOrganization`.
    pub organization: Organization,
}

impl Header {
    /// Reads the header of a document. Names in `urn:hl7-org:v3` only: another root gives an empty header.
    pub fn read(document: &Document<'_>) -> Self {
        let root = document.root();
        if document.namespace(root) != HL7_V3 || document.local_name(root) != "ClinicalDocument" {
            return Self::default();
        }
        let code = child(document, root, "code");
        Self {
            template_ids: document
                .children_named(root, HL7_V3, "templateId")
                .filter_map(|id| attribute(document, id, "root"))
                .collect(),
            id: child(document, root, "id").and_then(|id| identifier(document, id)),
            code: code.and_then(|code| coded(document, code)),
            code_translations: code
                .into_iter()
                .flat_map(|code| document.children_named(code, HL7_V3, "translation"))
                .filter_map(|translation| coded(document, translation))
                .collect(),
            title: child(document, root, "title").and_then(|title| text(document, title)),
            effective_time: child(document, root, "effectiveTime")
                .and_then(|time| attribute(document, time, "value"))
                .and_then(|value| Timestamp::parse(&value)),
            set_id: child(document, root, "setId").and_then(|id| identifier(document, id)),
            version_number: child(document, root, "versionNumber")
                .and_then(|number| attribute(document, number, "value")),
            patient: descend(document, root, &["recordTarget", "patientRole"])
                .map(|role| Patient::read(document, role)),
            authors: staff(document, root, "author", "assignedAuthor").collect(),
            legal_authenticator: staff(document, root, "legalAuthenticator", "assignedEntity").next(),
            authenticators: staff(document, root, "authenticator", "assignedEntity").collect(),
            organization: organization(document, root),
        }
    }
}

fn staff<'a>(
    document: &'a Document<'_>,
    root: ElementId,
    role: &'a str,
    entity: &'a str,
) -> impl Iterator<Item = Staff> + 'a {
    document
        .children_named(root, HL7_V3, role)
        .filter_map(move |role| child(document, role, entity))
        .map(|entity| Staff::read(document, entity))
}

fn organization(document: &Document<'_>, root: ElementId) -> Organization {
    let custodian =
        descend(document, root, &["custodian", "assignedCustodian", "representedCustodianOrganization"]);
    let provider = descend(document, root, &["recordTarget", "patientRole", "providerOrganization"]);
    let mut result = Organization::default();
    for element in custodian.into_iter().chain(provider) {
        let id = document
            .children_named(element, HL7_V3, "id")
            .filter_map(|id| identifier(document, id))
            .find(|id| id.root.starts_with("1.2.643.5.1.13."));
        if let Some(id) = id {
            result.oid.get_or_insert(id.root);
            if !id.extension.is_empty() {
                result.department.get_or_insert(id.extension);
            }
        }
        if let Some(name) = child(document, element, "name").and_then(|name| text(document, name)) {
            result.name.get_or_insert(name);
        }
        let ogrn = document
            .child(element, "urn:hl7-ru:identity", "Props")
            .and_then(|props| document.child(props, "urn:hl7-ru:identity", "Ogrn"))
            .and_then(|ogrn| text(document, ogrn));
        if let Some(ogrn) = ogrn {
            result.ogrn.get_or_insert(ogrn);
        }
    }
    result
}

fn child(document: &Document<'_>, parent: ElementId, name: &str) -> Option<ElementId> {
    document.child(parent, HL7_V3, name)
}

fn descend(document: &Document<'_>, from: ElementId, steps: &[&str]) -> Option<ElementId> {
    steps.iter().try_fold(from, |at, step| child(document, at, step))
}

fn attribute(document: &Document<'_>, element: ElementId, name: &str) -> Option<String> {
    document.attribute(element, "", name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn text(document: &Document<'_>, element: ElementId) -> Option<String> {
    let value = document.string_value(element);
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn identifier(document: &Document<'_>, element: ElementId) -> Option<InstanceIdentifier> {
    let root = attribute(document, element, "root")?;
    Some(InstanceIdentifier {
        root,
        extension: attribute(document, element, "extension").unwrap_or_default(),
    })
}

fn coded(document: &Document<'_>, element: ElementId) -> Option<CodedValue> {
    let value = |name| attribute(document, element, name).unwrap_or_default();
    let code = attribute(document, element, "code")?;
    Some(CodedValue {
        code,
        code_system: value("codeSystem"),
        code_system_version: value("codeSystemVersion"),
        display_name: value("displayName"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Limits, parse};

    #[test]
    fn header_facts_are_read_and_absent_ones_stay_none() {
        let text = "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:identity='urn:hl7-ru:identity'>\
            <templateId root='1.2.3'/><id root='1.2.643.5.1.13.13.12.2.77.1.100.1.1.51' extension='u-1'/>\
            <code code='5' codeSystem='1.2' displayName='Протокол'><translation code='119'/></code>\
            <effectiveTime value='202605141015+0300'/><versionNumber value='2'/>\
            <recordTarget><patientRole><id root='1.9.10' extension='P-42'/><id root='1.2.643.100.3' extension='112-233-445 95'/>\
            <patient><name><family>Тестов</family><given>Тест</given><identity:Patronymic>Тестович</identity:Patronymic></name>\
            <administrativeGenderCode code='1'/><birthTime value='19800102'/></patient></patientRole></recordTarget>\
            <author><assignedAuthor><id root='1.9.70' extension='D-7'/><code code='73'/><assignedPerson><name><family>Врачёв</family>\
            <given>Врач</given><given>Врачевич</given></name></assignedPerson></assignedAuthor></author>\
            <custodian><assignedCustodian><representedCustodianOrganization>\
            <id root='1.2.643.5.1.13.13.12.2.77.1' extension='1.2.643.5.1.13.13.12.2.77.1.0.5'/></representedCustodianOrganization>\
            </assignedCustodian></custodian></ClinicalDocument>";
        let header = Header::read(&parse(text.as_bytes(), &Limits::default()).unwrap());
        assert_eq!(header.template_ids, ["1.2.3"]);
        assert_eq!(header.id.unwrap().extension, "u-1");
        assert_eq!(header.code_translations[0].code, "119");
        let patient = header.patient.unwrap();
        assert_eq!(patient.local_id.as_deref(), Some("P-42"));
        assert_eq!(patient.person.snils.as_deref(), Some("11223344595"));
        assert_eq!(patient.person.patronymic.as_deref(), Some("Тестович"));
        assert_eq!(patient.birth_date.unwrap().date().to_string(), "1980-01-02");
        assert_eq!(
            header.authors[0].person.patronymic.as_deref(),
            Some("Врачевич"),
            "first generation: second given name"
        );
        assert_eq!(header.authors[0].position.as_ref().unwrap().code, "73");
        assert_eq!(header.legal_authenticator, None);
        assert_eq!(header.organization.oid.as_deref(), Some("1.2.643.5.1.13.13.12.2.77.1"));
        assert_eq!(header.organization.department.as_deref(), Some("1.2.643.5.1.13.13.12.2.77.1.0.5"));
        assert_eq!(header.title, None);
    }

    #[test]
    fn foreign_root_gives_an_empty_header() {
        let header = Header::read(
            &parse(b"<ClinicalDocument><id root='1'/></ClinicalDocument>", &Limits::default()).unwrap(),
        );
        assert_eq!(header, Header::default());
    }
}
