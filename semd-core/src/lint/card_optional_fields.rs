//! Optional fields that a card leaves out.

use super::Check;
use super::context::Context;
use crate::report::Message;
use crate::rules::Text;

pub(super) static CHECK: Check = Check {
    id: "card-optional-fields",
    weight: 1,
    title: Text {
        ru: "Необязательные поля карты заполнены",
        en: "The optional fields of a card are filled in",
    },
    why: Text {
        ru: "документ без них верен, но беднее: эти сведения не попадут ни в текст, ни в записи",
        en: "the document is valid without them but poorer: neither its text nor its entries say these things",
    },
    advice: Text {
        ru: "передайте поле, если сведения есть; если их нет, замечание можно не замечать",
        en: "give the field where there is something to say; else pass over the remark",
    },
    run,
};

fn run(context: &mut Context<'_, '_>) {
    let Some(fields) = context.inputs.card else { return context.needs("card") };
    context.look(fields.asked);
    for field in &fields.absent {
        let Message { ru, en } = &field.title;
        context.remark_card(
            &field.pointer,
            Message::new(format!("не заполнено поле «{ru}»"), format!("field “{en}” is left out")),
        );
    }
}
