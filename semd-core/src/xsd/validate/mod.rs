//! Validation: one pass over the tree in document order.
//!
//! The order and the wording of the checks follow XML Schema 1.0 part 1, sections 3.3.4, 3.4.4 and 3.14.4; where the
//! specification leaves open how to go on after an error, Xerces is followed, against which verdicts are compared.

mod attributes;
mod children;
mod constraints;
mod passed;
mod remembered;
mod scope;

use crate::report::Message;
use crate::xml::{Document, Element, ElementId, Node, OwnText};

use super::binding::Binding;
use super::component::{ANY_TYPE, Content, Declaration, ElementValue, Schema, TypeId};
use super::content::DeclarationId;
use super::names::{Map, Symbol};
use super::simple::{Role, SimpleId};
use super::violation::{Detail, Violation, name_of, not_fixed};
use super::wildcard::Process;
use constraints::Tables;
use passed::Passed;
use remembered::Remembered;
use scope::TypeNames;

/// Violations after which validation of a document stops: it is invalid, and memory stays bounded.
pub const MAX_VIOLATIONS: usize = 1_000;

/// An element whose end has not been reached.
struct Frame {
    element: ElementId,
    end: u32,
    type_id: TypeId,
    /// The declaration, if it says something of the end: a value, or identity constraints.
    declaration: Option<DeclarationId>,
    /// State of the automaton, or the members met of `xs:all`.
    state: u64,
    /// The order of the children is wrong already.
    misplaced: bool,
    nil: bool,
    has_children: bool,
    text: OwnText,
}

impl Frame {
    fn new(
        element: ElementId,
        record: &Element,
        type_id: TypeId,
        declaration: Option<DeclarationId>,
    ) -> Self {
        Self {
            element,
            end: record.end,
            type_id,
            declaration,
            state: 0,
            misplaced: false,
            nil: false,
            has_children: false,
            text: record.own_text,
        }
    }
}

/// The memory of one worker: steps that were made, and room for the open elements of a document.
#[derive(Default)]
pub(super) struct Worker {
    remembered: Remembered,
    frames: Vec<Frame>,
}

/// How far an element was looked at with its start tag.
enum Opened {
    /// Its content follows.
    Within,
    /// To its end: it has no children, or must not be looked at.
    Done,
}

/// One validation.
struct Run<'a> {
    schema: &'a Schema,
    document: &'a Document<'a>,
    binding: Binding,
    remembered: Remembered,
    type_names: TypeNames<'a>,
    passed: Passed<'a>,
    frames: Vec<Frame>,
    identifiers: Map<Box<str>, ()>,
    references: Vec<(Box<str>, Node)>,
    /// Types of the elements; filled only where the schema has identity constraints.
    types: Vec<Option<TypeId>>,
    tables: Tables,
    sink: &'a mut Vec<Violation>,
    /// Length of the sink at which to stop.
    full: usize,
}

impl Schema {
    /// Checks a document and appends what is wrong, in the order the checks meet it: problems of a start tag, then of
    /// the children, then of the content as a whole. At most [`MAX_VIOLATIONS`] are appended.
    pub fn validate(&self, document: &Document<'_>, sink: &mut Vec<Violation>) {
        let full = sink.len() + MAX_VIOLATIONS;
        let Worker { remembered, frames } = self.workers.take().unwrap_or_default();
        let mut binding = self.bindings.take(document);
        binding.bind(document, &self.symbols);
        let mut run = Run {
            schema: self,
            document,
            binding,
            remembered,
            type_names: TypeNames::new(document),
            passed: Passed::new(),
            frames,
            identifiers: Map::default(),
            references: Vec::new(),
            types: Vec::new(),
            tables: Tables::default(),
            sink,
            full,
        };
        if !self.constraints.is_empty() {
            run.types = vec![None; document.elements().len()];
        }
        run.document();
        let Run { binding, remembered, mut frames, .. } = run;
        frames.clear();
        self.bindings.give_back(document, binding);
        self.workers.give_back(Worker { remembered, frames });
    }
}

impl<'a> Run<'a> {
    fn document(&mut self) {
        let elements = self.document.elements();
        let mut at = 0_u32;
        while let Some(record) = elements.get(at as usize) {
            while self.frames.last().is_some_and(|frame| frame.end <= at) {
                self.close();
            }
            if self.sink.len() >= self.full {
                self.sink.truncate(self.full);
                return;
            }
            at = match self.open(ElementId(at), record) {
                Opened::Within => at + 1,
                Opened::Done => record.end,
            };
        }
        while !self.frames.is_empty() {
            self.close();
        }
        for (reference, node) in std::mem::take(&mut self.references) {
            if !self.identifiers.contains_key(&reference) {
                self.report(
                    "cvc-id.1",
                    node,
                    Message::new(
                        "Ссылка на идентификатор (IDREF), которого нет в документе",
                        "A reference to an identifier (IDREF) that the document does not have",
                    ),
                );
            }
        }
        self.sink.truncate(self.full);
    }

