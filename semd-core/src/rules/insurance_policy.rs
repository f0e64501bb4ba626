//! ЕНП: right check digit.

use super::context::Context;
use super::{Rule, Text, checksum};
use crate::report::{Message, Owner, Severity};
use crate::xml::Node;

const IDENTITY: &str = "urn:hl7-ru:identity";

pub(super) static RULE: Rule = Rule {
    id: "enp-checksum",
    title: Text {
        ru: "У номера полиса ОМС единого образца (ЕНП) верна контрольная цифра",
        en: "The check digit of a uniform insurance policy number (ЕНП) is right",
    },
    why: Text {
        ru: "полиса с таким номером нет; сверьте номер с полисом или с ЕРЗЛ",
        en: "there is no policy with such a number; compare it with the policy",
    },
    clause: "приказ Минздравсоцразвития России от 25.01.2011 № 29н, прил. 2 (структура ЕНП)",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Clinic,
    check,
};

fn check(context: &mut Context<'_, '_>) {
    let mut policies = context.elements(IDENTITY, "InsurancePolicy");
    while let Some(policy) = context.next(&mut policies) {
        let Some(number) = context.document.child(policy, IDENTITY, "Number") else { continue };
        let text = context.document.string_value(number);
        let text = text.trim();
        // Numbers of older policies have other lengths and no check digit. A number begins with the code of a region; there is
        // no region 00, and such numbers are nobody's: the samples of the field use them.
        let uniform =
            text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with("00");
        if uniform && !checksum::enp(text) {
            context.report(
                Node::Element(number),
                Message::new("ЕНП с неверной контрольной цифрой", "The check digit of the ЕНП is wrong"),
            );
        }
    }
}
