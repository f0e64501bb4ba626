//! `semd register`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use semd_core::report::format::{Printed, concise};
use semd_core::report::{Lang, Message, Severity, Verdict};
use semd_exchange::Exchange;
use semd_exchange::bundle::{self, Bundle, BundleError};
use semd_exchange::callback::CallbackSettings;
use semd_exchange::checksum::Checksum;
use semd_exchange::client::ClientLimits;
use semd_exchange::journal::{Record, State, Stop, Submission};
use semd_exchange::preflight::Preflight;
use semd_exchange::retry::RetryPolicy;
use semd_exchange::worker::{BatchReport, Intake};
use time::OffsetDateTime;

use super::journal::{journal_failure, table};
use super::packages::ListFormat;
use super::preflight::{Predicted, Sources, now, predict};
use super::validate::outcome as verdict_outcome;
use crate::args::JournalPlace;
use crate::console::Console;
use crate::envelope::EnvelopeFlags;
use crate::exchange::exchange_all;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::sending::SendingFlags;
use crate::tls::{ClientTlsFlags, service_url};
use crate::{batch, input};

/// Foresee the register's verdict, send what it would take, and wait for results; the journal keeps everything.
/// A rerun with the same documents goes on where the last run ended, however it ended
#[derive(Args, Debug)]
pub struct Register {
    /// Documents with their signatures beside them: files, folders, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// URL of the register
    #[arg(long, value_name = "URL", env = "SEMD_REGISTER", value_parser = service_url)]
    register: String,
    #[command(flatten)]
    tls: ClientTlsFlags,
    #[command(flatten)]
    envelope: EnvelopeFlags,
    #[command(flatten)]
    journal: JournalPlace,
    /// Address at which the register's calls are taken; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    callback: SocketAddr,
    /// URL under which the register reaches that address [default: the address itself]
    #[arg(long, value_name = "URL", value_parser = service_url)]
    reply_to: Option<String>,
    #[command(flatten)]
    sending: SendingFlags,
    /// How long to wait for results: `90s`, `15m`, `2h`, `3d`, or `none` to wait until all is settled
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = wait)]
    wait: Wait,
    /// Send documents although the register would refuse them, or although the checks cannot judge them
    #[arg(long)]
    force: bool,
    /// Documents checked at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Say what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sources: Sources,
    /// Kind of the documents [default: found from templateId]
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
    /// Format of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// How long to wait; `None` is without limit.
#[derive(Clone, Copy, Debug)]
struct Wait(Option<Duration>);

fn wait(text: &str) -> Result<Wait, String> {
    if text == "none" {
        return Ok(Wait(None));
    }
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];
    units
        .iter()
        .find_map(|(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Wait(Some(Duration::from_secs(u64::from(number) * seconds))))
        })
        .ok_or_else(|| "a number with `s`, `m`, `h` or `d`, or `none`".to_owned())
}

