//! The outgoing envelope: SOAP, WS-Addressing headers and the transport header of the bus.

use super::writer::XmlWriter;
use super::{MessageId, namespace};

/// Version of the SOAP envelope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1, seen in callbacks.
    V11,
    /// SOAP 1.2, the version of the service.
    #[default]
    V12,
}

impl Version {
    /// Namespace of the envelope elements.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::V11 => namespace::SOAP_11,
            Self::V12 => namespace::SOAP_12,
        }
    }

    /// Value of the HTTP header `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml;charset=UTF-8",
            Self::V12 => "application/soap+xml;charset=UTF-8",
        }
    }
}

/// Header blocks of an outgoing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// Envelope version.
    pub version: Version,
    /// `wsa:MessageID`.
    pub message_id: MessageId,
    /// `wsa:RelatesTo`: the message this one answers.
    pub relates_to: Option<MessageId>,
    /// `wsa:ReplyTo/wsa:Address`; `None` writes the anonymous address.
    pub reply_to: Option<String>,
    /// `wsa:To`.
    pub to: Option<String>,
    /// `wsa:Action`: the bare operation name.
    pub action: String,
    /// `egisz:transportHeader/authInfo/clientEntityId`: the GUID of the sending system on the bus.
    pub client_entity_id: Option<String>,
}

impl Headers {
    /// Headers of a new message for an operation, SOAP 1.2, everything else absent.
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            version: Version::V12,
            message_id: MessageId::random(),
            relates_to: None,
            reply_to: None,
            to: None,
            action: action.into(),
            client_entity_id: None,
        }
    }
}

/// Serialises an envelope. Prefixes `ser` (service) and `cb` (callback) are declared for the body.
///
/// The header blocks stand in the order in which the bus signs and expects them (`transportHeader`, `MessageID`,
/// `ReplyTo`, `To`, `Action`); a `wsse:Security` block belongs before them.
pub fn write(headers: &Headers, body: impl FnOnce(&mut XmlWriter)) -> Vec<u8> {
    let mut w = XmlWriter::new();
    w.open_with(
        "s:Envelope",
        &[
            ("xmlns:s", headers.version.namespace()),
            ("xmlns:wsa", namespace::ADDRESSING),
            ("xmlns:egisz", namespace::TRANSPORT),
            ("xmlns:ser", namespace::SERVICE),
            ("xmlns:cb", namespace::CALLBACK),
        ],
    );
    w.element("s:Header", |w| write_headers(headers, w));
    w.element("s:Body", body);
    w.close("s:Envelope");
    w.finish()
}

fn write_headers(headers: &Headers, w: &mut XmlWriter) {
    if let Some(client) = &headers.client_entity_id {
        w.element("egisz:transportHeader", |w| {
            w.element("egisz:authInfo", |w| w.text("egisz:clientEntityId", client));
        });
    }
    w.text("wsa:MessageID", &headers.message_id.to_urn());
    if let Some(relates_to) = &headers.relates_to {
        w.text("wsa:RelatesTo", &relates_to.to_urn());
    }
    w.element("wsa:ReplyTo", |w| {
        w.text("wsa:Address", headers.reply_to.as_deref().unwrap_or(namespace::ANONYMOUS));
    });
    w.optional("wsa:To", headers.to.as_deref());
    w.text("wsa:Action", &headers.action);
}
