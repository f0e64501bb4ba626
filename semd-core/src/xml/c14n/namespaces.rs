//! Which namespace declarations an element of the canonical form carries.

use super::super::{Document, ElementId};
use super::{Method, Options};

/// A prefix and its namespace name.
pub(super) type Binding<'d> = (&'d str, &'d str);

/// The declarations written so far, as they are in scope at the element being written.
pub(super) struct Namespaces<'d> {
    document: &'d Document<'d>,
    options: &'d Options,
    written: Vec<Binding<'d>>,
    /// Length of `written` outside each open element.
    marks: Vec<usize>,
}

impl<'d> Namespaces<'d> {
    pub(super) fn new(document: &'d Document<'d>, options: &'d Options) -> Self {
        Self { document, options, written: Vec::new(), marks: Vec::new() }
    }

    /// Opens an element; answers the declarations it carries, sorted.
    pub(super) fn open(&mut self, element: ElementId) -> &[Binding<'d>] {
        let mark = self.written.len();
        let apex = self.marks.is_empty();
        match self.options.method {
            Method::Inclusive if apex => self.add_all_in_scope(element),
            Method::Inclusive => self.add_declared(element, |_| true),
            Method::Exclusive => {
                self.add_used(element);
                let listed = &self.options.inclusive_prefixes;
                if listed.is_empty() {
                } else if apex {
                    for prefix in listed {
                        if let Some(namespace) = self.document.resolve_prefix(element, prefix) {
                            self.add(mark, prefix, namespace);
                        }
                    }
                } else {
                    self.add_declared(element, |prefix| listed.iter().any(|known| known == prefix));
                }
            }
        }
        self.marks.push(mark);
        let added = &mut self.written[mark..];
        added.sort_unstable();
        added
    }

    /// Closes the element opened last.
    pub(super) fn close(&mut self) {
        let mark = self.marks.pop().unwrap_or(0);
        self.written.truncate(mark);
    }

    /// The declarations of the element itself.
    fn add_declared(&mut self, element: ElementId, wanted: impl Fn(&str) -> bool) {
        let mark = self.written.len();
        let document = self.document;
        for declaration in document.declarations_of(element) {
            if wanted(declaration.prefix) {
                self.add(mark, declaration.prefix, document.declared_namespace(declaration));
            }
        }
    }

    /// The declarations of the element and of its ancestors, which are not written.
    fn add_all_in_scope(&mut self, element: ElementId) {
        let document = self.document;
        let mut seen: Vec<&str> = Vec::new();
        let mut at = Some(element);
        while let Some(ancestor) = at {
            for declaration in document.declarations_of(ancestor) {
                if !seen.contains(&declaration.prefix) {
                    seen.push(declaration.prefix);
                    self.add(0, declaration.prefix, document.declared_namespace(declaration));
                }
            }
            at = document.parent(ancestor);
        }
    }

    /// What the names of the element and of its attributes use: the "visibly utilized" prefixes of the exclusive method.
    fn add_used(&mut self, element: ElementId) {
        let mark = self.written.len();
        let document = self.document;
        let prefix_of = |name: &'d str| name.split_once(':').map_or("", |(prefix, _)| prefix);
        self.add(mark, prefix_of(document.qualified_name(element)), document.namespace(element));
        for attribute in document.attributes(element) {
            // An attribute without a prefix uses no declaration.
            let prefix = prefix_of(document.qualified_attribute_name(attribute));
            if !prefix.is_empty() {
                self.add(mark, prefix, document.expanded_name(attribute.name).namespace);
            }
        }
    }

    /// Adds a declaration unless it is in force already; `mark` is where those of the element begin.
    fn add(&mut self, mark: usize, prefix: &'d str, namespace: &'d str) {
        if prefix == "xml" {
            return;
        }
        let in_force = self.written.iter().rev().find(|(known, _)| *known == prefix);
        let redundant = match in_force {
            Some((_, known)) => *known == namespace,
            None => prefix.is_empty() && namespace.is_empty(),
        };
        let twice = self.written[mark..].iter().any(|(known, _)| *known == prefix);
        if !redundant && !twice {
            self.written.push((prefix, namespace));
        }
    }
}
