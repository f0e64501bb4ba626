//! Expressions to flat code.

use std::collections::HashMap;

use super::analysis;
use super::ast::{Axis, AxisStep, Comparison, Expr, Operator, Path, Predicate, Shape, Start, Step};
use super::functions::Function;
use super::question::{self, Constants, Entry, Move, PackedName, Question, Questions, Route, Subject};
use super::value::Atomic;

/// Writes the code of a plan.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    out: Questions,
    /// Where routes without conditions begin.
    routes: HashMap<Vec<Move>, u32>,
    /// Where lists of texts begin.
    lists: HashMap<Vec<Box<str>>, u32>,
}

impl Encoder {
    /// The code of everything that was written.
    pub(crate) fn finish(self) -> Questions {
        self.out
    }

    /// Writes the code of a condition; [`Entry`] is where it begins.
    pub(crate) fn add(&mut self, condition: Expr) -> Entry {
        self.write(condition, Entry::TRUE, Entry::FALSE)
    }

    /// Writes the code that tells whether all conditions hold.
    pub(crate) fn add_all(&mut self, conditions: impl DoubleEndedIterator<Item = Expr>) -> Entry {
        conditions.rev().fold(Entry::TRUE, |next, condition| self.write(condition, next, Entry::FALSE))
    }

    /// What follows is written before what precedes, so that exits are known.
    fn write(&mut self, condition: Expr, then: Entry, otherwise: Entry) -> Entry {
        let (subject, question) = match condition {
            Expr::And(parts) => {
                return parts.into_iter().rev().fold(then, |next, part| self.write(part, next, otherwise));
            }
            Expr::Or(parts) => {
                return parts.into_iter().rev().fold(otherwise, |next, part| self.write(part, then, next));
            }
            Expr::If(parts) => {
                let (condition, first, second) = *parts;
                let second = self.write(second, then, otherwise);
                let first = self.write(first, then, otherwise);
                return self.write(condition, first, second);
            }
            Expr::Call(Function::True, _) => return then,
            Expr::Call(Function::False, _) => return otherwise,
            Expr::Call(Function::Not, mut arguments) if arguments.len() == 1 => {
                return self.write(arguments.swap_remove(0), otherwise, then);
            }
            Expr::Call(Function::Boolean, mut arguments) if arguments.len() == 1 => {
                return self.write(arguments.swap_remove(0), then, otherwise);
            }
            Expr::Call(Function::Exists, mut arguments) if is_plain(&arguments) => {
                return self.write(arguments.swap_remove(0), then, otherwise);
            }
            Expr::Call(Function::Empty, mut arguments) if is_plain(&arguments) => {
                return self.write(arguments.swap_remove(0), otherwise, then);
            }
            Expr::Union(parts) if parts.iter().all(|part| matches!(part, Expr::Path(path) if path.plain)) => {
                return self.write(Expr::Or(parts), then, otherwise);
            }
            Expr::Path(path) if path.plain => match existential(*path) {
                Expr::Path(path) => (self.subject(*path), Question::Exists),
                other => return self.write(other, then, otherwise),
            },
            Expr::CompareTexts(comparison, path, texts) => {
                (self.subject(*path), self.comparison(comparison, &texts))
            }
            Expr::CompareCount(comparison, path, counts) => {
                let first = self.out.numbers.len() as u32;
                let count = counts.len() as u16;
                self.out.numbers.extend(counts);
                let subject = if path.ordered { self.subject(*path) } else { self.whole(*path) };
                (subject, Question::Counts(comparison, Constants { first, count }))
            }
            Expr::MatchesConstant(subject, pattern) => match *subject {
                Expr::Path(path) if path.plain && path.ordered => {
                    (self.subject(*path), Question::Matches(pattern))
                }
                Expr::ContextItem => (Subject::Own, Question::Matches(pattern)),
                other => self.truth(Expr::MatchesConstant(Box::new(other), pattern)),
            },
            other => match ending(other) {
                Ok((path, text)) => {
                    let subject = self.subject(path);
                    let first = self.list(&[text]);
                    let (start, end) = self.bounds(first);
                    (subject, Question::EndsWith(start, end))
                }
                Err(other) => self.truth(other),
            },
        };
        self.out.steps.push(question::Step { subject, question, then, otherwise });
        Entry(self.out.steps.len() as u32 - 1)
    }

    fn truth(&mut self, expr: Expr) -> (Subject, Question) {
        self.out.expressions.push(expr);
        (Subject::Own, Question::Truth(self.out.expressions.len() as u32 - 1))
    }

    fn comparison(&mut self, comparison: Comparison, texts: &[Box<str>]) -> Question {
        if comparison == Comparison::NotEqual && matches!(texts, [text] if text.is_empty()) {
            return Question::Filled;
        }
        let first = self.list(texts);
        // No expression is long enough for more texts.
        let constants = Constants { first, count: texts.len() as u16 };
        match (comparison, texts) {
            (Comparison::Equal, [_]) => {
                let (start, end) = self.bounds(first);
                Question::Is(start, end)
            }
            (Comparison::Equal, _) => Question::Among(constants),
            _ => Question::Compares(comparison, constants),
        }
    }

