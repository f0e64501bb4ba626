//! Words for the elements, attributes and codes of CDA that a page names.

use crate::report::Lang;

/// How an element is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A value on one line.
    Value,
    /// A group of rows under its own label.
    Group,
    /// Only holds its children: their rows stand in its place.
    Transparent,
}

use Layout::{Group, Transparent, Value};

/// Local name, layout, Russian label, English label.
pub(super) type Row = (&'static str, Layout, &'static str, &'static str);

/// Sorted by name.
const ELEMENTS: &[Row] = &[
    ("AOGUID", Value, "Адресный объект ФИАС", "FIAS address object"),
    ("Address", Group, "ФИАС", "FIAS"),
    ("AuthorityDoc", Group, "Документ о полномочиях", "Authority document"),
    ("Country", Value, "Страна", "Country"),
    ("Dept", Value, "Подразделение", "Department"),
    ("DocInfo", Group, "Документ-основание оплаты", "Ground of payment"),
    ("DocType", Value, "Вид медицинской карты", "Kind of record"),
    ("HOUSEGUID", Value, "Дом ФИАС", "FIAS house"),
    ("INN", Value, "ИНН", "INN"),
    ("IdentityCardType", Value, "Вид документа", "Kind of document"),
    ("IdentityCardTypeId", Value, "Вид документа", "Kind of document"),
    ("IdentityDoc", Group, "Документ, удостоверяющий личность", "Identity document"),
    ("IdentityDocType", Value, "Вид документа", "Kind of document"),
    ("InsuracePolicy", Group, "Полис ОМС", "Insurance policy"),
    ("InsuracePolicyType", Value, "Вид полиса", "Kind of policy"),
    ("InsurancePolicy", Group, "Полис ОМС", "Insurance policy"),
    ("InsurancePolicyType", Value, "Вид полиса", "Kind of policy"),
    ("IssueDate", Value, "Дата выдачи", "Issued on"),
    ("IssueOrgCode", Value, "Код подразделения", "Code of the issuer"),
    ("IssueOrgName", Value, "Кем выдан", "Issued by"),
    ("Number", Value, "Номер", "Number"),
    ("Ogrn", Value, "ОГРН", "OGRN"),
    ("Ogrnip", Value, "ОГРНИП", "OGRNIP"),
    ("Okato", Value, "ОКАТО", "OKATO"),
    ("Okpo", Value, "ОКПО", "OKPO"),
    ("Patronymic", Value, "Отчество", "Patronymic"),
    ("Props", Group, "Реквизиты", "Registration numbers"),
    ("Series", Value, "Серия", "Series"),
    ("Type", Value, "Тип адреса", "Kind of address"),
    ("act", Group, "Действие", "Act"),
    ("addr", Value, "Адрес", "Address"),
    ("addrDept", Group, "Адрес подразделения", "Address of the department"),
    ("administrationUnitCode", Value, "Единица приёма", "Unit of administration"),
    ("administrativeGenderCode", Value, "Пол", "Sex"),
    ("approachSiteCode", Value, "Доступ", "Approach site"),
    ("assignedAuthor", Transparent, "Автор", "Author"),
    ("assignedAuthoringDevice", Group, "Устройство", "Device"),
    ("assignedCustodian", Transparent, "Хранитель", "Custodian"),
    ("assignedEntity", Transparent, "Сотрудник", "Member of the staff"),
    ("assignedPerson", Transparent, "Сотрудник", "Person"),
    ("associatedEntity", Transparent, "Участник", "Participant"),
    ("associatedPerson", Transparent, "Лицо", "Person"),
    ("authenticator", Group, "Заверитель", "Authenticator"),
    ("author", Group, "Автор", "Author"),
    ("authorization", Group, "Разрешение", "Authorization"),
    ("birthTime", Value, "Дата рождения", "Date of birth"),
    ("birthplace", Group, "Место рождения", "Place of birth"),
    ("center", Value, "середина", "centre"),
    ("city", Value, "Населённый пункт", "City"),
    ("code", Value, "Код", "Code"),
    ("component", Transparent, "Часть", "Component"),
    ("componentOf", Group, "Случай оказания помощи", "Case of care"),
    ("confidentialityCode", Value, "Конфиденциальность", "Confidentiality"),
    ("consent", Transparent, "Согласие", "Consent"),
    ("consumable", Group, "Препарат", "Medicine"),
    ("copyTime", Value, "Время копии", "Time of the copy"),
    ("country", Value, "Страна", "Country"),
    ("county", Value, "Район", "County"),
    ("criterion", Transparent, "Условие", "Criterion"),
    ("custodian", Group, "Хранитель документа", "Custodian"),
    ("dataEnterer", Group, "Ввёл данные", "Entered by"),
    ("desc", Value, "Описание", "Description"),
    ("dischargeDispositionCode", Value, "Исход обращения", "Disposition"),
    ("documentationOf", Group, "Документированное событие", "Documented service"),
    ("doseQuantity", Value, "Доза", "Dose"),
    ("effectiveTime", Value, "Дата и время", "Date and time"),
    ("effectivetime", Group, "Срок действия", "Validity"),
    ("encompassingEncounter", Transparent, "Случай", "Case"),
    ("encounter", Group, "Обращение", "Encounter"),
    ("encounterParticipant", Group, "Участник случая", "Participant of the case"),
    ("entry", Transparent, "Запись", "Entry"),
    ("entryRelationship", Transparent, "Связанная запись", "Related entry"),
    ("expectedUseTime", Value, "Срок применения", "Expected time of use"),
    ("externalAct", Group, "Внешнее действие", "External act"),
    ("externalDocument", Transparent, "Документ", "Document"),
    ("externalObservation", Group, "Внешнее наблюдение", "External observation"),
    ("externalProcedure", Group, "Внешняя процедура", "External procedure"),
    ("family", Value, "Фамилия", "Family name"),
    ("functionCode", Value, "Роль", "Function"),
    ("given", Value, "Имя", "Given name"),
    ("guardian", Group, "Законный представитель", "Guardian"),
    ("guardianOrganization", Group, "Организация представителя", "Organisation of the guardian"),
    ("guardianPerson", Transparent, "Представитель", "Guardian"),
    ("healthCareFacility", Transparent, "Место оказания помощи", "Facility"),
    ("high", Value, "по", "until"),
    ("houseNumber", Value, "Дом", "House"),
    ("id", Value, "Идентификатор", "Identifier"),
    ("inFulfillmentOf", Group, "Направление", "Order"),
    ("independentInd", Value, "Независимо", "Independent"),
    ("informant", Group, "Источник сведений", "Informant"),
    ("informationRecipient", Group, "Получатель", "Recipient"),
    ("inn", Value, "ИНН", "INN"),
    ("intendedRecipient", Transparent, "Получатель", "Recipient"),
    ("interpretationCode", Value, "Оценка", "Interpretation"),
    ("languageCode", Value, "Язык", "Language"),
    ("legalAuthenticator", Group, "Лицо, придавшее юридическую силу", "Legal authenticator"),
    ("location", Group, "Место", "Location"),
    ("lotNumberText", Value, "Серия", "Lot"),
    ("low", Value, "с", "from"),
    ("manufacturedLabeledDrug", Transparent, "Препарат", "Medicine"),
    ("manufacturedMaterial", Transparent, "Препарат", "Medicine"),
    ("manufacturedProduct", Transparent, "Препарат", "Medicine"),
    ("manufacturerModelName", Value, "Модель", "Model"),
    ("manufacturerOrganization", Group, "Производитель", "Manufacturer"),
    ("maritalStatusCode", Value, "Семейное положение", "Marital status"),
    ("maxDoseQuantity", Value, "Наибольшая доза", "Maximum dose"),
    ("methodCode", Value, "Метод", "Method"),
    ("modeCode", Value, "Способ участия", "Mode"),
    ("name", Value, "Наименование", "Name"),
    ("nonXMLBody", Transparent, "Файл", "File"),
    ("observation", Group, "Наблюдение", "Observation"),
    ("observationMedia", Group, "Вложение", "Attachment"),
    ("observationRange", Transparent, "Норма", "Reference range"),
    ("ogrn", Value, "ОГРН", "OGRN"),
    ("order", Transparent, "Направление", "Order"),
    ("organizer", Group, "Группа", "Group"),
    ("originalText", Value, "Исходный текст", "Original text"),
    ("parentDocument", Transparent, "Документ", "Document"),
    ("participant", Group, "Участник", "Participant"),
    ("participantRole", Transparent, "Участник", "Participant"),
    ("patient", Transparent, "Пациент", "Patient"),
    ("patientRole", Transparent, "Пациент", "Patient"),
    ("performer", Group, "Исполнитель", "Performer"),
    ("period", Value, "каждые", "every"),
    ("place", Transparent, "Место", "Place"),
    ("playingDevice", Transparent, "Устройство", "Device"),
    ("playingEntity", Transparent, "Объект", "Entity"),
    ("postalCode", Value, "Индекс", "Postal code"),
    ("precondition", Group, "Условие", "Precondition"),
    ("priorityCode", Value, "Срочность", "Priority"),
    ("procedure", Group, "Процедура", "Procedure"),
    ("product", Group, "Препарат", "Product"),
    ("providerOrganization", Group, "Медицинская организация", "Provider"),
    ("qualifier", Value, "уточнение", "qualifier"),
    ("quantity", Value, "Количество", "Quantity"),
    ("rateQuantity", Value, "Скорость", "Rate"),
    ("realmCode", Value, "Область применения", "Realm"),
    ("receivedOrganization", Transparent, "Организация", "Organisation"),
    ("recordTarget", Group, "Пациент", "Patient"),
    ("reference", Group, "Ссылка на документ", "Reference"),
    ("referenceRange", Group, "Норма", "Reference range"),
    ("regionOfInterest", Group, "Область изображения", "Region of interest"),
    ("relatedDocument", Group, "Связанный документ", "Related document"),
    ("relatedEntity", Transparent, "Источник", "Informant"),
    ("relatedPerson", Transparent, "Лицо", "Person"),
    ("relatedSubject", Transparent, "О ком", "Subject"),
    ("repeatNumber", Value, "Повторы", "Repeats"),
    ("representedCustodianOrganization", Transparent, "Организация", "Organisation"),
    ("representedOrganization", Group, "Организация", "Organisation"),
    ("residentCode", Value, "Житель города или села", "Town or country"),
    ("responsibleParty", Group, "Ответственный", "Responsible"),
    ("routeCode", Value, "Путь введения", "Route"),
    ("scopingEntity", Group, "Источник", "Scoping entity"),
    ("scopingOrganization", Group, "Организация", "Organisation"),
    ("section", Group, "Раздел", "Section"),
    ("sequenceNumber", Value, "Порядок", "Sequence"),
    ("serviceCond", Value, "Условия оказания помощи", "Conditions of care"),
    ("serviceEvent", Transparent, "Событие", "Service"),
    ("serviceForm", Value, "Форма помощи", "Form of care"),
    ("serviceProviderOrganization", Group, "Организация", "Organisation"),
    ("serviceRemote", Value, "Дистанционно", "From afar"),
    ("serviceType", Value, "Вид помощи", "Kind of care"),
    ("setId", Value, "Набор версий", "Set of versions"),
    ("signatureCode", Value, "Подпись", "Signature"),
    ("softwareName", Value, "Программа", "Software"),
    ("specimen", Group, "Образец", "Specimen"),
    ("specimenPlayingEntity", Transparent, "Образец", "Specimen"),
    ("specimenRole", Transparent, "Образец", "Specimen"),
    ("standardIndustryClassCode", Value, "Отрасль", "Industry"),
    ("state", Value, "Субъект РФ", "State"),
    ("stateCode", Value, "Субъект РФ", "Region"),
    ("statusCode", Value, "Состояние", "Status"),
    ("streetAddressLine", Value, "Адрес", "Street address"),
    ("streetName", Value, "Улица", "Street"),
    ("structuredBody", Transparent, "Содержание", "Body"),
    ("subject", Group, "О ком", "Subject"),
    ("substanceAdministration", Group, "Лекарственное назначение", "Medication"),
    ("supply", Group, "Отпуск", "Supply"),
    ("targetSiteCode", Value, "Область", "Target site"),
    ("telecom", Value, "Контакт", "Contact"),
    ("templateId", Value, "Шаблон", "Template"),
    ("text", Value, "Текст", "Text"),
    ("time", Value, "Время", "Time"),
    ("title", Value, "Название", "Title"),
    ("translation", Value, "то же", "also"),
    ("typeId", Value, "Основа формата", "Type"),
    ("unitID", Value, "Квартира", "Unit"),
    ("value", Value, "Значение", "Value"),
    ("versionNumber", Value, "Версия", "Version"),
    ("width", Value, "длительность", "width"),
];

/// Attributes that say nothing to a reader: structure, not statement.
const SILENT: &[&str] = &[
    "ID",
    "classCode",
    "contextConductionInd",
    "contextControlCode",
    "determinerCode",
    "inversionInd",
    "type",
];

/// Element, attribute, code, Russian, English: the codes of structure that a reader needs.
const CODES: &[(&str, &str, &str, &str)] = &[
    ("moodCode", "INT", "намерение", "intended"),
    ("moodCode", "RQO", "назначено", "requested"),
    ("moodCode", "PRMS", "обещано", "promised"),
    ("moodCode", "PRP", "предложено", "proposed"),
    ("moodCode", "GOL", "цель", "goal"),
    ("moodCode", "APT", "назначенный приём", "appointment"),
    ("negationInd", "true", "ОТРИЦАНИЕ: этого нет или не было", "NEGATED: this is not so"),
    ("negationInd", "1", "ОТРИЦАНИЕ: этого нет или не было", "NEGATED: this is not so"),
    ("typeCode", "RPLC", "заменяет", "replaces"),
    ("typeCode", "APND", "дополняет", "appends"),
    ("typeCode", "XFRM", "преобразован из", "transforms"),
    ("use", "WP", "рабочий", "work"),
    ("use", "HP", "домашний", "home"),
    ("use", "H", "домашний", "home"),
    ("use", "MC", "мобильный", "mobile"),
    ("use", "PG", "пейджер", "pager"),
    ("use", "AS", "автоответчик", "answering service"),
    ("use", "TMP", "временный", "temporary"),
];

/// Words of `nullFlavor` (HL7 vocabulary NullFlavor).
const NULL_FLAVORS: &[(&str, &str, &str)] = &[
    ("NI", "нет информации", "no information"),
    ("INV", "недопустимое значение", "invalid"),
    ("DER", "вычисляется из других данных", "derived"),
    ("OTH", "нет в справочнике", "other than the dictionary has"),
    ("NINF", "минус бесконечность", "negative infinity"),
    ("PINF", "плюс бесконечность", "positive infinity"),
    ("UNC", "не кодировано", "not encoded"),
    ("MSK", "скрыто", "masked"),
    ("NA", "неприменимо", "not applicable"),
    ("UNK", "неизвестно", "unknown"),
    ("ASKU", "запрошено, но неизвестно", "asked but unknown"),
    ("NAV", "временно недоступно", "temporarily unavailable"),
    ("NASK", "не спрашивали", "not asked"),
    ("QS", "достаточное количество", "sufficient quantity"),
    ("TRC", "следы", "trace"),
];

fn pick(lang: Lang, ru: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ru => ru,
        Lang::En => en,
    }
}

