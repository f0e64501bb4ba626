//! The arena tree: flat arrays in document order.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::names::{Names, Vocabulary};
use super::signature::Signature;
use super::{ExpandedName, Fault, NameId};

/// Index of an element; document order is index order. The root element is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementId(pub u32);

/// Index of an attribute over the whole document; attributes of one element are adjacent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeId(pub u32);

/// Index of a text node over the whole document; document order is index order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(pub u32);

/// A node of the XPath data model, as far as the rules of the field need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The document node above the root element.
    Document,
    /// An element.
    Element(ElementId),
    /// An attribute; namespace declarations are not attributes.
    Attribute(AttributeId),
    /// A text node. CDATA is merged with its neighbours; a comment or processing instruction splits text.
    Text(TextId),
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Expanded name.
    pub name: NameId,
    /// Parent, or `u32::MAX` for the root element; see [`Document::parent`].
    pub(super) parent: u32,
    /// One past the last descendant element.
    pub end: u32,
    /// First attribute; the attributes end where those of the next element begin.
    pub(super) attributes: u32,
    /// First text node inside, at any depth.
    pub(super) texts: u32,
    /// One past the last text node inside.
    pub(super) texts_end: u32,
    /// Byte offset of `<`.
    pub offset: u32,
    /// What text nodes among the children are.
    pub(crate) own_text: OwnText,
    /// Bits ([`super::name_bit`]) of the local names of the child elements.
    pub child_mask: u64,
    /// Bits ([`super::name_bit`]) of the local names of the attributes.
    pub attribute_mask: u64,
    /// Equal for elements that have equally many children of every name, and the same attributes in the same order, the same of
    /// them empty; see [`Signature`].
    pub(crate) signature: Signature,
}

/// The text nodes among the children of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OwnText {
    None,
    /// White space alone.
    Blank,
    Characters,
}

impl OwnText {
    /// That of a text node.
    #[inline(always)]
    pub(super) fn of(blank: bool) -> Self {
        if blank { Self::Blank } else { Self::Characters }
    }
}

impl Element {
    /// Whether there is no text node inside, at any depth.
    #[inline(always)]
    pub(crate) fn has_no_text(&self) -> bool {
        self.texts == self.texts_end
    }
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Expanded name.
    pub name: NameId,
    /// The element that has it.
    pub owner: ElementId,
    pub(super) value: Value,
    /// Byte offset of the attribute's name.
    pub offset: u32,
}

impl Attribute {
    /// Length of the normalised value, bytes.
    #[inline(always)]
    pub(crate) fn octets(&self) -> usize {
        (self.value.end - self.value.start) as usize
    }
}

/// One text node.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The element it is a child of.
    pub parent: ElementId,
    /// Number of elements opened before it: its place in document order among elements.
    pub before: u32,
    /// Only XML white space.
    pub blank: bool,
    pub(super) value: Value,
    /// Byte offset of the first character.
    pub offset: u32,
}

/// One namespace declaration.
#[derive(Clone, Copy, Debug)]
pub struct NamespaceDeclaration<'s> {
    /// The element that declares.
    pub element: ElementId,
    /// Prefix, empty for the default namespace.
    pub prefix: &'s str,
    pub(super) namespace: u32,
}

/// A comment or processing instruction. No check looks at them; canonical XML writes them.
#[derive(Clone, Copy, Debug)]
pub struct Aside {
    /// What it is.
    pub kind: AsideKind,
    /// The element it is a child of; `None` outside the root element.
    pub parent: Option<ElementId>,
    /// Number of elements opened before it.
    pub before: u32,
    /// Number of text nodes before it.
    pub texts: u32,
    /// Byte offsets of what stands between the delimiters.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The kinds of [`Aside`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsideKind {
    /// `<!--…-->`
    Comment,
    /// `<?…?>`, the XML declaration excepted.
    ProcessingInstruction,
}

/// Characters of a value: a range of the source, or of the decoded buffer when the source had references.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) decoded: bool,
}

/// A well-formed document, read once; every check reads this tree.
#[derive(Clone)]
pub struct Document<'s> {
    pub(super) source: &'s str,
    /// Bytes before `source` in the file: 3 when the file begins with a byte order mark.
    pub(super) skipped: usize,
    /// The reader that made the document goes on with the same names.
    pub(super) names: Arc<Names>,
    pub(super) elements: Vec<Element>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) texts: Vec<Text>,
    pub(super) declarations: Vec<NamespaceDeclaration<'s>>,
    pub(super) asides: Vec<Aside>,
    pub(super) decoded: String,
    pub(super) remarks: Vec<Fault>,
}

impl fmt::Debug for Document<'_> {
    /// Sizes only: a document is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.source.len())
            .field("elements", &self.elements.len())
            .finish_non_exhaustive()
    }
}

