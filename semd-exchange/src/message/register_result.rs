//! `sendRegisterDocumentResult`: the register's asynchronous verdict.

use super::{MessageError, Payload, RegisterError, RegistryItem, Status};
use crate::soap::{Element, MessageId, XmlWriter};

/// The asynchronous result of one registration request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterDocumentResult {
    /// MessageID of the request; the only correlation that production answers carry.
    pub relates_to_message: Option<MessageId>,
    /// `localUid`, where the register names it.
    pub local_uid: Option<String>,
    /// Outcome.
    pub status: Status,
    /// The registered item, when the outcome is success.
    pub registry_item: Option<RegistryItem>,
    /// All errors of the stage that failed.
    pub errors: Vec<RegisterError>,
}

impl Payload for RegisterDocumentResult {
    const ROOT: &'static str = "cb:registerDocumentResult";
    const ACTION: &'static str = "sendRegisterDocumentResult";

    fn write_fields(&self, w: &mut XmlWriter) {
        if let Some(id) = &self.relates_to_message {
            w.text("cb:relatesToMessage", id.to_urn().trim_start_matches("urn:uuid:"));
        }
        w.text("cb:status", self.status.as_str());
        w.optional("cb:localUid", self.local_uid.as_deref());
        if let Some(item) = &self.registry_item {
            w.element("cb:registryItem", |w| item.write(w, "cb"));
        }
        RegisterError::write_list(w, "cb", "errors", &self.errors);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload).or_else(|error| match payload.child("relatesToMessage") {
            Some(_) => Ok(payload),
            None => Err(error),
        })?;
        let registry_item = root.child("registryItem").and_then(RegistryItem::read);
        let mut errors = RegisterError::read_list(root, "errors");
        let stated = Status::read(root, &errors);
        // A number is issued only by a registration, whatever word stands in `status`.
        let status = stated
            .or(registry_item.is_some().then_some(Status::Success))
            .ok_or(MessageError::Missing { message: Self::local_name(), field: "status" })?;
        match status {
            Status::Success if registry_item.is_none() => {
                return Err(MessageError::Missing {
                    message: Self::local_name(),
                    field: "registryItem/emdrId",
                });
            }
            Status::Error if errors.is_empty() => {
                errors.push(RegisterError::new("", root.text("message").unwrap_or_default()));
            }
            Status::Success | Status::Error => {}
        }
        Ok(Self {
            relates_to_message: root
                .text("relatesToMessage")
                .map(|text| MessageId::normalise(&text))
                .filter(|id| !id.is_empty()),
            local_uid: root.text("localUid"),
            status,
            registry_item,
            errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    fn read(body: &str) -> Result<RegisterDocumentResult, MessageError> {
        let text = format!("<Envelope><Body>{body}</Body></Envelope>");
        let received = Received::read(text.as_bytes(), &Limits::default()).unwrap();
        RegisterDocumentResult::read(received.payload())
    }

    #[test]
    fn success_and_error_survive_the_envelope() {
        let success = RegisterDocumentResult {
            relates_to_message: Some(MessageId::random()),
            local_uid: None,
            status: Status::Success,
            registry_item: Some(RegistryItem {
                emdr_id: "119.77.26.05.000000123".into(),
                document_version: Some(1),
                ..RegistryItem::default()
            }),
            errors: Vec::new(),
        };
        let error = RegisterDocumentResult {
            status: Status::Error,
            registry_item: None,
            errors: vec![RegisterError::new("NO_SNILS", "a"), RegisterError::new("VALIDATION_ERROR", "b")],
            ..success.clone()
        };
        for result in [success, error] {
            let bytes = result.envelope(&RegisterDocumentResult::headers());
            let received = Received::read(&bytes, &Limits::default()).unwrap();
            assert_eq!(RegisterDocumentResult::read(received.payload()), Ok(result));
        }
    }

    #[test]
    fn result_behind_a_wrapper_with_date_only_is_read() {
        let result = read(concat!(
            "<sendRegisterDocumentResultRequest><x:registerDocumentResult xmlns:x='urn:x'><x:unknown/>",
            "<x:registryItem><x:registrationDate>2026-05-14+03:00</x:registrationDate><x:emdrId>1.2</x:emdrId>",
            "</x:registryItem><x:status>OK</x:status>",
            "<x:relatesToMessage>urn:uuid:0F1D0C6E-6F0C-4C55-9A39-2F6D0E6D7A01</x:relatesToMessage>",
            "</x:registerDocumentResult></sendRegisterDocumentResultRequest>"
        ))
        .unwrap();
        assert_eq!(result.status, Status::Success);
        let item = result.registry_item.unwrap();
        assert_eq!(item.registration_date_time.as_deref(), Some("2026-05-14+03:00"));
        assert_eq!(
            result.relates_to_message,
            Some(MessageId::normalise("0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01"))
        );
    }

    #[test]
    fn error_with_a_bare_message_keeps_the_text() {
        let result = read(concat!(
            "<registerDocumentResult><relatesToMessage>1</relatesToMessage><status>error</status>",
            "<message>текст</message></registerDocumentResult>"
        ))
        .unwrap();
        assert_eq!(result.errors, [RegisterError::new("", "текст")]);
    }

    #[test]
    fn success_without_a_number_is_refused() {
        assert_eq!(
            read("<registerDocumentResult><status>success</status></registerDocumentResult>"),
            Err(MessageError::Missing { message: "registerDocumentResult", field: "registryItem/emdrId" })
        );
        assert!(read("<registerDocumentResult/>").is_err());
        assert!(read("<other/>").is_err());
    }
}
