//! Notices of the register about documents of others.

use super::register_document::Association;
use super::{MessageError, Payload};
use crate::soap::{Element, XmlWriter};

/// `sendNotice`: a document was registered that is linked to one of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendNoticeRequest {
    /// Registration number of the new document.
    pub emdr_id: String,
    /// Its kind.
    pub kind: Option<String>,
    /// The link: one's own document and the type of the link.
    pub association: Option<Association>,
}

impl Payload for SendNoticeRequest {
    const ROOT: &'static str = "cb:sendNoticeRequest";
    const ACTION: &'static str = "sendNotice";

    fn write_fields(&self, w: &mut XmlWriter) {
        w.text("cb:emdrId", &self.emdr_id);
        w.optional("cb:kind", self.kind.as_deref());
        if let Some(association) = &self.association {
            w.element("cb:association", |w| {
                w.text("cb:target", &association.target);
                w.text("cb:type", &association.kind);
            });
        }
    }

    fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        let root = Self::locate(payload)?;
        let link = root.child("association").or_else(|| root.items("associations").into_iter().next());
        Ok(Self {
            emdr_id: Self::required(&root, "emdrId")?,
            kind: root.code("kind"),
            association: link.map(|link| Association {
                target: link.text("target").unwrap_or_default(),
                kind: link.code("type").unwrap_or_default(),
            }),
        })
    }
}
