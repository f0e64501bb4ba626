//! Document order with comments, for writers.

use super::{Aside, Document, ElementId, Node, TextId};

/// A part of a document: everything, or one element with everything inside, less whole elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    /// [`Node::Document`] or an element; of another node nothing is left.
    pub apex: Node,
    /// Elements left out with everything inside.
    pub without: Vec<ElementId>,
}

impl Subset {
    /// The whole document.
    pub fn document() -> Self {
        Self { apex: Node::Document, without: Vec::new() }
    }

    /// One element with everything inside.
    pub fn element(id: ElementId) -> Self {
        Self { apex: Node::Element(id), without: Vec::new() }
    }
}

/// What is met on the walk.
#[derive(Clone, Copy, Debug)]
pub enum Event<'d> {
    /// A start tag.
    Start(ElementId),
    /// An end tag.
    End(ElementId),
    /// A text node.
    Text(TextId),
    /// A comment or processing instruction.
    Aside(&'d Aside),
}

/// The nodes of a part in document order. Does not recurse.
#[derive(Debug)]
pub struct Walk<'d> {
    document: &'d Document<'d>,
    without: &'d [ElementId],
    open: Vec<ElementId>,
    /// Next element and one past the last one.
    element: u32,
    elements_end: u32,
    text: u32,
    texts_end: u32,
    aside: usize,
    asides_end: usize,
}

impl<'d> Walk<'d> {
    /// A walk over a part of a document.
    pub fn new(document: &'d Document<'d>, subset: &'d Subset) -> Self {
        let asides = document.asides();
        let (elements, texts, asides) = match subset.apex {
            Node::Document => {
                let elements = 0..document.elements().len() as u32;
                (elements, 0..document.texts().len() as u32, 0..asides.len())
            }
            Node::Element(id) => {
                let end = document.element(id).end;
                let first = asides.partition_point(|aside| aside.before <= id.0);
                let inside = |aside: &&Aside| is_inside(aside, id.0, end);
                let length = asides[first..].iter().take_while(inside).count();
                (id.0..end, document.text_ids(id), first..first + length)
            }
            Node::Attribute(_) | Node::Text(_) => (0..0, 0..0, 0..0),
        };
        Self {
            document,
            without: &subset.without,
            open: Vec::new(),
            element: elements.start,
            elements_end: elements.end,
            text: texts.start,
            texts_end: texts.end,
            aside: asides.start,
            asides_end: asides.end,
        }
    }

    /// The next node that is not an end, and the element it is a child of.
    fn peek(&self) -> Option<(Event<'d>, Option<ElementId>)> {
        let document = self.document;
        let element = (self.element < self.elements_end).then_some(ElementId(self.element));
        let text = (self.text < self.texts_end).then(|| &document.texts()[self.text as usize]);
        let aside = (self.aside < self.asides_end).then(|| &document.asides()[self.aside]);
        if let Some(aside) = aside
            && element.is_none_or(|element| aside.before <= element.0)
            && (text.is_none() || aside.texts <= self.text)
        {
            return Some((Event::Aside(aside), aside.parent));
        }
        if let Some(text) = text
            && element.is_none_or(|element| text.before <= element.0)
        {
            return Some((Event::Text(TextId(self.text)), Some(text.parent)));
        }
        element.map(|element| (Event::Start(element), document.parent(element)))
    }

    /// Passes over an element with everything inside.
    fn skip(&mut self, id: ElementId) {
        let element = self.document.element(id);
        self.element = element.end;
        self.text = element.texts_end;
        let asides = &self.document.asides()[self.aside..self.asides_end];
        self.aside += asides.iter().take_while(|aside| is_inside(aside, id.0, element.end)).count();
    }
}

fn is_inside(aside: &Aside, first: u32, end: u32) -> bool {
    aside.parent.is_some_and(|parent| (first..end).contains(&parent.0))
}

impl<'d> Iterator for Walk<'d> {
    type Item = Event<'d>;

    fn next(&mut self) -> Option<Event<'d>> {
        loop {
            let next = self.peek();
            if let Some(&open) = self.open.last()
                && next.is_none_or(|(_, parent)| parent != Some(open))
            {
                self.open.pop();
                return Some(Event::End(open));
            }
            let (event, _) = next?;
            match event {
                Event::Start(id) if self.without.contains(&id) => {
                    self.skip(id);
                    continue;
                }
                Event::Start(id) => {
                    self.open.push(id);
                    self.element += 1;
                }
                Event::Text(_) => self.text += 1,
                Event::Aside(_) => self.aside += 1,
                Event::End(_) => {}
            }
            return Some(event);
        }
    }
}
