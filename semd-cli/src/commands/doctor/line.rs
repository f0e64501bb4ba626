//! One line of the result.

use semd_core::report::{Lang, Message};
use serde_json::Value;

use crate::failure::Failure;
use crate::outcome::Outcome;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    /// Works today; somebody should act.
    Warning,
    /// Does not work.
    Problem,
    /// Nothing was given to check, or the check needs what is not there.
    NotChecked,
}

impl Status {
    fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::NotChecked => "not-checked",
        }
    }

    pub(super) fn word(self, lang: Lang) -> &'static str {
        match (lang, self) {
            (Lang::Ru, Self::Ok) => "исправно",
            (Lang::Ru, Self::Warning) => "внимание",
            (Lang::Ru, Self::Problem) => "неполадка",
            (Lang::Ru, Self::NotChecked) => "не проверено",
            (Lang::En, status) => status.code(),
        }
    }
}

/// What was looked at, how it is, and what to do.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) check: &'static str,
    pub(super) status: Status,
    pub(super) message: Message,
    pub(super) advice: Option<Message>,
    /// What the line means for the exit code.
    pub(super) outcome: Outcome,
}

impl Line {
    fn new(check: &'static str, status: Status, message: Message, outcome: Outcome) -> Self {
        Self { check, status, message, advice: None, outcome }
    }

    pub(super) fn ok(check: &'static str, ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, Status::Ok, Message::new(ru, en), Outcome::Good)
    }

    pub(super) fn warning(check: &'static str, ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, Status::Warning, Message::new(ru, en), Outcome::Good)
    }

    pub(super) fn not_checked(check: &'static str, ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, Status::NotChecked, Message::new(ru, en), Outcome::Good)
    }

    pub(super) fn problem(check: &'static str, message: Message, outcome: Outcome) -> Self {
        Self::new(check, Status::Problem, message, outcome)
    }

    /// What a command would end with.
    pub(super) fn failed(check: &'static str, failure: Failure) -> Self {
        Self::problem(check, failure.message, failure.outcome)
    }

    pub(super) fn with_advice(mut self, ru: impl Into<String>, en: impl Into<String>) -> Self {
        self.advice = Some(Message::new(ru, en));
        self
    }

    pub(super) fn json(&self, lang: Lang) -> Value {
        let mut value = serde_json::json!({
            "check": self.check,
            "status": self.status.code(),
            "message": self.message.text(lang),
        });
        if let (Some(object), Some(advice)) = (value.as_object_mut(), &self.advice) {
            object.insert("advice".to_owned(), advice.text(lang).into());
        }
        value
    }
}
