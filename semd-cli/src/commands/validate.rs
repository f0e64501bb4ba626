//! `semd validate`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use semd_core::report::format::{Item, Printed, concise, full, html, json, junit, sarif, svrl};
use semd_core::report::{Lang, Message, Report, Verdict};
use semd_core::validate::{Layers, Options, Validator};
use time::Date;

use crate::args::{DictionaryPlace, KindFolder, PackageFolders, day};
use crate::console::Console;
use crate::expectations::Expectations;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::{batch, dictionaries, input, packages};

/// Check documents: XML Schema and Schematron of the rule package, dictionaries, rules of semd
#[derive(Args, Debug)]
pub struct Validate {
    /// Documents: files, folders, ZIP archives, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
    /// Kind of the documents, a code of НСИ 1.2.643.5.1.13.13.11.1520 [default: found from templateId]
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
    /// Layers to run [default: xsd,schematron,rule, and nsi where --nsi is given]
    #[arg(long, value_enum, value_delimiter = ',')]
    layers: Vec<LayerName>,
    /// Day of registration, YYYY-MM-DD: is the kind registered then, is the document of the future, which edition of the rules is
    /// in force [default: not checked; the rules in force when the document was made]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Date>,
    /// How documents must turn out (TOML or JSON): exactly with these findings; anything else is a finding, see
    /// docs/expectations.md
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write how documents turn out now, to be expected from now on
    #[arg(long, value_name = "FILE", conflicts_with = "expect")]
    write_expect: Option<PathBuf>,
    /// Format of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Full)]
    format: ReportFormat,
    /// Documents checked at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LayerName {
    Xsd,
    Schematron,
    Nsi,
    Rule,
}

/// How reports are printed, of every command that prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with the place in the source
    Full,
    /// One line a finding
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line, in the order of the documents
    Jsonl,
    /// JUnit XML, for build servers
    Junit,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
}

/// How reports of this command are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people, with the place in the source
    Full,
    /// One line a finding
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line, in the order of the documents
    Jsonl,
    /// JUnit XML, for build servers
    Junit,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// Schematron findings in the language of its standard (ISO/IEC 19757-3)
    Svrl,
    /// One page for all documents, to be opened in a browser or printed
    Html,
}

impl Validate {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut validator = Validator::new(packages::open(&self.folders)?).with_kinds(self.kinds.open()?);
        let chosen = |layer| self.layers.is_empty() || self.layers.contains(&layer);
        match dictionaries::open(&self.dictionaries)? {
            Some(store) => validator = validator.with_dictionaries(store),
            None if self.layers.contains(&LayerName::Nsi) => {
                return Err(Failure::usage(Message::new(
                    "для слоя nsi нужны справочники: --nsi ПУТЬ",
                    "layer nsi needs dictionaries: --nsi PATH",
                )));
            }
            None => {}
        }
        let options = Options {
            layers: Layers {
                xsd: chosen(LayerName::Xsd),
                schematron: chosen(LayerName::Schematron),
                nsi: chosen(LayerName::Nsi),
                rule: chosen(LayerName::Rule),
            },
            kind: self.kind,
            as_of: self.as_of,
            ..Options::default()
        };
        let files = input::documents_and_archives(&self.paths, options.limits.max_bytes)?;
        console.detail(&format!("{}: {}", console.text("документов", "documents"), files.len()));
        let mut expectations = Expectations::open(self.expect.as_deref(), self.write_expect)?;
        let mut worst = Outcome::Good;
        let mut printer = Printer::new(self.format, files.len() > 1, console);
        let bar = console.progress(files.len());
        let (style, alone) = (printer.style, !expectations.asked());
        batch::in_order(
            &files,
            self.jobs,
            |document| {
                let checked = judge(&validator, &options, document.read(options.limits.max_bytes)?)?;
                // Written at once: only the text waits for those before it.
                let text = if alone { style.document(&document.name, &checked) } else { None };
                Ok(match text {
                    Some(text) => Judged::Written { text, verdict: checked.report.verdict },
                    None => Judged::Checked(checked),
                })
            },
            |document, result: Result<Judged, Failure>| {
                bar.inc(1);
                worst = worst.worst(match result {
                    Ok(Judged::Written { text, verdict }) => {
                        printer.put(&text);
                        outcome(verdict)
                    }
                    Ok(Judged::Checked(mut checked)) => {
                        expectations.judge(&document.name, &mut checked.report);
                        printer.print(&document.name, &checked);
                        outcome(checked.report.verdict)
                    }
                    Err(failure) => {
                        printer.unread();
                        console.complain(&failure.line(console.lang));
                        failure.outcome
                    }
                });
            },
        );
        bar.finish_and_clear();
        for (file, report) in expectations.finish()? {
            worst = worst.worst(outcome(report.verdict));
            printer.print(&file, &Checked { bytes: Vec::new(), report, elapsed_us: 0 });
        }
        printer.finish();
        // The process ends here: taking the compiled packages apart piece by piece would only delay that, on one thread.
        std::mem::forget(validator);
        Ok(worst)
    }
}

/// One document of a batch.
enum Judged {
    /// What is printed of it.
    Written { text: String, verdict: Verdict },
    /// Its report, for formats and expectations that look at all documents.
    Checked(Checked),
}

/// A checked document with what printing needs.
pub struct Checked {
    /// Bytes of the document.
    pub bytes: Vec<u8>,
    /// What the checks say.
    pub report: Report,
    /// Time the checks took, microseconds.
    pub elapsed_us: u64,
}

