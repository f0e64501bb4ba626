//! The layer `nsi` of a validation: codes, names and versions against the dictionaries. One pass over the tree; nothing is
//! allocated for an element without a fault.

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
use crate::xml::{Attribute, AttributeId, Document, ElementId, LineIndex, Node, Paths, name_bit};

/// Findings of one document; the rest is not looked for.
const MAX_FINDINGS: usize = 1_000;
/// Dictionaries that one document may miss before they are no longer told apart.
const MAX_MISSING: usize = 64;

/// Faults of one document whose hint may take a search through a dictionary.
const MAX_SEARCHES: usize = 50;

/// What the layer did with one document.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Faults and remarks.
    pub(crate) findings: Vec<Finding>,
    /// Elements whose code was looked up.
    pub(crate) checked: usize,
    /// There were too many findings: the rest of the document was not checked.
    pub(crate) truncated: bool,
}

/// Checks every coded element of a document. `guide`: kind of the document and OID of its implementation guide.
pub(crate) fn check(
    document: &Document<'_>,
    store: &Store,
    guide: Option<(&str, &str)>,
    lines: &LineIndex<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let elements = CodedElements::embedded();
    let mut binding = store.inner.bindings.take().unwrap_or_default();
    binding.bind(document, elements);
    let mask = name_bit("code") | name_bit("codeSystem");
    let mut pass = Pass {
        document,
        store,
        kind: guide.map_or("", |(kind, _)| kind),
        prescribed: guide.and_then(|(_, guide)| Prescribed::read(store, guide)),
        lines,
        paths: Paths::new(document),
        missing: Vec::new(),
        outcome: &mut outcome,
    };
    for (index, element) in document.elements().iter().enumerate() {
        if element.attribute_mask & mask != mask {
            continue;
        }
        let Some(confirmed) = binding.coded(element.name) else { continue };
        let id = ElementId(index as u32);
        let Some(value) = Coded::read(document, id, confirmed, &binding) else { continue };
        if pass.outcome.findings.len() >= MAX_FINDINGS {
            pass.outcome.truncated = true;
            break;
        }
        pass.element(&value, elements);
    }
    pass.report_missing();
    store.inner.bindings.give_back(binding);
    outcome
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

struct Pass<'d, 'o> {
    document: &'d Document<'d>,
    store: &'d Store,
    kind: &'d str,
    prescribed: Option<Prescribed<'d>>,
    lines: &'d LineIndex<'d>,
    paths: Paths<'d>,
    missing: Vec<Missing<'d>>,
    outcome: &'o mut Outcome,
}

impl<'d> Pass<'d, '_> {
    fn element(&mut self, value: &Coded<'d>, elements: &CodedElements) {
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        let known = self.store.dictionary(oid, Version::Exactly(version));
        if known.is_none() && (self.missed(oid, version) || !elements.is_dictionary(oid)) {
            return;
        }
        let level = match known {
            Some(dictionary) => dictionary.level(),
            None => self.store.exceptions().find(oid).map_or(Level::Name, |exception| exception.level),
        };
        if level == Level::None || !self.permitted(value, known) {
            return;
        }
        match known {
            Some(dictionary) => self.values(value, dictionary, level),
            None => self.unknown(value),
        }
    }

    /// Whether the guide of the kind lets a document use the dictionary in this version.
    fn permitted(&mut self, value: &Coded<'d>, known: Option<Dictionary<'_>>) -> bool {
        let Some(prescribed) = &self.prescribed else { return true };
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        let fault = match prescribed.permission(oid, version, known) {
            Permission::Allowed => return true,
            Permission::NoDictionary => Fault::NotPrescribed { oid, kind: self.kind },
            Permission::OnlyVersions(allowed) => {
                Fault::VersionNotPrescribed { oid, version, kind: self.kind, allowed }
            }
        };
        let at = if matches!(fault, Fault::NotPrescribed { .. }) { SYSTEM } else { VERSION };
        self.report(value.node(at), true, &fault);
        false
    }

    /// A dictionary the store does not have, at least not in this version.
    fn unknown(&mut self, value: &Coded<'d>) {
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        if !is_oid(oid) {
            self.report_value(value, SYSTEM, &Fault::NoDictionary { oid });
        } else if !version.is_empty() && !is_version(version) {
            self.report_value(value, VERSION, &Fault::NoVersion { oid, version });
        } else if self.store.is_complete() && self.store.versions(oid).next().is_none() {
            self.report_value(value, SYSTEM, &Fault::NoDictionary { oid });
        } else if self.store.is_complete() && !version.is_empty() {
            self.report_value(value, VERSION, &Fault::NoVersion { oid, version });
        } else {
            self.miss(value);
        }
    }

    fn values(&mut self, value: &Coded<'d>, dictionary: Dictionary<'d>, level: Level) {
        if let (Some((_, actual)), Some(title)) = (value.attributes[SYSTEM_NAME], dictionary.document_title())
            && actual != title
        {
            self.report_value(value, SYSTEM_NAME, &Fault::SystemName { dictionary, actual, title });
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
                self.report_value(value, CODE, &Fault::Code { dictionary, code, name });
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
            self.report_value(value, DISPLAY_NAME, &Fault::Name { dictionary, actual, expected });
        }
    }

    fn miss(&mut self, value: &Coded<'d>) {
        let (oid, version) = (value.text(SYSTEM), value.text(VERSION));
        if !self.missed(oid, version) && self.missing.len() < MAX_MISSING {
            self.missing.push(Missing { oid, version, first: value.node(SYSTEM), places: 1 });
        }
    }

    /// Whether the dictionary is known to be missing; one more place wants it then.
    fn missed(&mut self, oid: &str, version: &str) -> bool {
        let known = self.missing.iter_mut().find(|one| one.oid == oid && one.version == version);
        known.map(|one| one.places += 1).is_some()
    }

    /// One remark a dictionary: that a code was not looked up must not stay unsaid, nor drown the faults.
    fn report_missing(&mut self) {
        for one in std::mem::take(&mut self.missing) {
            let loaded: Vec<&str> = self.store.versions(one.oid).map(|known| known.version()).collect();
            let fault =
                Fault::NotLoaded { oid: one.oid, version: one.version, places: one.places, loaded: &loaded };
            self.report(one.first, true, &fault);
        }
    }

    fn report_value(&mut self, value: &Coded<'d>, at: usize, fault: &Fault<'_>) {
        self.report(value.node(at), value.confirmed, fault);
    }

    /// `confirmed`: the register is known to find the fault as well.
    fn report(&mut self, node: Node, confirmed: bool, fault: &Fault<'_>) {
        let message = texts::message(fault);
        let mut hint = if self.outcome.findings.len() < MAX_SEARCHES { texts::hint(fault) } else { None };
        let offset = self.document.offset(node);
        let position = self.lines.position(offset);
        let (code, rule, mut severity) = fault.class();
        if severity == Severity::Error && !confirmed {
            severity = Severity::Warning;
            hint = Some(texts::unconfirmed(hint));
        }
        self.outcome.findings.push(Finding {
            layer: Layer::Nsi,
            code,
            rule: Some(rule.to_owned()),
            severity,
            message,
            hint,
            test: None,
            assertion: None,
            path: Some(self.paths.path(node)),
            line: position.line,
            column: position.column,
            offset,
            owner: if severity == Severity::Info { Owner::Integrator } else { Owner::Clinic },
            retryable: false,
        });
    }
}
