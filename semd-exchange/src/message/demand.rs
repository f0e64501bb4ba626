//! Files of other documents: asked for by number, delivered later.

use super::document_file::DocumentFile;
use super::register_document::SignatureData;
use super::{MessageError, Payload};
use crate::soap::{Element, MessageId, XmlWriter};

/// `demandContent`: asks the register for the file of a registered document; the file comes later, by a call of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DemandContentRequest {
    /// Registration number.
    pub emdr_id: String,
}

impl Payload for DemandContentRequest {
    const ROOT: &'static str = "ser:demandContentRequest";
    const ACTION: &'static str = "demandContent";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("ser:emdrId", &self.emdr_id);
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        Ok(Self { emdr_id: Self::required(&root, "emdrId")? })
    }
}

/// `sendDocumentFile` of the register: the file of a document that was asked for, or is linked to one of one's own.
///
/// The operation has the name of the one by which an information system answers a pull; who calls whom tells them apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliverDocumentFileRequest {
    /// MessageID of the `demandContent` it answers.
    pub relates_to_message: Option<MessageId>,
    /// Registration number of the document.
    pub emdr_id: Option<String>,
    /// The file.
    pub file: Option<DocumentFile>,
    /// Signature of the organisation.
    pub org_signature: Option<SignatureData>,
    /// Signatures of persons.
    pub personal_signatures: Vec<SignatureData>,
}

impl Payload for DeliverDocumentFileRequest {
    const ROOT: &'static str = "cb:sendDocumentFileRequest";
    const ACTION: &'static str = "sendDocumentFile";

    fn write_fields(&self, w: &mut XmlWriter) {
        if let Some(id) = &self.relates_to_message {
            w.text("cb:relatesToMessage", id.to_urn().trim_start_matches("urn:uuid:"));
        }
        w.optional("cb:emdrId", self.emdr_id.as_deref());
        if let Some(file) = &self.file {
            file.write(w, "cb");
        }
        if let Some(signature) = &self.org_signature {
            signature.write(w, "cb", "orgSignature");
        }
        if !self.personal_signatures.is_empty() {
            w.element("cb:personalSignatures", |w| {
                for signature in &self.personal_signatures {
                    w.element("cb:item", |w| signature.write(w, "cb", "signature"));
                }
            });
        }
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let signatures = root.items("personalSignatures").into_iter();
        let request = Self {
            relates_to_message: root
                .text("relatesToMessage")
                .map(|text| MessageId::normalise(&text))
                .filter(|id| !id.is_empty()),
            emdr_id: root.text("emdrId"),
            file: DocumentFile::read(root),
            org_signature: root.child("orgSignature").map(SignatureData::read),
            personal_signatures: signatures
                .map(|item| SignatureData::read(item.child("signature").unwrap_or(item)))
                .collect(),
        };
        match (&request.emdr_id, &request.relates_to_message) {
            (None, None) => Err(MessageError::Missing { message: Self::local_name(), field: "emdrId" }),
            _ => Ok(request),
        }
    }
}