    fn report(&mut self, code: &'static str, node: Node, message: Message) {
        self.breach(code, node, Detail::Told(Box::new(message)));
    }

    #[cold]
    fn breach(&mut self, code: &'static str, node: Node, detail: Detail) {
        self.sink.push(Violation::new(self.document, code, node, detail));
    }

    /// The start of an element.
    #[inline(always)]
    fn open(&mut self, id: ElementId, record: &Element) -> Opened {
        let symbol = self.binding.symbol(record.name);
        self.open_settled(id, record, symbol).unwrap_or_else(|| self.open_in_full(id, record, symbol))
    }

    #[inline(never)]
    fn open_in_full(&mut self, id: ElementId, record: &Element, symbol: Symbol) -> Opened {
        let (mut declaration, process) = self.place_child(id, symbol);
        if process == Some(Process::Skip) {
            return Opened::Done;
        }
        if declaration.is_none() {
            declaration = self.schema.global_elements.get(symbol).copied();
        }
        let declared = declaration.map(|declaration| self.schema.declaration(declaration));
        if declared.is_some_and(|declared| declared.is_abstract) {
            self.abstract_element(id);
        }
        let mut type_id = declared.map(|declared| declared.type_id);
        if let Some(attribute) = self.instance_attribute(id, record, self.binding.instance.type_name) {
            type_id = self.instance_type(id, attribute, type_id).or(type_id);
        }
        let type_id = type_id.unwrap_or_else(|| {
            self.undeclared(id, process);
            TypeId::Complex(ANY_TYPE)
        });
        if let TypeId::Complex(complex) = type_id
            && self.schema.complex(complex).is_abstract
        {
            self.abstract_type(id, type_id);
        }
        self.keep_type(id, type_id);
        let nil = match (self.instance_attribute(id, record, self.binding.instance.nil), declared) {
            (Some(attribute), Some(declared)) => self.instance_nil(attribute, declared),
            _ => false,
        };
        self.attributes(id, type_id);
        if !nil && self.rest(id, record, type_id, declared).is_done(record) {
            return Opened::Done;
        }
        let declaration = declaration.filter(|_| declared.is_some_and(Declaration::bounds_the_end));
        self.frames.push(Frame { nil, ..Frame::new(id, record, type_id, declaration) });
        Opened::Within
    }

    /// Keeps the type of an element where identity constraints will ask for it.
    #[inline(always)]
    fn keep_type(&mut self, id: ElementId, type_id: TypeId) {
        if let Some(slot) = self.types.get_mut(id.0 as usize) {
            *slot = Some(type_id);
        }
    }

    #[cold]
    fn undeclared(&mut self, id: ElementId, process: Option<Process>) {
        let code = match (id == self.document.root(), process) {
            (true, _) => "cvc-elt.1.a",
            (false, Some(Process::Strict)) => "cvc-complex-type.2.4.c",
            // Either the parent said already that the element is misplaced, or anything may stand here.
            _ => return,
        };
        let name = self.element_name(id);
        self.report(
            code,
            Node::Element(id),
            Message::new(
                format!("Элемент «{name}» не объявлен в схеме"),
                format!("Element “{name}” is not declared in the schema"),
            ),
        );
    }

    #[cold]
    fn abstract_element(&mut self, id: ElementId) {
        let name = self.element_name(id);
        self.report(
            "cvc-elt.2",
            Node::Element(id),
            Message::new(
                format!("Элемент «{name}» абстрактный: вместо него должен стоять заменяющий его элемент"),
                format!("Element “{name}” is abstract: an element that substitutes it must stand here"),
            ),
        );
    }

    #[cold]
    fn abstract_type(&mut self, id: ElementId, type_id: TypeId) {
        let (name, type_name) = (self.element_name(id), self.schema.type_name(type_id));
        self.report(
            "cvc-type.2",
            Node::Element(id),
            Message::new(
                format!("Тип «{type_name}» элемента «{name}» абстрактный: укажите xsi:type"),
                format!("Type “{type_name}” of element “{name}” is abstract: give xsi:type"),
            ),
        );
    }

    fn element_name(&self, id: ElementId) -> String {
        name_of(self.document, Node::Element(id))
    }

