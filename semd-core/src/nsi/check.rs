//! The layer `nsi` of a validation: codes, names and versions against the dictionaries. One pass over the tree; what is known of
//! a dictionary in a version is found out once a document, and nothing is allocated for an element without a fault.

use super::binding::{ATTRIBUTES, Binding};
use super::dictionary::Dictionary;
use super::elements::CodedElements;
use super::exceptions::Level;
use super::prescribed::{Permission, Prescribed};
use super::source_name::is_oid;
use super::store::{Store, Version};
use super::texts::{self, Fault};
use super::version::is_version;
use crate::report::{Finding, Layer, Owner, Severity};
use crate::tail::tail;
use crate::xml::{Attribute, AttributeId, Document, ElementId, LineIndex, Node, Paths, name_bit};

/// Faults of one document; the rest is not looked for.
const MAX_FAULTS: usize = 1_000;
/// Dictionaries that one document may miss before they are no longer told apart.
const MAX_MISSING: usize = 64;

/// Wrong codes of one document for which a dictionary is searched for the right one.
const MAX_SEARCHES: usize = 50;

/// Dictionaries whose answer is kept, a power of two; documents use one to three dozen.
const SLOTS: usize = 32;

/// What the dictionaries say about a document.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Outcome<'d> {
    /// Faults and remarks in the order of the elements; last, what could not be looked up.
    pub faults: Vec<Located<'d>>,
    /// Elements whose code was looked up.
    pub checked: usize,
    /// There were 1,000 faults, and the rest of the document was not checked.
    pub truncated: bool,
}

/// A fault and where it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Located<'d> {
    /// The attribute that is wrong.
    pub node: Node,
    /// The register is known to find the fault as well.
    pub confirmed: bool,
    /// What is wrong.
    pub fault: Fault<'d>,
}

/// Checks every coded element of a document, as [`crate::validate::Validator`] does for the layer `nsi`. `guide`: code of the
/// kind of the document and OID of its implementation guide, which prescribes dictionaries and versions.
///
/// ```
/// use semd_core::nsi::{Builder, ImportLimits, Store, check};
/// use semd_core::xml::{LineIndex, Limits, parse};
///
/// let passport = r#"{"oid": "1.2.643.5.1.13.13.99.2.9999", "version": "1.2", "rowsCount": 1, "fullName": "Пример",
///     "fields": [{"field": "ID"}, {"field": "NAME"}]}"#;
/// let part = r#"{"list": [[{"column": "ID", "value": "1"}, {"column": "NAME", "value": "Первый"}]]}"#;
/// let mut builder = Builder::new(ImportLimits::default());
/// builder.add("1.2.643.5.1.13.13.99.2.9999_1.2_passport", passport.as_bytes()).unwrap();
/// builder.add("1.2.643.5.1.13.13.99.2.9999_1.2_part1", part.as_bytes()).unwrap();
/// let store = Store::from_bytes(&builder.finish(0, false).unwrap()).unwrap();
///
/// let text = br#"<code xmlns="urn:hl7-org:v3" code="2" codeSystem="1.2.643.5.1.13.13.99.2.9999" codeSystemVersion="1.2"/>"#;
/// let document = parse(text, &Limits::default()).unwrap();
/// let outcome = check(&document, &store, None);
/// let findings = outcome.findings(&document, &store, &LineIndex::new(text));
/// assert_eq!((findings[0].code, findings[0].line), ("INVALID_ELEMENT_VALUE_CODE", 1));
/// ```
pub fn check<'d>(
    document: &'d Document<'_>,
    store: &'d Store,
    guide: Option<(&'d str, &str)>,
) -> Outcome<'d> {
    let elements = CodedElements::embedded();
    let mut binding = store.inner.bindings.take().unwrap_or_default();
    binding.bind(document, elements);
    let mask = name_bit("code") | name_bit("codeSystem");
    let mut pass = Pass {
        store,
        elements,
        kind: guide.map_or("", |(kind, _)| kind),
        prescribed: guide.and_then(|(_, guide)| Prescribed::read(store, guide)),
        answers: [None; SLOTS],
        missing: Vec::new(),
        outcome: Outcome::default(),
    };
    for (index, element) in (0_u32..).zip(document.elements()) {
        if element.attribute_mask & mask != mask {
            continue;
        }
        let Some(confirmed) = binding.coded(element.name) else { continue };
        let Some(value) = Coded::read(document, ElementId(index), confirmed, &binding) else { continue };
        if pass.outcome.faults.len() >= MAX_FAULTS {
            pass.outcome.truncated = true;
            break;
        }
        pass.element(&value);
    }
    pass.tell_missing();
    store.inner.bindings.give_back(binding);
    pass.outcome
}

