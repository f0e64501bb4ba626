//! Sections with nothing in them.

use super::Check;
use super::context::Context;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{HL7_V3, Node};

pub(super) static CHECK: Check = Check {
    id: "empty-section",
    weight: 5,
    title: Text { ru: "В секции что-то есть", en: "A section has something in it" },
    why: Text {
        ru: "пустая секция выглядит заполненной: получатель не узнает, не было данных или их забыли",
        en: "an empty section looks filled in: nobody can tell whether there was nothing to say or it was forgotten",
    },
    advice: Text {
        ru: "заполните секцию, уберите её или скажите nullFlavor, почему данных нет",
        en: "fill the section in, leave it out, or say by nullFlavor why there is no data",
    },
    run,
};

fn run(context: &mut Context<'_, '_>) {
    let document = context.document;
    context.look(context.sections.len());
    let empty: Vec<_> = context
        .sections
        .iter()
        .filter(|section| {
            let absent = |element| document.attribute(element, "", "nullFlavor").is_some();
            let narrative = section.narrative.is_some_and(|text| {
                absent(text)
                    || document
                        .descendants(text)
                        .any(|inner| document.local_name(inner) == "renderMultiMedia")
            });
            let content = ["entry", "component"]
                .iter()
                .any(|name| document.child(section.element, HL7_V3, name).is_some());
            section.mentions.is_empty() && !narrative && !content && !absent(section.element)
        })
        .map(|section| (section.element, section.code))
        .collect();
    for (section, code) in empty {
        context.remark(
            Node::Element(section),
            1,
            Message::new(format!("секция [{code}] пуста"), format!("section [{code}] is empty")),
        );
    }
}
