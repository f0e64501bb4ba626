//! What preflight says about many bundles, for people: who must mend what.
//!
//! The same entries make one HTML page with a tab for doctors, operators and managers ([`Batch::html`]), and tables with the
//! headings that operators use ([`Batch::csv`], [`Batch::xlsx`]). Personal data are masked unless asked for: an employee is then a number
//! and the identifier in the МИС, by which the clinic knows who it is.

mod html;
mod panels;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use semd_core::kinds::KindRegistry;
use semd_core::report::{Finding, Lang, Message, Owner, Severity, Verdict, redact};
use time::{Date, OffsetDateTime};

use super::{Doctor, PreflightReport, Stage};
use crate::codes::classify;
use crate::sheet::{self, WorkbookError};

/// Whose turn it may be, in the order of the report.
const OWNERS: [Owner; 5] = [Owner::Clinic, Owner::Mis, Owner::Integrator, Owner::Register, Owner::Mixed];

/// Checks whose warnings are about a day to come.
const DEADLINES: [&str; 3] =
    ["dates/kind-window", "certificates/person-on-check", "certificates/organization-not-after"];

/// Bundles and what is foreseen for them.
///
/// ```
/// use semd_core::report::Lang;
/// use semd_exchange::preflight::Batch;
///
/// let batch = Batch::new(Lang::Ru, false, time::macros::datetime!(2026-03-01 12:00 UTC));
/// assert!(batch.html().starts_with("<!DOCTYPE html>"));
/// ```
pub struct Batch {
    lang: Lang,
    show_personal_data: bool,
    as_of: OffsetDateTime,
    kinds: KindRegistry,
    entries: Vec<Entry>,
    /// The number of each employee, in the order of appearance.
    employees: HashMap<String, usize>,
    /// Codes that were not checked in some bundle, by the data they lack.
    not_checked: BTreeMap<&'static str, BTreeSet<&'static str>>,
    unread: Vec<(String, String)>,
}

/// One bundle.
struct Entry {
    file: String,
    local_uid: String,
    kind: String,
    department: String,
    employee: String,
    created: Option<Date>,
    verdict: Verdict,
    /// The codes of the first answer that refuses.
    answer: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

/// One finding of a bundle.
struct Problem {
    code: &'static str,
    /// Whether it is about a date to come rather than about a mistake.
    deadline: bool,
    stage: Option<Stage>,
    severity: Severity,
    owner: Owner,
    retryable: bool,
    /// What the code means, in a few words.
    title: String,
    /// The words of the register.
    message: String,
    advice: String,
    place: String,
}

impl fmt::Debug for Batch {
    /// Without the personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Batch {
    /// A report without bundles, texts in `lang`, for the moment `as_of`.
    pub fn new(lang: Lang, show_personal_data: bool, as_of: OffsetDateTime) -> Self {
        Self {
            lang,
            show_personal_data,
            as_of,
            kinds: KindRegistry::embedded(),
            entries: Vec::new(),
            employees: HashMap::new(),
            not_checked: BTreeMap::new(),
            unread: Vec::new(),
        }
    }

    /// The same report with the titles of another registry of kinds.
    #[must_use]
    pub fn with_kinds(self, kinds: KindRegistry) -> Self {
        Self { kinds, ..self }
    }

    /// Adds a bundle.
    pub fn add(&mut self, file: &str, report: &PreflightReport) {
        for (code, needs) in report.not_checked() {
            for need in needs {
                self.not_checked.entry(need).or_default().insert(code.mnemonic);
            }
        }
        let about = &report.about;
        let kind = report.report.kind.clone().unwrap_or_default();
        let title = self.kinds.find(&kind).map(|known| known.title_in(self.lang));
        let department = match (&about.department, &about.department_name) {
            (_, Some(name)) => name.clone(),
            (Some(oid), None) => oid.clone(),
            (None, None) => self.word("Отделение не указано", "No department given").to_owned(),
        };
        let entry = Entry {
            file: file.to_owned(),
            local_uid: report.local_uid.clone(),
            kind: title.map(|title| format!("{title} ({kind})")).unwrap_or(kind),
            department,
            employee: self.employee(about.doctor.as_ref()),
            created: about.created,
            verdict: report.report.verdict,
            answer: report.codes(),
            problems: report.report.findings.iter().map(|finding| self.problem(report, finding)).collect(),
        };
        self.entries.push(entry);
    }

