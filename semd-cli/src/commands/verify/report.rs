//! The report of `semd verify` in each of its formats.

use std::borrow::Cow;
use std::path::Path;

use clap::ValueEnum;
use semd_core::report::format::{Item, Problem};
use semd_core::report::{Lang, Owner, Severity, Verdict};
use semd_exchange::codes::{Code, Resend};
use semd_sign::verify::{CheckStatus, SignatureReport, SignatureVerdict};

use super::super::validate::Collected;
use super::Judged;
use super::page::Page;
use super::signed::{Container, Signed};
use crate::console::Console;
use crate::table::Table;

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: every check of one document; of many, a table and the checks that do not hold
    Full,
    /// One line a signature
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line, in the order of the documents
    Jsonl,
    /// JUnit XML, for build servers
    Junit,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// One HTML page
    Html,
}

/// What a table says of one signature, or of a document without one.
pub(super) struct Row {
    pub(super) file: String,
    pub(super) role: String,
    pub(super) signer: String,
    pub(super) signed: String,
    /// The verdict for people.
    pub(super) meaning: &'static str,
    pub(super) verdict: Verdict,
    pub(super) codes: String,
}

impl Row {
    fn of(bundle: &Signed, container: &Container, report: &SignatureReport, console: &Console) -> Self {
        let show_pii = console.show_personal_data;
        Self {
            // A container whose document is inside stands for it.
            file: bundle.document.as_deref().unwrap_or(&container.path).to_string_lossy().into_owned(),
            role: match container.role.as_str() {
                "" if bundle.document.is_some() => file_name(&container.path),
                role => role.to_owned(),
            },
            signer: report.signer.as_ref().map(|signer| signer.shown_name(show_pii)).unwrap_or_default(),
            signed: report.signing_time.map(|time| time.date().to_string()).unwrap_or_default(),
            meaning: word(report.verdict, console),
            verdict: verdict(report.verdict),
            codes: match report.codes.as_slice() {
                [] => report.sub_indication.unwrap_or_default().to_owned(),
                codes => codes.join(" "),
            },
        }
    }
}

/// Prints reports as they come.
pub(super) struct Printer<'c> {
    format: Format,
    /// Whether many documents were asked for.
    several: bool,
    console: &'c Console,
    printed: usize,
    counts: [usize; 3],
    collected: Collected,
    table: Option<Table>,
    page: Option<Page>,
    /// What stands under the table.
    details: String,
}

impl<'c> Printer<'c> {
    pub(super) fn new(format: Format, several: bool, console: &'c Console) -> Self {
        let collected = match format {
            Format::Junit => Collected::junit("semd verify", console),
            Format::Sarif => Collected::sarif(console),
            _ => Collected::Nothing,
        };
        let table = (several && format == Format::Full).then(|| Table::of(titles(console.lang)));
        let page = (format == Format::Html).then(|| Page::new(console.lang));
        let details = String::new();
        Self { format, several, console, printed: 0, counts: [0; 3], collected, table, page, details }
    }

    /// A document without containers.
    pub(super) fn unsigned(&mut self, bundle: &Signed) {
        let file = document(bundle);
        let meaning = self.console.text("нет", "none");
        self.collected.add_item(&Item {
            file: &file,
            verdict: Verdict::Undecided,
            elapsed_us: 0,
            problems: Vec::new(),
        });
        if self.table.is_none() && self.page.is_none() {
            let unsigned = self.console.text("подписи нет", "not signed");
            self.console.complain(&format!("{file}: {unsigned}"));
            return;
        }
        let empty = String::new;
        let row = Row {
            file: file.into_owned(),
            role: empty(),
            signer: empty(),
            signed: empty(),
            meaning,
            verdict: Verdict::Undecided,
            codes: empty(),
        };
        self.row(row, "");
    }

    /// One container.
    pub(super) fn print(&mut self, bundle: &Signed, container: &Container, judged: &Judged) {
        let name = container.path.to_string_lossy();
        let report = match &judged.report {
            Ok(report) => report,
            Err(failure) => {
                self.console.complain(&failure.line(self.console.lang));
                return;
            }
        };
        let lang = self.console.lang;
        match self.format {
            Format::Full if !self.several => {
                self.console.data(&full(&name, report, self.console, Checks::All));
            }
            Format::Full | Format::Html => {
                let details = match report.is_passed() {
                    true => String::new(),
                    false => full(&name, report, self.console, Checks::NotHolding),
                };
                self.row(Row::of(bundle, container, report, self.console), &details);
            }
            Format::Concise => self.console.data(&concise(&name, report)),
            Format::Json | Format::Jsonl => {
                let file = document(bundle);
                let object = report.object(&file, &name, lang, self.console.show_personal_data);
                let object = serde_json::to_string(&object).unwrap_or_default();
                let (before, after) = match (self.format, self.printed) {
                    (Format::Jsonl, _) => ("", "\n"),
                    (_, 0) => ("[", ""),
                    _ => (",\n", ""),
                };
                self.console.data(&format!("{before}{object}{after}"));
            }
            Format::Junit | Format::Sarif => self.collected.add_item(&item(&name, judged, report, lang)),
        }
        self.printed += 1;
    }

    /// Adds to the table or the page, and counts; `details` stand under the table or the row.
    fn row(&mut self, row: Row, details: &str) {
        let [good, bad, undecided] = &mut self.counts;
        *match row.verdict {
            Verdict::Valid => good,
            Verdict::Invalid => bad,
            Verdict::Undecided => undecided,
        } += 1;
        if let Some(page) = &mut self.page {
            page.add(&row, details);
        }
        if let Some(table) = &mut self.table {
            self.details.push_str(details);
            table.row([row.file, row.role, row.signer, row.signed, row.meaning.to_owned(), row.codes]);
        }
    }

