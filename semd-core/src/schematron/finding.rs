//! Outcomes as findings of a report.

use super::evaluate::{EvaluationError, Failure, Outcome};
use super::message;
use super::plan::{AssertionId, Plan};
use crate::report::{Finding, Layer, Message, Owner, Severity};
use crate::xml::{Document, LineIndex, Node};
use crate::xpath::Evaluator;

/// Mnemonic under which the register reports a failed rule.
const CODE: &str = "VALIDATION_ERROR";

impl Failure {
    /// The finding, with the official text.
    pub fn finding(&self, plan: &Plan, document: &Document<'_>, lines: &LineIndex<'_>) -> Finding {
        let assertion = plan.assertion(self.assertion);
        let text = match &assertion.message[..] {
            [message::Part::Text(text)] => text.to_string(),
            parts => {
                let evaluator = Evaluator::new(document, plan.names.bind(document), &plan.lets);
                evaluator.current.set(self.node);
                message::render(parts, &evaluator, self.node)
            }
        };
        placed(
            plan,
            Some(self.assertion),
            self.node,
            Message::verbatim(text),
            document,
            lines,
        )
    }
}

impl EvaluationError {
    /// The finding: the rule has no verdict, and the register's validator may stop here.
    pub fn finding(&self, plan: &Plan, document: &Document<'_>, lines: &LineIndex<'_>) -> Finding {
        let code = self.code.name();
        let name = plan.assertion(self.assertion).name();
        let message = Message::new(
            format!(
                "правило {name} нельзя вычислить ({code}); валидатор РЭМД может остановиться на этом месте"
            ),
            format!("rule {name} cannot be evaluated ({code}); the register's validator may stop here"),
        );
        placed(plan, Some(self.assertion), self.node, message, document, lines)
    }
}

impl Outcome {
    /// All findings: failures, tests without a value, and the end of the budget if it was reached.
    pub fn findings(&self, plan: &Plan, document: &Document<'_>, lines: &LineIndex<'_>) -> Vec<Finding> {
        let failed = self.failed.iter().map(|one| one.finding(plan, document, lines));
        let errors = self.errors.iter().map(|one| one.finding(plan, document, lines));
        let mut findings: Vec<Finding> = failed.chain(errors).collect();
        if self.stopped {
            let message = Message::new(
                "проверка правил прервана: документ требует слишком много вычислений",
                "rule checking stopped: the document takes too much computation",
            );
            findings.push(placed(plan, None, Node::Document, message, document, lines));
        }
        findings
    }
}

fn placed(
    plan: &Plan,
    assertion: Option<AssertionId>,
    node: Node,
    message: Message,
    document: &Document<'_>,
    lines: &LineIndex<'_>,
) -> Finding {
    let assertion = assertion.map(|id| plan.assertion(id));
    let offset = document.offset(node);
    let position = lines.position(offset);
    Finding {
        layer: Layer::Schematron,
        code: CODE,
        rule: assertion.and_then(|one| one.label().map(str::to_owned)),
        severity: Severity::Error,
        message,
        hint: None,
        test: assertion.map(|one| one.test().to_owned()),
        path: Some(document.path(node)),
        line: position.line,
        column: position.column,
        offset,
        owner: Owner::Mis,
        retryable: false,
    }
}
