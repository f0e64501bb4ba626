//! What the layer `nsi` says.

use super::dictionary::Dictionary;
use super::store::Store;
use crate::report::{Message, Severity};

/// One fault of a coded element, or why its code was not looked up.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault<'f> {
    /// There is no dictionary with this identifier.
    NoDictionary {
        /// `codeSystem` of the document.
        oid: &'f str,
    },
    /// The dictionary has no such version.
    NoVersion {
        /// `codeSystem` of the document.
        oid: &'f str,
        /// `codeSystemVersion` of the document.
        version: &'f str,
    },
    /// The guide of the kind does not have the dictionary.
    NotPrescribed {
        /// `codeSystem` of the document.
        oid: &'f str,
        /// Code of the kind of the document.
        kind: &'f str,
    },
    /// The guide of the kind asks for another version.
    VersionNotPrescribed {
        /// `codeSystem` of the document.
        oid: &'f str,
        /// `codeSystemVersion` of the document.
        version: &'f str,
        /// Code of the kind of the document.
        kind: &'f str,
        /// The versions, as the guide lists them.
        allowed: &'f str,
    },
    /// The dictionary has no such code.
    Code {
        /// The dictionary.
        dictionary: Dictionary<'f>,
        /// `code` of the document.
        code: &'f str,
        /// `displayName` of the document, or nothing.
        name: &'f str,
    },
    /// The name is not the dictionary's.
    Name {
        /// The dictionary.
        dictionary: Dictionary<'f>,
        /// `displayName` of the document.
        actual: &'f str,
        /// The name in the dictionary.
        expected: &'f str,
    },
    /// The title of the dictionary is not its own.
    SystemName {
        /// The dictionary.
        dictionary: Dictionary<'f>,
        /// `codeSystemName` of the document.
        actual: &'f str,
        /// The title by which documents must name the dictionary.
        title: &'f str,
    },
    /// The store does not have the dictionary in this version, or not its rows.
    NotLoaded {
        /// `codeSystem` of the document.
        oid: &'f str,
        /// `codeSystemVersion` of the document, or nothing.
        version: &'f str,
        /// Elements that want it.
        places: usize,
    },
}

impl Fault<'_> {
    /// Mnemonic of the register, name of the rule, and weight where the register is known to look the element up.
    pub fn class(&self) -> (&'static str, &'static str, Severity) {
        match self {
            Self::NoDictionary { .. } => ("INVALID_DICTIONARY_OID", "dictionary-oid", Severity::Error),
            Self::NoVersion { .. } => ("INVALID_DICTIONARY_OID", "dictionary-version", Severity::Error),
            Self::NotPrescribed { .. } => ("INVALID_DICTIONARY", "dictionary-of-kind", Severity::Error),
            Self::VersionNotPrescribed { .. } => {
                ("INVALID_DICTIONARY_VERSION", "dictionary-version-of-kind", Severity::Error)
            }
            Self::Code { .. } => ("INVALID_ELEMENT_VALUE_CODE", "dictionary-code", Severity::Error),
            Self::Name { .. } => ("INVALID_ELEMENT_VALUE_NAME", "dictionary-display-name", Severity::Error),
            // No code of the register is about the title of a dictionary.
            Self::SystemName { .. } => ("VALIDATION_ERROR", "dictionary-system-name", Severity::Warning),
            Self::NotLoaded { .. } => ("INVALID_DICTIONARY_OID", "dictionary-not-loaded", Severity::Info),
        }
    }
}

/// The message, in Russian as the register words it.
pub(super) fn message(fault: &Fault<'_>) -> Message {
    match fault {
        Fault::NoDictionary { oid } => Message::new(
            format!("Справочник OID [{oid}]. Справочник с указанным кодом отсутствует"),
            format!("Dictionary OID [{oid}]: there is no dictionary with this identifier"),
        ),
        Fault::NoVersion { oid, version } => Message::new(
            format!("Справочник OID [{oid}]. Версия [{version}] отсутствует для данного справочника"),
            format!("Dictionary OID [{oid}]: it has no version [{version}]"),
        ),
        Fault::NotPrescribed { oid, kind } => Message::new(
            format!("Для документа вида [{kind}] недопустимо использование справочника [{oid}]"),
            format!("A document of kind [{kind}] may not use dictionary [{oid}]"),
        ),
        Fault::VersionNotPrescribed { oid, version, kind, allowed } => Message::new(
            format!(
                "Справочник OID [{oid}]. Версия [{version}] недопустима для документа вида [{kind}]. Требуется использовать версии: [{allowed}]"
            ),
            format!(
                "Dictionary OID [{oid}]: version [{version}] is not allowed in a document of kind [{kind}], only: [{allowed}]"
            ),
        ),
        Fault::Code { dictionary, code, .. } => Message::new(
            format!("{}. Элемент с кодом [{code}] отсутствует", ru(*dictionary)),
            format!("{}: there is no element with code [{code}]", en(*dictionary)),
        ),
        Fault::Name { dictionary, actual, expected } => Message::new(
            format!(
                "{}. Наименование элемента [{actual}] не соответствует наименованию элемента в НСИ [{expected}]",
                ru(*dictionary)
            ),
            format!("{}: displayName [{actual}] is not the dictionary's [{expected}]", en(*dictionary)),
        ),
        Fault::SystemName { dictionary, actual, title } => Message::new(
            format!(
                "{}. Наименование справочника [{actual}] не соответствует паспорту [{title}]",
                ru(*dictionary)
            ),
            format!(
                "{}: codeSystemName [{actual}] is not the title of the dictionary [{title}]",
                en(*dictionary)
            ),
        ),
        // The most frequent one where the store has few dictionaries: joining takes a fraction of formatting.
        Fault::NotLoaded { oid, version, places } => {
            let places = places.to_string();
            let said = |[before, between, behind]: [&str; 3]| {
                [before, oid, between, version, behind, &places].concat()
            };
            Message::new(
                said(["Справочник OID [", "], версия [", "] не загружен: значения не проверены, мест: "]),
                said(["Dictionary OID [", "] version [", "] is not loaded: values not checked, places: "]),
            )
        }
    }
}

