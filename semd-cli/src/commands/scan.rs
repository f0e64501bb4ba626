//! `semd scan`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use semd_core::personal_data::{FoundNumber, KnownNumbers, scan};
use semd_core::report::{Message, redact};
use semd_core::xml::LineIndex;
use serde::Serialize;

use crate::batch;
use crate::console::Console;
use crate::failure::Failure;
use crate::input::{self, Document};
use crate::outcome::Outcome;

/// Largest file that is looked into, bytes.
const MAX_BYTES: usize = 256 << 20;
/// Bytes at the beginning that tell text from anything else.
const PROBE: usize = 8 << 10;

/// Look for numbers of real people (СНИЛС, policies, passports) in files that must not have any
#[derive(Args, Debug)]
pub struct Scan {
    /// Text files of any kind, folders, ZIP archives, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// List of numbers that may be there, one a line; `123*` for all that begin so; repeatable
    #[arg(long, value_name = "FILE")]
    allow: Vec<PathBuf>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t = ScanFormat::Concise)]
    format: ScanFormat,
    /// Files looked into at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScanFormat {
    /// One line a number
    Concise,
    /// One JSON object a number
    Jsonl,
}

#[derive(Serialize)]
struct Row<'a> {
    schema: &'static str,
    file: &'a str,
    line: u32,
    column: u32,
    kind: semd_core::personal_data::NumberKind,
    number: &'a str,
}

impl Scan {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let known = self.known()?;
        let files = input::all_files(&self.paths, MAX_BYTES)?;
        let bar = console.progress(files.len());
        let (mut worst, mut numbers) = (Outcome::Good, 0);
        batch::in_order(
            &files,
            self.jobs,
            |file| look_into(file, &known),
            |file, found| {
                bar.inc(1);
                match found {
                    Ok(found) => {
                        numbers += found.len();
                        for one in &found {
                            worst = worst.worst(Outcome::Findings);
                            console.data(&self.line(&file.name, one, console));
                        }
                    }
                    Err(failure) => {
                        console.complain(&failure.line(console.lang));
                        worst = worst.worst(failure.outcome);
                    }
                }
            },
        );
        bar.finish_and_clear();
        console.note(&format!(
            "{}: {}, {}: {numbers}",
            console.text("файлов", "files"),
            files.len(),
            console.text("номеров, похожих на настоящие", "numbers that look real"),
        ));
        Ok(worst)
    }

    fn known(&self) -> Result<KnownNumbers, Failure> {
        let mut known = KnownNumbers::synthetic();
        for path in &self.allow {
            let list = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
            known.add_list(&list).map_err(|line| {
                let path = path.display();
                Failure::usage(Message::new(
                    format!("{path}:{line}: ожидается номер из цифр, в конце может стоять *"),
                    format!("{path}:{line}: a number of digits is expected, * may stand at its end"),
                ))
            })?;
        }
        Ok(known)
    }

    fn line(&self, file: &Path, found: &Found, console: &Console) -> String {
        let file = file.to_string_lossy();
        let masked;
        let number = if console.show_personal_data {
            &found.number.text
        } else {
            masked = redact::shape(&found.number.text);
            &masked
        };
        let kind = found.number.kind;
        let (line, column) = (found.line, found.column);
        match self.format {
            ScanFormat::Concise => format!("{file}:{line}:{column}: {} {number}\n", kind.word()),
            ScanFormat::Jsonl => {
                let row = Row { schema: "semd.scan/1", file: &file, line, column, kind, number };
                serde_json::to_string(&row).unwrap_or_default() + "\n"
            }
        }
    }
}

struct Found {
    number: FoundNumber,
    line: u32,
    column: u32,
}

fn look_into(file: &Document, known: &KnownNumbers) -> Result<Vec<Found>, Failure> {
    let bytes = file.read(MAX_BYTES)?;
    if bytes.iter().take(PROBE).any(|&byte| byte == 0) {
        return Ok(Vec::new());
    }
    if bytes.len() > MAX_BYTES {
        let name = file.name.display();
        return Err(Failure::usage(Message::new(
            format!("{name}: файл больше {MAX_BYTES} байт и не проверен"),
            format!("{name}: the file is larger than {MAX_BYTES} bytes and was not looked into"),
        )));
    }
    let lines = LineIndex::new(&bytes);
    let numbers = scan(&bytes, known).into_iter();
    Ok(numbers
        .map(|number| {
            let position = lines.position(number.offset);
            Found { number, line: position.line, column: position.column }
        })
        .collect())
}
