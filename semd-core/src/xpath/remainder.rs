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
pub(crate) struct Remainders {
    left: Vec<Left>,
    /// Questions of the condition at hand that were added already, and where; here for the sake of its memory.
    copied: Vec<(Entry, Entry)>,
}

impl Remainders {
    #[inline(always)]
    pub(super) fn get(&self, index: u32) -> &Left {
        &self.left[index as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.left.len()
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
        let start = self.left.len();
        if start - first > MOST_AT_ONCE {
            return None;
        }
        self.copied.clear();
        let made = if facts.is_open() { None } else { self.copy(declared, entry, facts) };
        if made.is_none() {
            self.left.truncate(start);
        }
        made
    }

    /// The recursion goes as deep as the condition has questions, at most [`MOST_QUESTIONS`].
    fn copy(&mut self, declared: &Declared, entry: Entry, facts: &Facts) -> Option<Entry> {
        let entry = declared.advance(entry, facts);
        if entry.verdict().is_some() {
            return Some(entry);
        }
        if let Some(&(_, made)) = self.copied.iter().find(|(known, _)| *known == entry) {
            return Some(made);
        }
        if self.copied.len() >= MOST_QUESTIONS {
            return None;
        }
        let step = declared.questions.steps[entry.0 as usize];
        let place = declared.questions.place(entry, facts);
        let at = self.left.len();
        let made = Entry(u32::try_from(at).ok()?);
        self.left.push(Left { step, place });
        self.copied.push((entry, made));
        self.left[at].step.then = self.copy(declared, step.then, facts)?;
        self.left[at].step.otherwise = self.copy(declared, step.otherwise, facts)?;
        Some(made)
    }
}
