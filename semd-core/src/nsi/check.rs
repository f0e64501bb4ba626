//! The layer `nsi` of a validation: codes, names and versions against the dictionaries. One pass over the tree; what is known of
//! a dictionary in a version is found out once a document, and nothing is allocated for an element without a fault.

use super::binding::{ATTRIBUTES, Binding};
use super::dictionary::{Column, Dictionary};
use super::elements::CodedElements;
use super::exceptions::Level;
use super::prescribed::{Permission, Prescribed};
use super::source_name::is_oid;
use super::store::{Store, Version};
use super::texts::{self, Fault};
use super::version::is_version;
use crate::report::{Finding, Layer, Owner, Severity};
use crate::tail::{are_equal, tail};
use crate::xml::{AttributeId, Document, ElementId, LineIndex, Node, Paths, name_bit};

/// Faults of one document; the rest is not looked for.
const MAX_FAULTS: usize = 1_000;
/// Dictionaries that one document may miss before they are no longer told apart.
const MAX_MISSING: usize = 64;

/// Wrong codes of one document for which a dictionary is searched for the right one.
const MAX_SEARCHES: usize = 50;

/// Faults and missing dictionaries that room is made for; most documents have fewer.
const FEW: usize = 16;

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
    let mut binding = store.inner.bindings.take(document);
    binding.bind(document, elements);
    let mask = name_bit("code") | name_bit("codeSystem");
    let mut known = Knowledge {
        store,
        elements,
        kind: guide.map_or("", |(kind, _)| kind),
        prescribed: guide.and_then(|(_, guide)| Prescribed::read(store, guide)),
        answers: [const { Asked::NOTHING }; SLOTS],
    };
    let mut told = Told::default();
    for (index, element) in (0_u32..).zip(document.elements()) {
        if element.attribute_mask & mask != mask {
            continue;
        }
        let Some(confirmed) = binding.coded(element.name) else { continue };
        let Some(value) = Coded::read(document, ElementId(index), confirmed, &binding) else { continue };
        if told.outcome.faults.len() >= MAX_FAULTS {
            told.outcome.truncated = true;
            break;
        }
        let Asked { answer, missing, .. } = known.answer(&value);
        match answer {
            Answer::Nothing => {}
            Answer::Missing => told.miss(&value, missing),
            Answer::Wrong { at, fault, always } => told.tell(value.node(*at), *always || confirmed, *fault),
            Answer::Values(values) => told.check(&value, values, missing),
        }
    }
    told.tell_missing();
    store.inner.bindings.give_back(document, binding);
    told.outcome
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

/// One coded element.
struct Coded<'d> {
    document: &'d Document<'d>,
    element: ElementId,
    /// The register is known to look it up.
    confirmed: bool,
    /// Its attributes in the order of [`ATTRIBUTES`].
    attributes: [AttributeId; ATTRIBUTES.len()],
}

/// The place of an attribute that the element does not have.
const ABSENT: AttributeId = AttributeId(u32::MAX);

impl<'d> Coded<'d> {
    /// `None` when the element has no code or no code system.
    #[inline(always)]
    fn read(
        document: &'d Document<'d>,
        element: ElementId,
        confirmed: bool,
        binding: &Binding,
    ) -> Option<Self> {
        let mut attributes = [ABSENT; ATTRIBUTES.len()];
        for (id, attribute) in document.attribute_ids(element).zip(document.attributes(element)) {
            // A name without a place has one beyond the last.
            if let Some(place) = attributes.get_mut(binding.attribute(attribute.name)) {
                *place = AttributeId(id);
            }
        }
        let all = attributes[CODE] != ABSENT && attributes[SYSTEM] != ABSENT;
        all.then_some(Self { document, element, confirmed, attributes })
    }

    fn value(&self, at: usize) -> Option<&'d str> {
        let id = self.attributes[at];
        (id != ABSENT).then(|| self.document.value(self.document.attribute_at(id)))
    }

    fn text(&self, at: usize) -> &'d str {
        self.value(at).unwrap_or_default()
    }

    fn node(&self, at: usize) -> Node {
        match self.attributes[at] {
            ABSENT => Node::Element(self.element),
            id => Node::Attribute(id),
        }
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
enum Answer<'d> {
    /// Values are not checked.
    Nothing,
    /// The store cannot tell.
    Missing,
    /// Wrong wherever it is used.
    Wrong {
        /// Place of the attribute that is wrong among [`ATTRIBUTES`].
        at: usize,
        fault: Fault<'d>,
        /// Whether or not the register is known to look the element up.
        always: bool,
    },
    Values(Values<'d>),
}

/// The values of a dictionary.
struct Values<'d> {
    dictionary: Dictionary<'d>,
    level: Level,
    title: Option<&'d str>,
    /// `None` where the store has no rows, or none with a code.
    key: Option<Column<'d>>,
    name: Option<Column<'d>>,
}

