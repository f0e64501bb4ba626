//! Children against the content model (part 1, section 3.8.4).

use crate::report::Message;
use crate::xml::{ElementId, Node};

use super::super::component::{Content, Model, TypeId};
use super::super::content::{DeclarationId, WildcardId};
use super::super::names::Symbol;
use super::super::violation::Violation;
use super::super::wildcard::{Allowed, Process};
use super::{Frame, Run};

/// What a model makes of a child.
enum Placed {
    Declared(DeclarationId, u64),
    Wild(WildcardId, u64),
    Nowhere,
}

impl<'a> Run<'a> {
    /// The model of the children of an open element, if it may have any.
    fn model(&self, type_id: TypeId) -> Option<&'a Model> {
        match type_id {
            TypeId::Simple(_) => None,
            TypeId::Complex(complex) => match &self.schema.complex(complex).content {
                Content::Elements(model) | Content::Mixed(model) => Some(model),
                Content::Empty | Content::Simple(_) => None,
            },
        }
    }

    /// Finds the declaration, or the strictness of the wildcard, for a child of the innermost open element.
    pub(super) fn place_child(
        &mut self,
        id: ElementId,
        symbol: Symbol,
    ) -> (Option<DeclarationId>, Option<Process>) {
        let Some(parent) = self.frames.last_mut() else {
            return (None, None);
        };
        parent.has_children = true;
        let (type_id, state, misplaced) = (parent.type_id, parent.state, parent.misplaced);
        let Some(model) = self.model(type_id) else {
            return (None, None);
        };
        let placed =
            if misplaced { self.anywhere(model, id, symbol) } else { self.step(model, state, id, symbol) };
        let placed = match placed {
            Placed::Nowhere if !misplaced => {
                self.misplaced(model, state, id);
                if let Some(parent) = self.frames.last_mut() {
                    parent.misplaced = true;
                }
                self.anywhere(model, id, symbol)
            }
            placed => placed,
        };
        let (found, next) = match placed {
            Placed::Declared(declaration, next) => ((Some(declaration), None), next),
            Placed::Wild(wildcard, next) => {
                let process = self.schema.wildcards[wildcard.0 as usize].process;
                ((None, Some(process)), next)
            }
            Placed::Nowhere => ((None, None), state),
        };
        if let Some(parent) = self.frames.last_mut() {
            parent.state = next;
        }
        found
    }

    fn admits(&self, wildcard: WildcardId, id: ElementId) -> bool {
        let namespace = self.namespaces[self.document.element(id).name.0 as usize];
        self.schema.wildcards[wildcard.0 as usize].allowed.admits(namespace)
    }

    fn step(&self, model: &Model, state: u64, id: ElementId, symbol: Symbol) -> Placed {
        match model {
            Model::Automaton(automaton) => {
                let state = state as u32;
                if let Some(transition) = automaton.step(state, symbol) {
                    return Placed::Declared(transition.declaration, u64::from(transition.next));
                }
                automaton
                    .wildcards(state)
                    .iter()
                    .find(|&&(wildcard, _)| self.admits(wildcard, id))
                    .map_or(Placed::Nowhere, |&(wildcard, next)| Placed::Wild(wildcard, u64::from(next)))
            }
            Model::All { members, .. } => {
                for (index, member) in members.iter().enumerate() {
                    let known = member.declarations.iter().find(|(known, _)| *known == symbol);
                    if let (Some(&(_, declaration)), 0) = (known, state >> index & 1) {
                        return Placed::Declared(declaration, state | 1 << index);
                    }
                }
                Placed::Nowhere
            }
        }
    }

    /// The declaration a misplaced child, or one after it, is checked against.
    fn anywhere(&self, model: &Model, id: ElementId, symbol: Symbol) -> Placed {
        let declared = match model {
            Model::Automaton(automaton) => automaton.anywhere(symbol),
            Model::All { members, .. } => members
                .iter()
                .flat_map(|member| &member.declarations)
                .find(|(known, _)| *known == symbol)
                .map(|&(_, declaration)| declaration),
        };
        match (declared, model) {
            (Some(declaration), _) => Placed::Declared(declaration, 0),
            (None, Model::Automaton(automaton)) => automaton
                .all_wildcards()
                .find(|&wildcard| self.admits(wildcard, id))
                .map_or(Placed::Nowhere, |wildcard| Placed::Wild(wildcard, 0)),
            (None, Model::All { .. }) => Placed::Nowhere,
        }
    }

    /// Names of the elements the model allows in a state.
    fn expected(&self, model: &Model, state: u64) -> Vec<String> {
        let symbols = &self.schema.symbols;
        let mut names: Vec<String> = match model {
            Model::Automaton(automaton) => {
                let wildcards = automaton.wildcards(state as u32).iter().map(|&(wildcard, _)| {
                    match &self.schema.wildcards[wildcard.0 as usize].allowed {
                        Allowed::Any => "*".to_owned(),
                        Allowed::Not(target) => format!("* (≠ {})", symbols.namespace(*target)),
                        Allowed::Set(set) => {
                            let set: Vec<&str> =
                                set.iter().map(|&namespace| symbols.namespace(namespace)).collect();
                            format!("* ({})", set.join(", "))
                        }
                    }
                });
                let mut transitions = automaton.transitions(state as u32).to_vec();
                transitions.sort_by_key(|transition| transition.position);
                transitions
                    .iter()
                    .map(|transition| symbols.display(transition.symbol))
                    .chain(wildcards)
                    .collect()
            }
            Model::All { members, .. } => members
                .iter()
                .enumerate()
                .filter(|(index, _)| state >> index & 1 == 0)
                .flat_map(|(_, member)| {
                    member.declarations.iter().map(|&(symbol, _)| symbols.display(symbol))
                })
                .collect(),
        };
        names.dedup();
        names
    }

    #[cold]
    fn misplaced(&mut self, model: &Model, state: u64, id: ElementId) {
        let expected = self.expected(model, state);
        let name = self.element_name(id);
        let (code, what) = if expected.is_empty() {
            (
                "cvc-complex-type.2.4.d",
                Message::new(
                    format!("Элемент «{name}» здесь лишний: больше вложенных элементов не допускается"),
                    format!("Element “{name}” is too much here: no further element is allowed"),
                ),
            )
        } else {
            (
                "cvc-complex-type.2.4.a",
                Message::new(
                    format!("Элемент «{name}» здесь не допускается"),
                    format!("Element “{name}” is not allowed here"),
                ),
            )
        };
        let violation = Violation::of_children(self.document, code, Node::Element(id), what, expected);
        self.sink.push(violation);
    }

    /// Whether the content may end where it ends.
    #[inline]
    pub(super) fn complete(&mut self, frame: &Frame, model: &Model) {
        let accepted = match model {
            Model::Automaton(automaton) => automaton.is_accepting(frame.state as u32),
            Model::All { members, optional } => {
                (*optional && frame.state == 0)
                    || members
                        .iter()
                        .enumerate()
                        .all(|(index, member)| !member.required || frame.state >> index & 1 == 1)
            }
        };
        if !frame.misplaced && !accepted {
            self.incomplete(frame, model);
        }
    }

    #[cold]
    fn incomplete(&mut self, frame: &Frame, model: &Model) {
        let expected = self.expected(model, frame.state);
        let name = self.element_name(frame.element);
        let what = Message::new(
            format!("Содержимое элемента «{name}» неполное"),
            format!("The content of element “{name}” is not complete"),
        );
        let node = Node::Element(frame.element);
        let violation = Violation::of_children(self.document, "cvc-complex-type.2.4.b", node, what, expected);
        self.sink.push(violation);
    }
}