impl Outcome<'_> {
    /// The faults in words, in document order, with the document and the store that they were found with and the lines of the
    /// document.
    ///
    /// # Panics
    /// With another document, if that one is smaller.
    pub fn findings(mut self, document: &Document<'_>, store: &Store, lines: &LineIndex<'_>) -> Vec<Finding> {
        // Lines are counted from one place to the next.
        self.faults.sort_by_key(|one| document.offset(one.node));
        let mut paths = Paths::new(document);
        let mut searches = 0;
        let worded = self.faults.iter().map(|located| {
            let Located { node, confirmed, fault } = located;
            searches += usize::from(matches!(fault, Fault::Code { .. }));
            let mut hint = match fault {
                Fault::Code { .. } if searches > MAX_SEARCHES => None,
                _ => texts::hint(fault, store),
            };
            let (code, rule, mut severity) = fault.class();
            if severity == Severity::Error && !confirmed {
                severity = Severity::Warning;
                hint = Some(texts::unconfirmed(hint));
            }
            let offset = document.offset(*node);
            let position = lines.position(offset);
            Finding {
                layer: Layer::Nsi,
                code,
                rule: Some(rule.to_owned()),
                severity,
                message: texts::message(fault),
                hint,
                test: None,
                assertion: None,
                path: Some(paths.path(*node)),
                line: position.line,
                column: position.column,
                offset,
                owner: if severity == Severity::Info { Owner::Integrator } else { Owner::Clinic },
                retryable: false,
            }
        });
        worded.collect()
    }
}

/// The attributes of one coded element.
struct Coded<'d> {
    element: ElementId,
    /// The register is known to look it up.
    confirmed: bool,
    /// In the order of [`ATTRIBUTES`].
    attributes: [Option<(AttributeId, &'d str)>; ATTRIBUTES.len()],
}

impl<'d> Coded<'d> {
    /// `None` when the element has no code or no code system.
    fn read(
        document: &'d Document<'_>,
        element: ElementId,
        confirmed: bool,
        binding: &Binding,
    ) -> Option<Self> {
        let mut attributes = [None; ATTRIBUTES.len()];
        for id in document.attribute_ids(element) {
            let attribute: &Attribute = document.attribute_at(AttributeId(id));
            if let Some(at) = binding.attribute(attribute.name) {
                attributes[at] = Some((AttributeId(id), document.value(attribute)));
            }
        }
        let all = attributes[0].is_some() && attributes[1].is_some();
        all.then_some(Self { element, confirmed, attributes })
    }

    fn text(&self, at: usize) -> &'d str {
        self.attributes[at].map_or("", |(_, text)| text)
    }

    fn node(&self, at: usize) -> Node {
        self.attributes[at].map_or(Node::Element(self.element), |(id, _)| Node::Attribute(id))
    }
}

const CODE: usize = 0;
const SYSTEM: usize = 1;
const VERSION: usize = 2;
const SYSTEM_NAME: usize = 3;
const DISPLAY_NAME: usize = 4;

/// A dictionary version that was asked for and is not in the store.
struct Missing<'d> {
    oid: &'d str,
    version: &'d str,
    first: Node,
    places: usize,
}

