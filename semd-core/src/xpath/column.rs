//! `count(a[b/@c = 'text'])`: rules ask an element for one text after the other, so the texts are gathered once.

use super::ast::{Axis, Name, NodeTest};
use super::error::EvalError;
use super::eval::Evaluator;
use super::memo::{Found, Key, Memo};
use super::question::{Entry, Question, Route, Subject};
use crate::xml::ElementId;

/// The texts of the last route that was counted: those of one attribute below each child with a name.
#[derive(Debug, Default)]
pub(super) struct Column<'a> {
    of: Option<(ElementId, u32, Key)>,
    texts: Vec<&'a str>,
    /// A child has more than one such attribute: it would count once for several texts.
    ambiguous: bool,
}

impl<'a> Evaluator<'a> {
    /// Number of nodes of a route of the form above; `None` for any other.
    pub(super) fn count_of_column(&self, route: Route, id: ElementId) -> Result<Option<i64>, EvalError> {
        let questions = &self.declared.questions;
        let [step] = questions.moves(route) else { return Ok(None) };
        let (Axis::Child, &NodeTest::Name { symbol, bit }, 0, Entry(index)) =
            (step.axis, &step.test, step.position, step.conditions)
        else {
            return Ok(None);
        };
        let Some(condition) = questions.steps.get(index as usize) else { return Ok(None) };
        let (Question::Is(start, end), Entry::TRUE, Entry::FALSE, Some(key)) =
            (condition.question, condition.then, condition.otherwise, Memo::key(condition.subject))
        else {
            return Ok(None);
        };
        if route.from_root {
            return Ok(None);
        }
        let mut column = self.column.borrow_mut();
        if column.of != Some((id, symbol, key)) {
            self.gather(&mut column, id, Name { symbol, bit }, (key, condition.subject))?;
        }
        if column.ambiguous {
            return Ok(None);
        }
        self.spend(column.texts.len())?;
        let wanted = questions.text(start, end);
        let count = column.texts.iter().filter(|text| text.as_bytes() == wanted).count();
        Ok(Some(count as i64))
    }

    fn gather(
        &self,
        column: &mut Column<'a>,
        id: ElementId,
        name: Name,
        (key, subject): (Key, Subject),
    ) -> Result<(), EvalError> {
        *column = Column { of: None, texts: std::mem::take(&mut column.texts), ambiguous: false };
        column.texts.clear();
        self.children_named(id, name, &mut |child| {
            match self.found(key, subject, child)? {
                Found::Nothing => {}
                Found::One(attribute) => column.texts.push(self.attribute_text(attribute)),
                Found::Several => column.ambiguous = true,
            }
            Ok(!column.ambiguous)
        })?;
        column.of = Some((id, name.symbol, key));
        Ok(())
    }
}
