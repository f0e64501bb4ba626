//! Namespace declarations in scope, as reader and writer both follow them.

/// Bindings of prefixes, outermost first.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    bindings: Vec<(&'a str, &'a str)>,
}

impl<'a> Scope<'a> {
    pub(super) fn declare(&mut self, prefix: &'a str, namespace: &'a str) {
        self.bindings.push((prefix, namespace));
    }

    /// A place to come back to at the end of an element.
    pub(super) fn mark(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn back_to(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// The prefix declared last for a namespace; attributes need one that is not empty.
    pub(super) fn prefix(&self, namespace: &str, attribute: bool) -> Option<&'a str> {
        let suits = |&index: &usize| {
            let (prefix, bound) = self.bindings[index];
            bound == namespace
                && !(attribute && prefix.is_empty())
                && self.bindings[index + 1..].iter().all(|(later, _)| *later != prefix)
        };
        (0..self.bindings.len()).rev().find(suits).map(|index| self.bindings[index].0)
    }
}
