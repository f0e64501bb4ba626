//! Typed messages of the exchange.
//!
//! Names of elements follow the service; nesting and order of `registerDocument` are the best public knowledge.
//! Every message is written in one order and read leniently by local names ([`Payload`]).

mod acknowledgement;
mod demand;
mod document_file;
mod from_document;
mod notice;
mod person;
mod register_document;
mod register_result;
mod registry_item;
pub mod timestamp;

pub use acknowledgement::{Acknowledgement, AcknowledgementKind, RegisterError, Status};
pub use demand::{DeliverDocumentFileRequest, DemandContentRequest};
pub use document_file::{
    DocumentFile, GetDocumentFileRequest, GetDocumentFileResponse, SendDocumentFileRequest,
};
pub use from_document::{DocumentSignature, NoIdentifier, ORGANIZATION_ROLE};
pub(crate) use from_document::{creation_time, local_uid, split_given_name, staff, with_snils};
pub use notice::SendNoticeRequest;
pub(crate) use person::private_debug;
pub use person::{Department, Patient, Recipient, Signer};
pub use register_document::{
    Association, DocContent, PersonalSignature, RegisterDocumentRequest, SignatureData,
};
pub use register_result::RegisterDocumentResult;
pub use registry_item::{
    GetRegistryItemRequest, GetRegistryItemResponse, RegistryItem, SearchRegistryItemRequest,
    SearchRegistryItemResponse,
};

use crate::soap::{self, Element, Headers, XmlWriter};

#[cfg(test)]
pub(crate) use register_document::tests as tests_support;

/// Why the payload of an envelope is not the expected message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The payload has another name.
    #[error("expected `{expected}`, got `{found}`")]
    Unexpected {
        /// Local name that was expected.
        expected: &'static str,
        /// Local name that was found.
        found: String,
    },
    /// Something without which the message has no meaning is absent.
    #[error("`{message}` has no `{field}`")]
    Missing {
        /// Local name of the message.
        message: &'static str,
        /// What is absent.
        field: &'static str,
    },
}

/// A message that can stand in the body of an envelope.
pub trait Payload: Sized {
    /// Root element with the prefix declared by [`soap::write`].
    const ROOT: &'static str;
    /// `wsa:Action`: the bare operation name.
    const ACTION: &'static str;

    /// Writes the children of the root element.
    fn write_fields(&self, w: &mut XmlWriter);

    /// Reads the message from the first element of a body.
    ///
    /// # Errors
    /// When the payload is another message, or says nothing.
    fn read(payload: Element<'_>) -> Result<Self, MessageError>;

    /// Local name of the root element.
    fn local_name() -> &'static str {
        Self::ROOT.rsplit(':').next().unwrap_or(Self::ROOT)
    }

    /// The element named like the message: the payload itself or, behind an unknown wrapper, a descendant.
    ///
    /// # Errors
    /// When there is none.
    fn locate(payload: Element<'_>) -> Result<Element<'_>, MessageError> {
        payload.find(Self::local_name()).ok_or_else(|| MessageError::Unexpected {
            expected: Self::local_name(),
            found: payload.local_name().to_owned(),
        })
    }

    /// The text of a field that the message must have.
    ///
    /// # Errors
    /// When there is no such field.
    fn required(root: &Element<'_>, field: &'static str) -> Result<String, MessageError> {
        root.text(field).ok_or(MessageError::Missing { message: Self::local_name(), field })
    }

    /// Headers of a new message of this type.
    fn headers() -> Headers {
        Headers::new(Self::ACTION)
    }

    /// The whole envelope.
    fn envelope(&self, headers: &Headers) -> Vec<u8> {
        soap::write(headers, |w| w.element(Self::ROOT, |w| self.write_fields(w)))
    }
}
