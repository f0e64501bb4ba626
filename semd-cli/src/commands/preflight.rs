//! `semd preflight`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use semd_core::report::format::{Printed, concise, full};
use semd_core::report::{Lang, Message};
use semd_core::validate::Validator;
use semd_exchange::bundle::{self, Bundle, BundleFiles};
use semd_exchange::journal::{Filter, Journal as _, SqliteJournal, State};
use semd_exchange::preflight::{self as predict, Missing, PreflightReport, RequestFileError};
use semd_exchange::reference::ReferenceData;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset, time};
use time::{Date, OffsetDateTime};

use super::journal::journal_failure;
use super::register::bundle_failure;
use super::validate::{Format, outcome};
use crate::args::{DictionaryPlace, PackageFolders};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::trust::TrustArguments;
use crate::{batch, dictionaries, input, packages};

/// Predict the register's verdict for bundles: the document, its signatures *.p7s and NAME.remd.json beside it.
/// Nothing is sent
#[derive(Args, Debug)]
pub struct Preflight {
    /// Documents with their signatures beside them: files, folders, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    sources: Sources,
    /// Journal whose registered documents are the own history
    #[arg(long, value_name = "sqlite:PATH")]
    history: Option<String>,
    /// The moment at which the register would check: a date (its end in Moscow) or RFC 3339 [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment)]
    as_of: Option<OffsetDateTime>,
    /// Make NAME.remd.json from each document and its signatures, and name what somebody must add
    #[arg(long)]
    write_request: bool,
    /// Kind of the documents, a code of НСИ 1.2.643.5.1.13.13.11.1520 [default: found from templateId]
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
    /// Format of the report
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Documents checked at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

/// What a prediction is made from.
#[derive(Args, Clone, Debug, Default)]
pub struct Sources {
    #[command(flatten)]
    folders: PackageFolders,
    /// Folder of reference data: tables *.csv or *.xlsx, see docs/reference-data.md
    #[arg(long, value_name = "DIR", env = "SEMD_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
    #[command(flatten)]
    trust: TrustArguments,
}

/// The moment of the clock, to seconds as signatures have it.
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().truncate_to_second()
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| {
            let day = Date::parse(text, format_description!("[year]-[month]-[day]"))?;
            Ok(day.with_time(time!(23:59:59)).assume_offset(offset!(+3)))
        })
        .map_err(|_: time::error::Parse| {
            "a date `2026-12-31`, or date and time with zone: 2026-12-31T12:00:00+03:00".to_owned()
        })
}

impl Sources {
    /// Opens everything, with the registered documents of a journal as the own history.
    pub fn open(&self, history: Option<&str>, console: &Console) -> Result<predict::Preflight, Failure> {
        let mut data = match &self.data {
            Some(folder) => ReferenceData::open(folder).map_err(|error| Failure::usage(error.message()))?,
            None => ReferenceData::default(),
        };
        if let Some(journal) = history {
            add_history(&mut data, journal)?;
        }
        let trust = self.trust.store()?;
        let mut validator = Validator::new(packages::open(&self.folders)?);
        if let Some(store) = dictionaries::open(&self.dictionaries)? {
            validator = validator.with_dictionaries(store);
        }
        Ok(predict::Preflight::new(validator, trust, data).show_personal_data(console.show_personal_data))
    }
}

/// The registered documents of a journal as rows of the table `history`.
fn add_history(data: &mut ReferenceData, journal: &str) -> Result<(), Failure> {
    let Some(path) = journal.strip_prefix("sqlite:").map(PathBuf::from).filter(|path| path.is_file()) else {
        return Err(Failure::usage(Message::new(
            format!("журнал «{journal}» не найден; укажите sqlite:ПУТЬ"),
            format!("there is no journal “{journal}”; give sqlite:PATH"),
        )));
    };
    let journal = SqliteJournal::open(&path).map_err(journal_failure)?;
    let filter = Filter { states: vec![State::Registered], ..Filter::default() };
    let mut rows = Vec::new();
    for record in journal.list(&filter).map_err(journal_failure)? {
        let request = journal.request(&record.local_uid).map_err(journal_failure)?.unwrap_or_default();
        let patient = request.patient.unwrap_or_default();
        rows.push(vec![
            record.local_uid,
            record.emdr_id.unwrap_or_default(),
            record.kind,
            request.organization,
            patient.local_id,
            patient.snils.unwrap_or_default(),
            String::new(),
            "registered".to_owned(),
        ]);
    }
    data.add_history(rows);
    Ok(())
}

/// A bundle with the prediction.
pub struct Predicted {
    /// The files.
    pub files: BundleFiles,
    /// What is foreseen.
    pub report: PreflightReport,
    request_file: String,
    missing: Vec<Missing>,
    /// Time the checks took, microseconds.
    pub elapsed_us: u64,
}

