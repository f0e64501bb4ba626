//! The lenient reader of any envelope of the bus.

use semd_core::xml::{self, Document, ElementId, Limits};

use super::{Element, MessageId, Version, namespace};

/// Why bytes are not an envelope.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The bytes are not well-formed XML within the limits.
    #[error("not well-formed XML: {}", .0.message().en)]
    Xml(xml::Fault),
    /// The root element is not `Envelope`.
    #[error("the root element is `{root}`, not a SOAP envelope")]
    NotAnEnvelope {
        /// Local name of the root element.
        root: String,
    },
    /// The envelope has no `Body`, or the body is empty.
    #[error("the SOAP body is missing or empty")]
    NoBody,
}

/// A received envelope.
pub struct Received<'s> {
    document: Document<'s>,
    header: Option<ElementId>,
    body: ElementId,
    payload: ElementId,
    /// Envelope version; an unknown namespace counts as SOAP 1.2.
    pub version: Version,
    /// `MessageID`, if any.
    pub message_id: Option<MessageId>,
    /// `RelatesTo`, if any.
    pub relates_to: Option<MessageId>,
    /// `ReplyTo/Address`, if present and not the anonymous address.
    pub reply_to: Option<String>,
    /// `To`, if any.
    pub to: Option<String>,
    /// `Action`, if any.
    pub action: Option<String>,
    /// `clientEntityId` of the transport header, if any.
    pub client_entity_id: Option<String>,
}

impl std::fmt::Debug for Received<'_> {
    /// Without the body, which may hold personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received")
            .field("version", &self.version)
            .field("message_id", &self.message_id)
            .field("relates_to", &self.relates_to)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

impl<'s> Received<'s> {
    /// Reads an envelope of SOAP 1.1 or 1.2 by local names; header blocks may come in any order or be absent.
    ///
    /// # Errors
    /// When the bytes are not well-formed XML within `limits`, or are no envelope with a body.
    pub fn read(bytes: &'s [u8], limits: &Limits) -> Result<Self, EnvelopeError> {
        let document = xml::parse(bytes, limits).map_err(EnvelopeError::Xml)?;
        let root = Element::new(&document, document.root());
        if root.local_name() != "Envelope" {
            return Err(EnvelopeError::NotAnEnvelope { root: root.local_name().to_owned() });
        }
        let version = match root.namespace() {
            namespace::SOAP_11 => Version::V11,
            _ => Version::V12,
        };
        let header = root.child("Header");
        let text = |name: &str| header.and_then(|header| header.text(name));
        let id = |name: &str| text(name).map(|text| MessageId::normalise(&text)).filter(|id| !id.is_empty());
        let message_id = id("MessageID");
        let relates_to = id("RelatesTo");
        let reply_to = header
            .and_then(|header| header.child("ReplyTo")?.text("Address"))
            .filter(|address| address != namespace::ANONYMOUS);
        let client_entity_id = header.and_then(|header| header.find("clientEntityId")?.value());
        let (to, action) = (text("To"), text("Action"));
        let body = document
            .children(document.root())
            .find(|&child| document.local_name(child) == "Body")
            .ok_or(EnvelopeError::NoBody)?;
        let payload = document.children(body).next().ok_or(EnvelopeError::NoBody)?;
        let header = document.children(document.root()).find(|&child| document.local_name(child) == "Header");
        Ok(Self {
            header,
            body,
            payload,
            version,
            message_id,
            relates_to,
            reply_to,
            to,
            action,
            client_entity_id,
            document,
        })
    }

    /// The tree everything was read from.
    pub(crate) fn document(&self) -> &Document<'s> {
        &self.document
    }

    /// The header that was read.
    pub(crate) fn header(&self) -> Option<ElementId> {
        self.header
    }

    /// The body whose payload was read.
    pub(crate) fn body(&self) -> ElementId {
        self.body
    }

    /// The header block that was read by its local name.
    pub(crate) fn header_part(&self, local: &str) -> Option<ElementId> {
        self.document.children(self.header?).find(|&child| self.document.local_name(child) == local)
    }

    /// The first element of the body.
    pub fn payload(&self) -> Element<'_> {
        Element::new(&self.document, self.payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::{Headers, write};

    fn read(text: &str) -> Result<Received<'_>, EnvelopeError> {
        Received::read(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn written_envelope_is_read_back() {
        let mut headers = Headers::new("registerDocument");
        headers.relates_to = Some(MessageId::random());
        headers.reply_to = Some("http://127.0.0.1:1/emdr/callback?a=1&b=2".into());
        headers.to = Some("https://register.example/".into());
        headers.client_entity_id = Some("11111111-2222-3333-4444-555555555555".into());
        let bytes = write(&headers, |w| {
            w.element("ser:someRequest", |w| w.text("ser:name", "a < b & \"c\" \u{1}"));
        });
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(received.version, Version::V12);
        assert_eq!(received.message_id.as_ref(), Some(&headers.message_id));
        assert_eq!(received.relates_to, headers.relates_to);
        assert_eq!(received.reply_to, headers.reply_to);
        assert_eq!(received.to, headers.to);
        assert_eq!(received.action.as_deref(), Some("registerDocument"));
        assert_eq!(received.client_entity_id, headers.client_entity_id);
        assert_eq!(received.payload().local_name(), "someRequest");
        assert_eq!(received.payload().namespace(), namespace::SERVICE);
        assert_eq!(received.payload().text("name").as_deref(), Some("a < b & \"c\" \u{FFFD}"));
    }

    #[test]
    fn soap_11_with_foreign_header_order_is_read() {
        let received = read(concat!(
            "<soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/'>",
            "<soapenv:Header><Action>getDocumentFile</Action><x:other xmlns:x='urn:x'><x:To>no</x:To></x:other>",
            "<MessageID> uuid:ABCDEF00-0000-0000-0000-000000000000 </MessageID></soapenv:Header>",
            "<soapenv:Body> <getDocumentFileRequest><localUid>1</localUid></getDocumentFileRequest></soapenv:Body>",
            "</soapenv:Envelope>"
        ))
        .unwrap();
        assert_eq!(received.version, Version::V11);
        assert_eq!(
            received.message_id.as_ref().map(MessageId::as_str),
            Some("abcdef00000000000000000000000000")
        );
        assert_eq!(received.to, None);
        assert_eq!(received.payload().local_name(), "getDocumentFileRequest");
    }

    #[test]
    fn envelope_without_header_is_read() {
        let received = read("<Envelope><Body><x/></Body></Envelope>").unwrap();
        assert_eq!(received.message_id, None);
        assert_eq!(received.action, None);
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        assert!(matches!(read(""), Err(EnvelopeError::Xml(_))));
        assert!(matches!(read("<a"), Err(EnvelopeError::Xml(_))));
        assert!(matches!(read("<a/>"), Err(EnvelopeError::NotAnEnvelope { root }) if root == "a"));
        assert!(matches!(read("<Envelope/>"), Err(EnvelopeError::NoBody)));
        assert!(matches!(read("<Envelope><Body> </Body></Envelope>"), Err(EnvelopeError::NoBody)));
    }
}