/// What is known of a dictionary in a version before a value is looked at.
#[derive(Clone, Copy)]
enum Answer<'d> {
    /// Values are not checked.
    Nothing,
    /// The store cannot tell.
    Missing,
    /// Wrong wherever it is used, by the attribute at this place of [`ATTRIBUTES`].
    Wrong(usize, Fault<'d>),
    /// As before, whether or not the register is known to look the element up.
    Forbidden(usize, Fault<'d>),
    Values(Dictionary<'d>, Level),
}

struct Pass<'d> {
    store: &'d Store,
    elements: &'d CodedElements,
    kind: &'d str,
    prescribed: Option<Prescribed<'d>>,
    /// The last answers, each with the identifier and the version that were asked about.
    answers: [Option<(&'d str, &'d str, Answer<'d>)>; SLOTS],
    missing: Vec<Missing<'d>>,
    outcome: Outcome<'d>,
}

impl<'d> Pass<'d> {
    fn element(&mut self, value: &Coded<'d>) {
        match self.answer(value.text(SYSTEM), value.text(VERSION)) {
            Answer::Nothing => {}
            Answer::Missing => self.miss(value),
            Answer::Wrong(at, fault) => self.tell_of(value, at, fault),
            Answer::Forbidden(at, fault) => self.tell(value.node(at), true, fault),
            Answer::Values(dictionary, level) => self.values(value, dictionary, level),
        }
    }

    /// What is known of a dictionary; asked once, as long as its slot is not taken by another one.
    fn answer(&mut self, oid: &'d str, version: &'d str) -> Answer<'d> {
        let mixed = tail(oid.as_bytes()) ^ tail(version.as_bytes()).rotate_left(13);
        let slot = (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % SLOTS;
        match self.answers[slot] {
            Some((known, of, answer)) if known == oid && of == version => answer,
            _ => {
                let answer = self.find_answer(oid, version);
                self.answers[slot] = Some((oid, version, answer));
                answer
            }
        }
    }

    fn find_answer(&self, oid: &'d str, version: &'d str) -> Answer<'d> {
        let known = self.store.dictionary(oid, Version::Exactly(version));
        if known.is_none() && !self.elements.is_dictionary(oid) {
            return Answer::Nothing;
        }
        let level = match known {
            Some(dictionary) => dictionary.level(),
            None => self.store.exceptions().find(oid).map_or(Level::Name, |exception| exception.level),
        };
        if level == Level::None {
            return Answer::Nothing;
        }
        if let Some((at, fault)) = self.forbidden(oid, version, known) {
            return Answer::Forbidden(at, fault);
        }
        match known {
            Some(dictionary) => Answer::Values(dictionary, level),
            None => self.unknown(oid, version),
        }
    }

    /// Why the guide of the kind does not let a document use the dictionary in this version.
    fn forbidden(
        &self,
        oid: &'d str,
        version: &'d str,
        known: Option<Dictionary<'_>>,
    ) -> Option<(usize, Fault<'d>)> {
        let kind = self.kind;
        match self.prescribed.as_ref()?.permission(oid, version, known) {
            Permission::Allowed => None,
            Permission::NoDictionary => Some((SYSTEM, Fault::NotPrescribed { oid, kind })),
            Permission::OnlyVersions(allowed) => {
                Some((VERSION, Fault::VersionNotPrescribed { oid, version, kind, allowed }))
            }
        }
    }

    /// A dictionary the store does not have, at least not in this version.
    fn unknown(&self, oid: &'d str, version: &'d str) -> Answer<'d> {
        let (complete, versioned) = (self.store.is_complete(), !version.is_empty());
        if !is_oid(oid) {
            Answer::Wrong(SYSTEM, Fault::NoDictionary { oid })
        } else if versioned && !is_version(version) {
            Answer::Wrong(VERSION, Fault::NoVersion { oid, version })
        } else if complete && self.store.versions(oid).next().is_none() {
            Answer::Wrong(SYSTEM, Fault::NoDictionary { oid })
        } else if complete && versioned {
            Answer::Wrong(VERSION, Fault::NoVersion { oid, version })
        } else {
            Answer::Missing
        }
    }

    fn values(&mut self, value: &Coded<'d>, dictionary: Dictionary<'d>, level: Level) {
        if let (Some((_, actual)), Some(title)) = (value.attributes[SYSTEM_NAME], dictionary.document_title())
            && actual != title
        {
            self.tell_of(value, SYSTEM_NAME, Fault::SystemName { dictionary, actual, title });
        }
        let Some(key) = dictionary.key_column().filter(|_| dictionary.row_count() > 0) else {
            self.miss(value);
            return;
        };
        let code = value.text(CODE);
        let mut rows = key.rows_with(code).peekable();
        let Some(&first) = rows.peek() else {
            if dictionary.is_whole() {
                self.outcome.checked += 1;
                let name = value.text(DISPLAY_NAME);
                self.tell_of(value, CODE, Fault::Code { dictionary, code, name });
            } else {
                self.miss(value);
            }
            return;
        };
        self.outcome.checked += 1;
        let (Some((_, actual)), Some(column)) = (value.attributes[DISPLAY_NAME], dictionary.name_column())
        else {
            return;
        };
        // Where the dictionary has no name there is nothing to compare with.
        let Some(expected) = column.value(first) else { return };
        if level == Level::Name && !rows.any(|row| column.value(row) == Some(actual)) {
            self.tell_of(value, DISPLAY_NAME, Fault::Name { dictionary, actual, expected });
        }
    }

    fn miss(&mut self, value: &Coded<'d>) {
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        if let Some(known) = self.missing.iter_mut().find(|one| one.oid == oid && one.version == version) {
            known.places += 1;
        } else if self.missing.len() < MAX_MISSING {
            self.missing.push(Missing { oid, version, first: value.node(SYSTEM), places: 1 });
        }
    }

    /// One remark a dictionary: that a code was not looked up must not stay unsaid, nor drown the faults.
    fn tell_missing(&mut self) {
        for Missing { oid, version, first, places } in std::mem::take(&mut self.missing) {
            self.tell(first, true, Fault::NotLoaded { oid, version, places });
        }
    }

    fn tell_of(&mut self, value: &Coded<'d>, at: usize, fault: Fault<'d>) {
        self.tell(value.node(at), value.confirmed, fault);
    }

    fn tell(&mut self, node: Node, confirmed: bool, fault: Fault<'d>) {
        self.outcome.faults.push(Located { node, confirmed, fault });
    }
}
