//! The canonical form itself (Canonical XML 1.0, section 2.3).

use super::super::walk::{Event, Subset, Walk};
use super::super::{Aside, AsideKind, Document, ElementId, Node, XML};
use super::namespaces::Namespaces;
use super::{Method, Options, TooLarge, escape};

pub(super) struct Writer<'d> {
    document: &'d Document<'d>,
    subset: &'d Subset,
    options: &'d Options,
    namespaces: Namespaces<'d>,
    out: Vec<u8>,
    /// Whether the root element has been written: what stands beside it goes on lines of its own.
    after_root: bool,
}

impl<'d> Writer<'d> {
    pub(super) fn new(document: &'d Document<'d>, subset: &'d Subset, options: &'d Options) -> Self {
        let namespaces = Namespaces::new(document, options);
        Self { document, subset, options, namespaces, out: Vec::new(), after_root: false }
    }

    pub(super) fn write(mut self) -> Result<Vec<u8>, TooLarge> {
        for event in Walk::new(self.document, self.subset) {
            match event {
                Event::Start(element) => self.start(element),
                Event::End(element) => self.end(element),
                Event::Text(id) => {
                    let text = &self.document.texts()[id.0 as usize];
                    escape::text(&mut self.out, self.document.text(text));
                }
                Event::Aside(aside) => self.aside(aside),
            }
            if self.out.len() > self.options.max_bytes {
                return Err(TooLarge { limit: self.options.max_bytes });
            }
        }
        Ok(self.out)
    }

    fn start(&mut self, element: ElementId) {
        let out = &mut self.out;
        out.push(b'<');
        out.extend_from_slice(self.document.qualified_name(element).as_bytes());
        for (prefix, namespace) in self.namespaces.open(element) {
            out.extend_from_slice(b" xmlns");
            if !prefix.is_empty() {
                out.push(b':');
                out.extend_from_slice(prefix.as_bytes());
            }
            out.extend_from_slice(b"=\"");
            escape::attribute(out, namespace);
            out.push(b'"');
        }
        self.attributes(element);
        self.out.push(b'>');
    }

    fn attributes(&mut self, element: ElementId) {
        let document = self.document;
        let mut attributes: Vec<_> = document.attributes(element).iter().collect();
        if self.options.method == Method::Inclusive && self.subset.apex == Node::Element(element) {
            // Attributes `xml:…` of ancestors that are not written are inherited; the nearest one counts.
            let mut at = document.parent(element);
            while let Some(ancestor) = at {
                let inherited = document
                    .attributes(ancestor)
                    .iter()
                    .filter(|attribute| document.expanded_name(attribute.name).namespace == XML);
                for attribute in inherited {
                    if !attributes.iter().any(|known| known.name == attribute.name) {
                        attributes.push(attribute);
                    }
                }
                at = document.parent(ancestor);
            }
        }
        attributes.sort_unstable_by_key(|attribute| {
            let name = document.expanded_name(attribute.name);
            (name.namespace, name.local)
        });
        for attribute in attributes {
            self.out.push(b' ');
            self.out.extend_from_slice(document.qualified_attribute_name(attribute).as_bytes());
            self.out.extend_from_slice(b"=\"");
            escape::attribute(&mut self.out, document.value(attribute));
            self.out.push(b'"');
        }
    }

    fn end(&mut self, element: ElementId) {
        self.namespaces.close();
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(self.document.qualified_name(element).as_bytes());
        self.out.push(b'>');
        self.after_root |= element == self.document.root();
    }

    fn aside(&mut self, aside: &Aside) {
        if aside.kind == AsideKind::Comment && !self.options.comments {
            return;
        }
        let outside = aside.parent.is_none();
        if outside && self.after_root {
            self.out.push(b'\n');
        }
        let content = self.document.aside_content(aside);
        match aside.kind {
            AsideKind::Comment => {
                self.out.extend_from_slice(b"<!--");
                escape::verbatim(&mut self.out, content);
                self.out.extend_from_slice(b"-->");
            }
            AsideKind::ProcessingInstruction => {
                let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
                let (target, data) = content.split_once(space).unwrap_or((content, ""));
                let data = data.trim_start_matches(space);
                self.out.extend_from_slice(b"<?");
                self.out.extend_from_slice(target.as_bytes());
                if !data.is_empty() {
                    self.out.push(b' ');
                    escape::verbatim(&mut self.out, data);
                }
                self.out.extend_from_slice(b"?>");
            }
        }
        if outside && !self.after_root {
            self.out.push(b'\n');
        }
    }
}