impl Register {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let files = input::documents(&self.paths)?;
        let preflight = self.sources.open(None, console)?;
        if self.dry_run {
            return self.prepare(&files, &preflight, console, &mut |part| {
                print_dry_run(&part, console);
                Ok(())
            });
        }
        // A wrong address or key is told before the documents are checked.
        self.journal.address()?;
        let client =
            self.tls.client(ClientLimits::default())?.with_security(self.envelope.security(console)?);
        let started = OffsetDateTime::now_utc();
        let mut journal = None;
        let mut intake = Intake::default();
        // A part goes into the journal as soon as it is checked: memory does not grow with the batch.
        let mut worst = self.prepare(&files, &preflight, console, &mut |part| {
            let exchange = match &mut journal {
                Some(exchange) => exchange,
                none => none.insert(self.open_journal(console)?),
            };
            intake.extend(Intake::take(exchange.journal(), part, started).map_err(journal_failure)?);
            Ok(())
        })?;
        let Some(exchange) = journal else {
            console.note(console.text("отправлять нечего", "there is nothing to send"));
            return Ok(worst);
        };
        let callback = CallbackSettings { listen: self.callback, ..CallbackSettings::default() };
        let settings = |reply_to: String| {
            let reply_to = self.reply_to.clone().unwrap_or(reply_to);
            self.sending.settings(&self.register, reply_to, self.wait.0)
        };
        let Some(report) = exchange_all(exchange, callback, client, settings, intake, console)? else {
            console.note(console.text(
                "прервано; журнал цел, та же команда продолжит",
                "interrupted; the journal is whole, the same command goes on",
            ));
            return Ok(Outcome::Interrupted);
        };
        worst = worst.worst(self.finish(&report, console));
        explain_rest(&report, started, console);
        Ok(worst)
    }

    fn open_journal(&self, console: &Console) -> Result<Exchange, Failure> {
        let address = self.journal.address()?;
        console.detail(&format!("{}: {address}", console.text("журнал", "journal")));
        let journal = address.open().map_err(journal_failure)?;
        Ok(Exchange::over(journal, RetryPolicy::default()))
    }

    /// Checks the documents, and hands over those that may be sent in parts.
    fn prepare(
        &self,
        files: &[PathBuf],
        preflight: &Preflight,
        console: &Console,
        hand_over: &mut (dyn FnMut(Vec<Submission>) -> Result<(), Failure> + Send),
    ) -> Result<Outcome, Failure> {
        /// Documents handed over together.
        const PART: usize = 64;
        let as_of = now();
        let bundles = Bundle::find_all(files).map_err(bundle_failure)?;
        let mut part = Vec::new();
        let mut stopped = None;
        let mut worst = Outcome::Good;
        let bar = console.progress(files.len());
        batch::in_order_and_go_on(
            &bundles,
            self.jobs,
            |bundle| predict(preflight, bundle, self.kind.as_deref(), as_of),
            |bundle, predicted| {
                bar.inc(1);
                if stopped.is_some() {
                    return;
                }
                let made = predicted.and_then(|predicted| self.submission(bundle, &predicted, console));
                match made {
                    Ok(submission) => part.push(submission),
                    Err(failure) => {
                        console.complain(&failure.line(console.lang));
                        worst = worst.worst(failure.outcome);
                    }
                }
                if part.len() == PART
                    && let Err(failure) = hand_over(std::mem::take(&mut part))
                {
                    stopped = Some(failure);
                }
            },
        );
        bar.finish_and_clear();
        if let Some(failure) = stopped {
            return Err(failure);
        }
        if !part.is_empty() {
            hand_over(part)?;
        }
        Ok(worst)
    }

    /// The submission of one document; a failure when the register would refuse it.
    fn submission(
        &self,
        bundle: &Bundle,
        predicted: &Predicted,
        console: &Console,
    ) -> Result<Submission, Failure> {
        let file = bundle.document.to_string_lossy();
        let report = &predicted.report.report;
        // Without signatures the request has no signers, so the authenticator is not among them either.
        let follows = |code| matches!(code, "NO_SIGNATURE" | "LEGAL_AUTHENTICATOR_NOT_FOUND");
        let only_unsigned = bundle.signatures.is_empty()
            && report.findings.iter().all(|one| one.severity != Severity::Error || follows(one.code));
        if only_unsigned && !self.force {
            return Err(Failure::usage(Message::new(
                format!("{file}: рядом нет подписей *.p7s (NO_SIGNATURE); подпишите документ: semd sign"),
                format!("{file}: no signature *.p7s stands beside it (NO_SIGNATURE); sign it: semd sign"),
            )));
        }
        if report.verdict != Verdict::Valid {
            let printed = Printed {
                file: &file,
                source: &predicted.files.document,
                report,
                elapsed_us: predicted.elapsed_us,
                lang: console.lang,
                show_personal_data: console.show_personal_data,
            };
            console.note(concise::lines(&printed).trim_end());
        }
        if report.verdict != Verdict::Valid && !self.force {
            let message = Message::new(
                format!("{file}: не отправлен, {}; --force отправит как есть", report.verdict.word(Lang::Ru)),
                format!("{file}: not sent, {}; --force sends it as it is", report.verdict.word(Lang::En)),
            );
            return Err(Failure { outcome: verdict_outcome(report.verdict), message });
        }
        let Some(kind) = &report.kind else {
            return Err(Failure::usage(Message::new(
                format!("{file}: вид документа не определён; укажите --kind"),
                format!("{file}: the kind of the document is not known; give --kind"),
            )));
        };
        bundle.load(kind, Checksum::default()).map_err(bundle_failure)
    }

    /// Writes results beside the documents, prints the table, and tells the outcome.
    fn finish(&self, report: &BatchReport, console: &Console) -> Outcome {
        let mut worst = Outcome::Good;
        for record in &report.documents {
            worst = worst.worst(outcome(record));
            if record.state.is_settled()
                && let Err(error) = bundle::write_result(record)
            {
                let failure = bundle_failure(error);
                console.complain(&failure.line(console.lang));
                worst = worst.worst(failure.outcome);
            }
        }
        match self.format {
            ListFormat::Concise => console.data(&table(&report.documents, console).to_string()),
            ListFormat::Jsonl => {
                for record in &report.documents {
                    console.data(&(serde_json::to_string(record).unwrap_or_default() + "\n"));
                }
            }
        }
        for (local_uid, file) in &report.different_bytes {
            let text = console.text(
                "этот идентификатор уже отправлен с другим содержимым; исправленному документу нужен новый ClinicalDocument/id",
                "this identifier was sent with other contents already; a corrected document needs a new ClinicalDocument/id",
            );
            console.complain(&format!("semd: {file}: {local_uid}: {text}"));
            worst = worst.worst(Outcome::Findings);
        }
        for Stop { organization, code, .. } in &report.stopped {
            let text = match console.lang {
                Lang::Ru => format!(
                    "отправка документов организации {organization} остановлена: {code} (semd explain {code}); \
                     когда причина устранена: semd journal resume {organization}"
                ),
                Lang::En => format!(
                    "nothing more of organisation {organization} is sent: {code} (semd explain {code}); \
                     when the cause is mended: semd journal resume {organization}"
                ),
            };
            console.complain(&format!("semd: {text}"));
            worst = worst.worst(Outcome::Findings);
        }
        if let Some(reason) = &report.unreachable {
            let text = console.text("регистр недоступен", "the register cannot be reached");
            console.complain(&format!("semd: {text}: {reason}"));
            worst = worst.worst(Outcome::Environment);
        }
        worst
    }
}

