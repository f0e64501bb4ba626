//! What a reply of the register means: a code and the words beside it.
//!
//! `VALIDATION_ERROR` and `RUNTIME_ERROR` say nothing by themselves, and many other codes stand for several causes; the text
//! tells them apart. The table is data: `schemas/register-codes/subtypes.tsv`.

use std::sync::OnceLock;

use semd_core::report::{Message, Owner};

use super::{Code, Offline, Resend, offline, resend, rows};

const SUB_TYPES: &str = include_str!("../../../schemas/register-codes/subtypes.tsv");

/// One cause among those that share a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubType {
    /// Mnemonic of the code.
    pub code: &'static str,
    /// Name, unique inside the code.
    pub id: &'static str,
    /// Who must act.
    pub owner: Owner,
    /// What a resend can do.
    pub resend: Resend,
    /// Whether it can be predicted.
    pub offline: Offline,
    /// Paragraph of «Описание выполняемых проверок в РЭМД», or the system the text comes from.
    pub source: &'static str,
    /// What it means.
    pub title: Message,
    /// What to do.
    pub advice: Message,
    /// Alternatives; the parts of one must stand in the text in this order.
    fragments: Vec<Vec<String>>,
}

impl SubType {
    /// All sub-types; those of one code in the order in which they are tried.
    pub fn all() -> &'static [SubType] {
        static PARSED: OnceLock<Vec<SubType>> = OnceLock::new();
        PARSED.get_or_init(|| rows(SUB_TYPES).filter_map(parse).collect())
    }

    fn matches(&self, folded: &str) -> bool {
        self.fragments.iter().any(|parts| {
            let mut rest = Some(folded);
            for part in parts {
                rest = rest.and_then(|rest| rest.split_once(part.as_str())).map(|(_, tail)| tail);
            }
            rest.is_some()
        })
    }
}

fn parse(line: &'static str) -> Option<SubType> {
    let mut fields = line.split('\t');
    let code = fields.next()?;
    let id = fields.next()?;
    let owner = Owner::find(fields.next()?)?;
    let resend = resend(fields.next()?)?;
    let offline = offline(fields.next()?)?;
    let source = fields.next()?;
    let fragments =
        fields.next()?.split('|').map(|alternative| alternative.split('…').map(fold).collect()).collect();
    let title = Message::new(fields.next()?, fields.next()?);
    let advice = Message::new(fields.next()?, fields.next()?);
    Some(SubType { code, id, owner, resend, offline, source, title, advice, fragments })
}

/// Lower case, ё as е: replies are not consistent in either.
fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// The meaning of one error of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classified {
    /// The code; `None` for one that is not in the classifier.
    pub code: Option<&'static Code>,
    /// The cause the text tells; `None` when it tells none of the known ones.
    pub sub_type: Option<&'static SubType>,
}

impl Classified {
    /// Who must act. Of an unknown code nobody can say.
    pub fn owner(&self) -> Owner {
        match (self.sub_type, self.code) {
            (Some(sub_type), _) => sub_type.owner,
            (None, Some(code)) => code.owner,
            (None, None) => Owner::Mixed,
        }
    }

    /// What a resend can do. An unknown code is not resent.
    pub fn resend(&self) -> Resend {
        match (self.sub_type, self.code) {
            (Some(sub_type), _) => sub_type.resend,
            (None, Some(code)) => code.resend,
            (None, None) => Resend::Useless,
        }
    }

    /// What it means; `None` for an unknown code, whose own words are all there is.
    pub fn title(&self) -> Option<&'static Message> {
        self.sub_type.map(|sub_type| &sub_type.title).or(self.code.map(|code| &code.title))
    }

    /// What to do; `None` as [`Classified::title`].
    pub fn advice(&self) -> Option<&'static Message> {
        self.sub_type.map(|sub_type| &sub_type.advice).or(self.code.map(|code| &code.advice))
    }

    /// `CODE/sub-type`, or the code alone.
    pub fn name(&self) -> Option<String> {
        match (self.code, self.sub_type) {
            (Some(code), Some(sub_type)) => Some(format!("{}/{}", code.mnemonic, sub_type.id)),
            (Some(code), None) => Some(code.mnemonic.to_owned()),
            (None, _) => None,
        }
    }
}

/// Tells what a reply means.
///
/// ```
/// use semd_core::report::Owner;
/// use semd_exchange::codes::{Resend, classify};
///
/// let known = classify("VALIDATION_ERROR", "СНИЛС пациента в ЭМД [1] отличается от указанного в запросе [2]");
/// assert_eq!(known.sub_type.unwrap().id, "patient-snils");
/// assert_eq!(known.owner(), Owner::Clinic);
/// let unknown = classify("DOCUMENT_NOT_FOUND", "Документ не найден");
/// assert_eq!((unknown.code, unknown.resend()), (None, Resend::Useless));
/// ```
pub fn classify(code: &str, text: &str) -> Classified {
    let Some(code) = Code::find(code.trim()) else { return Classified { code: None, sub_type: None } };
    let folded = fold(text);
    Classified { code: Some(code), sub_type: code.sub_types().find(|sub_type| sub_type.matches(&folded)) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_read_and_belongs_to_a_code() {
        assert_eq!(SubType::all().len(), rows(SUB_TYPES).count());
        let names: BTreeSet<_> = SubType::all().iter().map(|one| (one.code, one.id)).collect();
        assert_eq!(names.len(), SubType::all().len(), "names are unique inside a code");
        for one in SubType::all() {
            assert!(Code::find(one.code).is_some(), "{}", one.code);
            assert!(one.fragments.iter().flatten().all(|part| !part.is_empty()), "{}", one.id);
        }
    }

    #[test]
    fn parts_must_stand_in_order() {
        let text = "отличается от запроса; имя пациента в эмд";
        assert_eq!(classify("VALIDATION_ERROR", text).sub_type, None);
    }
}