/// Reads a bundle and predicts.
pub fn predict(
    preflight: &predict::Preflight,
    bundle: &Bundle,
    kind: Option<&str>,
    as_of: OffsetDateTime,
) -> Result<Predicted, Failure> {
    let files = bundle.read().map_err(bundle_failure)?;
    let start = Instant::now();
    let (report, prepared) =
        preflight.check_prepared(&files, kind, as_of).map_err(|error| request_failure(bundle, error))?;
    let elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let request_file = prepared.request_file(files.request.as_deref());
    let missing = prepared.missing(preflight.data());
    Ok(Predicted { files, report, request_file, missing, elapsed_us })
}

fn request_failure(bundle: &Bundle, error: RequestFileError) -> Failure {
    let path = bundle::request_path(&bundle.document);
    let (path, RequestFileError { line, column }) = (path.display(), error);
    Failure::usage(Message::new(
        format!("{path}:{line}:{column}: это не объект JSON с полями запроса на регистрацию"),
        format!("{path}:{line}:{column}: not a JSON object with fields of a registration request"),
    ))
}

impl Preflight {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let preflight = self.sources.open(self.history.as_deref(), console)?;
        let as_of = self.as_of.unwrap_or_else(now);
        let files = input::documents(&self.paths)?;
        let bundles = Bundle::find_all(&files).map_err(bundle_failure)?;
        let mut worst = Outcome::Good;
        let mut printed = 0;
        let bar = console.progress(bundles.len());
        batch::in_order(
            &bundles,
            self.jobs,
            |bundle| predict(&preflight, bundle, self.kind.as_deref(), as_of),
            |bundle, predicted| {
                bar.inc(1);
                let done = predicted.and_then(|predicted| {
                    console.data(&self.text(bundle, &predicted, printed, console));
                    printed += 1;
                    self.write_request(bundle, &predicted, console)?;
                    Ok(outcome(predicted.report.report.verdict))
                });
                worst = worst.worst(done.unwrap_or_else(|failure| {
                    console.complain(&failure.line(console.lang));
                    failure.outcome
                }));
            },
        );
        bar.finish_and_clear();
        if self.format == Format::Json {
            console.data(if printed == 0 { "[]\n" } else { "]\n" });
        }
        Ok(worst)
    }

    fn text(&self, bundle: &Bundle, predicted: &Predicted, before: usize, console: &Console) -> String {
        let file = bundle.document.to_string_lossy();
        let Predicted { files, report, elapsed_us, .. } = predicted;
        let shown = Printed {
            file: &file,
            source: &files.document,
            report: &report.report,
            elapsed_us: *elapsed_us,
            lang: console.lang,
            show_personal_data: console.show_personal_data,
        };
        match self.format {
            Format::Full => full::text(&shown) + &summary(&file, report, console.lang),
            Format::Concise => concise::lines(&shown) + &summary(&file, report, console.lang),
            Format::Jsonl => report.json(&file, *elapsed_us, console.lang) + "\n",
            Format::Json => {
                let begin = if before == 0 { "[" } else { ",\n" };
                format!("{begin}{}", report.json(&file, *elapsed_us, console.lang))
            }
        }
    }

    fn write_request(
        &self,
        bundle: &Bundle,
        predicted: &Predicted,
        console: &Console,
    ) -> Result<(), Failure> {
        if !self.write_request {
            return Ok(());
        }
        let path = bundle::request_path(&bundle.document);
        input::write_atomically(&path, predicted.request_file.as_bytes())?;
        for missing in &predicted.missing {
            let why = missing.why.text(console.lang);
            let word = console.text("добавьте", "add");
            console.note(&format!("{}: {word} {}: {why}", path.display(), missing.field));
        }
        Ok(())
    }
}

/// What the register would answer, and how much could not be checked for want of data.
fn summary(file: &str, report: &PreflightReport, lang: Lang) -> String {
    let codes = report.codes().into_iter().collect::<Vec<_>>().join(", ");
    let mut needs: Vec<&str> = report.not_checked().flat_map(|(_, needs)| needs).copied().collect();
    needs.sort_unstable();
    needs.dedup();
    let (count, needs) = (report.not_checked().count(), needs.join(", "));
    let answer = match (lang, codes.is_empty()) {
        (Lang::Ru, true) => "отказ не предвидится".to_owned(),
        (Lang::En, true) => "no refusal is foreseen".to_owned(),
        (Lang::Ru, false) => format!("РЭМД откажет: {codes}"),
        (Lang::En, false) => format!("the register would refuse: {codes}"),
    };
    let rest = match (lang, count) {
        (_, 0) => String::new(),
        (Lang::Ru, _) => format!("; не проверено кодов: {count}, нужны данные: {needs}"),
        (Lang::En, _) => format!("; codes not checked: {count}, data needed: {needs}"),
    };
    format!("{file}: {answer}{rest}\n")
}