fn print_dry_run(submissions: &[Submission], console: &Console) {
    for submission in submissions {
        let request = &submission.request;
        let mut row = serde_json::json!({
            "file": submission.file,
            "local_uid": request.local_uid,
            "kind": request.kind,
            "personal_signatures": request.personal_signatures.len(),
            "organization_signature": request.org_signature.is_some(),
        });
        if console.show_personal_data
            && let (Some(object), Ok(value)) = (row.as_object_mut(), serde_json::to_value(request))
        {
            object.insert("request".to_owned(), value);
        }
        console.data(&format!("{row}\n"));
    }
}

/// Says why documents of the batch were not sent now, or have no result yet.
fn explain_rest(report: &BatchReport, started: OffsetDateTime, console: &Console) {
    let count =
        |wanted: &dyn Fn(&Record) -> bool| report.documents.iter().filter(|&record| wanted(record)).count();
    let earlier = count(&|record| settled_before(record, started));
    if earlier > 0 {
        console.note(&match console.lang {
            Lang::Ru => format!("улажены прошлым запуском и не отправлены снова: {earlier}"),
            Lang::En => format!("settled by an earlier run and not sent again: {earlier}"),
        });
    }
    let waiting = count(&|record| !record.state.is_settled());
    if waiting > 0 {
        console.note(&match console.lang {
            Lang::Ru => format!("без результата: {waiting}; та же команда продолжит, журнал всё помнит"),
            Lang::En => {
                format!("without a result: {waiting}; the same command goes on, the journal remembers")
            }
        });
    }
}

fn settled_before(record: &Record, time: OffsetDateTime) -> bool {
    record.state.is_settled() && record.updated_at < time
}

/// The outcome a journal state means for one document.
pub fn outcome(record: &Record) -> Outcome {
    match record.state {
        State::Registered => Outcome::Good,
        State::Rejected | State::Dead | State::Cancelled => Outcome::Findings,
        _ => Outcome::Undecided,
    }
}

/// The failure a bundle error means.
pub fn bundle_failure(error: BundleError) -> Failure {
    let message = Message::verbatim(error.to_string());
    match error {
        BundleError::File { .. } => Failure::environment(message),
        _ => Failure::usage(message),
    }
}
