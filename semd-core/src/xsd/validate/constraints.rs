//! Identity constraints of one document (part 1, section 3.11.4).

use crate::report::Message;
use crate::xml::{ElementId, Node};

use super::super::component::TypeId;
use super::super::identity::{Bound, Constraint, Kind};
use super::super::names::Map;
use super::Run;

/// Values of the fields of one selected element.
type Key = Vec<Box<str>>;

/// The keys that references may mean, by constraint and by the element the constraint was applied to.
#[derive(Default)]
pub(super) struct Tables {
    keys: Vec<(u32, ElementId, Map<Key, ()>)>,
}

impl Run<'_> {
    /// Applies the constraints of a declaration to an element whose content is complete.
    pub(super) fn constraints(&mut self, indices: &[u32], context: ElementId) {
        let schema = self.schema;
        for &index in indices {
            let constraint = &schema.constraints[index as usize];
            let rows = self.rows(constraint, context);
            match constraint.kind {
                Kind::Unique | Kind::Key => {
                    let mut keys: Map<Key, ()> = Map::default();
                    for (node, key) in rows {
                        if keys.insert(key, ()).is_some() {
                            let code = match constraint.kind {
                                Kind::Key => "cvc-identity-constraint.4.2.2",
                                _ => "cvc-identity-constraint.4.1",
                            };
                            let name = &constraint.name;
                            self.report(
                                code,
                                node,
                                Message::new(
                                    format!("Значение ключа повторяется (ограничение «{name}»)"),
                                    format!("The key value is repeated (constraint “{name}”)"),
                                ),
                            );
                        }
                    }
                    if schema.constraints.iter().any(|other| other.kind == Kind::KeyRef(index)) {
                        self.tables.keys.push((index, context, keys));
                    }
                }
                Kind::KeyRef(key) => self.check_references(constraint, key, context, rows),
            }
        }
    }

    fn check_references(
        &mut self,
        constraint: &Constraint,
        key: u32,
        context: ElementId,
        rows: Vec<(Node, Key)>,
    ) {
        for (node, row) in rows {
            let found = self
                .tables
                .keys
                .iter()
                // Elements are closed from the inside out: those inside this one are the latest.
                .rev()
                .take_while(|(_, at, _)| *at >= context)
                .any(|(index, _, keys)| *index == key && keys.contains_key(&row));
            if !found {
                let name = &constraint.name;
                self.report(
                    "cvc-identity-constraint.4.3",
                    node,
                    Message::new(
                        format!("Нет ключа с таким значением (ограничение «{name}»)"),
                        format!("There is no key with this value (constraint “{name}”)"),
                    ),
                );
            }
        }
    }

    /// The selected elements that have all fields, with the values. The node is the first field, where people look.
    fn rows(&mut self, constraint: &Constraint, context: ElementId) -> Vec<(Node, Key)> {
        let mut rows = Vec::new();
        let mut broken = Vec::new();
        let bound = Bound { document: self.document, binding: &self.binding };
        for selected in bound.select(&constraint.selector, context) {
            // Content that a wildcard exempts from checks has no type and no keys.
            if self.types[selected.0 as usize].is_none() {
                continue;
            }
            let mut key = Key::with_capacity(constraint.fields.len());
            let mut first = Node::Element(selected);
            let mut several = false;
            for (index, field) in constraint.fields.iter().enumerate() {
                match bound.field(field, selected).as_slice() {
                    [] => {}
                    &[node] => {
                        if index == 0 {
                            first = node;
                        }
                        key.extend(self.field_value(node));
                    }
                    _ => several = true,
                }
            }
            if several {
                broken.push((first, "cvc-identity-constraint.3"));
            } else if key.len() == constraint.fields.len() {
                rows.push((first, key));
            } else if constraint.kind == Kind::Key {
                let code = match key.is_empty() {
                    true => "cvc-identity-constraint.4.2.1.a",
                    false => "cvc-identity-constraint.4.2.1.b",
                };
                broken.push((first, code));
            }
        }
        let name = &constraint.name;
        for (node, code) in broken {
            self.report(
                code,
                node,
                Message::new(
                    format!("У элемента нет ровно одного значения для каждого поля ключа (ограничение «{name}»)"),
                    format!("The element does not have exactly one value for each field of the key (constraint “{name}”)"),
                ),
            );
        }
        rows
    }

    /// The value of a field, equal for equal values of the type; `None` where the node has no simple value.
    fn field_value(&self, node: Node) -> Option<Box<str>> {
        let schema = self.schema;
        let document = self.document;
        let (simple, text) = match node {
            Node::Attribute(id) => {
                let record = document.attribute_at(id);
                let symbol = self.binding.symbol(record.name);
                let uses = match self.types[record.owner.0 as usize]? {
                    TypeId::Complex(complex) => &schema.complex(complex).attributes[..],
                    TypeId::Simple(_) => &[],
                };
                let made = uses
                    .iter()
                    .find(|known| known.symbol == symbol)
                    .or_else(|| schema.global_attributes.get(symbol))?;
                (made.simple, std::borrow::Cow::Borrowed(document.value(record)))
            }
            Node::Element(id) => {
                let type_id = self.types[id.0 as usize]?;
                (schema.simple_content(type_id)?, document.string_value(id))
            }
            Node::Document | Node::Text(_) => return None,
        };
        Some(schema.simple.canonical(simple, &text).into())
    }
}