impl<'s> Document<'s> {
    /// The root element.
    pub fn root(&self) -> ElementId {
        ElementId(0)
    }

    /// What was wrong with the bytes although a tree could be built (a byte order mark).
    pub fn remarks(&self) -> &[Fault] {
        &self.remarks
    }

    /// The text of the document without a byte order mark.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// All elements in document order; index with [`ElementId`].
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The element's record.
    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[id.0 as usize]
    }

    /// Number of distinct expanded names of elements and attributes; [`NameId`]s are below it. The document may use fewer:
    /// its reader knows the names of earlier documents as well.
    pub fn name_count(&self) -> usize {
        self.names.len()
    }

    /// Documents of one vocabulary have the same ids for the same names; one may have some more than another.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        self.names.vocabulary()
    }

    /// The expanded name of an id.
    pub fn expanded_name(&self, id: NameId) -> ExpandedName<'_> {
        ExpandedName { namespace: self.names.namespace_of(id), local: self.names.local(id) }
    }

    /// The id of a name; `None` when the document does not use it. A name with an id may be one of an earlier document.
    pub fn find_name(&self, namespace: &str, local: &str) -> Option<NameId> {
        self.names.find(namespace, local)
    }

    /// The expanded name of an element.
    pub fn name(&self, id: ElementId) -> ExpandedName<'_> {
        self.expanded_name(self.element(id).name)
    }

    /// The local name of an element.
    pub fn local_name(&self, id: ElementId) -> &str {
        self.names.local(self.element(id).name)
    }

    /// The namespace name of an element, empty if none.
    pub fn namespace(&self, id: ElementId) -> &str {
        self.name(id).namespace
    }

    /// The parent element; `None` for the root element.
    pub fn parent(&self, id: ElementId) -> Option<ElementId> {
        let parent = self.element(id).parent;
        (parent != u32::MAX).then_some(ElementId(parent))
    }

    /// The child elements in document order.
    pub fn children(&self, id: ElementId) -> Children<'_> {
        Children { elements: &self.elements, next: id.0 + 1, end: self.element(id).end }
    }

    /// Number of elements of a name from `first` on and before its sibling `end`.
    pub(super) fn siblings(&self, first: ElementId, end: ElementId, name: NameId) -> usize {
        let siblings = Children { elements: &self.elements, next: first.0, end: end.0 };
        siblings.filter(|&sibling| self.element(sibling).name == name).count()
    }

    /// The descendant elements in document order, without the element itself.
    pub fn descendants(&self, id: ElementId) -> impl Iterator<Item = ElementId> + use<> {
        (id.0 + 1..self.element(id).end).map(ElementId)
    }

    /// The child elements with the given name.
    pub fn children_named<'a>(
        &'a self,
        id: ElementId,
        namespace: &str,
        local: &str,
    ) -> impl Iterator<Item = ElementId> + use<'a, 's> {
        let name = self.find_name(namespace, local);
        self.children(id).filter(move |&child| Some(self.element(child).name) == name)
    }

    /// The first child element with the given name.
    pub fn child(&self, id: ElementId, namespace: &str, local: &str) -> Option<ElementId> {
        if self.element(id).child_mask & super::name_bit(local) == 0 {
            return None;
        }
        self.children_named(id, namespace, local).next()
    }

    /// The range of [`AttributeId`]s of an element.
    pub fn attribute_ids(&self, id: ElementId) -> Range<u32> {
        let start = self.element(id).attributes;
        let end =
            self.elements.get(id.0 as usize + 1).map_or(self.attributes.len() as u32, |next| next.attributes);
        start..end
    }

    /// The attributes of an element in source order.
    pub fn attributes(&self, id: ElementId) -> &[Attribute] {
        let range = self.attribute_ids(id);
        &self.attributes[range.start as usize..range.end as usize]
    }

    /// All attributes in document order; index with [`AttributeId`].
    pub fn all_attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The attribute's record.
    pub fn attribute_at(&self, id: AttributeId) -> &Attribute {
        &self.attributes[id.0 as usize]
    }

    /// The normalised value of an attribute (XML 1.0, section 3.3.3).
    pub fn value(&self, attribute: &Attribute) -> &str {
        self.slice(attribute.value)
    }

    /// The normalised value of an attribute as bytes. A text is cut between characters, which takes longer to make sure of.
    #[inline(always)]
    pub(crate) fn value_bytes(&self, attribute: &Attribute) -> &[u8] {
        let Value { start, end, .. } = attribute.value;
        &self.buffer(attribute.value).as_bytes()[start as usize..end as usize]
    }

    /// The value of the attribute with the given name.
    pub fn attribute(&self, id: ElementId, namespace: &str, local: &str) -> Option<&str> {
        // An element has a few attributes: looking at each is quicker than looking the name up.
        let named = |attribute: &&Attribute| {
            self.names.local(attribute.name) == local && self.names.namespace_of(attribute.name) == namespace
        };
        self.attributes(id).iter().find(named).map(|attribute| self.value(attribute))
    }

    /// All text nodes in document order; index with [`TextId`].
    pub fn texts(&self) -> &[Text] {
        &self.texts
    }

    /// The text nodes inside an element at any depth.
    pub fn text_ids(&self, id: ElementId) -> Range<u32> {
        let element = self.element(id);
        element.texts..element.texts_end
    }

    /// The text nodes that are children of an element.
    pub fn child_texts(&self, id: ElementId) -> impl Iterator<Item = (TextId, &Text)> {
        self.text_ids(id)
            .map(|index| (TextId(index), &self.texts[index as usize]))
            .filter(move |(_, text)| text.parent == id)
    }

    /// The characters of a text node, references resolved, line ends normalised (XML 1.0, section 2.11).
    pub fn text(&self, text: &Text) -> &str {
        self.slice(text.value)
    }

    /// The string value of an element: its text nodes at any depth, joined (XPath data model, section 6.2).
    pub fn string_value(&self, id: ElementId) -> Cow<'_, str> {
        let range = self.text_ids(id);
        match &self.texts[range.start as usize..range.end as usize] {
            [] => Cow::Borrowed(""),
            [single] => Cow::Borrowed(self.text(single)),
            many => Cow::Owned(many.iter().map(|text| self.text(text)).collect()),
        }
    }

    /// All namespace declarations in document order.
    pub fn namespace_declarations(&self) -> &[NamespaceDeclaration<'s>] {
        &self.declarations
    }

    /// The namespace name of a declaration, empty when it undeclares the default namespace.
    pub fn declared_namespace(&self, declaration: &NamespaceDeclaration<'s>) -> &str {
        self.names.namespace(declaration.namespace)
    }

    /// The namespace declarations of one element in source order.
    pub fn declarations_of(&self, id: ElementId) -> &[NamespaceDeclaration<'s>] {
        let first = self.declarations.partition_point(|declaration| declaration.element < id);
        let length = self.declarations[first..].iter().take_while(|known| known.element == id).count();
        &self.declarations[first..first + length]
    }

    /// All comments and processing instructions in document order.
    pub fn asides(&self) -> &[Aside] {
        &self.asides
    }

    /// What stands between the delimiters of a comment or processing instruction, as in the source.
    pub fn aside_content(&self, aside: &Aside) -> &'s str {
        &self.source[aside.start as usize..aside.end as usize]
    }

    /// The qualified name of an element as it is written in the source.
    pub fn qualified_name(&self, id: ElementId) -> &'s str {
        super::names::name_at(self.source, self.element(id).offset as usize + 1)
    }

    /// The qualified name of an attribute as it is written in the source.
    pub fn qualified_attribute_name(&self, attribute: &Attribute) -> &'s str {
        super::names::name_at(self.source, attribute.offset as usize)
    }

    /// The namespace a prefix is bound to at an element. The empty prefix gives the default namespace, empty if none.
    pub fn resolve_prefix(&self, id: ElementId, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(super::XML);
        }
        let mut at = Some(id);
        while let Some(element) = at {
            let found = self.declarations_of(element).iter().find(|declaration| declaration.prefix == prefix);
            if let Some(declaration) = found {
                return Some(self.names.namespace(declaration.namespace));
            }
            at = self.parent(element);
        }
        prefix.is_empty().then_some("")
    }

    /// Byte offset of a node in the file, a byte order mark included.
    pub fn offset(&self, node: Node) -> usize {
        let offset = match node {
            Node::Document => 0,
            Node::Element(id) => self.element(id).offset,
            Node::Attribute(id) => self.attribute_at(id).offset,
            Node::Text(id) => self.texts[id.0 as usize].offset,
        };
        offset as usize + self.skipped
    }

    /// Number of bytes of the byte order mark that precede [`Document::source`] in the file.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    #[inline]
    pub(super) fn slice(&self, value: Value) -> &str {
        &self.buffer(value)[value.start as usize..value.end as usize]
    }

    /// The text that a value is a range of.
    #[inline(always)]
    fn buffer(&self, value: Value) -> &str {
        if value.decoded { &self.decoded } else { self.source }
    }
}

/// Iterator over child elements.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    elements: &'a [Element],
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = ElementId;

    fn next(&mut self) -> Option<ElementId> {
        if self.next >= self.end {
            return None;
        }
        let current = self.next;
        self.next = self.elements[current as usize].end;
        Some(ElementId(current))
    }
}