/// The row of an element; `None` when the page has no word for it, and its name must do.
pub(super) fn row(local: &str) -> Option<&'static Row> {
    ELEMENTS.binary_search_by(|row| row.0.cmp(local)).ok().map(|index| &ELEMENTS[index])
}

/// The label of a row.
pub(super) fn label(row: &'static Row, lang: Lang) -> &'static str {
    pick(lang, row.2, row.3)
}

/// Whether an attribute says something to a reader.
pub(super) fn speaks(attribute: &str, value: &str) -> bool {
    match attribute {
        "moodCode" => !matches!(value, "EVN" | "DEF"),
        "negationInd" => !matches!(value, "false" | "0"),
        "typeCode" => matches!(value, "RPLC" | "APND" | "XFRM"),
        _ => !SILENT.contains(&attribute),
    }
}

/// The words of a structural code.
pub(super) fn code(attribute: &str, value: &str, lang: Lang) -> Option<&'static str> {
    let found = CODES.iter().find(|row| row.0 == attribute && row.1 == value);
    found.map(|row| pick(lang, row.2, row.3))
}

/// The words of a null flavour.
pub(super) fn null_flavor(flavor: &str, lang: Lang) -> Option<&'static str> {
    NULL_FLAVORS.iter().find(|row| row.0 == flavor).map(|row| pick(lang, row.1, row.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_for_the_search() {
        assert!(ELEMENTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_null_flavor_of_the_model_has_words() {
        for flavor in crate::model::NullFlavor::ALL {
            assert!(null_flavor(flavor.code(), Lang::Ru).is_some(), "{}", flavor.code());
        }
    }
}
