//! The rules of a file as people know them, for comparing editions.

use super::LoadError;
use super::assertion::AssertionKind;
use super::load::{self, PartDefinition};
use super::message;
use super::source::Source;
use crate::xml::{self, Limits, LineIndex};

/// One assert or report with the rule it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) context: String,
    pub(crate) kind: AssertionKind,
    pub(crate) test: String,
    pub(crate) label: Option<String>,
    pub(crate) message: String,
}

/// Reads the rules of a Schematron file without compiling them.
///
/// # Errors
/// [`LoadError`] when the file is not a Schematron schema or uses a construct that is not supported.
pub(crate) fn outline(source: &[u8]) -> Result<Vec<Outline>, LoadError> {
    let document = xml::parse(source, &Limits::default()).map_err(LoadError::Xml)?;
    let source = Source { document: &document, lines: LineIndex::new(source) };
    let definitions = load::load(&source)?;
    let rules = definitions.patterns.iter().flat_map(|pattern| &pattern.rules);
    let checks = rules.flat_map(|rule| rule.checks.iter().map(|check| (&rule.context.content, check)));
    let outlines = checks.map(|(context, check)| {
        let message: String = check
            .message
            .iter()
            .map(|part| match part {
                PartDefinition::Text(text) => text,
                PartDefinition::ValueOf(_) | PartDefinition::Name(_) => "…",
            })
            .collect();
        let message = message::normalized(&message);
        Outline {
            context: message::normalized(context),
            kind: if check.report { AssertionKind::Report } else { AssertionKind::Assert },
            test: check.test.content.clone().into_owned(),
            label: message::label(&message).map(str::to_owned),
            message,
        }
    });
    Ok(outlines.collect())
}
