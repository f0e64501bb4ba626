//! What lint says about one document.

use serde::Serialize;

use super::Check;
use crate::digest;
use crate::report::{Lang, Message};

/// The word over one document. None of them blocks registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No check had anything to remark.
    Complete,
    /// There are remarks.
    Remarks,
    /// No check found a place to look at: not a document of sections, or of another vocabulary.
    NotChecked,
}

impl Verdict {
    /// The word for people.
    pub fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Complete, Lang::Ru) => "замечаний нет",
            (Self::Complete, Lang::En) => "no remarks",
            (Self::Remarks, Lang::Ru) => "есть замечания",
            (Self::Remarks, Lang::En) => "remarks",
            (Self::NotChecked, Lang::Ru) => "не проверен: в документе нечего сравнивать",
            (Self::NotChecked, Lang::En) => "not checked: the document has nothing to look at",
        }
    }
}

/// One remark.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check that made it.
    pub check: &'static Check,
    /// What is to be remarked. Codes and names of dictionaries are quoted, values of the document are not.
    pub message: Message,
    /// Positional path of the node in the document; of the document made when a card was checked.
    pub path: Option<String>,
    /// JSON pointer into the card, for remarks about the card itself.
    pub pointer: Option<String>,
    /// Line, 1-based; 0 when the remark has no place in a file.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based; 0 when the remark has no place in a file.
    pub column: u32,
    /// Offset in bytes from the start of the file; remarks are ordered by it.
    pub offset: usize,
}

/// How much one check looked at.
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    /// The check.
    pub check: &'static Check,
    /// Places it looked at.
    pub places: usize,
    /// Those at fault.
    pub faulty: usize,
    /// Input without which it looked at nothing: `as-of`, `nsi` or `card`.
    pub needs: Option<&'static str>,
}

/// Everything lint says about one document.
#[derive(Clone, Debug)]
pub struct Report {
    /// SHA-256 of the bytes, lower-case hexadecimal: of the file, or of the document that a card makes.
    pub sha256: String,
    /// Kind of the document (code of НСИ 1.2.643.5.1.13.13.11.1520), where its header tells.
    pub kind: Option<String>,
    /// The word.
    pub verdict: Verdict,
    /// Completeness, 0 to 100, rounded down; `None` when no check looked at anything.
    ///
    /// Each check that looked at `n > 0` places and found `k` of them at fault loses `k/n` of its weight `w`:
    /// `score = 100 · (1 − Σ w·k/n / Σ w)`. Mending a remark, or taking its place out of the document, never lowers it.
    pub score: Option<u8>,
    /// What each check looked at, in the order of [`super::CHECKS`].
    pub looked: Vec<Looked>,
    /// Remarks by byte offset, then in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The report over bytes that could not be looked at: no XML, or a card that makes no document.
    pub fn not_checked(bytes: &[u8]) -> Self {
        Self {
            sha256: digest::sha256(bytes),
            kind: None,
            verdict: Verdict::NotChecked,
            score: None,
            looked: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// The score of what was looked at, see [`Report::score`].
pub(super) fn score(looked: &[Looked]) -> Option<u8> {
    let mut weights = 0.0;
    let mut lost = 0.0;
    for one in looked.iter().filter(|one| one.places > 0) {
        let weight = f64::from(one.check.weight);
        weights += weight;
        lost += weight * (one.faulty.min(one.places) as f64 / one.places as f64);
    }
    // A hair is added before rounding down, so that a share that binary fractions cannot hold loses no point.
    (weights > 0.0).then(|| (100.0 * (1.0 - lost / weights) + 1e-9).clamp(0.0, 100.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::CHECKS;
    use super::*;

    fn looked(counts: &[(usize, usize)]) -> Vec<Looked> {
        let one = |(at, &(places, faulty)): (usize, &(usize, usize))| Looked {
            check: CHECKS[at],
            places,
            faulty,
            needs: None,
        };
        counts.iter().enumerate().map(one).collect()
    }

    #[test]
    fn score_is_the_weighted_share_of_clean_places() {
        assert_eq!(score(&looked(&[(0, 0), (0, 0)])), None);
        assert_eq!(score(&looked(&[(4, 0), (9, 0)])), Some(100));
        assert_eq!(score(&looked(&[(4, 4), (9, 9)])), Some(0));
        let weights = [CHECKS[0].weight, CHECKS[1].weight];
        let expected = 100 * weights[1] / (weights[0] + weights[1]);
        assert_eq!(score(&looked(&[(1, 1), (3, 0)])).map(u32::from), Some(expected));
    }

    #[test]
    fn mending_or_removing_a_place_never_lowers_the_score() {
        for (n, k, m, j) in (1..6).flat_map(|n| (1..=n).flat_map(move |k| [(n, k, 3, 0), (n, k, 3, 2)])) {
            let before = score(&looked(&[(n, k), (m, j)]));
            assert!(score(&looked(&[(n, k - 1), (m, j)])) >= before, "mended {k} of {n}");
            assert!(score(&looked(&[(n - 1, k - 1), (m, j)])) >= before, "removed {k} of {n}");
        }
    }
}
