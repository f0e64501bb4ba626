//! What `NAME.remd.json` may say beside the fields of the registration request.

use serde::Deserialize;

/// Operations around the registration that concern the same document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extras {
    /// MessageIDs of `getDocumentFile` that wait for the file.
    pub pulls: Vec<String>,
    /// The answer with the file that is about to be sent.
    pub file_answer: Option<FileAnswer>,
    /// Registration numbers that will be asked for.
    pub lookups: Vec<String>,
    /// The order that the document answers.
    pub order: Option<OrderAnswer>,
    /// Kinds that the organisation offers to order, as `listDocKindSendRequest` will say.
    pub offered_kinds: Vec<OfferedKind>,
}

/// An answer to `getDocumentFile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileAnswer {
    /// MessageID of the pull it answers.
    pub relates_to_message: String,
}

/// An answer to an order of a certificate («Заказ справок онлайн»).
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderAnswer {
    /// Identifier of the order.
    pub id: String,
    /// The status that will be sent.
    pub status: String,
    /// Family name of the person who ordered, as the order says.
    pub surname: Option<String>,
    /// СНИЛС of the person who ordered, as the order says.
    pub snils: Option<String>,
    /// What must be examined in person before the document can be made.
    pub missing: Vec<String>,
}

impl std::fmt::Debug for OrderAnswer {
    /// Without the personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrderAnswer")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A kind and the period in which it can be ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OfferedKind {
    /// Code of the kind.
    pub kind: String,
    /// First day, `YYYY-MM-DD`; absent for no limit.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`; absent for no limit.
    pub to: Option<String>,
}
