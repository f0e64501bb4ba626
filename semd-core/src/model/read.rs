//! From the tree of a document to the model.

use std::borrow::Cow;

use crate::report::Message;
use crate::xml::{self, AsideKind, Document, ElementId, HL7_V3, NameId, Node as XmlNode, XSI};

use super::class::{Class, Name};
use super::scope::Scope;
use super::{Aside, ClinicalDocument, Element, Item, Node, Other};

/// Deepest nesting of elements that the model takes. Official documents stay below 40.
const MAX_DEPTH: usize = 200;

/// How much of a document's layout is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// White space between elements that have no text of their own is dropped, and comments and processing instructions
    /// inside the root element. Those beside it stay.
    Meaning,
    /// Everything stays, so that writing gives the same canonical XML, with comments. A comment in the middle of a text
    /// leaves the rest of the text in `other`.
    Layout,
}

/// Why a document could not be read into the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The root element is another.
    #[error("{}", self.message().en)]
    NotClinicalDocument {
        /// Its local name.
        found: String,
    },
    /// Elements are nested too deeply.
    #[error("{}", self.message().en)]
    TooDeep {
        /// Byte offset of the element in the file.
        offset: usize,
    },
}

impl ReadError {
    /// The text for people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotClinicalDocument { found } => Message::new(
                format!(
                    "корневой элемент — «{found}», а ожидается ClinicalDocument в urn:hl7-org:v3; это не СЭМД"
                ),
                format!(
                    "the root element is “{found}”, ClinicalDocument in urn:hl7-org:v3 is expected: not a СЭМД"
                ),
            ),
            Self::TooDeep { offset } => Message::new(
                format!(
                    "элементы вложены глубже {MAX_DEPTH} уровней (байт {offset}); такой документ не разбирается"
                ),
                format!(
                    "elements are nested deeper than {MAX_DEPTH} levels (byte {offset}); such a document is not read"
                ),
            ),
        }
    }
}

/// Reads a document into the model. Whatever the classes do not know stays in their `other`.
///
/// # Errors
/// When the root is not `ClinicalDocument` of CDA, or elements are nested deeper than 200 levels.
pub fn read(document: &Document<'_>, keep: Keep) -> Result<ClinicalDocument, ReadError> {
    let root = document.root();
    if document.namespace(root) != HL7_V3 || document.local_name(root) != "ClinicalDocument" {
        return Err(ReadError::NotClinicalDocument { found: document.local_name(root).to_owned() });
    }
    let mut model = ClinicalDocument::default();
    let mut reader = Reader {
        document,
        keep,
        scope: Scope::default(),
        next_declaration: 0,
        next_text: 0,
        // Those before the root element are no part of its content.
        next_aside: document.asides().partition_point(|aside| aside.parent.is_none() && aside.before == 0),
        depth: 0,
        type_name: document.find_name(XSI, "type"),
    };
    reader.class(&mut model, root, false)?;
    let beside = document.asides().iter().filter(|aside| aside.parent.is_none());
    let (before, after): (Vec<_>, Vec<_>) = beside.partition(|aside| aside.before == 0);
    let [before, after] = [before, after]
        .map(|asides| asides.into_iter().map(|aside| kept(document, aside)).collect::<Vec<_>>());
    if !before.is_empty() || !after.is_empty() {
        let other = other(&mut model);
        (other.before, other.after) = (before, after);
    }
    Ok(model)
}

/// Goes through the document once, in its order.
struct Reader<'d> {
    document: &'d Document<'d>,
    keep: Keep,
    scope: Scope<'d>,
    next_declaration: usize,
    next_text: u32,
    next_aside: usize,
    depth: usize,
    type_name: Option<NameId>,
}

impl<'d> Reader<'d> {
    /// Reads an element into an instance. `chosen`: its `xsi:type` chose the class and is known by that.
    fn class(&mut self, class: &mut dyn Class, element: ElementId, chosen: bool) -> Result<(), ReadError> {
        let mark = self.enter(element, |prefix, namespace| {
            other(class).attributes.insert(declaration_name(prefix), namespace.to_owned());
        })?;
        let (prefix, _) = split(self.spelling(self.document.element(element).offset + 1));
        if self.scope.prefix(self.document.namespace(element), false) != Some(prefix) {
            other(class).prefix = Some(prefix.to_owned());
        }
        self.attributes(class, element, chosen);
        if class.raw().is_some() {
            let nodes = self.nodes(element)?;
            if let Some(raw) = class.raw_mut() {
                *raw = nodes;
            }
        } else {
            self.content(class, element)?;
        }
        self.leave(mark);
        Ok(())
    }

