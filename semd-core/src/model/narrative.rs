//! The narrative of a section: what people read.

use super::class::class;
use super::{Element, Node};

class! {
    /// `text` of a section (CDA R2, 4.3.5): paragraphs, lists, tables. Kept as it is.
    Narrative raw(content) {}
}

impl Narrative {
    /// A narrative of elements and text.
    pub fn new(content: impl IntoIterator<Item = impl Into<Node>>) -> Self {
        Self { content: content.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// All its text, as one string.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        append(&mut out, &self.content);
        out
    }
}

fn append(out: &mut String, nodes: &[Node]) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => append(out, &element.content),
            Node::Aside(_) => {}
        }
    }
}

/// A paragraph.
pub fn paragraph(content: impl IntoIterator<Item = impl Into<Node>>) -> Element {
    Element::new("paragraph", content)
}

/// A table: a row of headings, none when empty, and rows of cells.
pub fn table<T: Into<Node>>(
    headings: impl IntoIterator<Item = T>,
    rows: impl IntoIterator<Item = Vec<T>>,
) -> Element {
    let cells = |name: &'static str, cells: &mut dyn Iterator<Item = T>| {
        Element::new("tr", cells.map(|cell| Element::new(name, [cell.into()])))
    };
    let mut headings = headings.into_iter().peekable();
    let mut parts = Vec::new();
    if headings.peek().is_some() {
        parts.push(Element::new("thead", [cells("th", &mut headings)]));
    }
    parts.push(Element::new("tbody", rows.into_iter().map(|row| cells("td", &mut row.into_iter()))));
    Element::new("table", parts)
}