    /// The number of the first one of some texts.
    fn list(&mut self, texts: &[Box<str>]) -> u32 {
        if let Some(&known) = self.lists.get(texts) {
            return known;
        }
        let first = self.out.ends.len() as u32;
        for text in texts {
            self.out.texts.push_str(text);
            self.out.ends.push(self.out.texts.len() as u32);
        }
        self.lists.insert(texts.to_vec(), first);
        first
    }

    /// Where a text begins and ends.
    fn bounds(&self, text: u32) -> (u32, u32) {
        let ends = &self.out.ends;
        (text.checked_sub(1).map_or(0, |before| ends[before as usize]), ends[text as usize])
    }

    fn subject(&mut self, path: Path) -> Subject {
        let short = match path.shape {
            Shape::Own => Some(Subject::Own),
            Shape::Attribute(name) => PackedName::new(name).map(Subject::Attribute),
            Shape::Child(name) => PackedName::new(name).map(Subject::Child),
            Shape::ChildAttribute(one, two) => PackedName::new(one)
                .zip(PackedName::new(two))
                .map(|(one, two)| Subject::ChildAttribute(one, two)),
            Shape::Grandchild(one, two) => {
                PackedName::new(one).zip(PackedName::new(two)).map(|(one, two)| Subject::Grandchild(one, two))
            }
            Shape::Other => None,
        };
        short.unwrap_or_else(|| self.route(path))
    }

    fn route(&mut self, path: Path) -> Subject {
        let follows = |step: &Step| matches!(step, Step::Axis(step) if step.direct);
        if !path.steps.iter().all(follows) {
            return self.whole(path);
        }
        let mut moves = Vec::with_capacity(path.steps.len());
        for step in path.steps {
            let Step::Axis(AxisStep { axis, test, predicates, .. }) = step else { continue };
            let mut position = 0;
            let mut conditions = Vec::new();
            for predicate in predicates {
                match predicate {
                    // No axis has so many nodes.
                    Predicate::Position(wanted) => position = u32::try_from(wanted).unwrap_or(u32::MAX),
                    Predicate::Boolean(condition) | Predicate::Dynamic(condition) => {
                        conditions.push(condition)
                    }
                }
            }
            moves.push(Move { axis, test, position, conditions: self.add_all(conditions.into_iter()) });
        }
        let count = moves.len() as u16;
        let free = moves.iter().all(|step| step.conditions == Entry::TRUE);
        let to_attribute = free && moves.last().is_some_and(|step| step.axis == Axis::Attribute);
        let next = self.out.moves.len() as u32;
        let first = if free { *self.routes.entry(moves.clone()).or_insert(next) } else { next };
        if first == next {
            self.out.moves.extend(moves);
        }
        Subject::Route(Route { first, count, from_root: path.start == Start::Root, to_attribute })
    }

    /// A path as it stands.
    fn whole(&mut self, path: Path) -> Subject {
        self.out.paths.push(path);
        Subject::Path(self.out.paths.len() as u32 - 1)
    }
}

fn is_plain(arguments: &[Expr]) -> bool {
    matches!(arguments, [Expr::Path(path)] if path.plain)
}

/// Whether a path leads anywhere, as a question without its last condition if that can be: `a[@b = 'c']` leads somewhere
/// exactly when `a/@b = 'c'`, and `a[b]` when `a/b` does.
fn existential(mut path: Path) -> Expr {
    let Some(Step::Axis(last)) = path.steps.last_mut() else { return Expr::Path(Box::new(path)) };
    match last.predicates.pop() {
        Some(Predicate::Boolean(Expr::CompareTexts(comparison, inner, texts)))
            if inner.start == Start::Context =>
        {
            Expr::CompareTexts(comparison, Box::new(joined(path, *inner)), texts)
        }
        Some(Predicate::Boolean(Expr::Path(inner))) if inner.plain && inner.start == Start::Context => {
            existential(joined(path, *inner))
        }
        other => {
            last.predicates.extend(other);
            Expr::Path(Box::new(path))
        }
    }
}

fn joined(mut path: Path, inner: Path) -> Path {
    path.steps.extend(inner.steps);
    analysis::path(path.start, path.steps)
}

/// `substring(a, string-length(a) - n) = 'text'` with a text of `n + 1` characters asks whether `a` ends with the text: the
/// function gives the last `n + 1` characters (Functions and Operators 3.1, section 5.4.3), or all of a shorter value.
fn ending(expr: Expr) -> Result<(Path, Box<str>), Expr> {
    let Expr::General(Comparison::Equal, sides) = &expr else { return Err(expr) };
    let (Expr::Call(Function::Substring, arguments), Expr::Literal(Atomic::String(text))) = &**sides else {
        return Err(expr);
    };
    let [Expr::Path(path), Expr::Arithmetic(Operator::Subtract, start)] = &arguments[..] else {
        return Err(expr);
    };
    let (Expr::Call(Function::StringLength, measured), Expr::Literal(Atomic::Integer(less))) = &**start
    else {
        return Err(expr);
    };
    let same = matches!(&measured[..], [Expr::Path(measured)] if measured == path);
    let length = i64::try_from(text.chars().count());
    let fits = less.checked_add(1).is_some_and(|length_of_end| *less >= 0 && length == Ok(length_of_end));
    if !(same && fits && path.plain && path.ordered) {
        return Err(expr);
    }
    Ok(((**path).clone(), text.as_ref().into()))
}
