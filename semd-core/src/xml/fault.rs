//! Why bytes are not an admissible, well-formed document.

use crate::report::{Finding, Layer, Message, Owner, Severity};

use super::LineIndex;

/// What is wrong with the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// No bytes.
    Empty,
    /// The file does not begin with `<`: not XML at all (a PDF, an image, an archive).
    NotXml,
    /// Larger than [`super::Limits::max_bytes`].
    TooLarge {
        /// The limit, bytes.
        limit: usize,
    },
    /// Begins with a byte order mark; the document is read nevertheless.
    ByteOrderMark,
    /// Another encoding than UTF-8, detected or declared.
    Encoding {
        /// Name of the encoding.
        name: String,
    },
    /// Declares UTF-8 (or nothing) but is not valid UTF-8.
    InvalidUtf8,
    /// Has a document type declaration.
    Dtd,
    /// Deeper than [`super::Limits::max_depth`].
    TooDeep {
        /// The limit, levels.
        limit: usize,
    },
    /// More attributes than [`super::Limits::max_attributes`].
    TooManyAttributes {
        /// The limit, attributes of one element.
        limit: usize,
    },
    /// More declarations than [`super::Limits::max_namespaces`] permits on one element or in scope.
    TooManyNamespaces {
        /// The limit, declarations of one element.
        limit: usize,
    },
    /// More nodes than [`super::Limits::max_nodes`].
    TooManyNodes {
        /// The limit, nodes of one document.
        limit: usize,
    },
    /// A longer text than [`super::Limits::max_text_bytes`].
    TextTooLong {
        /// The limit, bytes.
        limit: usize,
    },
    /// Not well-formed: what was met, in both languages, and the production or constraint of the specification.
    NotWellFormed {
        /// Name of the defect, kebab-case.
        rule: &'static str,
        /// What was met.
        message: Message,
    },
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte offset from the start of the file.
    pub offset: usize,
}

impl Fault {
    /// Name of the defect, kebab-case, stable.
    pub fn rule(&self) -> &'static str {
        match &self.kind {
            FaultKind::Empty => "empty-file",
            FaultKind::NotXml => "not-xml",
            FaultKind::TooLarge { .. } => "max-bytes",
            FaultKind::ByteOrderMark => "byte-order-mark",
            FaultKind::Encoding { .. } => "encoding",
            FaultKind::InvalidUtf8 => "invalid-utf-8",
            FaultKind::Dtd => "document-type-declaration",
            FaultKind::TooDeep { .. } => "max-depth",
            FaultKind::TooManyAttributes { .. } => "max-attributes",
            FaultKind::TooManyNamespaces { .. } => "max-namespaces",
            FaultKind::TooManyNodes { .. } => "max-nodes",
            FaultKind::TextTooLong { .. } => "max-text-bytes",
            FaultKind::NotWellFormed { rule, .. } => rule,
        }
    }

    /// The layer that refuses: admission for limits and encoding, XML for well-formedness.
    pub fn layer(&self) -> Layer {
        match self.kind {
            FaultKind::NotWellFormed { .. } => Layer::Xml,
            _ => Layer::Admission,
        }
    }

    /// What is wrong, in both languages.
    pub fn message(&self) -> Message {
        match &self.kind {
            FaultKind::Empty => Message::new("Файл пуст", "The file is empty"),
            FaultKind::NotXml => Message::new(
                "Файл не является XML: он не начинается с символа «<»",
                "The file is not XML: it does not begin with “<”",
            ),
            FaultKind::TooLarge { limit } => Message::new(
                format!("Файл больше {limit} байт"),
                format!("The file is larger than {limit} bytes"),
            ),
            FaultKind::ByteOrderMark => Message::new(
                "Файл начинается с метки порядка байтов (BOM)",
                "The file begins with a byte order mark (BOM)",
            ),
            FaultKind::Encoding { name } => Message::new(
                format!("Кодировка документа — {name}, а не UTF-8"),
                format!("The document is encoded in {name}, not UTF-8"),
            ),
            FaultKind::InvalidUtf8 => {
                Message::new("Байты не являются текстом UTF-8", "The bytes are not UTF-8 text")
            }
            FaultKind::Dtd => Message::new(
                "Документ содержит объявление типа (DOCTYPE)",
                "The document has a document type declaration (DOCTYPE)",
            ),
            FaultKind::TooDeep { limit } => Message::new(
                format!("Вложенность элементов больше {limit}"),
                format!("Elements are nested deeper than {limit}"),
            ),
            FaultKind::TooManyAttributes { limit } => Message::new(
                format!("У элемента больше {limit} атрибутов"),
                format!("An element has more than {limit} attributes"),
            ),
            FaultKind::TooManyNamespaces { limit } => Message::new(
                format!("Элемент объявляет больше {limit} пространств имён"),
                format!("An element declares more than {limit} namespaces"),
            ),
            FaultKind::TooManyNodes { limit } => Message::new(
                format!("В документе больше {limit} узлов"),
                format!("The document has more than {limit} nodes"),
            ),
            FaultKind::TextTooLong { limit } => Message::new(
                format!("Текст длиннее {limit} байт"),
                format!("A text is longer than {limit} bytes"),
            ),
            FaultKind::NotWellFormed { message, .. } => message.clone(),
        }
    }

    /// What to do.
    fn hint(&self) -> Message {
        match self.kind {
            FaultKind::Empty | FaultKind::NotXml => Message::new(
                "Передайте файл СЭМД в формате HL7 CDA R2 (XML)",
                "Pass the document as HL7 CDA R2 (XML)",
            ),
            FaultKind::ByteOrderMark | FaultKind::Encoding { .. } | FaultKind::InvalidUtf8 => Message::new(
                "Сохраняйте документ в UTF-8 без BOM до подписания; подписанные байты менять нельзя",
                "Write the document as UTF-8 without BOM before it is signed; signed bytes must not change",
            ),
            FaultKind::Dtd => Message::new(
                "Уберите DOCTYPE: сущности и внешние описания не обрабатываются",
                "Remove the DOCTYPE: entities and external definitions are not processed",
            ),
            FaultKind::NotWellFormed { .. } => Message::new(
                "Исправьте формирование XML в МИС",
                "Correct the XML output of the medical information system",
            ),
            _ => Message::new(
                "Проверьте, что это действительно медицинский документ; предел задаётся параметром проверки",
                "Make sure that this is a medical document; the limit is an option of the check",
            ),
        }
    }

    /// The finding of a report; `lines` is the index of the same file.
    pub fn finding(&self, lines: &LineIndex<'_>) -> Finding {
        let position = lines.position(self.offset);
        Finding {
            layer: self.layer(),
            code: "INVALID_CONTENT",
            rule: Some(self.rule().to_owned()),
            severity: Severity::Error,
            message: self.message(),
            hint: Some(self.hint()),
            test: None,
            assertion: None,
            path: None,
            line: position.line,
            column: position.column,
            offset: self.offset,
            owner: Owner::Mis,
            retryable: false,
        }
    }
}
