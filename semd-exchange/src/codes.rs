//! The register's message codes and what each of them means for the sender.
//!
//! The catalogue is data: `schemas/register-codes/codes.tsv`.

use std::collections::HashMap;
use std::sync::OnceLock;

use semd_core::report::{Message, Owner};

const CATALOGUE: &str = include_str!("../../schemas/register-codes/codes.tsv");

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
}

impl Code {
    /// Finds a code by its mnemonic. The register writes `RECIPIENT_…` where the classifier has `RECEPIENT_…`; both
    /// spellings are found.
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
        let found = catalogue.by_mnemonic.get(mnemonic).copied().or_else(|| {
            let rest = mnemonic.strip_prefix("RECIPIENT_")?;
            catalogue.by_mnemonic.get(format!("RECEPIENT_{rest}").as_str()).copied()
        })?;
        catalogue.codes.get(found)
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
        let lines = CATALOGUE.lines().filter(|line| !line.starts_with('#'));
        let codes: Vec<Code> = lines.filter_map(parse).collect();
        let by_mnemonic = codes.iter().enumerate().map(|(index, code)| (code.mnemonic, index)).collect();
        Catalogue { codes, by_mnemonic }
    })
}

/// One row; the catalogue is part of the program, and a test reads every row of it.
fn parse(line: &'static str) -> Option<Code> {
    let mut fields = line.split('\t');
    Some(Code {
        id: fields.next()?.parse().ok()?,
        mnemonic: fields.next()?,
        stage: fields.next()?,
        owner: match fields.next()? {
            "clinic" => Owner::Clinic,
            "mis" => Owner::Mis,
            "integrator" => Owner::Integrator,
            "register" => Owner::Register,
            "mixed" => Owner::Mixed,
            _ => return None,
        },
        resend: match fields.next()? {
            "no" => Resend::Useless,
            "yes" => Resend::MayHelp,
            "stop" => Resend::StopQueue,
            _ => return None,
        },
        offline: match fields.next()? {
            "yes" => Offline::Yes,
            "data" => Offline::WithData,
            "no" => Offline::No,
            _ => return None,
        },
        title: Message::new(fields.next()?, fields.next()?),
        advice: Message::new(fields.next()?, fields.next()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_catalogue_is_read() {
        let rows = CATALOGUE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows, 127);
        assert_eq!(Code::all().len(), rows);
        assert_eq!(catalogue().by_mnemonic.len(), rows, "mnemonics are unique");
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
