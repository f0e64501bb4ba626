//! Static properties of expressions, and the special forms that the evaluator answers without building values.

use super::ast::{Axis, AxisStep, Comparison, Expr, Name, NodeTest, Path, Predicate, Shape, Start, Step};
use super::functions::Function;
use super::value::Atomic;

/// A path with `//x` folded into one step and its order known.
pub(super) fn path(start: Start, steps: Vec<Step>) -> Path {
    let mut folded: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        if let Step::Axis(next) = &step
            && next.axis == Axis::Child
            && next.predicates.iter().all(is_boolean_predicate)
            && let Some(Step::Axis(last)) = folded.last_mut()
            && last.axis == Axis::DescendantOrSelf
            && last.test == NodeTest::Node
            && last.predicates.is_empty()
        {
            *last = AxisStep { axis: Axis::Descendant, ..next.clone() };
            continue;
        }
        folded.push(step);
    }
    let ordered = is_ordered(&start, &folded);
    let plain = !matches!(start, Start::Expr(_)) && folded.iter().all(|step| matches!(step, Step::Axis(_)));
    let shape = shape(&start, &folded);
    Path { start, steps: folded, ordered, plain, shape }
}

fn shape(start: &Start, steps: &[Step]) -> Shape {
    let name = |step: &Step, wanted: Axis| match step {
        Step::Axis(AxisStep { axis, test: NodeTest::Name { symbol, bit }, predicates, .. })
            if *axis == wanted && predicates.is_empty() =>
        {
            Some(Name { symbol: *symbol, bit: *bit })
        }
        _ => None,
    };
    let found = match steps {
        _ if *start != Start::Context => None,
        [] => Some(Shape::Own),
        [one] => (name(one, Axis::Attribute).map(Shape::Attribute))
            .or_else(|| name(one, Axis::Child).map(Shape::Child)),
        [one, two] => name(one, Axis::Child).and_then(|one| {
            (name(two, Axis::Attribute).map(|two| Shape::ChildAttribute(one, two)))
                .or_else(|| name(two, Axis::Child).map(|two| Shape::Grandchild(one, two)))
        }),
        _ => None,
    };
    found.unwrap_or(Shape::Other)
}

fn is_boolean_predicate(predicate: &Predicate) -> bool {
    matches!(predicate, Predicate::Boolean(_))
}

/// Whether walking the steps one inside the other meets nodes in document order, each once.
fn is_ordered(start: &Start, steps: &[Step]) -> bool {
    #[derive(PartialEq)]
    enum Reached {
        One,
        Disjoint,
        Nested,
    }
    if matches!(start, Start::Expr(_)) {
        return false;
    }
    let mut reached = Reached::One;
    for step in steps {
        let Step::Axis(step) = step else { return false };
        reached = match (step.axis, reached) {
            (Axis::SelfNode | Axis::Attribute, before) => before,
            (Axis::Parent, Reached::One) => Reached::One,
            (_, _) if step.test == NodeTest::Node => return false,
            (Axis::Child, Reached::One | Reached::Disjoint) => Reached::Disjoint,
            (Axis::FollowingSibling, Reached::One) => Reached::Disjoint,
            (Axis::Descendant | Axis::DescendantOrSelf, Reached::One | Reached::Disjoint) => Reached::Nested,
            _ => return false,
        };
    }
    true
}

/// Sorts a bracketed condition into its kind.
pub(super) fn predicate(expr: Expr) -> Predicate {
    match expr {
        Expr::Literal(Atomic::Integer(position)) => {
            Predicate::Position(usize::try_from(position).unwrap_or(0))
        }
        expr if is_boolean(&expr) && !uses_position(&expr) => Predicate::Boolean(expr),
        expr => Predicate::Dynamic(expr),
    }
}

/// The value is never a number, whatever the document.
fn is_boolean(expr: &Expr) -> bool {
    match expr {
        Expr::Or(_)
        | Expr::And(_)
        | Expr::General(..)
        | Expr::Value(..)
        | Expr::Quantified { .. }
        | Expr::Union(_)
        | Expr::CompareTexts(..)
        | Expr::CompareCount(..)
        | Expr::MatchesConstant(..) => true,
        Expr::Call(function, _) => function.gives_boolean(),
        Expr::If(parts) => is_boolean(&parts.1) && is_boolean(&parts.2),
        Expr::Path(path) => match path.steps.last() {
            Some(Step::Expr(last)) => is_boolean(last),
            _ => path.plain,
        },
        _ => false,
    }
}