fn ru(dictionary: Dictionary<'_>) -> String {
    format!("Справочник OID [{}], версия [{}]", dictionary.oid(), dictionary.version())
}

fn en(dictionary: Dictionary<'_>) -> String {
    format!("Dictionary OID [{}] version [{}]", dictionary.oid(), dictionary.version())
}

/// What to do, where more can be said than the message says.
pub(super) fn hint(fault: &Fault<'_>, store: &Store) -> Option<Message> {
    match fault {
        Fault::Name { actual, expected, .. } | Fault::SystemName { actual, title: expected, .. } => {
            Some(difference(actual, expected).unwrap_or_else(|| {
                Message::new(
                    format!("возьмите наименование из справочника без изменений: «{expected}»"),
                    format!("take the name from the dictionary unchanged: “{expected}”"),
                )
            }))
        }
        Fault::Code { dictionary, code, name } => similar_code(*dictionary, code).or_else(|| {
            let found = dictionary.name_column()?.rows_with(name).find_map(|row| row.code())?;
            Some(Message::new(
                format!("наименованию «{name}» в справочнике соответствует код «{found}»"),
                format!("the dictionary has “{name}” under code “{found}”"),
            ))
        }),
        Fault::NotLoaded { oid, .. } => {
            let loaded: Vec<&str> = store.versions(oid).map(|known| known.version()).collect();
            if loaded.is_empty() {
                return Some(Message::new(
                    "импортируйте справочник: semd nsi import",
                    "import the dictionary: semd nsi import",
                ));
            }
            let loaded = loaded.join(", ");
            Some(Message::new(
                format!("загружены версии: {loaded}; импортируйте нужную: semd nsi import"),
                format!("loaded versions: {loaded}; import the one needed: semd nsi import"),
            ))
        }
        _ => None,
    }
}

/// The hint of a fault in an element which the register is not known to look up.
pub(super) fn unconfirmed(hint: Option<Message>) -> Message {
    let doubt = Message::new(
        "проверяет ли РЭМД этот элемент по справочнику, не подтверждено",
        "whether the register looks this element up is not confirmed",
    );
    match hint {
        Some(hint) => {
            Message::new(format!("{}; {}", hint.ru, doubt.ru), format!("{}; {}", hint.en, doubt.en))
        }
        None => doubt,
    }
}

/// A code of the dictionary that differs by outer spaces or case alone.
fn similar_code(dictionary: Dictionary<'_>, code: &str) -> Option<Message> {
    let wanted: Vec<char> = folded(code).collect();
    let key = dictionary.key_column()?;
    let same = |known: &&str| folded(known).eq(wanted.iter().copied());
    let found = dictionary.rows().filter_map(|row| key.value(row)).find(same)?;
    Some(Message::new(
        format!("отличается только пробелами или регистром: в справочнике код «{found}»"),
        format!("only spaces or case differ: the dictionary has code “{found}”"),
    ))
}

/// Says it when two names differ by spaces, case or ё alone.
fn difference(actual: &str, expected: &str) -> Option<Message> {
    if !folded(actual).eq(folded(expected)) {
        return None;
    }
    let yo = |text: &str| text.replace('ё', "е").replace('Ё', "Е");
    let spaces = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut kinds: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
    let mut differs = |by: bool, ru, en| {
        if by {
            kinds[0].push(ru);
            kinds[1].push(en);
        }
    };
    // Each kind is looked at with the others taken away.
    let (a, e) = (spaces(&yo(actual)), spaces(&yo(expected)));
    differs(a != e, "регистром", "case");
    let (a, e) = (spaces(actual).to_lowercase(), spaces(expected).to_lowercase());
    differs(a != e, "буквой ё", "the letter ё");
    let (a, e) = (yo(actual).to_lowercase(), yo(expected).to_lowercase());
    differs(a != e, "пробелами", "spaces");
    let (ru, en) = (kinds[0].join(", "), kinds[1].join(", "));
    Some(Message::new(
        format!("отличается только так: {ru}; нужно «{expected}»"),
        format!("differs by {en} alone; it must be “{expected}”"),
    ))
}

/// A text without regard to spaces, case and ё.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().chars();
    let rest = words.flat_map(|word| std::iter::once(' ').chain(word.chars()));
    first.chain(rest).flat_map(char::to_lowercase).map(|c| match c {
        'ё' => 'е',
        // At the end of a word.
        'ς' => 'σ',
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn small_differences_are_named() {
        let named = |actual: &str, expected: &str| difference(actual, expected).map(|text| text.en);
        assert!(named("Зеленый", "Зелёный").unwrap().starts_with("differs by the letter ё alone"));
        assert!(
            named("зелёный  цвет ", "Зелёный цвет").unwrap().starts_with("differs by case, spaces alone")
        );
        assert!(named("Красный", "Зелёный").is_none());
        assert!(difference(" a", "a").unwrap().ru.contains("пробелами"));
    }
}
