//! The register's message codes and what each of them means for the sender.
//!
//! The catalogue is data: `schemas/register-codes` has the codes, their other spellings, what predicting each takes, and the
//! sub-types that only the text of a reply tells ([`classify`]).

mod classify;

use std::collections::HashMap;
use std::sync::OnceLock;

use semd_core::report::{Message, Owner};

pub use classify::{Classified, SubType, classify};

const CATALOGUE: &str = include_str!("../../schemas/register-codes/codes.tsv");
const ALIASES: &str = include_str!("../../schemas/register-codes/aliases.tsv");
const PREDICTION: &str = include_str!("../../schemas/register-codes/prediction.tsv");

/// What sending the same bytes again can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// Nothing: something must be corrected first.
    Useless,
    /// It may succeed.
    MayHelp,
    /// Nothing, for any document: the connection of the system to the register must be corrected.
    StopQueue,
}

/// Whether a code can be predicted before sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// From the document, the request, the certificates and the clock.
    Yes,
    /// With local reference data.
    WithData,
    /// It depends on state that only the register or its neighbours have.
    No,
}

/// One code of НСИ 1.2.643.5.1.13.13.99.2.305.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Identifier in the classifier.
    pub id: u16,
    /// Mnemonic.
    pub mnemonic: &'static str,
    /// Stage of the exchange at which it arises: `S1a` synchronous check, `S1b` request check, `F` file pull, `S2` file
    /// check, `S2-ext` and `FRLLO` external checks, `LATER` later operations, `ORDER` online orders, `ANY`.
    pub stage: &'static str,
    /// Who must act.
    pub owner: Owner,
    /// What a resend can do.
    pub resend: Resend,
    /// Whether it can be predicted.
    pub offline: Offline,
    /// What it means.
    pub title: Message,
    /// What to do.
    pub advice: Message,
    /// Reference data without which it cannot be predicted, names of `schemas/reference-tables`.
    pub needs: Vec<&'static str>,
    /// Why it cannot be predicted; `None` for a code that can.
    pub unpredictable: Option<Message>,
}

impl Code {
    /// Finds a code by its mnemonic or another spelling of it: the register writes `RECIPIENT_…` where the classifier has
    /// `RECEPIENT_…`.
    ///
    /// ```
    /// use semd_exchange::codes::{Code, Resend};
    ///
    /// let code = Code::find("RATE_LIMIT").unwrap();
    /// assert_eq!(code.resend, Resend::MayHelp);
    /// assert_eq!(Code::find("RECIPIENT_SNILS_MISMATCH"), Code::find("RECEPIENT_SNILS_MISMATCH"));
    /// assert_eq!(Code::find("NO_SUCH_CODE"), None);
    /// ```
    pub fn find(mnemonic: &str) -> Option<&'static Code> {
        let catalogue = catalogue();
        catalogue.codes.get(*catalogue.by_mnemonic.get(mnemonic)?)
    }

    /// Other spellings under which the register sends this code.
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> {
        let mnemonic = self.mnemonic;
        rows(ALIASES)
            .filter_map(|row| row.split_once('\t'))
            .filter(move |row| row.1 == mnemonic)
            .map(|row| row.0)
    }

    /// The sub-types of this code, in the order in which they are tried.
    pub fn sub_types(&self) -> impl Iterator<Item = &'static SubType> {
        let mnemonic = self.mnemonic;
        SubType::all().iter().filter(move |sub_type| sub_type.code == mnemonic)
    }

    /// All codes by identifier.
    pub fn all() -> &'static [Code] {
        &catalogue().codes
    }
}

struct Catalogue {
    codes: Vec<Code>,
    by_mnemonic: HashMap<&'static str, usize>,
}

fn catalogue() -> &'static Catalogue {
    static PARSED: OnceLock<Catalogue> = OnceLock::new();
    PARSED.get_or_init(|| {
        let prediction: HashMap<&str, Vec<&str>> =
            rows(PREDICTION).map(|row| row.split('\t').collect()).map(|row: Vec<_>| (row[0], row)).collect();
        let codes: Vec<Code> =
            rows(CATALOGUE).filter_map(|line| parse(line, |mnemonic| prediction.get(mnemonic))).collect();
        let mut by_mnemonic: HashMap<_, _> =
            codes.iter().enumerate().map(|(index, code)| (code.mnemonic, index)).collect();
        for (alias, mnemonic) in rows(ALIASES).filter_map(|row| row.split_once('\t')) {
            if let Some(&index) = by_mnemonic.get(mnemonic) {
                by_mnemonic.insert(alias, index);
            }
        }
        Catalogue { codes, by_mnemonic }
    })
}

