//! Names of dictionaries that differ only in spelling.

use super::Check;
use super::context::Context;
use crate::nsi::{Dictionary, Level, Store, Version};
use crate::render::fold;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{ElementId, Node, name_bit};

pub(super) static CHECK: Check = Check {
    id: "dictionary-spelling",
    weight: 3,
    title: Text {
        ru: "Наименования из справочников списаны точно",
        en: "Names of dictionaries are spelled exactly",
    },
    why: Text {
        ru: "лишний пробел, другой регистр или «е» вместо «ё» — и наименование уже не равно справочному: РЭМД сравнивает посимвольно",
        en: "one space, another case or «е» for «ё» makes it another name: the register compares character by character",
    },
    advice: Text {
        ru: "берите наименование из справочника программой, а не вводом с клавиатуры",
        en: "let the program take the name from the dictionary instead of typing it",
    },
    run,
};

fn run(context: &mut Context<'_, '_>) {
    let document = context.document;
    let Some(store) = context.inputs.dictionaries else { return context.needs("nsi") };
    let mask = name_bit("codeSystem");
    for index in 0..document.elements().len() as u32 {
        let element = ElementId(index);
        if document.element(element).attribute_mask & mask == 0 {
            continue;
        }
        let value = |name| context.attribute(element, name).map(|(_, value)| value);
        let Some(system) = value("codeSystem") else { continue };
        let Some(dictionary) = dictionary(store, system, value("codeSystemVersion")) else { continue };
        if let (Some((node, name)), Some(code)) = (context.attribute(element, "displayName"), value("code")) {
            names(context, node, name, code, dictionary);
        }
        if let (Some((node, name)), Some(title)) =
            (context.attribute(element, "codeSystemName"), dictionary.document_title())
        {
            compare(context, node, name, std::iter::once(title));
        }
    }
}

/// The version named, else the latest there is: spelling hardly changes between versions.
fn dictionary<'s>(store: &'s Store, oid: &str, version: Option<&str>) -> Option<Dictionary<'s>> {
    version
        .and_then(|version| store.dictionary(oid, Version::Exactly(version)))
        .or_else(|| store.dictionary(oid, Version::Latest))
}

fn names(context: &mut Context<'_, '_>, node: Node, name: &str, code: &str, dictionary: Dictionary<'_>) {
    let (Some(key), Some(column)) = (dictionary.key_column(), dictionary.name_column()) else { return };
    if dictionary.level() == Level::Name {
        compare(context, node, name, key.rows_with(code).filter_map(|row| column.value(row)));
    }
}

/// Compares a name with those that the dictionary permits. A name that is another one altogether is not a matter of
/// spelling: the layer `nsi` of a validation reports it.
fn compare<'s>(
    context: &mut Context<'_, '_>,
    node: Node,
    name: &str,
    expected: impl Iterator<Item = &'s str>,
) {
    let mut nearly = None;
    for expected in expected {
        if expected == name {
            return context.look(1);
        }
        if fold(expected) == fold(name) {
            nearly = Some(expected);
        }
    }
    let Some(expected) = nearly else { return };
    context.look(1);
    let message = Message::new(
        format!("наименование отличается от справочного только написанием; в справочнике: «{expected}»"),
        format!("the name differs from the dictionary's in spelling alone; it is: “{expected}”"),
    );
    context.remark(node, 1, message);
}
