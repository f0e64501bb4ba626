//! Text without coded data.

use super::Check;
use super::context::Context;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{HL7_V3, Node};

pub(super) static CHECK: Check = Check {
    id: "narrative-without-codes",
    weight: 2,
    title: Text {
        ru: "Что сказано в тексте секции, есть и в её записях",
        en: "What the text of a section says, its entries state",
    },
    why: Text {
        ru: "текст читает только человек: по нему не найти пациента, не построить отчёт и не предупредить об аллергии",
        en: "only people read the text: nothing can be searched, counted or warned about by it",
    },
    advice: Text {
        ru: "если руководство вида предусматривает для секции записи (entry), передайте и их",
        en: "where the guide of the kind has entries for the section, give them too",
    },
    run,
};

fn run(context: &mut Context<'_, '_>) {
    let document = context.document;
    let entry = document.find_name(HL7_V3, "entry");
    let told: Vec<_> = context
        .sections
        .iter()
        .filter(|section| !section.mentions.is_empty())
        .map(|section| {
            let mut inside = document.descendants(section.element);
            let coded = inside.any(|inner| Some(document.element(inner).name) == entry);
            (section.narrative.unwrap_or(section.element), section.code, coded)
        })
        .collect();
    context.look(told.len());
    for (text, code, _) in told.into_iter().filter(|(_, _, coded)| !coded) {
        context.remark(
            Node::Element(text),
            1,
            Message::new(
                format!("у секции [{code}] есть текст, но нет записей"),
                format!("section [{code}] has a text but no entries"),
            ),
        );
    }
}
