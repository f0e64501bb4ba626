//! Outcome fields shared by every answer, and the answers that consist of nothing else.

use serde::{Deserialize, Serialize};

use super::MessageError;
use super::person::private_debug;
use crate::soap::{self, Element, Headers, XmlWriter};

/// Outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// `success`. As a synchronous answer it only means "accepted".
    Success,
    /// `error`.
    Error,
}

impl Status {
    /// The word in the message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        // Older answers say `OK`.
        if text.eq_ignore_ascii_case("success") || text.eq_ignore_ascii_case("ok") {
            Some(Self::Success)
        } else if text.eq_ignore_ascii_case("error") {
            Some(Self::Error)
        } else {
            None
        }
    }

    /// The `status` of a message; a message without one that lists errors is an error.
    pub(super) fn read(element: Element<'_>, errors: &[RegisterError]) -> Option<Self> {
        let stated = element.text("status").and_then(|text| Self::parse(&text));
        stated.or_else(|| (!errors.is_empty()).then_some(Self::Error))
    }
}

/// One error or warning of the register.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterError {
    /// Mnemonic of НСИ 1.2.643.5.1.13.13.99.2.305; empty when the answer had only a text.
    pub code: String,
    /// The register's text. It may hold personal data: never log it.
    pub message: String,
}

private_debug!(RegisterError { code });

impl RegisterError {
    /// An error with a code and a text.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    pub(super) fn read_list(element: Element<'_>, list: &str) -> Vec<Self> {
        let read = |item: Element<'_>| Self {
            code: item.text("code").unwrap_or_default(),
            message: item.text("message").unwrap_or_default(),
        };
        element
            .items(list)
            .into_iter()
            .map(read)
            .filter(|error| !(error.code.is_empty() && error.message.is_empty()))
            .collect()
    }

    pub(super) fn write_list(w: &mut XmlWriter, prefix: &str, list: &str, errors: &[Self]) {
        if errors.is_empty() {
            return;
        }
        w.element(&format!("{prefix}:{list}"), |w| {
            for error in errors {
                w.element(&format!("{prefix}:item"), |w| {
                    w.text(&format!("{prefix}:code"), &error.code);
                    w.text(&format!("{prefix}:message"), &error.message);
                });
            }
        });
    }
}

/// Which message an [`Acknowledgement`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcknowledgementKind {
    /// Synchronous answer to `registerDocument`: received, not registered.
    RegisterDocument,
    /// Answer to `sendDocumentFile`.
    SendDocumentFile,
    /// Answer to `demandContent`: the file follows.
    DemandContent,
    /// Answer of an information system to `sendRegisterDocumentResult`.
    SendRegisterDocumentResult,
    /// Answer of an information system to a file the register delivers.
    DeliverDocumentFile,
    /// Answer of an information system to `sendNotice`.
    SendNotice,
}

impl AcknowledgementKind {
    fn root(self) -> &'static str {
        match self {
            Self::RegisterDocument => "ser:registerDocumentResponse",
            Self::SendDocumentFile => "ser:sendDocumentFileResponse",
            Self::DemandContent => "ser:demandContentResponse",
            Self::SendRegisterDocumentResult => "cb:sendRegisterDocumentResultResponse",
            Self::DeliverDocumentFile => "cb:sendDocumentFileResponse",
            Self::SendNotice => "cb:sendNoticeResponse",
        }
    }

    /// `wsa:Action` of the answer.
    pub fn action(self) -> &'static str {
        let root = self.root();
        root.split_once(':').map_or(root, |(_, local)| local)
    }
}

/// An answer that carries only `status` and `errors`: the synchronous half of every asynchronous operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Outcome.
    pub status: Status,
    /// Why not, when the outcome is an error.
    pub errors: Vec<RegisterError>,
}

impl Acknowledgement {
    /// `success`.
    pub fn success() -> Self {
        Self { status: Status::Success, errors: Vec::new() }
    }

    /// `error` with its reasons.
    pub fn error(errors: Vec<RegisterError>) -> Self {
        Self { status: Status::Error, errors }
    }

    /// The whole envelope.
    pub fn envelope(&self, kind: AcknowledgementKind, headers: &Headers) -> Vec<u8> {
        let root = kind.root();
        let prefix = root.split(':').next().unwrap_or("ser");
        soap::write(headers, |w| {
            w.element(root, |w| {
                w.text(&format!("{prefix}:status"), self.status.as_str());
                RegisterError::write_list(w, prefix, "errors", &self.errors);
            });
        })
    }

    /// Reads the fields from a payload of any name.
    ///
    /// # Errors
    /// When the payload has neither a status nor errors.
    pub fn read(payload: Element<'_>) -> Result<Self, MessageError> {
        // A wrapper around the answer is tolerated: the fields sit beside the status.
        let element = match payload.child("status").or(payload.child("errors")) {
            Some(_) => payload,
            None => payload.children().find(|child| child.child("status").is_some()).unwrap_or(payload),
        };
        let mut errors = RegisterError::read_list(element, "errors");
        let status = Status::read(element, &errors)
            .ok_or(MessageError::Missing { message: "acknowledgement", field: "status" })?;
        if status == Status::Error && errors.is_empty() {
            errors.push(RegisterError::new("", element.text("message").unwrap_or_default()));
        }
        Ok(Self { status, errors })
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    #[test]
    fn acknowledgement_is_read_back() {
        for answer in [
            Acknowledgement::success(),
            Acknowledgement::error(vec![
                RegisterError::new("NO_SNILS", "text & <more>"),
                RegisterError::new("NO_RMIS", "нет"),
            ]),
        ] {
            for kind in
                [AcknowledgementKind::RegisterDocument, AcknowledgementKind::SendRegisterDocumentResult]
            {
                let bytes = answer.envelope(kind, &Headers::new("x"));
                let received = Received::read(&bytes, &Limits::default()).unwrap();
                assert_eq!(Acknowledgement::read(received.payload()).as_ref(), Ok(&answer));
            }
        }
    }

    #[test]
    fn answer_without_status_but_with_errors_is_an_error() {
        let bytes = b"<Envelope><Body><r><errors><item><code>A</code></item></errors></r></Body></Envelope>";
        let received = Received::read(bytes, &Limits::default()).unwrap();
        let answer = Acknowledgement::read(received.payload()).unwrap();
        assert_eq!(answer, Acknowledgement::error(vec![RegisterError::new("A", "")]));
    }

    #[test]
    fn answer_that_says_nothing_is_refused() {
        let bytes = b"<Envelope><Body><r><other/></r></Body></Envelope>";
        let received = Received::read(bytes, &Limits::default()).unwrap();
        assert!(Acknowledgement::read(received.payload()).is_err());
    }
}
