//! Identity constraints: the paths they select with (part 1, section 3.11).

use serde::{Deserialize, Serialize};

use crate::xml::{Attribute, AttributeId, Document, ElementId, Node};

use super::binding::Binding;
use super::names::{Namespace, Symbol};

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    Any,
    InNamespace(Namespace),
    Name(Symbol),
}

/// One alternative of a selector or field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Path {
    /// Begins with `.//`.
    pub(super) descends: bool,
    pub(super) steps: Vec<Step>,
    /// The last step of a field may be an attribute.
    pub(super) attribute: Option<Step>,
}

/// What a constraint asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Unique,
    Key,
    /// With the index of the key it refers to.
    KeyRef(u32),
}

/// A compiled identity constraint.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) selector: Vec<Path>,
    pub(super) fields: Vec<Vec<Path>>,
}

/// Resolves a prefix and a local name (none for `prefix:*`) of a path.
pub(super) type Resolve<'r> = dyn FnMut(&str, Option<&str>) -> Option<(Namespace, Option<Symbol>)> + 'r;

/// Reads the subset of XPath that selectors and fields may use; `None` where the text is not in it.
pub(super) fn parse_path(text: &str, field: bool, resolve: &mut Resolve<'_>) -> Option<Vec<Path>> {
    // White space may stand between any two tokens and never matters.
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    compact.split('|').map(|path| parse_one(path, field, resolve)).collect()
}

fn parse_one(text: &str, field: bool, resolve: &mut Resolve<'_>) -> Option<Path> {
    let (descends, text) = match text.strip_prefix(".//") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut path = Path { descends, steps: Vec::new(), attribute: None };
    for step in text.split('/') {
        if path.attribute.is_some() {
            return None;
        }
        let attribute = step.strip_prefix('@').or_else(|| step.strip_prefix("attribute::"));
        let test = match attribute {
            Some(test) if field => test,
            Some(_) => return None,
            None if step == "." => continue,
            None => step.strip_prefix("child::").unwrap_or(step),
        };
        let (prefix, local) = test.split_once(':').unwrap_or(("", test));
        let name_test = match (prefix, local) {
            ("", "*") => Step::Any,
            (prefix, "*") => Step::InNamespace(resolve(prefix, None)?.0),
            (prefix, local) if crate::xml::is_ncname(local) => Step::Name(resolve(prefix, Some(local))?.1?),
            _ => return None,
        };
        if attribute.is_some() {
            path.attribute = Some(name_test);
        } else {
            path.steps.push(name_test);
        }
    }
    Some(path)
}

/// A document whose names are bound to those of the schema.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) binding: &'a Binding,
}

impl Bound<'_> {
    fn fits(&self, name: crate::xml::NameId, step: Step) -> bool {
        match step {
            Step::Any => true,
            Step::InNamespace(namespace) => self.binding.namespace(name) == namespace,
            Step::Name(symbol) => self.binding.symbol(name) == symbol,
        }
    }

    /// Whether the steps of a path lead from `context` to `element`.
    fn leads(&self, path: &Path, context: ElementId, element: ElementId) -> bool {
        let mut at = element;
        for &step in path.steps.iter().rev() {
            if at == context || !self.fits(self.document.element(at).name, step) {
                return false;
            }
            match self.document.parent(at) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
        at == context || path.descends
    }

    /// The elements a selector or the element part of a field selects below and at `context`, in document order.
    pub(super) fn select<'p>(
        &'p self,
        paths: &'p [Path],
        context: ElementId,
    ) -> impl Iterator<Item = ElementId> + 'p {
        let end = self.document.element(context).end;
        // Without `.//` nothing deeper than the longest path can be selected, and what is deeper is passed over: elements
        // selected inside one another would each pay for everything below them.
        let depth = paths.iter().map(|path| if path.descends { usize::MAX } else { path.steps.len() }).max();
        let depth = depth.unwrap_or_default();
        let mut ends: Vec<u32> = Vec::new();
        let mut next = context.0;
        let elements = std::iter::from_fn(move || {
            let element = next;
            if element >= end {
                return None;
            }
            let inside = self.document.element(ElementId(element)).end;
            if depth == usize::MAX {
                next += 1;
            } else {
                while ends.last().is_some_and(|&end| end <= element) {
                    ends.pop();
                }
                if ends.len() < depth {
                    ends.push(inside);
                    next += 1;
                } else {
                    next = inside;
                }
            }
            Some(ElementId(element))
        });
        elements.filter(move |&element| paths.iter().any(|path| self.leads(path, context, element)))
    }

    /// The nodes a field selects from a selected element.
    pub(super) fn field(&self, paths: &[Path], selected: ElementId) -> Vec<Node> {
        let mut nodes = Vec::new();
        for path in paths {
            for owner in self.select(std::slice::from_ref(path), selected) {
                match path.attribute {
                    None => nodes.push(Node::Element(owner)),
                    Some(step) => nodes.extend(
                        self.document
                            .attribute_ids(owner)
                            .map(AttributeId)
                            .filter(|&id| {
                                let attribute: &Attribute = self.document.attribute_at(id);
                                self.fits(attribute.name, step)
                            })
                            .map(Node::Attribute),
                    ),
                }
            }
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, field: bool) -> Option<Vec<Path>> {
        parse_path(text, field, &mut |prefix, _| (prefix != "bad").then_some((Namespace(1), Some(Symbol(7)))))
    }

    #[test]
    fn paths_of_the_subset_are_read() {
        let path = |descends, steps: &[Step], attribute| Path { descends, steps: steps.to_vec(), attribute };
        let name = Step::Name(Symbol(7));
        assert_eq!(parse(".//h:a/h:b", false), Some(vec![path(true, &[name, name], None)]));
        assert_eq!(
            parse("child::h:* | .", false),
            Some(vec![path(false, &[Step::InNamespace(Namespace(1))], None), path(false, &[], None)])
        );
        assert_eq!(parse("a/@b", true), Some(vec![path(false, &[name], Some(name))]));
        for bad in ["", "a//b", "/a", "@b", "a[1]", "../a", "bad:a", "a/"] {
            assert_eq!(parse(bad, false), None, "{bad}");
        }
        assert_eq!(parse("@a/b", true), None);
    }
}