/// Reads and checks one document.
pub fn check(validator: &Validator, options: &Options, file: &Path) -> Result<Checked, Failure> {
    judge(validator, options, input::read(file, options.limits.max_bytes)?)
}

/// Checks the bytes of one document.
fn judge(validator: &Validator, options: &Options, bytes: Vec<u8>) -> Result<Checked, Failure> {
    let start = Instant::now();
    let report = validator.validate(&bytes, options);
    let elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(Checked { bytes, report, elapsed_us })
}

/// The outcome a verdict means for one document.
pub fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Valid => Outcome::Good,
        Verdict::Invalid => Outcome::Findings,
        Verdict::Undecided => Outcome::Undecided,
    }
}

/// How a report is printed.
#[derive(Clone, Copy)]
struct Style {
    format: ReportFormat,
    lang: Lang,
    show_personal_data: bool,
    /// Whether there may be more than one document.
    several: bool,
}

impl Style {
    fn printed<'a>(self, file: &'a str, checked: &'a Checked) -> Printed<'a> {
        Printed {
            file,
            source: &checked.bytes,
            report: &checked.report,
            elapsed_us: checked.elapsed_us,
            lang: self.lang,
            show_personal_data: self.show_personal_data,
        }
    }

    /// The text of one document, in formats where it does not depend on others.
    fn document(self, file: &Path, checked: &Checked) -> Option<String> {
        let file = file.to_string_lossy();
        let printed = self.printed(&file, checked);
        match self.format {
            ReportFormat::Full => Some(full::text(&printed)),
            ReportFormat::Concise => Some(concise::lines(&printed)),
            ReportFormat::Jsonl => Some(json::line(&printed) + "\n"),
            ReportFormat::Svrl => Some(svrl::document(&printed, self.several)),
            ReportFormat::Json | ReportFormat::Html | ReportFormat::Junit | ReportFormat::Sarif => None,
        }
    }
}

/// Prints reports as they come.
pub struct Printer<'c> {
    style: Style,
    console: &'c Console,
    printed: usize,
    totals: html::Totals,
    collected: Collected,
}

/// Reports in formats that are one whole, printed at the end.
pub enum Collected {
    /// Nothing is collected: every report is printed as it comes.
    Nothing,
    /// JUnit.
    Junit(junit::Report),
    /// SARIF.
    Sarif(sarif::Log),
}

impl Collected {
    /// A JUnit report of a command.
    pub fn junit(command: &'static str, console: &Console) -> Self {
        Self::Junit(junit::Report::new(command, console.lang))
    }

    /// A SARIF log.
    pub fn sarif(console: &Console) -> Self {
        Self::Sarif(sarif::Log::new(env!("CARGO_PKG_VERSION"), console.lang))
    }

    /// Adds a report.
    pub fn add(&mut self, printed: &Printed<'_>) {
        self.add_item(&Item::of(printed));
    }

    /// Adds what is no validation of a document.
    pub fn add_item(&mut self, item: &Item<'_>) {
        match self {
            Self::Nothing => {}
            Self::Junit(report) => report.add(item),
            Self::Sarif(log) => log.add(item),
        }
    }

    /// The whole.
    pub fn finish(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Junit(report) => report.finish(),
            Self::Sarif(log) => log.finish(),
        }
    }
}

impl<'c> Printer<'c> {
    /// A printer on the console's stdout.
    pub fn new(format: ReportFormat, several: bool, console: &'c Console) -> Self {
        let collected = match format {
            ReportFormat::Junit => Collected::junit("semd validate", console),
            ReportFormat::Sarif => Collected::sarif(console),
            _ => Collected::Nothing,
        };
        let style =
            Style { format, lang: console.lang, show_personal_data: console.show_personal_data, several };
        Self { style, console, printed: 0, totals: html::Totals::default(), collected }
    }

    /// Counts a document that could not be read.
    pub fn unread(&mut self) {
        self.totals.unread += 1;
    }

    /// What stands before the first document.
    fn begin(&self) -> String {
        match self.style.format {
            ReportFormat::Json => "[".to_owned(),
            ReportFormat::Svrl => svrl::begin(self.style.several),
            ReportFormat::Html => html::begin(self.console.lang),
            _ => String::new(),
        }
    }

    /// Prints the report of one document.
    pub fn print(&mut self, file: &Path, checked: &Checked) {
        self.totals.add(&checked.report);
        let text = self.style.document(file, checked).unwrap_or_else(|| self.among_others(file, checked));
        self.put(&text);
    }

    /// The text of one document in formats where it depends on others.
    fn among_others(&mut self, file: &Path, checked: &Checked) -> String {
        let file = file.to_string_lossy();
        let printed = self.style.printed(&file, checked);
        match self.style.format {
            ReportFormat::Json => {
                format!("{}{}", if self.printed == 0 { "" } else { ",\n" }, json::line(&printed))
            }
            ReportFormat::Html => html::document(&printed),
            _ => {
                self.collected.add(&printed);
                String::new()
            }
        }
    }

    /// Prints the text of one document.
    fn put(&mut self, text: &str) {
        if self.printed == 0 {
            self.console.data(&self.begin());
        }
        self.printed += 1;
        self.console.data(text);
    }

    /// Prints what must follow the last report.
    pub fn finish(self) {
        if self.printed == 0 {
            self.console.data(&self.begin());
        }
        match self.style.format {
            ReportFormat::Json => self.console.data("]\n"),
            ReportFormat::Svrl => self.console.data(svrl::end(self.style.several)),
            ReportFormat::Html => self.console.data(&html::end(&self.totals, self.console.lang)),
            _ => {}
        }
        self.console.data(&self.collected.finish());
    }
}