/// Asks for `position()` or `last()` of the focus it is evaluated in.
fn uses_position(expr: &Expr) -> bool {
    match expr {
        Expr::Call(Function::Position | Function::Last, _) => true,
        Expr::Call(_, parts)
        | Expr::Sequence(parts)
        | Expr::Array(parts)
        | Expr::Or(parts)
        | Expr::And(parts)
        | Expr::Union(parts) => parts.iter().any(uses_position),
        Expr::General(_, pair) | Expr::Value(_, pair) | Expr::Arithmetic(_, pair) | Expr::Range(pair) => {
            uses_position(&pair.0) || uses_position(&pair.1)
        }
        Expr::Quantified { parts, .. } => uses_position(&parts.0) || uses_position(&parts.1),
        Expr::If(parts) => uses_position(&parts.0) || uses_position(&parts.1) || uses_position(&parts.2),
        Expr::Negate(inner) | Expr::Filter(inner, _) => uses_position(inner),
        Expr::Path(path) => matches!(&path.start, Start::Expr(start) if uses_position(start)),
        Expr::Literal(_)
        | Expr::ContextItem
        | Expr::Local(_)
        | Expr::Let(_)
        | Expr::CompareTexts(..)
        | Expr::CompareCount(..)
        | Expr::MatchesConstant(..) => false,
    }
}

/// A general comparison, in its special form where there is one.
pub(super) fn general_comparison(comparison: Comparison, left: Expr, right: Expr) -> Expr {
    let flipped = |(left, right)| special(comparison.flipped(), right, left);
    match special(comparison, left, right).or_else(flipped) {
        Ok(expr) => expr,
        Err((right, left)) => Expr::General(comparison, Box::new((left, right))),
    }
}

/// The special form of a comparison, or its two sides as they are.
fn special(comparison: Comparison, left: Expr, right: Expr) -> Result<Expr, (Expr, Expr)> {
    match (left, texts(&right), integers(&right)) {
        (Expr::Path(path), Some(texts), _) if path.plain => Ok(Expr::CompareTexts(comparison, path, texts)),
        (Expr::ContextItem, Some(texts), _) => {
            let context = path(Start::Context, Vec::new());
            Ok(Expr::CompareTexts(comparison, Box::new(context), texts))
        }
        (Expr::Call(Function::Count, arguments), _, Some(numbers)) => {
            match <[Expr; 1]>::try_from(arguments) {
                Ok([Expr::Path(path)]) if path.plain => Ok(Expr::CompareCount(comparison, path, numbers)),
                Ok(other) => Err((Expr::Call(Function::Count, other.into()), right)),
                Err(others) => Err((Expr::Call(Function::Count, others), right)),
            }
        }
        (left, ..) => Err((left, right)),
    }
}

/// The members of a constant; a single value is one member.
fn members(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::Array(members) | Expr::Sequence(members) => members,
        single => std::slice::from_ref(single),
    }
}

fn texts(expr: &Expr) -> Option<Vec<Box<str>>> {
    members(expr)
        .iter()
        .map(|member| match member {
            Expr::Literal(Atomic::String(text)) => Some(text.as_ref().into()),
            _ => None,
        })
        .collect()
}

fn integers(expr: &Expr) -> Option<Vec<i64>> {
    members(expr)
        .iter()
        .map(|member| match member {
            Expr::Literal(Atomic::Integer(value)) => Some(*value),
            _ => None,
        })
        .collect()
}

/// Bits that the masks of an element must have, or the condition cannot be true there: `(children, attributes)`.
pub(crate) fn required_bits(expr: &Expr) -> (u64, u64) {
    match expr {
        Expr::And(parts) => parts.iter().map(required_bits).fold((0, 0), join),
        Expr::Path(path) | Expr::CompareTexts(_, path, _) => path_bits(path),
        _ => (0, 0),
    }
}

/// Joins two requirements.
pub(crate) fn join(left: (u64, u64), right: (u64, u64)) -> (u64, u64) {
    (left.0 | right.0, left.1 | right.1)
}

fn path_bits(path: &Path) -> (u64, u64) {
    if path.start != Start::Context {
        return (0, 0);
    }
    match path.steps.first() {
        Some(Step::Axis(AxisStep { axis: Axis::Child, test: NodeTest::Name { bit, .. }, .. })) => (*bit, 0),
        Some(Step::Axis(AxisStep { axis: Axis::Attribute, test: NodeTest::Name { bit, .. }, .. })) => {
            (0, *bit)
        }
        _ => (0, 0),
    }
}
