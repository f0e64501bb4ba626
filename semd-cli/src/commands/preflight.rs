//! `semd preflight`.

mod report;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use semd_core::report::Message;
use semd_core::validate::Validator;
use semd_exchange::bundle::{self, Bundle, BundleFiles};
use semd_exchange::journal::{Filter, JournalAddress, State};
use semd_exchange::preflight::{self as predict, Missing, PreflightReport, RequestFileError};
use semd_exchange::reference::ReferenceData;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset, time};
use time::{Date, OffsetDateTime};

use self::report::{Format, Report};
use super::journal::journal_failure;
use super::register::bundle_failure;
use super::validate::outcome;
use crate::args::{DictionaryPlace, KindFolder, PackageFolders, ReferencePlace};
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
    #[arg(long, value_name = "sqlite:PATH|postgres://…")]
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
    /// Write the report to this file, whole or not at all [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Documents checked at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

/// What a prediction is made from.
#[derive(Args, Clone, Debug, Default)]
pub struct Sources {
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
    #[command(flatten)]
    reference: ReferencePlace,
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
        let mut data = self.reference.open()?;
        if let Some(journal) = history {
            add_history(&mut data, journal)?;
        }
        let trust = self.trust.store()?;
        let mut validator = Validator::new(packages::open(&self.folders)?).with_kinds(self.kinds.open()?);
        if let Some(store) = dictionaries::open(&self.dictionaries)? {
            validator = validator.with_dictionaries(store);
        }
        Ok(predict::Preflight::new(validator, trust, data).show_personal_data(console.show_personal_data))
    }
}

/// The registered documents of a journal as rows of the table `history`.
fn add_history(data: &mut ReferenceData, journal: &str) -> Result<(), Failure> {
    let address: JournalAddress = journal.parse().map_err(|_| no_journal(journal))?;
    // A file that is not there would be made.
    if matches!(&address, JournalAddress::Sqlite(path) if !path.is_file()) {
        return Err(no_journal(journal));
    }
    let journal = address.open().map_err(journal_failure)?;
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

fn no_journal(journal: &str) -> Failure {
    Failure::usage(Message::new(
        format!("журнал «{journal}» не найден; укажите sqlite:ПУТЬ или postgres://…"),
        format!("there is no journal “{journal}”; give sqlite:PATH or postgres://…"),
    ))
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
    let missing = prepared.missing(preflight.kinds(), preflight.data());
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
        if self.format == Format::Xlsx && self.output.is_none() && io::stdout().is_terminal() {
            return Err(Failure::usage(Message::new(
                "xlsx — не текст для терминала; укажите файл: --output ФАЙЛ",
                "xlsx is no text for a terminal; give a file: --output FILE",
            )));
        }
        let preflight = self.sources.open(self.history.as_deref(), console)?;
        let as_of = self.as_of.unwrap_or_else(now);
        let files = input::documents(&self.paths)?;
        let bundles = Bundle::find_all(&files).map_err(bundle_failure)?;
        let mut worst = Outcome::Good;
        let mut report = Report::new(&self, preflight.kinds(), as_of, console);
        let bar = console.progress(bundles.len());
        batch::in_order(
            &bundles,
            self.jobs,
            |bundle| predict(&preflight, bundle, self.kind.as_deref(), as_of),
            |bundle, predicted| {
                bar.inc(1);
                let file = bundle.document.to_string_lossy();
                let done = predicted.inspect_err(|failure| report.add_unread(&file, &failure.message));
                let done = done.and_then(|predicted| {
                    report.add(&file, &predicted);
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
        report.finish()?;
        Ok(worst)
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
