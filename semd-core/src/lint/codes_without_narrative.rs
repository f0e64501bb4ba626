//! Coded data that the text for people does not say.

use super::Check;
use super::context::Context;
use crate::render::is_statement;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{Document, ElementId, HL7_V3, Node};

pub(super) static CHECK: Check = Check {
    id: "codes-without-narrative",
    weight: 5,
    title: Text {
        ru: "Что закодировано в записях, сказано и в тексте секции",
        en: "What the entries of a section state, its text says too",
    },
    why: Text {
        ru: "врач подписывает, а пациент читает текст: чего в нём нет, того никто не увидит",
        en: "the doctor signs and the patient reads the text: what it does not say nobody sees",
    },
    advice: Text {
        ru: "добавьте показатель и его значение в text секции теми же словами, что в записи",
        en: "add the statement and its value to the text of the section in the words of the entry",
    },
    run,
};

/// Names of statements that a message lists.
const MAX_NAMES: usize = 3;

fn run(context: &mut Context<'_, '_>) {
    let document = context.document;
    let mut remarks = Vec::new();
    let mut looked = 0;
    for section in &context.sections {
        let mut places = 0;
        let mut unsaid = Vec::new();
        for entry in document.children_named(section.element, HL7_V3, "entry") {
            for statement in document.descendants(entry).filter(|&inner| is_statement(document, inner)) {
                let Some(said) = section.mentions.says_statement(statement) else { continue };
                places += 1;
                if !said {
                    unsaid.push(statement);
                }
            }
        }
        looked += places;
        if !unsaid.is_empty() {
            let node = Node::Element(section.narrative.unwrap_or(section.element));
            remarks.push((node, unsaid.len(), message(document, section.code, &unsaid, places)));
        }
    }
    context.look(looked);
    for (node, faulty, message) in remarks {
        context.remark(node, faulty, message);
    }
}

fn message(document: &Document<'_>, code: &str, unsaid: &[ElementId], places: usize) -> Message {
    let mut names: Vec<&str> = Vec::new();
    for &statement in unsaid {
        let name = document
            .child(statement, HL7_V3, "code")
            .and_then(|code| document.attribute(code, "", "displayName"))
            .filter(|name| !names.contains(name));
        names.extend(name);
    }
    let more = if names.len() > MAX_NAMES { "; …" } else { "" };
    names.truncate(MAX_NAMES);
    let list = if names.is_empty() { String::new() } else { format!(": {}{more}", names.join("; ")) };
    let count = unsaid.len();
    Message::new(
        format!("в тексте секции [{code}] нет {count} из {places} данных записей{list}"),
        format!("the text of section [{code}] does not say {count} of {places} statements{list}"),
    )
}
