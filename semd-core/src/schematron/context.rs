//! Rule contexts: XSLT match patterns (XSLT 3.0, section 5.5) taken apart into steps.

use crate::xpath::{Axis, AxisStep, Expr, NodeTest, Path, Predicate, Start, Step};

/// One alternative of a context.
#[derive(Debug, PartialEq)]
pub(super) struct Alternative {
    /// Begins at the document node; otherwise the first step may stand anywhere.
    pub(super) absolute: bool,
    pub(super) steps: Vec<PatternStep>,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PatternStep {
    /// Reached from any ancestor instead of the parent only.
    pub(super) deep: bool,
    pub(super) kind: StepKind,
    pub(super) test: NodeTest,
    pub(super) predicates: Vec<Predicate>,
}

/// Kind of node a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepKind {
    Element,
    Attribute,
    Text,
}

/// The alternatives of a context; `None` if the expression is no pattern supported here.
pub(super) fn alternatives(expr: Expr) -> Option<Vec<Alternative>> {
    match expr {
        Expr::Union(parts) => {
            let parts: Option<Vec<_>> = parts.into_iter().map(alternatives).collect();
            Some(parts?.into_iter().flatten().collect())
        }
        Expr::Path(path) => Some(vec![alternative(*path)?]),
        _ => None,
    }
}

fn alternative(path: Path) -> Option<Alternative> {
    let absolute = match path.start {
        Start::Root => true,
        Start::Context => false,
        Start::Expr(_) => return None,
    };
    let mut steps = Vec::with_capacity(path.steps.len());
    let mut deep = false;
    let count = path.steps.len();
    for (index, step) in path.steps.into_iter().enumerate() {
        let Step::Axis(AxisStep { axis, test, predicates, .. }) = step else {
            return None;
        };
        let is_any = axis == Axis::DescendantOrSelf && test == NodeTest::Node && predicates.is_empty();
        if is_any && index + 1 < count {
            deep = true;
            continue;
        }
        let kind = match (axis, &test) {
            (Axis::Attribute, NodeTest::Node | NodeTest::Text) => return None,
            (Axis::Attribute, _) => StepKind::Attribute,
            (Axis::Child | Axis::Descendant, NodeTest::Text) => StepKind::Text,
            (Axis::Child | Axis::Descendant, NodeTest::Node) => return None,
            (Axis::Child, _) => StepKind::Element,
            // A position would count all descendants, not siblings.
            (Axis::Descendant, _) if predicates.iter().all(|one| matches!(one, Predicate::Boolean(_))) => {
                StepKind::Element
            }
            _ => return None,
        };
        if kind != StepKind::Element && index + 1 < count {
            return None;
        }
        steps.push(PatternStep { deep: deep || axis == Axis::Descendant, kind, test, predicates });
        deep = false;
    }
    (absolute || !steps.is_empty()).then_some(Alternative { absolute, steps })
}
