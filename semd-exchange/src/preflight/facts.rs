//! Everything known about one bundle when the checks run.

use std::borrow::Cow;

use semd_core::header::{Header, Staff};
use semd_core::kinds::{Kind, KindRegistry};
use semd_core::nsi::Store;
use semd_core::report::{Report, redact};
use semd_core::xml::{Document, LineIndex, Node};
use semd_sign::SignerFacts;
use semd_sign::verify::{CheckStatus, SignatureReport};
use time::{Date, OffsetDateTime, UtcOffset};

use super::Extras;
use crate::message::{RegisterDocumentRequest, RegistryItem, SignatureData, Signer};
use crate::reference::{ReferenceData, Row, Table};

/// A signature of the request and what was found out about it.
#[derive(Debug)]
pub struct SignatureFacts<'a> {
    /// Who signed, as the request says; `None` for the organisation.
    pub signer: Option<&'a Signer>,
    /// The container in the request.
    pub data: &'a SignatureData,
    /// The judgement over the document's bytes.
    pub report: SignatureReport,
}

impl SignatureFacts<'_> {
    /// Whether the register would refuse the container with a code.
    pub fn has(&self, code: &str) -> bool {
        self.report.codes.contains(&code)
    }

    /// Whether a check of the judgement failed.
    pub fn failed(&self, check: &str) -> bool {
        self.report.checks.iter().any(|one| one.id == check && one.status == CheckStatus::NotOk)
    }

    /// The owner of the certificate.
    pub fn certificate(&self) -> Option<&SignerFacts> {
        self.report.signer.as_ref()
    }

    /// Whose signature it is, in both languages.
    pub fn owner(&self) -> (String, String) {
        match self.signer {
            Some(signer) => (
                format!("ЭП сотрудника с ролью [{}]", signer.role),
                format!("signature of role [{}]", signer.role),
            ),
            None => ("ЭП МО".to_owned(), "the organisation's signature".to_owned()),
        }
    }

    /// The failed checks in words.
    pub fn reasons(&self) -> (String, String) {
        let failed = || self.report.checks.iter().filter(|check| check.status == CheckStatus::NotOk);
        let ru: Vec<_> = failed().map(|check| check.message.ru.as_str()).collect();
        let en: Vec<_> = failed().map(|check| check.message.en.as_str()).collect();
        (ru.join("; "), en.join("; "))
    }
}

/// A place in the document.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) offset: usize,
}

/// Everything known about one bundle.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Bytes of the document.
    pub bytes: &'a [u8],
    /// The document, when it is XML.
    pub document: Option<&'a Document<'a>>,
    /// Its header; empty when it is not XML.
    pub header: &'a Header,
    /// The request as it would be sent.
    pub request: &'a RegisterDocumentRequest,
    /// Operations around the registration.
    pub extras: &'a Extras,
    /// What the register said at registration, when the document is registered.
    pub registered: Option<&'a RegistryItem>,
    /// The signatures, the organisation's last.
    pub signatures: &'a [SignatureFacts<'a>],
    /// What the validator says.
    pub report: &'a Report,
    /// All known kinds.
    pub kinds: &'a KindRegistry,
    /// The kind of the request, when it is a known one.
    pub kind: Option<&'a Kind>,
    /// The moment at which the register would check.
    pub as_of: OffsetDateTime,
    /// The reference data at hand.
    pub data: &'a ReferenceData,
    /// Whether trust anchors are at hand.
    pub has_trust: bool,
    /// The dictionaries, when they are at hand.
    pub dictionaries: Option<&'a Store>,
    pub(super) show_personal_data: bool,
}

impl<'a> Facts<'a> {
    /// Whether data are at hand, see [`super::Check::needs`].
    pub fn has(&self, need: &str) -> bool {
        match need {
            "trust" => self.has_trust,
            "nsi" => self.dictionaries.is_some(),
            // The dictionaries may have the lists of all guides.
            "guide-dictionaries" => self.dictionaries.is_some() || self.data.table(need).is_some(),
            "packages" => self.report.package.is_some(),
            "kinds" => self.kind.is_some(),
            "attribute-schemas" => {
                self.request.pluggable_attributes.is_none()
                    || self.data.attribute_schema(&self.request.kind).is_some()
            }
            table => self.data.table(table).is_some(),
        }
    }

    /// Rows of a table by its first column; none when the table is not there.
    pub fn rows(&self, table: &str, key: &str) -> impl Iterator<Item = Row<'a>> {
        self.data.table(table).into_iter().flat_map(move |table: &'a Table| table.find(key))
    }

    /// Whether the dictionaries tell which of them the guide of the kind prescribes.
    pub fn guide_is_known(&self) -> bool {
        let guide = self.kind.and_then(|kind| kind.guide.as_deref());
        self.dictionaries.zip(guide).is_some_and(|(store, guide)| store.prescribes(guide))
    }

    /// The row of the rules of the request's kind.
    pub fn kind_rule(&self) -> Option<Row<'a>> {
        self.rows("kind-rules", &self.request.kind).next()
    }

    /// The moment the request gives for the creation of the document.
    pub fn created(&self) -> Option<OffsetDateTime> {
        crate::message::timestamp::parse_xsd(&self.request.creation_date_time)
    }

    /// The day of creation in Moscow; the day of checking when the request gives none.
    pub fn day(&self) -> Date {
        moscow_day(self.created().unwrap_or(self.as_of))
    }

    /// Everybody who answers for the document, authors first.
    pub fn staff(&self) -> impl Iterator<Item = &'a Staff> {
        crate::message::staff(self.header)
    }

    /// The persons who sign, as the request says.
    pub fn signers(&self) -> impl Iterator<Item = &'a Signer> {
        self.request.personal_signatures.iter().map(|item| &item.signer)
    }

    /// A value that may be personal: as it is, or its shape only.
    pub fn value<'v>(&self, value: &'v str) -> Cow<'v, str> {
        if self.show_personal_data { Cow::Borrowed(value) } else { Cow::Owned(redact::shape(value)) }
    }

    pub(super) fn place(&self, node: Node) -> Option<Place> {
        let document = self.document?;
        let offset = document.offset(node);
        let position = LineIndex::new(self.bytes).position(offset);
        Some(Place { path: document.path(node), line: position.line, column: position.column, offset })
    }
}

/// The day of a moment in Moscow, whose time the register keeps.
pub(super) fn moscow_day(moment: OffsetDateTime) -> Date {
    UtcOffset::from_hms(3, 0, 0).map_or(moment, |moscow| moment.to_offset(moscow)).date()
}
