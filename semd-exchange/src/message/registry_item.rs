//! Registered items, and the operations that look them up.

use serde::{Deserialize, Serialize};

use super::person::private_debug;
use super::{Acknowledgement, MessageError, Payload, RegisterError, Status};
use crate::soap::{Element, XmlWriter};

/// What the register knows about a registered document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryItem {
    /// Registration number; opaque.
    pub emdr_id: String,
    /// `localUid` of the registered version, where the answer names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_uid: Option<String>,
    /// Kind of document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// OID of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Number of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_version: Option<u32>,
    /// Time of registration, `xs:dateTime`, or a date when the register gave no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_date_time: Option<String>,
    /// Until when the file must be kept, `xs:date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_till_date: Option<String>,
    /// Time of creation of the document, `xs:dateTime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_date_time: Option<String>,
    /// Remarks; the document **is** registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registration_warnings: Vec<RegisterError>,
}

impl RegistryItem {
    pub(super) fn write(&self, w: &mut XmlWriter, prefix: &str) {
        let name = |local: &str| format!("{prefix}:{local}");
        w.text(&name("emdrId"), &self.emdr_id);
        w.optional(&name("localUid"), self.local_uid.as_deref());
        w.optional(&name("kind"), self.kind.as_deref());
        w.optional(&name("organization"), self.organization.as_deref());
        let version = self.document_version.map(|version| version.to_string());
        w.optional(&name("documentVersion"), version.as_deref());
        w.optional(&name("registrationDateTime"), self.registration_date_time.as_deref());
        w.optional(&name("storeTillDate"), self.store_till_date.as_deref());
        w.optional(&name("creationDateTime"), self.creation_date_time.as_deref());
        RegisterError::write_list(w, prefix, "registrationWarnings", &self.registration_warnings);
    }

    /// Reads an item; an item without a number is none.
    pub(super) fn read(element: Element<'_>) -> Option<Self> {
        Some(Self {
            emdr_id: element.text("emdrId")?,
            local_uid: element.text("localUid"),
            kind: element.code("kind"),
            organization: element.code("organization"),
            document_version: element.text("documentVersion").and_then(|text| text.parse().ok()),
            registration_date_time: element
                .text("registrationDateTime")
                .or_else(|| element.text("registrationDate")),
            store_till_date: element.text("storeTillDate"),
            creation_date_time: element.text("creationDateTime"),
            registration_warnings: RegisterError::read_list(element, "registrationWarnings"),
        })
    }
}

/// `searchRegistryItem`: which documents of an organisation are registered.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SearchRegistryItemRequest {
    /// OID of the organisation.
    pub organization: Option<String>,
    /// Kind of document.
    pub kind: Option<String>,
    /// Start of the period of registration, `xs:dateTime`.
    pub register_date_begin: Option<String>,
    /// End of the period of registration, `xs:dateTime`.
    pub register_date_end: Option<String>,
    /// СНИЛС of the patient.
    pub patient_snils: Option<String>,
}

private_debug!(SearchRegistryItemRequest { organization, kind, register_date_begin, register_date_end });

impl Payload for SearchRegistryItemRequest {
    const ROOT: &'static str = "ser:searchRegistryItemRequest";
    const ACTION: &'static str = "searchRegistryItem";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.optional("ser:organization", self.organization.as_deref());
        w.optional("ser:kind", self.kind.as_deref());
        w.optional("ser:registerDateBegin", self.register_date_begin.as_deref());
        w.optional("ser:registerDateEnd", self.register_date_end.as_deref());
        w.optional("ser:patientSnils", self.patient_snils.as_deref());
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        Ok(Self {
            organization: root.code("organization"),
            kind: root.code("kind"),
            register_date_begin: root.text("registerDateBegin"),
            register_date_end: root.text("registerDateEnd"),
            patient_snils: root.text("patientSnils"),
        })
    }
}

