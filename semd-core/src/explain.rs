//! What a rule name of the admission, XML or XSD layer means: one table, printed by `semd explain`.

use crate::report::{Layer, Message};

/// Explanation of a rule name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The layer that uses the name.
    pub layer: Layer,
    /// What it means and why it matters.
    pub meaning: Message,
    /// What to do.
    pub advice: Message,
}

/// Rows: name, layer, meaning and advice in Russian and English.
type Row = (&'static str, Layer, [&'static str; 4]);

const NOT_XML_OUTPUT: [&str; 2] =
    ["Исправьте формирование XML в МИС.", "Correct the XML output of the medical information system."];
const ENCODE: [&str; 2] = [
    "Пишите документ в UTF-8 без BOM до подписания; подписанные байты менять нельзя.",
    "Write the document as UTF-8 without BOM before it is signed; signed bytes must not change.",
];
const LIMIT: [&str; 2] = [
    "Проверьте, что это медицинский документ; предел задаётся при вызове библиотеки.",
    "Make sure that this is a medical document; the limit is an option of the library.",
];
const SCHEMA: [&str; 2] = [
    "Сравните место документа со схемой пакета; сообщение называет, что ожидалось.",
    "Compare the place with the schema of the package; the message names what was expected.",
];

macro_rules! row {
    ($name:literal, $layer:ident, $ru:literal, $en:literal, $advice:expr) => {
        ($name, Layer::$layer, [$ru, $en, $advice[0], $advice[1]])
    };
}

