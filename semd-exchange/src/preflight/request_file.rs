//! `NAME.remd.json` made from the document, and what the document cannot supply.

use semd_core::kinds::KindRegistry;
use semd_core::report::Message;
use serde_json::{Map, Value};

use super::Prepared;
use crate::reference::ReferenceData;

/// A field of the request that somebody must fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Place in the file: `personalSignatures[AUTHOR].signer.birthDate`.
    pub field: String,
    /// Why the register wants it.
    pub why: Message,
}

impl Prepared {
    /// The content of `NAME.remd.json`: every field of the request but the signatures and checksums, which always come from
    /// the files themselves, so that file and request cannot disagree. Fields that only the old file has stay.
    pub fn request_file(&self, old: Option<&[u8]>) -> String {
        let mut fields: Map<String, Value> =
            old.and_then(|old| serde_json::from_slice(old).ok()).unwrap_or_default();
        let made = serde_json::to_value(&self.request).unwrap_or_default();
        let Value::Object(mut made) = made else { return String::new() };
        made.remove("docContent");
        made.remove("orgSignature");
        if let Some(Value::Array(items)) = made.get_mut("personalSignatures") {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.remove("signature");
            }
        }
        fields.extend(made);
        serde_json::to_string_pretty(&fields).unwrap_or_default() + "\n"
    }

    /// What neither the document nor the file says, and the register asks for.
    pub fn missing(&self, kinds: &KindRegistry, data: &ReferenceData) -> Vec<Missing> {
        let request = &self.request;
        let mut missing = Vec::new();
        let mut ask = |absent: bool, field: String, ru: &str, en: &str| {
            if absent {
                missing.push(Missing { field, why: Message::new(ru, en) });
            }
        };
        let rule = data.table("kind-rules").and_then(|table| table.find(&request.kind).next());
        let required = |column: &str| rule.is_some_and(|rule| rule.get(column) == "required");
        ask(request.kind.is_empty(), "kind".into(), "вид документа не определён", "the kind is not known");
        ask(request.local_uid.is_empty(), "localUid".into(), "в документе нет id", "the document has no id");
        ask(
            request.organization.is_empty(),
            "organization".into(),
            "в документе нет OID организации",
            "the document has no OID of the organisation",
        );
        ask(
            request.creation_date_time.is_empty(),
            "creationDateTime".into(),
            "в документе нет effectiveTime",
            "the document has no effectiveTime",
        );
        ask(
            request.department.is_none() && required("department"),
            "department.localId".into(),
            "вид требует подразделение",
            "the kind requires a department",
        );
        ask(
            request.pluggable_attributes.is_none() && required("attributes"),
            "pluggableAttributes".into(),
            "вид требует дополнительные атрибуты",
            "the kind requires extra attributes",
        );
        let series = kinds.find(&request.kind).is_some_and(|kind| kind.series_required);
        ask(
            series && request.document_number.is_none(),
            "documentNumber".into(),
            "вид требует серию и номер через пробел",
            "the kind requires series, space, number",
        );
        for item in &request.personal_signatures {
            let signer = &item.signer;
            let place = |field: &str| format!("personalSignatures[{}].signer.{field}", signer.role);
            ask(
                signer.birth_date.is_none(),
                place("birthDate"),
                "ФРМР сверяет дату рождения, в документе её нет",
                "ФРМР compares the date of birth, which the document does not have",
            );
            ask(
                signer.position.is_none(),
                place("position"),
                "должность сверяют с ролью и ФРМР",
                "the post is compared with the role and ФРМР",
            );
            ask(signer.snils.is_empty(), place("snils"), "СНИЛС подписанта", "the signer's СНИЛС");
            ask(
                signer.local_id.is_empty(),
                place("localId"),
                "идентификатор подписанта в МИС",
                "the signer's identifier in the system",
            );
        }
        missing
    }
}
