//! What is left of conditions for the elements of one signature: the questions that names leave open, and nothing else.

use super::Declared;
use super::ask::Place;
use super::foresight::Facts;
use super::question::{Entry, Step};

/// Questions of one condition; a condition with more of them left stays as it is.
const MOST_QUESTIONS: usize = 16;

/// Questions that are added for one element: whoever makes up new letters all the time pays little more for each.
const MOST_AT_ONCE: usize = 256;

/// A question, and the attribute it is about if the names tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) step: Step,
    pub(super) place: Option<Place>,
}

/// What is left of some conditions. An [`Entry`] of a condition here is none of the plan.
#[derive(Debug, Default)]
pub(crate) struct Remainders(Vec<Left>);

impl Remainders {
    #[inline(always)]
    pub(super) fn get(&self, index: u32) -> &Left {
        &self.0[index as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds what is left of a condition; `None` if that is too much, or if nothing is known of the node. `first`: length before
    /// anything was added for the node.
    pub(crate) fn add(
        &mut self,
        declared: &Declared,
        entry: Entry,
        facts: &Facts,
        first: usize,
    ) -> Option<Entry> {
        let start = self.0.len();
        if start - first > MOST_AT_ONCE {
            return None;
        }
        let made = if facts.is_open() { None } else { self.copy(declared, entry, facts, &mut Vec::new()) };
        if made.is_none() {
            self.0.truncate(start);
        }
        made
    }

    /// `copied`: questions of the condition that were added already, and where. The recursion goes as deep as there are some.
    fn copy(
        &mut self,
        declared: &Declared,
        entry: Entry,
        facts: &Facts,
        copied: &mut Vec<(Entry, Entry)>,
    ) -> Option<Entry> {
        let entry = declared.advance(entry, facts);
        if entry.verdict().is_some() {
            return Some(entry);
        }
        if let Some(&(_, made)) = copied.iter().find(|(known, _)| *known == entry) {
            return Some(made);
        }
        if copied.len() >= MOST_QUESTIONS {
            return None;
        }
        let step = declared.questions.steps[entry.0 as usize];
        let place = declared.questions.place(entry, facts);
        let at = self.0.len();
        let made = Entry(u32::try_from(at).ok()?);
        self.0.push(Left { step, place });
        copied.push((entry, made));
        self.0[at].step.then = self.copy(declared, step.then, facts, copied)?;
        self.0[at].step.otherwise = self.copy(declared, step.otherwise, facts, copied)?;
        Some(made)
    }
}
