//! People and departments in a registration request.

use serde::{Deserialize, Serialize};

use crate::soap::{Element, XmlWriter};

/// A department of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Department {
    /// OID of the department in ФРМО.
    pub local_id: String,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Department {
    pub(super) fn write(&self, w: &mut XmlWriter) {
        w.element("ser:department", |w| {
            w.text("ser:localId", &self.local_id);
            w.optional("ser:name", self.name.as_deref());
        });
    }

    pub(super) fn read(element: Element<'_>) -> Self {
        Self { local_id: element.code("localId").unwrap_or_default(), name: element.text("name") }
    }
}

/// The patient of a document.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// Identifier of the patient in the information system.
    pub local_id: String,
    /// Family name.
    pub surname: String,
    /// Given name.
    pub name: String,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patr_name: Option<String>,
    /// Date of birth, `xs:date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// СНИЛС, 11 digits without separators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
    /// Administrative gender: `1` male, `2` female (НСИ 1.2.643.5.1.13.13.11.1040).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
}

impl Patient {
    pub(super) fn write(&self, w: &mut XmlWriter) {
        w.element("ser:patient", |w| {
            w.text("ser:localId", &self.local_id);
            w.text("ser:surname", &self.surname);
            w.text("ser:name", &self.name);
            w.optional("ser:patrName", self.patr_name.as_deref());
            w.optional("ser:birthDate", self.birth_date.as_deref());
            w.optional("ser:snils", self.snils.as_deref());
            w.optional("ser:gender", self.gender.as_deref());
        });
    }

    pub(super) fn read(element: Element<'_>) -> Self {
        Self {
            local_id: element.code("localId").unwrap_or_default(),
            surname: element.text("surname").unwrap_or_default(),
            name: element.text("name").unwrap_or_default(),
            patr_name: element.text("patrName"),
            birth_date: element.text("birthDate"),
            snils: element.text("snils"),
            gender: element.code("gender"),
        }
    }
}

/// The person or organisation that a document is meant for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// Kind of recipient, such as `MEDICAL_ORGANIZATION` or `PATIENT_REPRESENTATIVE`.
    pub kind: String,
    /// Family name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Given name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Patronymic of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patr_name: Option<String>,
    /// СНИЛС of a person, 11 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snils: Option<String>,
    /// OID of an organisation in ФРМО.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

impl Recipient {
    pub(super) fn write(&self, w: &mut XmlWriter) {
        w.element("ser:recipient", |w| {
            w.element("ser:kind", |w| w.text("ser:code", &self.kind));
            w.optional("ser:surname", self.surname.as_deref());
            w.optional("ser:name", self.name.as_deref());
            w.optional("ser:patrName", self.patr_name.as_deref());
            w.optional("ser:snils", self.snils.as_deref());
            w.optional("ser:organization", self.organization.as_deref());
        });
    }

    pub(super) fn read(element: Element<'_>) -> Self {
        Self {
            kind: element.code("kind").unwrap_or_default(),
            surname: element.text("surname"),
            name: element.text("name"),
            patr_name: element.text("patrName"),
            snils: element.text("snils"),
            organization: element.code("organization"),
        }
    }
}

/// The person who made a personal signature.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signer {
    /// Identifier of the person in the information system.
    pub local_id: String,
    /// Family name.
    pub surname: String,
    /// Given name.
    pub name: String,
    /// Patronymic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patr_name: Option<String>,
    /// Date of birth, `xs:date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// СНИЛС, 11 digits without separators.
    pub snils: String,
    /// Role (НСИ 1.2.643.5.1.13.13.99.2.368), such as `AUTHOR` or `DOCTOR`.
    pub role: String,
    /// Code of the position (НСИ 1.2.643.5.1.13.13.11.1002).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Code of the speciality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speciality: Option<String>,
    /// Department the person works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

impl Signer {
    pub(super) fn write(&self, w: &mut XmlWriter) {
        w.element("ser:signer", |w| {
            w.text("ser:localId", &self.local_id);
            w.text("ser:surname", &self.surname);
            w.text("ser:name", &self.name);
            w.optional("ser:patrName", self.patr_name.as_deref());
            w.optional("ser:birthDate", self.birth_date.as_deref());
            w.text("ser:snils", &self.snils);
            w.text("ser:role", &self.role);
            w.optional("ser:position", self.position.as_deref());
            w.optional("ser:speciality", self.speciality.as_deref());
            if let Some(department) = &self.department {
                department.write(w);
            }
        });
    }

    pub(super) fn read(element: Element<'_>) -> Self {
        Self {
            local_id: element.code("localId").unwrap_or_default(),
            surname: element.text("surname").unwrap_or_default(),
            name: element.text("name").unwrap_or_default(),
            patr_name: element.text("patrName"),
            birth_date: element.text("birthDate"),
            snils: element.text("snils").unwrap_or_default(),
            role: element.code("role").unwrap_or_default(),
            position: element.code("position"),
            speciality: element.code("speciality"),
            department: element.child("department").map(Department::read),
        }
    }
}

/// Implements `Debug` with the named fields only: the others may hold personal data.
macro_rules! private_debug {
    ($name:ident { $($field:ident),* }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use private_debug;

private_debug!(Patient {});
private_debug!(Recipient { kind });
private_debug!(Signer { role });

#[cfg(test)]
mod tests {
    use crate::journal::{Direction, Message, Submission};
    use crate::message::RegisterError;
    use crate::message::tests_support::full_request;

    #[test]
    fn debug_output_has_no_personal_data() {
        let request = full_request();
        let patient = request.patient.clone().unwrap();
        let raw = Some(patient.surname.clone().into_bytes());
        let direction = Direction::In;
        let message = Message { direction, action: "a".into(), message_id: None, relates_to: None, raw };
        let error = RegisterError::new("NO_SNILS", format!("{} {}", patient.surname, patient.local_id));
        let submission = Submission { file: "a.xml".into(), bytes: vec![65, 66], request };
        let shown = format!("{:?} {submission:?} {message:?} {error:?}", submission.request);
        assert!(shown.contains("NO_SNILS"));
        for secret in [
            &patient.surname,
            &patient.name,
            &patient.snils.unwrap(),
            &submission.request.personal_signatures[0].signature.data,
        ] {
            assert!(!secret.is_empty() && !shown.contains(secret.as_str()), "{shown}");
        }
        assert!(!shown.contains("65, 66"), "{shown}");
    }
}