    fn attributes(&self, class: &mut dyn Class, element: ElementId, chosen: bool) {
        let document = self.document;
        for attribute in document.attributes(element) {
            let name = document.expanded_name(attribute.name);
            let value = document.value(attribute);
            if Some(attribute.name) == self.type_name {
                if chosen {
                    continue;
                }
                if let Some(type_name) = class.type_name_mut() {
                    *type_name = Some(value.to_owned());
                    continue;
                }
            }
            let known = match name.namespace {
                "" => class.shape().attributes.iter().position(|known| *known == name.local),
                _ => None,
            };
            match known {
                Some(index) => class.attribute_mut(index).set(value),
                None => {
                    let spelling = self.spelling(attribute.offset).to_owned();
                    other(class).attributes.insert(spelling, value.to_owned());
                }
            }
        }
    }

    fn content(&mut self, class: &mut dyn Class, element: ElementId) -> Result<(), ReadError> {
        let document = self.document;
        let children = class.shape().children;
        let simple = document.element(element).end == element.0 + 1;
        let mut order = Order::default();
        for child in document.children(element) {
            self.between(class, &mut order, element, child.0, simple);
            let Some(index) = find(children, document, child, order.last) else {
                order.start(class).push(Item::Element(self.unknown(child)?));
                continue;
            };
            if index < order.last {
                order.start(class);
            }
            match class.child_mut(index).add(self.type_of(child)) {
                Some(content) => {
                    order.known(index, children[index].local);
                    let chosen = content.chosen().is_some();
                    self.class(content.class_mut(), child, chosen)?;
                }
                None => order.start(class).push(Item::Element(self.unknown(child)?)),
            }
        }
        self.between(class, &mut order, element, u32::MAX, simple);
        if let Some(items) = order.items {
            other(class).content = items;
        }
        Ok(())
    }

    /// What stands between two elements. `simple`: the element has no child elements.
    fn between(
        &mut self,
        class: &mut dyn Class,
        order: &mut Order,
        element: ElementId,
        before: u32,
        simple: bool,
    ) {
        while let Some(piece) = self.next_piece(element, before) {
            match piece {
                Piece::Text(text, blank) => self.text(class, order, &text, blank, simple),
                Piece::Aside(aside) => order.start(class).push(Item::Aside(aside)),
            }
        }
    }

    /// Character data between two elements.
    fn text(&self, class: &mut dyn Class, order: &mut Order, text: &str, blank: bool, simple: bool) {
        let place = class.text_mut().filter(|place| place.is_none() && (simple || !blank));
        if let Some(place) = place {
            *place = Some(text.to_owned());
            if order.last > 0 || order.any {
                order.start_without_text(class).push(Item::Known(Cow::Borrowed(TEXT)));
            } else if let Some(items) = &mut order.items {
                items.push(Item::Known(Cow::Borrowed(TEXT)));
            }
        } else if !blank || self.keep == Keep::Layout {
            order.start(class).push(Item::Text(text.to_owned()));
        }
    }

    /// The content of an element as it is.
    fn nodes(&mut self, element: ElementId) -> Result<Vec<Node>, ReadError> {
        let document = self.document;
        let mut nodes = Vec::new();
        for child in document.children(element) {
            self.nodes_between(&mut nodes, element, child.0);
            nodes.push(Node::Element(self.unknown(child)?));
        }
        self.nodes_between(&mut nodes, element, u32::MAX);
        Ok(nodes)
    }

    fn nodes_between(&mut self, nodes: &mut Vec<Node>, element: ElementId, before: u32) {
        while let Some(piece) = self.next_piece(element, before) {
            nodes.push(match piece {
                Piece::Text(text, _) => Node::Text(text.into_owned()),
                Piece::Aside(aside) => Node::Aside(aside),
            });
        }
    }

    /// An element as it is.
    fn unknown(&mut self, element: ElementId) -> Result<Element, ReadError> {
        let document = self.document;
        let mut out = Element {
            name: self.spelling(document.element(element).offset + 1).to_owned(),
            ..Element::default()
        };
        let mark = self.enter(element, |prefix, namespace| {
            out.attributes.insert(declaration_name(prefix), namespace.to_owned());
        })?;
        for attribute in document.attributes(element) {
            out.attributes
                .insert(self.spelling(attribute.offset).to_owned(), document.value(attribute).to_owned());
        }
        out.content = self.nodes(element)?;
        self.leave(mark);
        Ok(out)
    }

