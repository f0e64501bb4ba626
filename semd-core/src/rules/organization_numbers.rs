//! ОГРН, ОГРНИП and ИНН: right check digits.

use super::context::Context;
use super::{Rule, Text, checksum};
use crate::report::{Message, Owner, Severity};
use crate::xml::Node;

const IDENTITY: &str = "urn:hl7-ru:identity";

pub(super) static OGRN: Rule = Rule {
    id: "ogrn-checksum",
    title: Text {
        ru: "У ОГРН и ОГРНИП верна контрольная цифра",
        en: "The check digit of an ОГРН or ОГРНИП is right",
    },
    why: Text {
        ru: "организации с таким ОГРН нет: РЭМД сверяет его с ФРМО и сертификатом; возьмите номер из ЕГРЮЛ",
        en: "no organisation has such a number: the register compares it with ФРМО and the certificate; take it from ЕГРЮЛ",
    },
    clause: "приказ Минфина России от 30.10.2017 № 165н, п. 7–8; РЭМД: VALIDATION_ERROR «ОГРН МО из СЭМД не совпадает»",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Clinic,
    check: |context| {
        let texts =
            Message::new("ОГРН с неверной контрольной цифрой", "The check digit of the ОГРН is wrong");
        numbers(context, &["Ogrn", "Ogrnip"], checksum::ogrn, &texts);
    },
};

pub(super) static INN: Rule = Rule {
    id: "inn-checksum",
    title: Text {
        ru: "У ИНН верны контрольные цифры", en: "The check digits of an ИНН are right"
    },
    why: Text {
        ru: "плательщика с таким ИНН нет; сверьте номер со свидетельством",
        en: "no taxpayer has such a number; compare it with the certificate",
    },
    clause: "приказ ФНС России от 29.06.2012 № ММВ-7-6/435@, прил. (порядок присвоения ИНН)",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Clinic,
    check: |context| {
        let texts =
            Message::new("ИНН с неверными контрольными цифрами", "The check digits of the ИНН are wrong");
        numbers(context, &["INN"], checksum::inn, &texts);
    },
};

/// Numbers that are the text of an element. An empty element is the business of the package's rules.
fn numbers(context: &mut Context<'_, '_>, names: &[&str], holds: fn(&str) -> bool, message: &Message) {
    for name in names {
        let mut elements = context.elements(IDENTITY, name);
        while let Some(element) = context.next(&mut elements) {
            let number = context.document.string_value(element);
            let number = number.trim();
            if !number.is_empty() && !holds(number) {
                context.report(Node::Element(element), message.clone());
            }
        }
    }
}
