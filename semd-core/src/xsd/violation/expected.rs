//! What a schema expects at the place of a violation.

use super::super::component::{Model, Schema};
use super::super::wildcard::Allowed;
use super::{Detail, Violation};

impl Violation {
    /// The element or attribute names the schema allows at this place, as paths show them; the schema is the one that was
    /// validated against.
    pub fn expected(&self, schema: &Schema) -> Vec<String> {
        match self.detail {
            Detail::Misplaced(type_id, state) | Detail::Incomplete(type_id, state) => {
                schema.model(type_id).map_or_else(Vec::new, |model| schema.expected(model, state))
            }
            Detail::Missing(symbol) => vec![format!("@{}", schema.symbols.display(symbol))],
            Detail::Told(_) | Detail::Value(_) => Vec::new(),
        }
    }
}

impl Schema {
    /// Names of the elements the model allows in a state.
    fn expected(&self, model: &Model, state: u64) -> Vec<String> {
        let symbols = &self.symbols;
        let mut names: Vec<String> = match model {
            Model::Automaton(automaton) => {
                let wildcards = automaton.wildcards(state as u32).iter().map(|&(wildcard, _)| {
                    match &self.wildcards[wildcard.0 as usize].allowed {
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
}
