//! Coded values of the file against the dictionaries, and against those that are permitted for the kind.

use std::collections::{BTreeMap, BTreeSet};

use semd_core::kinds::Kind;
use semd_core::nsi::{CodedElements, Dictionary, Level, Store, Version};
use semd_core::xml::Document;

use super::{Knowledge, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};

/// «Справочники, применяемые в руководствах по реализации СЭМД».
const GUIDES: &str = "1.2.643.5.1.13.13.99.2.805";

/// A coded value as the file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Value<'d> {
    oid: &'d str,
    version: &'d str,
    code: &'d str,
    /// `None` for a value without a name.
    name: Option<&'d str>,
}

/// Every dictionary of the file must be permitted for the kind, in a permitted version, and must have the code under that
/// name.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    document: &Document<'_>,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let guide = known.kinds.find(&request.kind).and_then(|kind: &Kind| kind.guide.as_deref());
    let by_guide = known.dictionaries.zip(guide).and_then(|(store, guide)| listed(store, guide));
    let permitted = match by_guide {
        Some(permitted) => Some(Permitted { kind: &request.kind, versions: permitted }),
        None => by_table(&request.kind, known),
    };
    let mut refused = BTreeSet::new();
    for (oid, version) in used(document) {
        let alias = known.dictionaries.and_then(|store| store.dictionary(oid, Version::Exactly(version)));
        if let Some(permitted) = &permitted
            && !permitted.judge(oid, version, alias, errors)
        {
            refused.insert((oid, version));
        }
    }
    let Some(store) = known.dictionaries else { return };
    for value in values(document) {
        if !refused.contains(&(value.oid, value.version)) {
            content(value, store, errors);
        }
    }
}

/// The dictionaries of a kind, each with its versions; none listed means that any will do.
struct Permitted<'k> {
    kind: &'k str,
    versions: BTreeMap<&'k str, Vec<&'k str>>,
}

impl Permitted<'_> {
    fn judge(
        &self,
        oid: &str,
        version: &str,
        known: Option<Dictionary<'_>>,
        errors: &mut Vec<RegisterError>,
    ) -> bool {
        // A dictionary may be listed under another of its identifiers.
        let others = known.into_iter().flat_map(|known| known.aliases().chain([known.oid()]));
        let found = std::iter::once(oid).chain(others).find_map(|one| self.versions.get(one));
        let kind = self.kind;
        let (code, text) = match found {
            None => (
                "INVALID_DICTIONARY",
                format!("Для документа вида [{kind}] недопустимо использование справочника [{oid}]"),
            ),
            Some(versions) if version.is_empty() || versions.is_empty() || versions.contains(&version) => {
                return true;
            }
            Some(versions) => (
                "INVALID_DICTIONARY_VERSION",
                format!(
                    "Справочник OID [{oid}]. Версия [{version}] недопустима для документа вида [{kind}]. Требуется \
                     использовать версии: [{}]",
                    versions.join(", ")
                ),
            ),
        };
        refuse(errors, code, text);
        false
    }
}

/// What the list of guides says about one guide.
fn listed<'s>(store: &'s Store, guide: &str) -> Option<BTreeMap<&'s str, Vec<&'s str>>> {
    let guides = store.dictionary(GUIDES, Version::Latest)?;
    let mut permitted = BTreeMap::new();
    for row in guides.rows_where("IG_OID", guide) {
        let versions = row.get("DICT_VERSION").unwrap_or_default();
        let words = versions.split([',', ';', ' ']).filter(|word| !word.is_empty() && *word != "*");
        permitted.insert(row.get("DICT_OID")?.trim(), words.collect());
    }
    (!permitted.is_empty()).then_some(permitted)
}

fn by_table<'k>(kind: &'k str, known: &Knowledge<'k>) -> Option<Permitted<'k>> {
    let rows = known.rows("guide-dictionaries", kind);
    let versions = rows.iter().map(|row| (row.get("oid"), row.words("versions").collect())).collect();
    (!rows.is_empty()).then_some(Permitted { kind, versions })
}

/// Dictionaries of the Ministry with their versions, each once.
fn used<'d>(document: &'d Document<'_>) -> BTreeSet<(&'d str, &'d str)> {
    let every = document.descendants(document.root()).map(|element| {
        let attribute = |name| document.attribute(element, "", name).unwrap_or_default().trim();
        (attribute("codeSystem"), attribute("codeSystemVersion"))
    });
    every.filter(|(oid, _)| CodedElements::embedded().is_dictionary(oid)).collect()
}

/// The values that are looked up, each once.
fn values<'d>(document: &'d Document<'_>) -> BTreeSet<Value<'d>> {
    let elements = CodedElements::embedded();
    let looked_up =
        |element| elements.is_confirmed(document.namespace(element), document.local_name(element));
    let every = document.descendants(document.root()).filter(|&element| looked_up(element));
    every
        .filter_map(|element| {
            let attribute = |name| document.attribute(element, "", name);
            Some(Value {
                oid: attribute("codeSystem")?,
                version: attribute("codeSystemVersion").unwrap_or_default(),
                code: attribute("code")?,
                name: attribute("displayName"),
            })
        })
        .collect()
}

fn content(value: Value<'_>, store: &Store, errors: &mut Vec<RegisterError>) {
    let Value { oid, version, code, name } = value;
    let Some(dictionary) = store.dictionary(oid, Version::Exactly(version)) else {
        let ours = CodedElements::embedded().is_dictionary(oid);
        let excused = store.exceptions().find(oid).is_some_and(|one| one.level == Level::None);
        if ours && !excused {
            absent(oid, version, store, errors);
        }
        return;
    };
    let level = dictionary.level();
    let Some(key) = dictionary.key_column().filter(|_| level != Level::None) else { return };
    let place = format!("Справочник OID [{}], версия [{}].", dictionary.oid(), dictionary.version());
    let mut rows = key.rows_with(code).peekable();
    match (rows.peek(), name) {
        (None, _) if dictionary.is_whole() => {
            refuse(
                errors,
                "INVALID_ELEMENT_VALUE_CODE",
                format!("{place} Элемент с кодом [{code}] отсутствует."),
            );
        }
        (Some(first), Some(name)) if level == Level::Name => {
            let Some(expected) = first.name() else { return };
            if rows.all(|row| row.name() != Some(name)) {
                let text = format!(
                    "{place} Наименование элемента [{name}] не соответствует наименованию элемента в НСИ [{expected}]"
                );
                refuse(errors, "INVALID_ELEMENT_VALUE_NAME", text);
            }
        }
        _ => {}
    }
}

/// A dictionary or a version of it that is not in the store: refused only when it cannot exist.
fn absent(oid: &str, version: &str, store: &Store, errors: &mut Vec<RegisterError>) {
    let numbers = |text: &str| text.split('.').all(|part| part.parse::<u64>().is_ok());
    let text = match store.versions(oid).next() {
        _ if !numbers(oid) => "Справочник с указанным кодом отсутствует".to_owned(),
        _ if !version.is_empty() && !numbers(version) => {
            format!("Версия [{version}] отсутствует для данного справочника")
        }
        None if store.is_complete() => "Справочник с указанным кодом отсутствует".to_owned(),
        Some(_) if store.is_complete() && !version.is_empty() => {
            format!("Версия [{version}] отсутствует для данного справочника")
        }
        _ => return,
    };
    refuse(errors, "INVALID_DICTIONARY_OID", format!("Справочник OID [{oid}]. {text}"));
}