/// An answer and what it was asked about, with the tails of both.
struct Asked<'d> {
    oid: &'d str,
    version: &'d str,
    tails: [u64; 2],
    answer: Answer<'d>,
    /// Its place among the missing ones, once it was missed.
    missing: Option<usize>,
}

impl Asked<'_> {
    /// Nobody asked. It stands for elements with neither identifier nor version, which are not checked.
    const NOTHING: Self =
        Self { oid: "", version: "", tails: [0; 2], answer: Answer::Nothing, missing: None };

    #[inline(always)]
    fn is_about(&self, oid: &str, version: &str, tails: [u64; 2]) -> bool {
        let same = |known: &str, text: &str, tails| {
            are_equal(tails, [known.len(), text.len()], || [known.as_bytes(), text.as_bytes()])
        };
        same(self.oid, oid, [self.tails[0], tails[0]])
            && same(self.version, version, [self.tails[1], tails[1]])
    }
}

struct Knowledge<'d> {
    store: &'d Store,
    elements: &'d CodedElements,
    kind: &'d str,
    prescribed: Option<Prescribed<'d>>,
    /// The last answers.
    answers: [Asked<'d>; SLOTS],
}

impl<'d> Knowledge<'d> {
    /// What is known of the dictionary of an element; asked once, as long as its slot is not taken by another one.
    fn answer(&mut self, value: &Coded<'d>) -> &mut Asked<'d> {
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        let tails = [tail(oid.as_bytes()), tail(version.as_bytes())];
        let mixed = (tails[0] ^ tails[1].rotate_left(13)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let slot = (mixed >> 32) as usize % SLOTS;
        if !self.answers[slot].is_about(oid, version, tails) {
            let answer = self.find_answer(oid, version);
            self.answers[slot] = Asked { oid, version, tails, answer, missing: None };
        }
        &mut self.answers[slot]
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
            return Answer::Wrong { at, fault, always: true };
        }
        match known {
            Some(dictionary) => Answer::Values(Values::of(dictionary, level)),
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
        let wrong = |at, fault| Answer::Wrong { at, fault, always: false };
        if !is_oid(oid) {
            wrong(SYSTEM, Fault::NoDictionary { oid })
        } else if versioned && !is_version(version) {
            wrong(VERSION, Fault::NoVersion { oid, version })
        } else if complete && self.store.versions(oid).next().is_none() {
            wrong(SYSTEM, Fault::NoDictionary { oid })
        } else if complete && versioned {
            wrong(VERSION, Fault::NoVersion { oid, version })
        } else {
            Answer::Missing
        }
    }
}

impl<'d> Values<'d> {
    fn of(dictionary: Dictionary<'d>, level: Level) -> Self {
        Self {
            dictionary,
            level,
            title: dictionary.document_title(),
            key: dictionary.key_column().filter(|_| dictionary.row_count() > 0),
            name: dictionary.name_column(),
        }
    }
}

/// What was found so far.
struct Told<'d> {
    missing: Vec<Missing<'d>>,
    outcome: Outcome<'d>,
}

impl Default for Told<'_> {
    fn default() -> Self {
        let outcome = Outcome { faults: Vec::with_capacity(FEW), ..Outcome::default() };
        Self { missing: Vec::with_capacity(FEW), outcome }
    }
}

impl<'d> Told<'d> {
    /// Compares an element with the dictionary.
    fn check(&mut self, value: &Coded<'d>, values: &Values<'d>, missing: &mut Option<usize>) {
        let &Values { dictionary, level, title, key, name } = values;
        if let (Some(actual), Some(title)) = (value.value(SYSTEM_NAME), title)
            && actual != title
        {
            self.tell_of(value, SYSTEM_NAME, Fault::SystemName { dictionary, actual, title });
        }
        let Some(key) = key else {
            self.miss(value, missing);
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
                self.miss(value, missing);
            }
            return;
        };
        self.outcome.checked += 1;
        let (Level::Name, Some(actual), Some(column)) = (level, value.value(DISPLAY_NAME), name) else {
            return;
        };
        // Where the dictionary has no name there is nothing to compare with.
        let Some(expected) = column.value(first) else { return };
        if !rows.any(|row| column.value(row) == Some(actual)) {
            self.tell_of(value, DISPLAY_NAME, Fault::Name { dictionary, actual, expected });
        }
    }

    /// Counts a dictionary that the store does not have. `place` is where it is counted, if that is known.
    fn miss(&mut self, value: &Coded<'d>, place: &mut Option<usize>) {
        if place.is_none() {
            let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
            *place = self.missing.iter().position(|one| one.oid == oid && one.version == version);
            if place.is_none() && self.missing.len() < MAX_MISSING {
                *place = Some(self.missing.len());
                self.missing.push(Missing { oid, version, first: value.node(SYSTEM), places: 0 });
            }
        }
        if let Some(known) = place.and_then(|place| self.missing.get_mut(place)) {
            known.places += 1;
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