    /// Takes the declarations of an element into scope.
    fn enter(
        &mut self,
        element: ElementId,
        mut declared: impl FnMut(&str, &str),
    ) -> Result<usize, ReadError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ReadError::TooDeep { offset: self.document.offset(XmlNode::Element(element)) });
        }
        let document = self.document;
        let mark = self.scope.mark();
        while let Some(declaration) = document.namespace_declarations().get(self.next_declaration)
            && declaration.element == element
        {
            let namespace = document.declared_namespace(declaration);
            self.scope.declare(declaration.prefix, namespace);
            declared(declaration.prefix, namespace);
            self.next_declaration += 1;
        }
        Ok(mark)
    }

    fn leave(&mut self, mark: usize) {
        self.scope.back_to(mark);
        self.depth -= 1;
    }

    /// What comes next in `element`, before the element of the given index, and is no element.
    fn next_piece(&mut self, element: ElementId, before: u32) -> Option<Piece<'d>> {
        let document = self.document;
        if self.keep == Keep::Layout
            && let Some(aside) = document.asides().get(self.next_aside)
            && aside.parent == Some(element)
            && aside.before <= before
            && aside.texts <= self.next_text
        {
            self.next_aside += 1;
            return Some(Piece::Aside(kept(document, aside)));
        }
        let end = document.text_ids(element).end;
        let mut found: Option<(Cow<'d, str>, bool)> = None;
        while self.next_text < end {
            let text = &document.texts()[self.next_text as usize];
            if text.before > before {
                break;
            }
            self.next_text += 1;
            let value = document.text(text);
            found = Some(match found {
                None => (Cow::Borrowed(value), text.blank),
                // A comment or processing instruction stood between.
                Some((known, blank)) => (known + value, blank && text.blank),
            });
            if self.keep == Keep::Layout {
                break;
            }
        }
        found.map(|(text, blank)| Piece::Text(text, blank))
    }

    fn type_of(&self, element: ElementId) -> Option<&'d str> {
        let type_name = self.type_name?;
        let document = self.document;
        let attribute = document.attributes(element).iter().find(|attribute| attribute.name == type_name)?;
        Some(document.value(attribute))
    }

    /// The name that the document spells at an offset.
    fn spelling(&self, offset: u32) -> &'d str {
        let rest = &self.document.source()[offset as usize..];
        let end = rest.find(['>', '/', '=', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        &rest[..end]
    }
}

/// What stands between elements.
enum Piece<'d> {
    /// Character data, and whether it is blank.
    Text(Cow<'d, str>, bool),
    Aside(Aside),
}

fn kept(document: &Document<'_>, aside: &xml::Aside) -> Aside {
    let content = document.aside_content(aside).to_owned();
    match aside.kind {
        AsideKind::Comment => Aside::Comment(content),
        AsideKind::ProcessingInstruction => Aside::Instruction(content),
    }
}

/// How the text of a class is named in [`Item::Known`].
pub(super) const TEXT: &str = "text";

/// The order of a content: nothing to note while it is the schema's.
#[derive(Default)]
struct Order {
    /// Index of the known element met last.
    last: usize,
    /// Whether one was met.
    any: bool,
    items: Option<Vec<Item>>,
}

impl Order {
    fn known(&mut self, index: usize, name: &'static str) {
        self.last = index;
        self.any = true;
        if let Some(items) = &mut self.items {
            items.push(Item::Known(Cow::Borrowed(name)));
        }
    }

    /// Begins to note the order: what was met so far came in the order of the schema.
    fn start(&mut self, class: &dyn Class) -> &mut Vec<Item> {
        self.begin(class, class.text().is_some_and(Option::is_some))
    }

    fn start_without_text(&mut self, class: &dyn Class) -> &mut Vec<Item> {
        self.begin(class, false)
    }

    fn begin(&mut self, class: &dyn Class, text: bool) -> &mut Vec<Item> {
        self.items.get_or_insert_with(|| {
            let mut items = Vec::new();
            if text {
                items.push(Item::Known(Cow::Borrowed(TEXT)));
            }
            for (index, name) in class.shape().children.iter().enumerate() {
                let count = class.child(index).count();
                items.extend(std::iter::repeat_n(Item::Known(Cow::Borrowed(name.local)), count));
            }
            items
        })
    }
}

fn other(class: &mut dyn Class) -> &mut Other {
    class.other_mut().get_or_insert_default()
}

/// The field of a child element; documents mostly follow the order, so the search begins at the last one met.
fn find(children: &[Name], document: &Document<'_>, child: ElementId, last: usize) -> Option<usize> {
    let name = document.name(child);
    let matches = |known: &Name| known.local == name.local && known.namespace == name.namespace;
    let from_last = children.iter().skip(last).position(matches).map(|index| last + index);
    from_last.or_else(|| children.iter().take(last).position(matches))
}

/// The attribute that declares a prefix.
fn declaration_name(prefix: &str) -> String {
    if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") }
}

/// Prefix and local part of a name as it is spelled.
pub(super) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}