static TABLE: &[Row] = &[
    row!("empty-file", Admission, "В файле нет ни одного байта.", "The file has no bytes.", ["Выгрузите документ заново.", "Export the document again."]),
    row!("not-xml", Admission, "Файл не начинается с «<»: это не XML.", "The file does not begin with “<”: it is not XML.", ["Передайте СЭМД в формате HL7 CDA R2.", "Pass an HL7 CDA R2 document."]),
    row!("max-bytes", Admission, "Файл больше допустимого.", "The file is larger than allowed.", LIMIT),
    row!("max-depth", Admission, "Элементы вложены глубже допустимого.", "Elements are nested deeper than allowed.", LIMIT),
    row!("max-attributes", Admission, "У элемента больше атрибутов, чем допустимо.", "An element has more attributes than allowed.", LIMIT),
    row!("max-namespaces", Admission, "Элемент объявляет больше пространств имён, чем допустимо.", "An element declares more namespaces than allowed.", LIMIT),
    row!("max-nodes", Admission, "В документе больше узлов, чем допустимо.", "The document has more nodes than allowed.", LIMIT),
    row!("max-text-bytes", Admission, "Один текст длиннее допустимого.", "One text is longer than allowed.", LIMIT),
    row!("byte-order-mark", Admission, "Файл начинается с BOM; регистр и часть проверок его не принимают.", "The file begins with a BOM, which the register and some checkers refuse.", ENCODE),
    row!("encoding", Admission, "Документ не в UTF-8.", "The document is not in UTF-8.", ENCODE),
    row!("invalid-utf-8", Admission, "В файле есть байты, не являющиеся UTF-8.", "The file has bytes that are not UTF-8.", ENCODE),
    row!("document-type-declaration", Admission, "DOCTYPE запрещён: через него подменяют содержимое и исчерпывают память.", "A DOCTYPE is forbidden: it can swap content and exhaust memory.", ["Уберите DOCTYPE и сущности.", "Remove the DOCTYPE and its entities."]),
    row!("unclosed-element", Xml, "Файл кончился раньше, чем закрыты элементы: он обрезан.", "The file ends before its elements are closed: it is truncated.", ["Выгрузите файл заново и сравните размер.", "Export the file again and compare the size."]),
    row!("unclosed-tag", Xml, "Файл кончился внутри тега: он обрезан.", "The file ends inside a tag: it is truncated.", ["Выгрузите файл заново и сравните размер.", "Export the file again and compare the size."]),
    row!("mismatched-end-tag", Xml, "Закрывающий тег не соответствует открытому элементу.", "An end tag does not match the open element.", NOT_XML_OUTPUT),
    row!("unexpected-end-tag", Xml, "Закрывающий тег без открывающего.", "An end tag without a start tag.", NOT_XML_OUTPUT),
    row!("second-root-element", Xml, "Второй корневой элемент: склеены два документа.", "A second root element: two documents were joined.", NOT_XML_OUTPUT),
    row!("text-outside-root", Xml, "Текст до или после корневого элемента.", "Text before or after the root element.", NOT_XML_OUTPUT),
    row!("no-root-element", Xml, "Нет корневого элемента.", "There is no root element.", NOT_XML_OUTPUT),
    row!("duplicate-attribute", Xml, "Атрибут указан дважды.", "An attribute is given twice.", NOT_XML_OUTPUT),
    row!("attribute-syntax", Xml, "Атрибут записан неверно.", "An attribute is written wrongly.", NOT_XML_OUTPUT),
    row!("less-than-in-attribute", Xml, "Символ «<» в значении атрибута.", "The character “<” in an attribute value.", ["Записывайте его как «&lt;».", "Write it as “&lt;”."]),
    row!("less-than-in-text", Xml, "Символ «<» в тексте.", "The character “<” in text.", ["Записывайте его как «&lt;».", "Write it as “&lt;”."]),
    row!("cdata-end-in-text", Xml, "Последовательность «]]>» в тексте.", "The sequence “]]>” in text.", ["Записывайте «>» как «&gt;».", "Write “>” as “&gt;”."]),
    row!("unclosed-cdata", Xml, "Секция CDATA не закрыта.", "A CDATA section is not closed.", NOT_XML_OUTPUT),
    row!("unclosed-comment", Xml, "Комментарий не закрыт.", "A comment is not closed.", NOT_XML_OUTPUT),
    row!("double-hyphen-in-comment", Xml, "Два дефиса внутри комментария.", "Two hyphens inside a comment.", NOT_XML_OUTPUT),
    row!("unclosed-processing-instruction", Xml, "Инструкция обработки не закрыта.", "A processing instruction is not closed.", NOT_XML_OUTPUT),
    row!("processing-instruction-target", Xml, "Имя инструкции обработки недопустимо; объявление XML стоит только в начале файла.", "The name of a processing instruction is not allowed; an XML declaration stands only at the start.", NOT_XML_OUTPUT),
    row!("xml-declaration", Xml, "Объявление XML записано неверно.", "The XML declaration is wrong.", NOT_XML_OUTPUT),
    row!("unknown-markup", Xml, "Разметка «<!», которой в документе быть не может.", "Markup “<!” that a document cannot have.", NOT_XML_OUTPUT),
    row!("unescaped-ampersand", Xml, "Символ «&» в тексте.", "The character “&” in text.", ["Записывайте его как «&amp;».", "Write it as “&amp;”."]),
    row!("undefined-entity", Xml, "Сущность не определена: в XML есть только amp, lt, gt, quot, apos.", "The entity is not defined: XML has amp, lt, gt, quot, apos only.", ["Пишите сам символ в UTF-8.", "Write the character itself in UTF-8."]),
    row!("character-reference", Xml, "Ссылка на недопустимый символ.", "A reference to a character that is not allowed.", NOT_XML_OUTPUT),
    row!("forbidden-character", Xml, "Управляющий символ, запрещённый в XML.", "A control character that XML forbids.", ["Очищайте текст от управляющих символов при вводе.", "Strip control characters from text when it is entered."]),
    row!("name-syntax", Xml, "Имя элемента или атрибута недопустимо.", "The name of an element or attribute is not allowed.", NOT_XML_OUTPUT),
    row!("unbound-prefix", Xml, "Префикс пространства имён не объявлен.", "A namespace prefix is not declared.", ["Объявите xmlns:префикс на корневом элементе.", "Declare xmlns:prefix on the root element."]),
    row!("namespace-declaration", Xml, "Недопустимое объявление пространства имён.", "A namespace declaration that is not allowed.", NOT_XML_OUTPUT),
    row!("cvc-elt.1", Xsd, "Корневого элемента нет в схеме: не тот вид документа или пространство имён.", "The schema has no such root element: another kind of document or namespace.", ["Проверьте вид документа и xmlns=\"urn:hl7-org:v3\".", "Check the kind and xmlns=\"urn:hl7-org:v3\"."]),
    row!("cvc-elt.4.1", Xsd, "Значение xsi:type не является именем.", "The value of xsi:type is not a name.", SCHEMA),
    row!("cvc-elt.4.2", Xsd, "Тип из xsi:type не найден в схеме.", "The type of xsi:type is not in the schema.", SCHEMA),
    row!("cvc-elt.4.3", Xsd, "Тип из xsi:type не годится для этого элемента.", "The type of xsi:type does not fit the element.", SCHEMA),
    row!("cvc-type.2", Xsd, "Тип абстрактный: нужен xsi:type.", "The type is abstract: xsi:type is needed.", SCHEMA),
    row!("cvc-type.3.1.3", Xsd, "Значение элемента недопустимо.", "The value of an element is not allowed.", SCHEMA),
    row!("cvc-complex-type.2.1", Xsd, "Элемент должен быть пустым.", "The element must be empty.", SCHEMA),
    row!("cvc-complex-type.2.3", Xsd, "Текст там, где могут быть только элементы.", "Text where only elements may be.", SCHEMA),
    row!("cvc-complex-type.2.4.a", Xsd, "Элемент стоит не на своём месте: ожидался другой.", "An element is out of place: another one was expected.", SCHEMA),
    row!("cvc-complex-type.2.4.b", Xsd, "Содержимое неполно: не хватает элементов.", "The content is incomplete: elements are missing.", SCHEMA),
    row!("cvc-complex-type.2.4.c", Xsd, "Для элемента нет описания в схеме.", "The schema does not describe the element.", SCHEMA),
    row!("cvc-complex-type.2.4.d", Xsd, "Лишний элемент: здесь больше ничего не допускается.", "A superfluous element: nothing more is allowed here.", SCHEMA),
    row!("cvc-complex-type.3.1", Xsd, "Значение атрибута не то, что закреплено схемой.", "The value of an attribute is not the one the schema fixes.", SCHEMA),
    row!("cvc-complex-type.3.2.1", Xsd, "Атрибут здесь не допускается.", "The attribute is not allowed here.", SCHEMA),
    row!("cvc-complex-type.3.2.2", Xsd, "Атрибут здесь не допускается.", "The attribute is not allowed here.", SCHEMA),
    row!("cvc-complex-type.4", Xsd, "Нет обязательного атрибута.", "A required attribute is missing.", SCHEMA),
    row!("cvc-attribute.3", Xsd, "Значение атрибута недопустимо.", "The value of an attribute is not allowed.", SCHEMA),
    row!("cvc-attribute.4", Xsd, "Значение атрибута не то, что закреплено схемой.", "The value of an attribute is not the one the schema fixes.", SCHEMA),
    row!("cvc-datatype-valid.1.2.1", Xsd, "Значение не того типа данных.", "The value is not of the data type.", SCHEMA),
    row!("cvc-pattern-valid", Xsd, "Значение не соответствует образцу схемы.", "The value does not match the pattern of the schema.", SCHEMA),
    row!("cvc-enumeration-valid", Xsd, "Значения нет в перечне схемы.", "The value is not in the list of the schema.", SCHEMA),
    row!("cvc-id.1", Xsd, "Ссылка IDREF на отсутствующий ID.", "An IDREF names an ID that is not there.", SCHEMA),
    row!("cvc-id.2", Xsd, "Один ID указан дважды.", "One ID is given twice.", SCHEMA),
    row!("not-checked", Rule, "Проверка не выполнена: вердикт не может быть «корректен».", "A check was not done: the verdict cannot be “valid”.", ["Сообщение называет, чего не хватило.", "The message names what was missing."]),
];

/// The explanation of a rule name, if this layer has one.
pub fn find(name: &str) -> Option<Explanation> {
    let (_, layer, [meaning_ru, meaning_en, advice_ru, advice_en]) = TABLE.iter().find(|(known, ..)| *known == name)?;
    Some(Explanation {
        layer: *layer,
        meaning: Message::new(*meaning_ru, *meaning_en),
        advice: Message::new(*advice_ru, *advice_en),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = super::TABLE.iter().map(|(name, ..)| name).collect();
        assert_eq!(names.len(), super::TABLE.len());
    }
}
