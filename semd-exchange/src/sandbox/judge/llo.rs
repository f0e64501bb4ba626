//! ФРЛЛО, the checking system of subsidised prescriptions and dispensings.

use semd_core::header::{Header, Timestamp};
use semd_core::report::{Report, Verdict};
use semd_core::xml::{Document, ElementId, HL7_V3};
use time::{Date, Duration, Month};

use super::{Knowledge, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};

/// The file as ФРЛЛО reads it.
pub(super) struct Recipe<'a> {
    pub(super) request: &'a RegisterDocumentRequest,
    pub(super) document: &'a Document<'a>,
    pub(super) header: &'a Header,
    pub(super) report: Option<&'a Report>,
    pub(super) known: &'a Knowledge<'a>,
}

impl Recipe<'_> {
    /// All errors ФРЛЛО would name.
    pub(super) fn judge(&self, errors: &mut Vec<RegisterError>) {
        let prescriptions = self.sections("RECIPE");
        let prescribed = !self.sections("BENEFITS").is_empty() && !prescriptions.is_empty();
        let dispensed = self.sections("MEDDISPENSE");
        if !prescribed && dispensed.is_empty() {
            return;
        }
        self.kind(errors);
        self.citizen(errors);
        self.system(errors);
        let organization =
            if prescribed { "FRLLO_ORGANIZATION_ERROR" } else { "FRLLO_RELEASE_ORGANIZATION_ERROR" };
        self.organization(organization, errors);
        if prescribed {
            self.prescription(&prescriptions, errors);
        }
        if !dispensed.is_empty() {
            self.dispensing(&dispensed, errors);
        }
    }

    fn kind(&self, errors: &mut Vec<RegisterError>) {
        let rule = self.known.rows("kind-rules", &self.request.kind);
        if rule.first().is_some_and(|rule| !["prescription", "dispense"].contains(&rule.get("frllo"))) {
            let text = "Передан СЭМД с типом, для которого не предусмотрена проверка в ФРЛЛО";
            refuse(errors, "FRLLO_NOT_CORRECT_TYPE", text.to_owned());
        }
        if self.report.is_some_and(|report| report.verdict == Verdict::Invalid) {
            refuse(errors, "FRLLO_SEMD_FLK_ERROR", "СЭМД не прошел ФЛК".to_owned());
        }
    }

    fn citizen(&self, errors: &mut Vec<RegisterError>) {
        let empty = Default::default();
        let patient = self.header.patient.as_ref().unwrap_or(&empty);
        let person = &patient.person;
        if person.family.is_none()
            || person.given.is_none()
            || patient.gender.is_none()
            || patient.birth_date.is_none()
        {
            let text = "Не переданы обязательные сведения о гражданине";
            refuse(errors, "FRLLO_REQUIRED_CITIZEN_ERROR", text.to_owned());
        }
        let numbers: Vec<(String, String)> = self
            .all("Number")
            .map(|one| {
                let paper = self.document.parent(one).map(|paper| self.document.local_name(paper).to_owned());
                (paper.unwrap_or_default(), self.document.string_value(one).trim().to_owned())
            })
            .filter(|(paper, number)| {
                ["InsurancePolicy", "IdentityDoc"].contains(&paper.as_str()) && !number.is_empty()
            })
            .collect();
        if person.snils.is_none() && numbers.is_empty() {
            let text = "Не передано ни одного идентификатора гражданина";
            refuse(errors, "FRLLO_REQUIRED_IDENTIFY_ERROR", text.to_owned());
        }
        let today = self.today();
        let born_in_range = patient
            .birth_date
            .is_none_or(|born| (1900..=today.year()).contains(&born.date().year()) && born.date() <= today);
        let policy_fits = numbers
            .iter()
            .filter(|(paper, _)| paper == "InsurancePolicy")
            .all(|(_, number)| number.len() <= 16 && number.bytes().all(|byte| byte.is_ascii_digit()));
        if !born_in_range || !policy_fits || person.snils.as_ref().is_some_and(|snils| snils.len() != 11) {
            refuse(errors, "FRLLO_VALIDATION_ERROR", "Неверный формат передаваемого значения".to_owned());
        }
    }

    fn system(&self, errors: &mut Vec<RegisterError>) {
        let Some(system) = self.system_code() else { return };
        if self.known.knows("systems") && self.known.rows("systems", &system).is_empty() {
            refuse(
                errors,
                "FRLLO_UNKNOWN_SYSTEM",
                format!("Не удалось определить информационную систему [{system}]"),
            );
        }
    }

    fn organization(&self, code: &str, errors: &mut Vec<RegisterError>) {
        let mut named: Vec<&str> = self
            .all("assignedAuthor")
            .flat_map(|author| self.document.children_named(author, HL7_V3, "representedOrganization"))
            .flat_map(|organization| self.document.children_named(organization, HL7_V3, "id"))
            .filter_map(|id| self.document.attribute(id, "", "root"))
            .collect();
        named.sort_unstable();
        named.dedup();
        let own = self.header.organization.oid.as_deref();
        let agrees = named.len() == 1 && named.first().copied() == own;
        let registered = !self.known.rows("organizations", named.first().unwrap_or(&"")).is_empty();
        if self.known.knows("organizations") && !(agrees && registered) {
            refuse(errors, code, "Не переданы сведения об организации, или они противоречивы".to_owned());
        }
    }

    fn prescription(&self, sections: &[ElementId], errors: &mut Vec<RegisterError>) {
        let entries: Vec<_> = sections
            .iter()
            .flat_map(|&section| self.document.children_named(section, HL7_V3, "entry"))
            .collect();
        let mut trade_name = false;
        for &entry in &entries {
            let codes = self.material_codes(entry);
            trade_name |= codes.iter().any(|(_, dictionary)| dictionary.ends_with(".99.2.540"));
            self.position(&codes, "FRLLO_RECIPE_POSITION_ERROR", errors);
        }
        if trade_name && self.observations("4059").is_empty() && self.sections("COMMISSION").is_empty() {
            let text = "Отсутствуют сведения о врачебной комиссии при назначении по торговому наименованию";
            refuse(errors, "FRLLO_COMISSION_INFO_ERROR", text.to_owned());
        }
        // Older editions document no event: the document itself is the prescription.
        let issued = match self.all("serviceEvent").next() {
            Some(event) => self.time(event),
            None => self.time(self.document.root()),
        };
        if issued.is_none_or(|issued| issued > self.today()) {
            refuse(
                errors,
                "FRLLO_RECIPE_DATE_ERROR",
                "В СЭМД не корректно передана дата назначения".to_owned(),
            );
        }
        let (terms, benefits) = (self.observations("6004"), self.observations("811"));
        let unknown = |observations: &[ElementId], table: &str| {
            observations.iter().any(|&one| self.known.rows(table, self.coded_value(one)).is_empty())
        };
        let dictionaries = self.known.knows("prescription-terms") && self.known.knows("benefit-systems");
        if dictionaries && (unknown(&terms, "prescription-terms") || unknown(&benefits, "benefit-systems")) {
            refuse(errors, "FRLLO_DIC_ERROR", "Неверный код термина".to_owned());
        }
        for term in terms {
            let rows = self.known.rows("prescription-terms", self.coded_value(term));
            let (Some(row), Some(issued), Some(last)) = (rows.first(), issued, self.time(term)) else {
                continue;
            };
            let number = |column| row.get(column).parse::<i64>().unwrap_or_default();
            if last != later(issued, number("months"), number("days")) {
                let text = "Дата срока действия не согласуется со сроком действия согласно справочнику";
                refuse(errors, "FRLLO_EXPIRE_DATE_ERROR", text.to_owned());
            }
        }
        let Some(system) = self.system_code() else { return };
        for benefit in benefits {
            let owners = self.known.rows("benefit-systems", self.coded_value(benefit));
            if !owners.is_empty() && owners.iter().all(|owner| owner.get("system") != system) {
                refuse(
                    errors,
                    "FRLLO_BENEFIT_SOURCE_ERROR",
                    format!("Информационная система [{system}] не является владельцем сведений о назначении"),
                );
            }
        }
    }

    fn dispensing(&self, sections: &[ElementId], errors: &mut Vec<RegisterError>) {
        let references: Vec<_> = self.all("externalDocument").collect();
        self.served(&references, errors);
        let prescribed = references.iter().find_map(|&reference| self.time(reference));
        let supplies = sections
            .iter()
            .flat_map(|&section| self.document.descendants(section).collect::<Vec<_>>())
            .filter(|&one| self.document.local_name(one) == "supply");
        for supply in supplies {
            let codes = self.material_codes(supply);
            self.position(&codes, "FRLLO_RELISE_POSITION_ERROR", errors);
            let given = self.time(supply);
            let in_order = given
                .is_some_and(|given| given <= self.today() && prescribed.is_none_or(|first| first <= given));
            if !in_order {
                refuse(errors, "FRLLO_RELISE_DATE_ERROR", "Не корректно передана дата отпуска".to_owned());
            }
            let quantity = self.document.child(supply, HL7_V3, "quantity");
            let units = quantity.and_then(|quantity| self.document.child(quantity, HL7_V3, "translation"));
            let number = |element: Option<ElementId>| -> Option<f64> {
                self.document.attribute(element?, "", "value")?.parse().ok()
            };
            let per_pack: Option<f64> = codes.first().and_then(|(code, _)| {
                self.known
                    .rows("products", code)
                    .first()
                    .and_then(|row| row.get("units_per_pack").parse().ok())
            });
            if let (Some(packs), Some(units), Some(per_pack)) = (number(quantity), number(units), per_pack)
                && (packs * per_pack).round() != units.round()
            {
                let text = "Количество отпущенных упаковок не согласуется с кол-вом потребительских единиц";
                refuse(errors, "FRLLO_RELISE_QTY_ERROR", text.to_owned());
            }
        }
    }

    /// The prescription must be named, and an own one must be registered.
    fn served(&self, references: &[ElementId], errors: &mut Vec<RegisterError>) {
        let Some(history) = self.known.data.table("history") else { return };
        let ids: Vec<(&str, &str)> = references
            .iter()
            .flat_map(|&reference| self.document.children_named(reference, HL7_V3, "id"))
            .map(|id| {
                let value = |name| self.document.attribute(id, "", name).unwrap_or_default();
                (value("root"), value("extension"))
            })
            .collect();
        let number =
            ids.iter().find(|(root, number)| *root == "1.2.643.5.1.13.13.17.1.1" && !number.is_empty());
        let ours = ids.iter().any(|(root, _)| root.starts_with(&format!("{}.", self.request.organization)));
        let registered = number.is_some_and(|(_, number)| history.find_by("emdr_id", number).is_some());
        if number.is_none() || (ours && !registered) {
            let text = "Отсутствуют сведения о переданном назначении мед. продукции";
            refuse(errors, "FRLLO_RECIPE_IDENTIFY_ERROR", text.to_owned());
        }
    }

    /// Exactly one product, and a known one.
    fn position(&self, codes: &[(String, String)], code: &str, errors: &mut Vec<RegisterError>) {
        if !self.known.knows("products") {
            return;
        }
        let single = matches!(codes, [(product, _)] if !self.known.rows("products", product).is_empty());
        if !single {
            refuse(errors, code, "Код мед. продукции не передан или неоднозначен".to_owned());
        }
    }

    fn all(&self, name: &'static str) -> impl Iterator<Item = ElementId> + '_ {
        self.document
            .descendants(self.document.root())
            .filter(move |&one| self.document.local_name(one) == name)
    }

    fn code_of(&self, element: ElementId) -> Option<(&str, &str)> {
        let code = self.document.child(element, HL7_V3, "code")?;
        let value = |name| self.document.attribute(code, "", name).unwrap_or_default();
        Some((value("code"), value("codeSystem")))
    }

    fn sections(&self, wanted: &str) -> Vec<ElementId> {
        self.all("section").filter(|&one| self.code_of(one).is_some_and(|(code, _)| code == wanted)).collect()
    }

    fn observations(&self, wanted: &str) -> Vec<ElementId> {
        self.all("observation")
            .filter(|&one| self.code_of(one).is_some_and(|(code, _)| code == wanted))
            .collect()
    }

    fn coded_value(&self, observation: ElementId) -> &str {
        let value = self.document.child(observation, HL7_V3, "value");
        value.and_then(|value| self.document.attribute(value, "", "code")).unwrap_or_default()
    }

    fn material_codes(&self, entry: ElementId) -> Vec<(String, String)> {
        self.document
            .descendants(entry)
            .filter(|&one| self.document.local_name(one) == "manufacturedMaterial")
            // A regimen inside the entry repeats the material without a code.
            .flat_map(|material| self.document.children_named(material, HL7_V3, "code").collect::<Vec<_>>())
            .map(|code| {
                let value = |name| self.document.attribute(code, "", name).unwrap_or_default().to_owned();
                (value("code"), value("codeSystem"))
            })
            .filter(|(code, _)| !code.is_empty())
            .collect()
    }

    fn system_code(&self) -> Option<String> {
        let inside = self.document.descendants(self.document.root()).find_map(|one| {
            let dictionary = self.document.attribute(one, "", "codeSystem")?;
            dictionary
                .ends_with(".99.2.622")
                .then(|| self.document.attribute(one, "", "code").map(str::to_owned))?
        });
        let own = self.known.data.table("system").and_then(|table| table.rows().next());
        inside.or_else(|| own.map(|row| row.get("llo_system").to_owned())).filter(|code| !code.is_empty())
    }

    /// The day in `effectiveTime`, alone or as the start of a period.
    fn time(&self, element: ElementId) -> Option<Date> {
        let time = self.document.child(element, HL7_V3, "effectiveTime")?;
        let low = || self.document.attribute(self.document.child(time, HL7_V3, "low")?, "", "value");
        let stamp = Timestamp::parse(self.document.attribute(time, "", "value").or_else(low)?)?;
        stamp.has_day().then(|| stamp.date())
    }

    fn today(&self) -> Date {
        self.known.now.to_offset(time::macros::offset!(+3)).date()
    }
}

/// Months and days later, at most the last day of the month.
fn later(day: Date, months: i64, days: i64) -> Date {
    let mut month = day.month();
    let mut year = day.year();
    for _ in 0..months {
        month = month.next();
        if month == Month::January {
            year += 1;
        }
    }
    let last = month.length(year);
    Date::from_calendar_date(year, month, day.day().min(last))
        .unwrap_or(day)
        .saturating_add(Duration::days(days))
}