    /// Adds a bundle that could not be read.
    pub fn add_unread(&mut self, file: &str, reason: &Message) {
        self.unread.push((file.to_owned(), reason.text(self.lang).to_owned()));
    }

    /// One HTML page that needs nothing but itself.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// A CSV file: a row for every finding, and one for every bundle without any.
    pub fn csv(&self) -> String {
        table::findings(self).csv()
    }

    /// An XLSX workbook: the rows of [`Batch::csv`], counts by owner, and what was not checked.
    ///
    /// # Errors
    /// When there are more rows than a workbook takes.
    pub fn xlsx(&self) -> Result<Vec<u8>, WorkbookError> {
        sheet::workbook(&table::workbook(self), self.as_of)
    }

    fn word(&self, ru: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }

    /// How an employee is called: by name, or by a number and the identifier in the МИС.
    fn employee(&mut self, doctor: Option<&Doctor>) -> String {
        let Some(doctor) = doctor else {
            return self.word("Сотрудник не указан", "No employee given").to_owned();
        };
        if self.show_personal_data {
            return format!("{}, СНИЛС {}", doctor.name, doctor.snils);
        }
        let key = format!("{} {} {}", doctor.snils, doctor.name, doctor.local_id);
        let next = self.employees.len() + 1;
        let number = *self.employees.entry(key).or_insert(next);
        // An identifier that is a СНИЛС in disguise is masked, too.
        let digits = doctor.local_id.bytes().filter(u8::is_ascii_digit).count();
        let shown = if digits >= 11 { redact::shape(&doctor.local_id) } else { doctor.local_id.clone() };
        let (word, id) =
            (self.word("Сотрудник №", "Employee"), self.word("код в МИС", "identifier in the МИС"));
        if shown.is_empty() { format!("{word} {number}") } else { format!("{word} {number} ({id} {shown})") }
    }

    fn problem(&self, report: &PreflightReport, finding: &Finding) -> Problem {
        let predicted = report.predicted.iter().find(|one| one.finding == *finding);
        let meaning = classify(finding.code, &super::reply_text(finding));
        let advice = finding.advice(self.lang).map(Cow::into_owned);
        let advice = advice.or_else(|| meaning.advice().map(|advice| advice.text(self.lang).to_owned()));
        let mut place = String::new();
        if finding.line > 0 {
            place = format!("{} {}", self.word("строка", "line"), finding.line);
        }
        if let Some(path) = &finding.path {
            place = format!("{place}{}{path}", if place.is_empty() { "" } else { ", " });
        }
        Problem {
            code: finding.code,
            deadline: finding.severity == Severity::Warning
                && predicted.is_some_and(|one| DEADLINES.contains(&one.check)),
            stage: predicted.map(|one| one.stage),
            severity: finding.severity,
            owner: finding.owner,
            retryable: finding.retryable,
            title: meaning.title().map(|title| title.text(self.lang).to_owned()).unwrap_or_default(),
            message: finding.message.text(self.lang).to_owned(),
            advice: advice.unwrap_or_default(),
            place,
        }
    }
}

impl Entry {
    fn of(&self, severity: Severity) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.severity == severity)
    }

    /// Errors that an owner must mend.
    fn errors_of(&self, owner: Owner) -> impl Iterator<Item = &Problem> {
        self.of(Severity::Error).filter(move |problem| problem.owner == owner)
    }

    /// Name of the file without its folder.
    fn name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file)
    }

    fn status(&self, lang: Lang) -> &'static str {
        match (self.verdict, lang) {
            (Verdict::Valid, Lang::Ru) => "Отказ не предвидится",
            (Verdict::Valid, Lang::En) => "No refusal foreseen",
            (Verdict::Invalid, Lang::Ru) => "РЭМД откажет",
            (Verdict::Invalid, Lang::En) => "The register would refuse",
            (Verdict::Undecided, Lang::Ru) => "Не определено",
            (Verdict::Undecided, Lang::En) => "Undecided",
        }
    }
}