    /// Prints what must follow the last report.
    pub(super) fn finish(self) {
        let [good, bad, undecided] = self.counts;
        let totals = match self.console.lang {
            Lang::Ru => format!("подписи: верных {good}, неверных {bad}, не решено или нет {undecided}"),
            Lang::En => format!("signatures: {good} good, {bad} bad, {undecided} undecided or none"),
        };
        if let Some(table) = self.table {
            let gap = if self.details.is_empty() { "" } else { "\n" };
            self.console.data(&format!("{table}\n{totals}\n{gap}{}", self.details));
        }
        if let Some(page) = self.page {
            self.console.data(&page.finish(&totals));
        }
        if self.format == Format::Json {
            self.console.data(if self.printed == 0 { "[]\n" } else { "]\n" });
        }
        self.console.data(&self.collected.finish());
    }
}

/// Titles of the columns.
pub(super) fn titles(lang: Lang) -> Vec<String> {
    let titles = match lang {
        Lang::Ru => ["документ", "роль", "подписал", "дата", "подпись", "коды РЭМД или причина"],
        Lang::En => ["document", "role", "signer", "date", "signature", "register codes or reason"],
    };
    titles.map(str::to_owned).to_vec()
}

fn document(bundle: &Signed) -> Cow<'_, str> {
    bundle.document.as_deref().map(Path::to_string_lossy).unwrap_or_default()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn verdict(verdict: SignatureVerdict) -> Verdict {
    match verdict {
        SignatureVerdict::TotalPassed => Verdict::Valid,
        SignatureVerdict::TotalFailed => Verdict::Invalid,
        SignatureVerdict::Indeterminate => Verdict::Undecided,
    }
}

fn meaning(verdict: SignatureVerdict, console: &Console) -> &'static str {
    match verdict {
        SignatureVerdict::TotalPassed => console.text("подпись верна", "the signature is good"),
        SignatureVerdict::TotalFailed => console.text("подпись не верна", "the signature is bad"),
        SignatureVerdict::Indeterminate => console.text("судить нельзя", "cannot be judged"),
    }
}

/// The verdict in a table, under the title "signature".
fn word(verdict: SignatureVerdict, console: &Console) -> &'static str {
    match verdict {
        SignatureVerdict::TotalPassed => console.text("верна", "good"),
        SignatureVerdict::TotalFailed => console.text("не верна", "bad"),
        SignatureVerdict::Indeterminate => console.text("не решено", "undecided"),
    }
}

/// For other programs: every check that does not hold under the register's most telling code.
fn item<'a>(name: &'a str, judged: &Judged, report: &'a SignatureReport, lang: Lang) -> Item<'a> {
    let code = report.codes.first().copied().or(report.sub_indication).unwrap_or("SIGNATURE");
    let known = Code::find(code);
    let problems = report.checks.iter().filter_map(|check| {
        let severity = match check.status {
            CheckStatus::NotOk => Severity::Error,
            CheckStatus::Warning => Severity::Warning,
            CheckStatus::Info => Severity::Info,
            CheckStatus::Ok | CheckStatus::Ignored => return None,
        };
        Some(Problem {
            code,
            rule: &check.id,
            severity,
            message: check.message.text(lang),
            help: known.map(|code| Cow::Borrowed(code.advice.text(lang))),
            path: None,
            line: 0,
            column: 0,
            owner: known.map_or(Owner::Mis, |code| code.owner),
            retryable: known.is_some_and(|code| code.resend == Resend::MayHelp),
        })
    });
    Item {
        file: name,
        verdict: verdict(report.verdict),
        elapsed_us: judged.elapsed_us,
        problems: problems.collect(),
    }
}

fn verdict_word(report: &SignatureReport) -> String {
    let verdict = match report.verdict {
        SignatureVerdict::TotalPassed => "total-passed",
        SignatureVerdict::TotalFailed => "total-failed",
        SignatureVerdict::Indeterminate => "indeterminate",
    };
    report.sub_indication.map_or_else(|| verdict.to_owned(), |reason| format!("{verdict} ({reason})"))
}

fn concise(name: &str, report: &SignatureReport) -> String {
    let codes: String = report.codes.iter().map(|code| format!(" {code}")).collect();
    format!("{name}: {}{codes}\n", verdict_word(report))
}

/// Which checks are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checks {
    All,
    NotHolding,
}

fn full(name: &str, report: &SignatureReport, console: &Console, checks: Checks) -> String {
    let meaning = meaning(report.verdict, console);
    let mut out = format!("{name}: {}, {}: {meaning}\n", report.format, verdict_word(report));
    if !report.codes.is_empty() {
        let codes = console.text("коды РЭМД", "register codes");
        out.push_str(&format!("  {codes}: {}\n", report.codes.join(" ")));
    }
    for check in &report.checks {
        let mark = match check.status {
            CheckStatus::Ok => "+",
            CheckStatus::NotOk => "×",
            CheckStatus::Warning => "!",
            CheckStatus::Info => "i",
            CheckStatus::Ignored => "-",
        };
        if checks == Checks::All || matches!(check.status, CheckStatus::NotOk | CheckStatus::Warning) {
            let message = check.message.text(console.lang);
            out.push_str(&format!("  {mark} {} — {message} [{}]\n", check.id, check.clause));
        }
    }
    out
}
