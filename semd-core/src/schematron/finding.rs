//! Outcomes as findings of a report.

use std::cell::{OnceCell, RefCell};

use super::assertion::AssertionId;
use super::evaluate::{EvaluationError, Failure, MAX_FAILURES, Outcome};
use super::message;
use super::plan::Plan;
use crate::report::{Finding, Layer, Message, Owner, Severity};
use crate::xml::{Document, LineIndex, Node, Paths};
use crate::xpath::Evaluator;

/// Mnemonic under which the register reports a failed rule.
const CODE: &str = "VALIDATION_ERROR";

impl Outcome {
    /// All findings: failures, tests without a value, and why the rest of the document was not checked, if it was not.
    ///
    /// Only failures are errors of the document: a test without a value decides nothing, and the verdict is open.
    pub fn findings(&self, plan: &Plan, document: &Document<'_>, lines: &LineIndex<'_>) -> Vec<Finding> {
        // Names are bound to the document once for all messages, and not at all where no message has a computed part.
        let evaluator = OnceCell::new();
        let paths = RefCell::new(Paths::new(document));
        let failed = self.failed.iter().map(|one| Finding {
            message: Message::verbatim(text(one, plan, document, &evaluator)),
            ..placed(plan, Some(one.assertion), one.node, Severity::Error, &paths, lines)
        });
        let errors = self.errors.iter().map(|one| Finding {
            message: no_value(plan, one),
            ..placed(plan, Some(one.assertion), one.node, Severity::Warning, &paths, lines)
        });
        let end = |message| Finding {
            message,
            ..placed(plan, None, Node::Document, Severity::Warning, &paths, lines)
        };
        let stopped = self.stopped.then(|| {
            end(Message::new(
                "проверка правил прервана: документ требует слишком много вычислений",
                "rule checking stopped: the document takes too much computation",
            ))
        });
        let truncated = self.truncated.then(|| {
            end(Message::new(
                format!("показаны первые замечания ({MAX_FAILURES}), остальная часть документа не проверена"),
                format!(
                    "the first {MAX_FAILURES} findings are shown, the rest of the document was not checked"
                ),
            ))
        });
        let findings = failed.chain(errors).chain(stopped).chain(truncated).collect();
        if let Some(evaluator) = evaluator.into_inner() {
            plan.bindings.give_back(document, evaluator.binding);
        }
        findings
    }
}

/// The official text with white space normalised and the values it names filled in.
fn text<'a>(
    failure: &Failure,
    plan: &'a Plan,
    document: &'a Document<'_>,
    evaluator: &OnceCell<Evaluator<'a>>,
) -> String {
    let assertion = plan.assertion(failure.assertion);
    match assertion.message() {
        message::Message::Words(_) => assertion.words(),
        message::Message::Parts(parts) => {
            let new = || Evaluator::new(document, plan.bound(document), &plan.declared);
            let evaluator = evaluator.get_or_init(new);
            evaluator.current.set(failure.node);
            message::render(parts, assertion.texts(), evaluator, failure.node)
        }
    }
}

/// The rule has no verdict, and the register's validator may stop here.
fn no_value(plan: &Plan, error: &EvaluationError) -> Message {
    let code = error.code.name();
    let name = plan.assertion(error.assertion).name();
    Message::new(
        format!("правило {name} нельзя вычислить ({code}); валидатор РЭМД может остановиться на этом месте"),
        format!("rule {name} cannot be evaluated ({code}); the register's validator may stop here"),
    )
}

/// A finding at a node, without its message.
fn placed(
    plan: &Plan,
    assertion: Option<AssertionId>,
    node: Node,
    severity: Severity,
    paths: &RefCell<Paths<'_>>,
    lines: &LineIndex<'_>,
) -> Finding {
    let assertion = assertion.map(|id| plan.assertion(id));
    let offset = paths.borrow().document().offset(node);
    let position = lines.position(offset);
    Finding {
        layer: Layer::Schematron,
        code: CODE,
        rule: assertion.and_then(|one| one.label().map(str::to_owned)),
        severity,
        message: Message::verbatim(""),
        hint: None,
        test: assertion.map(|one| one.test().to_owned()),
        assertion: assertion.map(|one| one.kind()),
        path: Some(paths.borrow_mut().path(node)),
        line: position.line,
        column: position.column,
        offset,
        owner: Owner::Mis,
        retryable: false,
    }
}
