//! Output formats: one file each, all over the same data.

pub mod concise;
pub mod full;
pub mod html;
mod item;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod svrl;

pub use item::{Item, Problem};

use super::{Lang, Report};

/// A report as it is printed: the document's name, its text for code frames, the language.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    /// Name of the file as the caller gave it.
    pub file: &'a str,
    /// Bytes of the document, for code frames; empty when they are not at hand.
    pub source: &'a [u8],
    /// What the checks say.
    pub report: &'a Report,
    /// Time the checks took, microseconds.
    pub elapsed_us: u64,
    /// Language of texts.
    pub lang: Lang,
    /// Whether values of the document may be shown.
    pub show_personal_data: bool,
}
