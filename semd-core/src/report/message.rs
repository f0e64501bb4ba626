//! Texts for people, in Russian and English.

use serde::{Deserialize, Serialize};

/// Language of texts for people. Codes and JSON keys are never translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// One text in both languages.
///
/// Words of an official source (a Schematron message, a reply of the register) exist only in Russian and stand
/// verbatim in both fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Russian text.
    pub ru: String,
    /// English text.
    pub en: String,
}

impl Message {
    /// A text given in both languages.
    pub fn new(ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ru: ru.into(), en: en.into() }
    }

    /// A text quoted verbatim, whatever language it is in.
    pub fn verbatim(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { ru: text.clone(), en: text }
    }

    /// The text in `lang`.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }
}