/// The rows of a table that is part of the program, without its comments.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

/// One row; the catalogue is part of the program, and a test reads every row of it.
fn parse<'p>(line: &'static str, prediction: impl Fn(&str) -> Option<&'p Vec<&'static str>>) -> Option<Code> {
    let mut fields = line.split('\t');
    let id = fields.next()?.parse().ok()?;
    let mnemonic = fields.next()?;
    let stage = fields.next()?;
    let owner = Owner::find(fields.next()?)?;
    let resend = resend(fields.next()?)?;
    let offline = offline(fields.next()?)?;
    let title = Message::new(fields.next()?, fields.next()?);
    let advice = Message::new(fields.next()?, fields.next()?);
    let row = prediction(mnemonic).map_or(&[][..], Vec::as_slice);
    let field = |index: usize| row.get(index).copied().filter(|text| !text.is_empty());
    let needs = field(1).map(|needs| needs.split(',').collect()).unwrap_or_default();
    let unpredictable = field(2).zip(field(3)).map(|(ru, en)| Message::new(ru, en));
    Some(Code { id, mnemonic, stage, owner, resend, offline, title, advice, needs, unpredictable })
}

fn resend(word: &str) -> Option<Resend> {
    Some(match word {
        "no" => Resend::Useless,
        "yes" => Resend::MayHelp,
        "stop" => Resend::StopQueue,
        _ => return None,
    })
}

fn offline(word: &str) -> Option<Offline> {
    Some(match word {
        "yes" => Offline::Yes,
        "data" => Offline::WithData,
        "no" => Offline::No,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_catalogue_is_read() {
        let rows = super::rows(CATALOGUE).count();
        assert_eq!(rows, 127);
        assert_eq!(Code::all().len(), rows);
        let spellings = rows + super::rows(ALIASES).count();
        assert_eq!(catalogue().by_mnemonic.len(), spellings, "mnemonics and aliases are unique");
        assert!(Code::all().windows(2).all(|pair| pair[0].id < pair[1].id));
        for code in Code::all() {
            for text in [&code.title.ru, &code.title.en, &code.advice.ru, &code.advice.en] {
                assert!(!text.is_empty(), "{}", code.mnemonic);
            }
        }
    }

    #[test]
    fn predictability_matches_the_analysis_of_the_classifier() {
        let count = |offline| Code::all().iter().filter(|code| code.offline == offline).count();
        assert_eq!([count(Offline::Yes), count(Offline::WithData), count(Offline::No)], [45, 53, 29]);
    }

    #[test]
    fn every_code_says_what_its_prediction_needs_or_why_there_is_none() {
        for code in Code::all() {
            let with_data = code.offline == Offline::WithData;
            assert_eq!(!code.needs.is_empty(), with_data, "{}", code.mnemonic);
            assert_eq!(code.unpredictable.is_some(), code.offline == Offline::No, "{}", code.mnemonic);
        }
        let known = super::rows(PREDICTION).filter_map(|row| Code::find(row.split('\t').next()?)).count();
        assert_eq!(known, super::rows(PREDICTION).count(), "no row for an unknown code");
        assert_eq!(
            Code::find("RECIPIENT_INFO_MISMATCH").unwrap().aliases().next(),
            Some("RECIPIENT_INFO_MISMATCH")
        );
    }

    #[test]
    fn resend_classes_are_as_operated() {
        for mnemonic in ["RUNTIME_ERROR", "INTERNAL_ERROR", "MIS_NOT_AVAILABLE", "CA_INACCESSIBILITY"] {
            assert_eq!(Code::find(mnemonic).unwrap().resend, Resend::MayHelp, "{mnemonic}");
        }
        for mnemonic in ["VALIDATION_ERROR", "NO_SNILS", "DIGEST_MISMATCH"] {
            assert_eq!(Code::find(mnemonic).unwrap().resend, Resend::Useless, "{mnemonic}");
        }
        assert_eq!(Code::find("NO_RMIS").unwrap().resend, Resend::StopQueue);
    }
}
