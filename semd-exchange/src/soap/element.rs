//! Lenient view of an element: lookup by local name, in any namespace and order.

use semd_core::xml::{Document, ElementId};

/// An element of a received message.
///
/// The register's schema is not public and its neighbours differ in namespaces, order and wrappers, so a message is
/// read by local names and whatever is unknown is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Element<'d> {
    document: &'d Document<'d>,
    id: ElementId,
}

impl<'d> Element<'d> {
    /// The view of one element of a document.
    pub fn new(document: &'d Document<'d>, id: ElementId) -> Self {
        Self { document, id }
    }

    /// The local name.
    pub fn local_name(&self) -> &'d str {
        self.document.local_name(self.id)
    }

    /// The namespace name, empty if none.
    pub fn namespace(&self) -> &'d str {
        self.document.namespace(self.id)
    }

    /// The child elements in document order.
    pub fn children(&self) -> impl Iterator<Item = Element<'d>> + use<'d> {
        let document = self.document;
        document.children(self.id).map(move |id| Element { document, id })
    }

    /// The first child with the local name.
    pub fn child(&self, local: &str) -> Option<Element<'d>> {
        self.children().find(|child| child.local_name() == local)
    }

    /// This element or its first descendant with the local name.
    pub fn find(&self, local: &str) -> Option<Element<'d>> {
        let document = self.document;
        std::iter::once(self.id)
            .chain(document.descendants(self.id))
            .map(|id| Element { document, id })
            .find(|element| element.local_name() == local)
    }

    /// The string value without surrounding white space; `None` when nothing is left.
    pub fn value(&self) -> Option<String> {
        let value = self.document.string_value(self.id);
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// The trimmed text of the first child with the local name; `None` when absent or blank.
    pub fn text(&self, local: &str) -> Option<String> {
        self.child(local)?.value()
    }

    /// The text of a child that is either plain or a coded object `{code, …}`.
    pub fn code(&self, local: &str) -> Option<String> {
        let child = self.child(local)?;
        match child.child("code") {
            Some(code) => code.value(),
            None => child.value(),
        }
    }

    /// The entries of a list: children `item` of the child `local`, or repeated children `local` without `item`.
    pub fn items(&self, local: &str) -> Vec<Element<'d>> {
        let mut items = Vec::new();
        for list in self.children().filter(|child| child.local_name() == local) {
            let before = items.len();
            items.extend(list.children().filter(|child| child.local_name() == "item"));
            if items.len() == before && list.children().next().is_some() {
                items.push(list);
            }
        }
        items
    }
}
