//! Children against the content model (part 1, section 3.8.4).

use crate::xml::{ElementId, Node};

use super::super::component::{Model, TypeId};
use super::super::content::{DeclarationId, WildcardId};
use super::super::names::Symbol;
use super::super::violation::Detail;
use super::super::wildcard::Process;
use super::{Frame, Run};

/// What a model makes of a child.
pub(super) enum Placed {
    Declared(DeclarationId, u64),
    Wild(WildcardId, u64),
    Nowhere,
}

impl Run<'_> {
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
        let schema = self.schema;
        let Some(model) = schema.model(type_id) else {
            return (None, None);
        };
        let placed =
            if misplaced { self.anywhere(model, id, symbol) } else { self.step(model, state, id, symbol) };
        let placed = match placed {
            Placed::Nowhere if !misplaced => {
                self.misplaced(type_id, model, state, id);
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
        let namespace = self.binding.namespace(self.document.element(id).name);
        self.schema.wildcards[wildcard.0 as usize].allowed.admits(namespace)
    }

    pub(super) fn step(&self, model: &Model, state: u64, id: ElementId, symbol: Symbol) -> Placed {
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

    #[cold]
    fn misplaced(&mut self, type_id: TypeId, model: &Model, state: u64, id: ElementId) {
        let ends = match model {
            Model::Automaton(automaton) => {
                let state = state as u32;
                automaton.transitions(state).is_empty() && automaton.wildcards(state).is_empty()
            }
            Model::All { members, .. } => (0..members.len()).all(|index| state >> index & 1 == 1),
        };
        let code = if ends { "cvc-complex-type.2.4.d" } else { "cvc-complex-type.2.4.a" };
        self.breach(code, Node::Element(id), Detail::Misplaced(type_id, state));
    }

    /// Whether the content may end where it ends.
    #[inline]
    pub(super) fn complete(&mut self, frame: &Frame, model: &Model) {
        if !frame.misplaced && !model.accepts(frame.state) {
            let detail = Detail::Incomplete(frame.type_id, frame.state);
            self.breach("cvc-complex-type.2.4.b", Node::Element(frame.element), detail);
        }
    }
}
