//! The file of a document: asked for by the register, answered at once or by a message of its own.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Acknowledgement, MessageError, Payload, RegisterError, Status};
use crate::checksum::Checksum;
use crate::soap::{Element, MessageId, XmlWriter};

/// `getDocumentFile`: the register asks for the file of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetDocumentFileRequest {
    /// `localUid` of the document, when it is being registered.
    pub local_uid: Option<String>,
    /// Registration number, when the document is registered already.
    pub emdr_id: Option<String>,
    /// Kind of document.
    pub kind: Option<String>,
    /// Number of the document in the information system.
    pub document_number: Option<String>,
    /// Time of creation, `xs:dateTime`.
    pub creation_date_time: Option<String>,
    /// OID of the organisation.
    pub organization: Option<String>,
}

impl Payload for GetDocumentFileRequest {
    const ROOT: &'static str = "cb:getDocumentFileRequest";
    const ACTION: &'static str = "getDocumentFile";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.optional("cb:localUid", self.local_uid.as_deref());
        w.optional("cb:emdrId", self.emdr_id.as_deref());
        w.optional("cb:kind", self.kind.as_deref());
        w.optional("cb:documentNumber", self.document_number.as_deref());
        w.optional("cb:creationDateTime", self.creation_date_time.as_deref());
        w.optional("cb:organization", self.organization.as_deref());
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let request = Self {
            local_uid: root.text("localUid"),
            emdr_id: root.text("emdrId"),
            kind: root.code("kind"),
            document_number: root.text("documentNumber"),
            creation_date_time: root.text("creationDateTime"),
            organization: root.code("organization"),
        };
        match (&request.local_uid, &request.emdr_id) {
            (None, None) => Err(MessageError::Missing { message: Self::local_name(), field: "localUid" }),
            _ => Ok(request),
        }
    }
}

/// The bytes of a file inside a message.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// Exact bytes.
    pub data: Vec<u8>,
    /// CRC-32, see [`Checksum`].
    pub checksum: Option<i64>,
}

impl fmt::Debug for DocumentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentFile")
            .field("bytes", &self.data.len())
            .field("checksum", &self.checksum)
            .finish()
    }
}

impl DocumentFile {
    /// Wraps the bytes of a file.
    pub fn new(data: Vec<u8>, checksum: Checksum) -> Self {
        let checksum = Some(checksum.of(&data));
        Self { data, checksum }
    }

    pub(super) fn write(&self, w: &mut XmlWriter, prefix: &str) {
        w.element(&format!("{prefix}:documentFile"), |w| {
            w.text(&format!("{prefix}:data"), &STANDARD.encode(&self.data));
            let checksum = self.checksum.map(|checksum| checksum.to_string());
            w.optional(&format!("{prefix}:checksum"), checksum.as_deref());
        });
    }

    /// The file below `root`; `None` when there is none or its data is not base64.
    pub(super) fn read(root: Element<'_>) -> Option<Self> {
        let file = root.find("documentFile")?;
        let text = file.find("data")?.value()?;
        let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Some(Self {
            data: STANDARD.decode(compact).ok()?,
            checksum: file.text("checksum").and_then(|text| text.parse().ok()),
        })
    }
}

/// Answer to `getDocumentFile`: the file, or an acknowledgement after which the file follows by `sendDocumentFile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDocumentFileResponse {
    /// Outcome.
    pub status: Status,
    /// The file, when it is answered at once.
    pub file: Option<DocumentFile>,
    /// Why not, when the outcome is an error.
    pub errors: Vec<RegisterError>,
}

impl Payload for GetDocumentFileResponse {
    const ROOT: &'static str = "cb:getDocumentFileResponse";
    const ACTION: &'static str = "getDocumentFileResponse";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("cb:status", self.status.as_str());
        if let Some(file) = &self.file {
            file.write(w, "cb");
        }
        RegisterError::write_list(w, "cb", "errors", &self.errors);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let Acknowledgement { status, errors } = Acknowledgement::read(root)?;
        Ok(Self { status, file: DocumentFile::read(root), errors })
    }
}

/// `sendDocumentFile`: the file as a message of its own, related to the `getDocumentFile` it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendDocumentFileRequest {
    /// MessageID of the `getDocumentFile` request.
    pub relates_to_message: Option<MessageId>,
    /// Outcome.
    pub status: Status,
    /// The file.
    pub file: Option<DocumentFile>,
    /// Why not, when the outcome is an error.
    pub errors: Vec<RegisterError>,
}

impl Payload for SendDocumentFileRequest {
    const ROOT: &'static str = "ser:sendDocumentFileRequest";
    const ACTION: &'static str = "sendDocumentFile";

    fn write_fields(&self, w: &mut XmlWriter) {
        if let Some(id) = &self.relates_to_message {
            w.text("ser:relatesToMessage", id.to_urn().trim_start_matches("urn:uuid:"));
        }
        w.text("ser:status", self.status.as_str());
        if let Some(file) = &self.file {
            file.write(w, "ser");
        }
        RegisterError::write_list(w, "ser", "errors", &self.errors);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let Acknowledgement { status, errors } = Acknowledgement::read(root)?;
        Ok(Self {
            relates_to_message: root.text("relatesToMessage").map(|text| MessageId::normalise(&text)),
            status,
            file: DocumentFile::read(root),
            errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    fn round_trip<P: Payload + PartialEq + std::fmt::Debug>(message: &P) {
        let bytes = message.envelope(&P::headers());
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(P::read(received.payload()).as_ref(), Ok(message));
    }

    #[test]
    fn file_bytes_survive_the_envelope_exactly() {
        let data: Vec<u8> = (0..=255).chain(*b"\r\n\xEF\xBB\xBF").collect();
        round_trip(&GetDocumentFileResponse {
            status: Status::Success,
            file: Some(DocumentFile::new(data.clone(), Checksum::default())),
            errors: Vec::new(),
        });
        round_trip(&SendDocumentFileRequest {
            relates_to_message: Some(MessageId::random()),
            status: Status::Success,
            file: Some(DocumentFile::new(data, Checksum::default())),
            errors: Vec::new(),
        });
    }

    #[test]
    fn pull_by_either_identifier_survives_and_without_one_is_refused() {
        round_trip(&GetDocumentFileRequest {
            local_uid: Some("u".into()),
            ..GetDocumentFileRequest::default()
        });
        round_trip(&GetDocumentFileRequest {
            emdr_id: Some("1.2".into()),
            ..GetDocumentFileRequest::default()
        });
        let bytes = b"<Envelope><Body><getDocumentFileRequest/></Body></Envelope>";
        let received = Received::read(bytes, &Limits::default()).unwrap();
        assert!(GetDocumentFileRequest::read(received.payload()).is_err());
    }

    #[test]
    fn error_answer_has_no_file() {
        round_trip(&GetDocumentFileResponse {
            status: Status::Error,
            file: None,
            errors: vec![RegisterError::new("REGISTRY_ITEM_NOT_FOUND", "нет")],
        });
    }
}