/// Answer to `searchRegistryItem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRegistryItemResponse {
    /// Outcome.
    pub status: Status,
    /// The items found.
    pub matches: Vec<RegistryItem>,
    /// Why not, when the outcome is an error.
    pub errors: Vec<RegisterError>,
}

impl Payload for SearchRegistryItemResponse {
    const ROOT: &'static str = "ser:searchRegistryItemResponse";
    const ACTION: &'static str = "searchRegistryItemResponse";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("ser:status", self.status.as_str());
        if !self.matches.is_empty() {
            w.element("ser:matches", |w| {
                for item in &self.matches {
                    w.element("ser:item", |w| item.write(w, "ser"));
                }
            });
        }
        RegisterError::write_list(w, "ser", "errors", &self.errors);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let Acknowledgement { status, errors } = Acknowledgement::read(root)?;
        let matches = root.items("matches").into_iter().filter_map(RegistryItem::read).collect();
        Ok(Self { status, matches, errors })
    }
}

/// `getRegistryItem`: the registration data of one document of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetRegistryItemRequest {
    /// Registration number.
    pub emdr_id: String,
}

impl Payload for GetRegistryItemRequest {
    const ROOT: &'static str = "ser:getRegistryItemRequest";
    const ACTION: &'static str = "getRegistryItem";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("ser:emdrId", &self.emdr_id);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        Ok(Self { emdr_id: Self::required(&root, "emdrId")? })
    }
}

/// Answer to `getRegistryItem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetRegistryItemResponse {
    /// Outcome.
    pub status: Status,
    /// The item.
    pub item: Option<RegistryItem>,
    /// Why not, when the outcome is an error.
    pub errors: Vec<RegisterError>,
}

impl Payload for GetRegistryItemResponse {
    const ROOT: &'static str = "ser:getRegistryItemResponse";
    const ACTION: &'static str = "getRegistryItemResponse";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("ser:status", self.status.as_str());
        if let Some(item) = &self.item {
            item.write(w, "ser");
        }
        RegisterError::write_list(w, "ser", "errors", &self.errors);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let Acknowledgement { status, errors } = Acknowledgement::read(root)?;
        let item = RegistryItem::read(root.child("registryItem").unwrap_or(root));
        Ok(Self { status, item, errors })
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    fn item() -> RegistryItem {
        RegistryItem {
            emdr_id: "119.77.26.05.000000123".into(),
            local_uid: Some("5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10".into()),
            document_version: Some(1),
            registration_date_time: Some("2026-05-14T10:17:31.204+03:00".into()),
            store_till_date: Some("2051-05-14+03:00".into()),
            registration_warnings: vec![RegisterError::new("NO_SNILS", "замечание")],
            ..RegistryItem::default()
        }
    }

    fn round_trip<P: Payload + PartialEq + std::fmt::Debug>(message: &P) {
        let bytes = message.envelope(&P::headers());
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(P::read(received.payload()).as_ref(), Ok(message));
    }

    #[test]
    fn look_up_messages_survive_the_envelope() {
        round_trip(&SearchRegistryItemRequest {
            organization: Some("1.2.643".into()),
            kind: Some("119".into()),
            register_date_begin: Some("2026-05-14T00:00:00+03:00".into()),
            ..SearchRegistryItemRequest::default()
        });
        round_trip(&SearchRegistryItemResponse {
            status: Status::Success,
            matches: vec![item(), RegistryItem { emdr_id: "2".into(), ..RegistryItem::default() }],
            errors: Vec::new(),
        });
        round_trip(&GetRegistryItemRequest { emdr_id: "1.2".into() });
        round_trip(&GetRegistryItemResponse {
            status: Status::Success,
            item: Some(item()),
            errors: Vec::new(),
        });
        round_trip(&GetRegistryItemResponse {
            status: Status::Error,
            item: None,
            errors: vec![RegisterError::new("REGISTRY_ITEM_NOT_FOUND", "нет")],
        });
    }
}