    /// The end of the innermost element.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.content(&frame);
        if let Some(declaration) = frame.declaration {
            let schema = self.schema;
            self.constraints(&schema.declaration(declaration).constraints, frame.element);
        }
    }

    /// The content of an element as a whole.
    fn content(&mut self, frame: &Frame) {
        let schema = self.schema;
        let node = Node::Element(frame.element);
        if frame.nil {
            if frame.has_children || frame.text != OwnText::None {
                self.report(
                    "cvc-elt.3.2.1",
                    node,
                    Message::new(
                        "Элемент с xsi:nil=\"true\" должен быть пустым",
                        "An element with xsi:nil=\"true\" must be empty",
                    ),
                );
            }
            return;
        }
        let declared = frame.declaration.map(|declaration| schema.declaration(declaration));
        let value = declared.and_then(|declared| declared.value.as_deref());
        if let (Some(value), false, false) = (value, frame.has_children, frame.text != OwnText::None) {
            // The declared value stands for the missing one; it fits the declared type, but maybe not xsi:type.
            if declared.is_some_and(|declared| declared.type_id != frame.type_id)
                && let Some(simple) = schema.simple_content(frame.type_id)
                && let Err(defect) = schema.simple.check(simple, &value.value.text, None)
            {
                self.breach(defect.code(), node, Detail::Value(defect));
            }
            return;
        }
        let simple = match frame.type_id {
            TypeId::Simple(simple) => {
                if frame.has_children {
                    self.unwanted_children(frame, "cvc-type.3.1.2");
                }
                Some(simple)
            }
            TypeId::Complex(complex) => match &schema.complex(complex).content {
                Content::Empty => {
                    if frame.has_children || frame.text != OwnText::None {
                        self.not_empty(frame);
                    }
                    None
                }
                Content::Simple(simple) => {
                    if frame.has_children {
                        self.unwanted_children(frame, "cvc-complex-type.2.2");
                    }
                    Some(*simple)
                }
                Content::Elements(model) => {
                    if frame.text == OwnText::Characters {
                        self.unwanted_text(frame);
                    }
                    self.complete(frame, model);
                    None
                }
                Content::Mixed(model) => {
                    self.complete(frame, model);
                    None
                }
            },
        };
        let fixed = value.filter(|value| value.fixed);
        match (simple, fixed) {
            (Some(simple), _) => self.simple_content(frame, simple, fixed),
            (None, Some(fixed)) => {
                if frame.has_children || *self.own_text(frame) != *fixed.value.text {
                    self.not_fixed("cvc-elt.5.2.2.2.1", node, &fixed.value.text);
                }
            }
            (None, None) => {}
        }
    }

    /// The text of an element of simple content.
    fn simple_content(&mut self, frame: &Frame, simple: SimpleId, fixed: Option<&ElementValue>) {
        let (schema, node) = (self.schema, Node::Element(frame.element));
        let text = self.own_text(frame);
        if let Err(defect) = schema.simple.check(simple, &text, Some((self.document, frame.element))) {
            return self.breach(defect.code(), node, Detail::Value(defect));
        }
        if schema.simple.get(simple).identifies {
            self.identify(simple, &text, node);
        }
        if let Some(fixed) = fixed
            && *schema.simple.canonical(simple, &text) != *fixed.value.key
        {
            self.not_fixed("cvc-elt.5.2.2.2.2", node, &fixed.value.text);
        }
    }

    #[cold]
    fn not_empty(&mut self, frame: &Frame) {
        let name = self.element_name(frame.element);
        self.report(
            "cvc-complex-type.2.1",
            Node::Element(frame.element),
            Message::new(
                format!("Элемент «{name}» должен быть пустым: без текста и вложенных элементов"),
                format!("Element “{name}” must be empty: neither text nor elements inside"),
            ),
        );
    }

    #[cold]
    fn unwanted_text(&mut self, frame: &Frame) {
        let name = self.element_name(frame.element);
        self.report(
            "cvc-complex-type.2.3",
            Node::Element(frame.element),
            Message::new(
                format!("В элементе «{name}» не должно быть текста, только вложенные элементы"),
                format!("Element “{name}” must have no text, only elements inside"),
            ),
        );
    }

    fn not_fixed(&mut self, code: &'static str, node: Node, fixed: &str) {
        self.report(code, node, not_fixed(self.document, node, fixed));
    }

    #[cold]
    fn unwanted_children(&mut self, frame: &Frame, code: &'static str) {
        let name = self.element_name(frame.element);
        self.report(
            code,
            Node::Element(frame.element),
            Message::new(
                format!("В элементе «{name}» допускается только текст, без вложенных элементов"),
                format!("Element “{name}” may have text only, no elements inside"),
            ),
        );
    }

    fn own_text(&self, frame: &Frame) -> std::borrow::Cow<'a, str> {
        let document = self.document;
        if frame.has_children {
            let texts = document.child_texts(frame.element);
            texts.map(|(_, text)| document.text(text)).collect()
        } else {
            document.string_value(frame.element)
        }
    }

    /// Remembers the identifiers and references in a valid value.
    fn identify(&mut self, simple: SimpleId, text: &str, node: Node) {
        let schema = self.schema;
        let mut repeated = false;
        schema.simple.identifiers(simple, text, &mut |role, value| match role {
            Role::Id => repeated |= self.identifiers.insert(value.into(), ()).is_some(),
            Role::IdRef => self.references.push((value.into(), node)),
            Role::None => {}
        });
        if repeated {
            self.report(
                "cvc-id.2",
                node,
                Message::new(
                    "Идентификатор (ID) уже есть в документе: он должен быть единственным",
                    "The identifier (ID) is in the document already: it must be unique",
                ),
            );
        }
    }
}
