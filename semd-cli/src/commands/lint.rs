//! `semd lint`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use semd_core::build::CardKinds;
use semd_core::kinds::KindRegistry;
use semd_core::lint::format::{self, Printed};
use semd_core::lint::{Linter, Report, Verdict};
use semd_core::report::Lang;
use semd_core::xml::LineIndex;
use time::{Date, OffsetDateTime};

use super::build::{card_kinds, read_card};
use crate::args::{DictionaryPlace, KindFolder, day};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::table::Table;
use crate::{batch, dictionaries, input};

/// Remark what makes documents poorer than they could be, with a score of completeness; never a reason against registration
#[derive(Args, Debug)]
pub struct Lint {
    /// Documents: files, folders, or `-` for a list on stdin; a file *.json is a card of `semd build`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
    #[command(flatten)]
    kinds: KindFolder,
    /// Day after which dates are of the future, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Date>,
    /// Folder with further kinds of cards, see docs/cards.md
    #[arg(long, value_name = "DIR", env = "SEMD_CARDS")]
    cards: Option<PathBuf>,
    /// Format of the report
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Documents checked at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the place in the source
    Full,
    /// One line a remark
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line, in the order of the documents
    Jsonl,
}

/// What lint says about one file, and why it could not look, where it could not.
struct Looked {
    bytes: Vec<u8>,
    report: Report,
    obstacles: Vec<String>,
}

impl Lint {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let today = OffsetDateTime::now_utc().date();
        let kinds = self.kinds.open()?;
        let mut linter = Linter::new().with_kinds(kinds.clone()).as_of(self.as_of.unwrap_or(today));
        if let Some(store) = dictionaries::open(&self.dictionaries)? {
            linter = linter.with_dictionaries(store);
        }
        let cards = card_kinds(self.cards.as_deref())?;
        let files = input::documents(&self.paths)?;
        let mut worst = Outcome::Good;
        let mut printed = 0;
        let mut totals = Totals::default();
        let bar = console.progress(files.len());
        batch::in_order(
            &files,
            self.jobs,
            |file| look(&linter, &cards, file, console.lang),
            |file, result| {
                bar.inc(1);
                match result {
                    Ok(looked) => {
                        looked.obstacles.iter().for_each(|line| console.complain(line));
                        if looked.report.verdict == Verdict::NotChecked {
                            worst = worst.worst(Outcome::Undecided);
                        }
                        console.data(&self.text(file, &looked, console, printed == 0));
                        printed += 1;
                        totals.add(&looked.report);
                    }
                    Err(failure) => {
                        console.complain(&failure.line(console.lang));
                        worst = worst.worst(failure.outcome);
                    }
                }
            },
        );
        bar.finish_and_clear();
        if self.format == Format::Json {
            console.data(if printed == 0 { "[]\n" } else { "]\n" });
        }
        if printed > 1 {
            console.note(&totals.table(&kinds, console));
        }
        Ok(worst)
    }

    fn text(&self, file: &Path, looked: &Looked, console: &Console, first: bool) -> String {
        let file = file.to_string_lossy();
        let printed = Printed {
            file: &file,
            source: &looked.bytes,
            report: &looked.report,
            lang: console.lang,
            show_personal_data: console.show_personal_data,
        };
        match self.format {
            Format::Full => format::full(&printed),
            Format::Concise => format::concise(&printed),
            Format::Jsonl => format::line(&printed) + "\n",
            Format::Json => format!("{}{}", if first { "[" } else { ",\n" }, format::line(&printed)),
        }
    }
}

fn look(linter: &Linter, cards: &CardKinds, file: &Path, lang: Lang) -> Result<Looked, Failure> {
    let name = file.display();
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let card = read_card(file)?;
        return Ok(match linter.card(&card, cards) {
            Ok(report) => Looked { bytes: Vec::new(), report, obstacles: Vec::new() },
            Err(error) => {
                let faults = error.faults().into_iter();
                let obstacles =
                    faults.map(|fault| format!("{name}#{}: {}", fault.pointer, fault.message.text(lang)));
                let bytes = card.to_string().into_bytes();
                Looked {
                    report: Report::not_checked(&bytes),
                    bytes: Vec::new(),
                    obstacles: obstacles.collect(),
                }
            }
        });
    }
    let bytes = input::read(file, linter.limits().max_bytes)?;
    Ok(match linter.document(&bytes) {
        Ok(report) => Looked { bytes, report, obstacles: Vec::new() },
        Err(fault) => {
            let finding = fault.finding(&LineIndex::new(&bytes));
            let text = finding.message.text(lang);
            let obstacle = format!("{name}:{}:{}: {text}", finding.line, finding.column);
            let report = Report::not_checked(&bytes);
            Looked { bytes, report, obstacles: vec![obstacle] }
        }
    })
}

/// The scores of one kind.
#[derive(Clone, Copy, Default)]
struct Scores {
    documents: usize,
    scored: usize,
    sum: u64,
    lowest: Option<u8>,
    remarks: usize,
}

impl Scores {
    fn add(&mut self, report: &Report) {
        self.documents += 1;
        self.remarks += report.findings.len();
        if let Some(score) = report.score {
            self.scored += 1;
            self.sum += u64::from(score);
            self.lowest = Some(self.lowest.map_or(score, |lowest| lowest.min(score)));
        }
    }

    /// Documents, average, lowest score and remarks as cells of a table.
    fn cells(&self) -> [String; 4] {
        let average = match self.scored {
            0 => "—".to_owned(),
            scored => format!("{:.1}", self.sum as f64 / scored as f64),
        };
        let lowest = self.lowest.map_or("—".to_owned(), |lowest| lowest.to_string());
        [self.documents.to_string(), average, lowest, self.remarks.to_string()]
    }
}

/// The scores by kind.
#[derive(Default)]
struct Totals {
    kinds: BTreeMap<Option<String>, Scores>,
    all: Scores,
}

impl Totals {
    fn add(&mut self, report: &Report) {
        self.kinds.entry(report.kind.clone()).or_default().add(report);
        self.all.add(report);
    }

    fn table(&self, registry: &KindRegistry, console: &Console) -> String {
        let mut table = Table::new(match console.lang {
            Lang::Ru => ["вид", "документ", "документов", "полнота", "наименьшая", "замечаний"],
            Lang::En => ["kind", "document", "documents", "completeness", "lowest", "remarks"],
        });
        for (code, scores) in &self.kinds {
            let known = code.as_deref().and_then(|code| registry.find(code));
            let title = known.map_or("—", |kind| kind.title_in(console.lang));
            let [documents, average, lowest, remarks] = scores.cells();
            let code = code.clone().unwrap_or_else(|| "—".to_owned());
            table.row([code, title.to_owned(), documents, average, lowest, remarks]);
        }
        let [documents, average, lowest, remarks] = self.all.cells();
        let all = console.text("всего", "all").to_owned();
        table.row([all, String::new(), documents, average, lowest, remarks]);
        table.to_string()
    }
}
