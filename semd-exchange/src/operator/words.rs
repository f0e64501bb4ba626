//! Words of the page for people.

use semd_core::report::Lang;

use super::access::Reader;
use crate::journal::{AgeStep, Direction, State};

impl Reader {
    /// The text in the language of the visitor.
    pub(super) fn t<'a>(&self, ru: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }

    /// What a state means.
    pub(super) fn state(&self, state: State) -> &'static str {
        match state {
            State::Queued => self.t("в очереди", "queued"),
            State::Submitting => self.t("отправляется", "being sent"),
            State::Unknown => self.t("неясно, дошёл ли", "perhaps arrived"),
            State::Accepted => self.t("принят, ждём ответа", "acknowledged, no result yet"),
            State::FileRequested => self.t("РЭМД запросил файл", "file asked for"),
            State::FileSent => self.t("файл передан", "file given"),
            State::Registered => self.t("зарегистрирован", "registered"),
            State::Rejected => self.t("отказано", "refused"),
            State::NoAnswer => self.t("нет ответа", "no answer"),
            State::Dead => self.t("попытки исчерпаны", "attempts used up"),
            State::Cancelled => self.t("отозван", "withdrawn"),
        }
    }

    /// What an event of the history means.
    pub(super) fn event<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "enqueued" => self.t("поставлен в очередь", "put into the queue"),
            "submit" => self.t("запрос отправляется", "request goes out"),
            "not_sent" => self.t("запрос не дошёл", "request did not arrive"),
            "answer_lost" => self.t("ответ потерян", "answer lost"),
            "interrupted" => self.t("отправка прервана", "sending was interrupted"),
            "accepted" => self.t("РЭМД принял запрос", "register took the request"),
            "refused" => self.t("РЭМД отказал", "register refused"),
            "file_requested" => self.t("РЭМД запросил файл", "register asked for the file"),
            "file_sent" => self.t("файл передан", "file was given"),
            "registered" => self.t("зарегистрирован", "registered"),
            "not_known" => self.t("РЭМД о документе не знает", "register does not know it"),
            "gave_up" => self.t("срок ожидания вышел", "waiting time is over"),
            "requeue" => self.t("повтор", "queued again"),
            "cancel" => self.t("отозван", "withdrawn"),
            _ => word,
        }
    }

    pub(super) fn direction(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Out => self.t("→ в РЭМД", "→ to the register"),
            Direction::In => self.t("← из РЭМД", "← from the register"),
        }
    }

    /// A step of the waiting ladder: its upper end, or that it is the rest.
    pub(super) fn step(&self, step: &AgeStep) -> String {
        let span = |seconds: i64| match seconds {
            3600.. if seconds % 86400 == 0 && seconds > 86400 => {
                format!("{} {}", seconds / 86400, self.t("сут", "d"))
            }
            3600.. => format!("{} {}", seconds / 3600, self.t("ч", "h")),
            _ => format!("{} {}", seconds / 60, self.t("мин", "min")),
        };
        match step.below_seconds {
            Some(seconds) => format!("{} {}", self.t("до", "up to"), span(seconds)),
            None => {
                let last = AgeStep::ENDS.last().copied().unwrap_or_default();
                format!("{} {}", self.t("дольше", "over"), span(last))
            }
        }
    }

    /// Whether a resend helps.
    pub(super) fn resend(&self, retryable: Option<bool>) -> &'static str {
        match retryable {
            Some(true) => self.t("да", "yes"),
            Some(false) => self.t("нет", "no"),
            None => "—",
        }
    }

    /// A number with its thousands apart.
    pub(super) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(match self.lang {
                    Lang::Ru => '\u{A0}',
                    Lang::En => ',',
                });
            }
            out.push(digit);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_numbers_read_well() {
        let reader = |lang| Reader { lang, place: "/".into(), signed_in: false, may_look: true };
        let (ru, en) = (reader(Lang::Ru), reader(Lang::En));
        let ends = AgeStep::ENDS.into_iter().map(Some).chain([None]);
        let steps: Vec<String> =
            ends.map(|below_seconds| ru.step(&AgeStep { below_seconds, documents: 0 })).collect();
        let expected = [
            "до 5 мин",
            "до 1 ч",
            "до 6 ч",
            "до 12 ч",
            "до 24 ч",
            "до 3 сут",
            "до 7 сут",
            "до 15 сут",
            "дольше 15 сут",
        ];
        assert_eq!(steps, expected);
        assert_eq!(
            (ru.number(1_234_567), en.number(1_000), en.number(999)),
            ("1\u{A0}234\u{A0}567".into(), "1,000".into(), "999".into())
        );
    }
}
