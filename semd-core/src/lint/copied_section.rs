//! The same text in sections of different meaning.

use std::collections::HashMap;

use super::Check;
use super::context::Context;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::Node;

pub(super) static CHECK: Check = Check {
    id: "copied-section",
    weight: 4,
    title: Text {
        ru: "Секции с разным смыслом говорят о разном",
        en: "Sections of different meaning say different things",
    },
    why: Text {
        ru: "одинаковый текст под разными кодами — след копирования: одна из секций осталась без своих данных",
        en: "the same text under different codes is a trace of copying: one of the sections lacks its own data",
    },
    advice: Text {
        ru: "оставьте текст в той секции, к которой он относится, другую заполните или уберите",
        en: "keep the text where it belongs, fill in the other section or leave it out",
    },
    run,
};

/// Words from which an equal text is no coincidence: «Без особенностей» may stand anywhere.
const MIN_WORDS: usize = 5;

fn run(context: &mut Context<'_, '_>) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut remarks = Vec::new();
    let mut looked = 0;
    for (index, section) in context.sections.iter().enumerate() {
        let words = section.mentions.words();
        if words.split_ascii_whitespace().take(MIN_WORDS).count() < MIN_WORDS {
            continue;
        }
        looked += 1;
        let original = &context.sections[*first.entry(words).or_insert(index)];
        if original.code != section.code {
            let node = Node::Element(section.narrative.unwrap_or(section.element));
            remarks.push((
                node,
                Message::new(
                    format!("секция [{}] дословно повторяет секцию [{}]", section.code, original.code),
                    format!("section [{}] repeats section [{}] word by word", section.code, original.code),
                ),
            ));
        }
    }
    context.look(looked);
    for (node, message) in remarks {
        context.remark(node, 1, message);
    }
}
