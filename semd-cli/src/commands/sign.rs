//! `semd sign`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use semd_core::report::{Lang, Message};
use semd_core::xml::Limits;
use semd_exchange::bundle;
use semd_sign::{Certificate, Signer, cades};
use time::OffsetDateTime;

use crate::cades_level::{Level, LevelArguments};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::signer::{KeyAccess, failure_of};
use crate::{batch, input, write_group};

/// Largest container that is looked at before a document is signed again, bytes.
const MAX_CONTAINER_BYTES: usize = 4 << 20;

/// Make signatures (CAdES, `NAME.<role>.p7s` beside the document). A document with a good signature of the role by the same
/// certificate is not signed again, so a rerun goes on where the last run ended
#[derive(Args, Debug)]
pub struct Sign {
    /// Documents: files, folders, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Private key: PKCS#8 or PKCS#12 (PFX), a key on a token by its PKCS#11 URI, the description of an external
    /// command, or a file for the system's OpenSSL
    #[arg(long, value_name = "FILE|pkcs11:…|cmd:FILE|openssl:FILE")]
    key: PathBuf,
    /// Certificate of the key, PEM or DER [default: the one in the key's file, on the token, or in the description]
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Role of the signer: `doctor`, `organization`, …
    #[arg(long, default_value = "doctor", value_parser = role)]
    role: String,
    /// Folder for the signatures [default: beside the documents]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Sign documents again that have a good signature of the role
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    level: LevelArguments,
    /// Documents signed at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    access: KeyAccess,
}

/// A role becomes part of a file name.
fn role(text: &str) -> Result<String, String> {
    let good = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if good { Ok(text.to_owned()) } else { Err("letters, digits, `-` and `_` only".to_owned()) }
}

/// What became of one document.
enum Made {
    /// A new signature, not on the disk yet, and whether it replaces a good one by another certificate.
    New(PathBuf, Vec<u8>, Replaces),
    /// A good signature by the same certificate was there.
    Kept(PathBuf),
    /// Not tried: the key cannot be used any more.
    Skipped,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Replaces {
    Nothing,
    AnotherSigner,
}

impl Sign {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let level = self.level.read()?;
        let files = input::documents(&self.paths)?;
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
        }
        let signer = self.access.signer(&self.key, self.cert.as_deref(), console)?;
        let stopped = AtomicBool::new(false);
        let bar = console.progress(files.len());
        let summary = thread::scope(|scope| {
            // Signing does not wait for the disk: one group is written while the next is made.
            let (sender, receiver) = mpsc::sync_channel(1);
            let writer = scope.spawn(move || {
                let mut summary = Summary::default();
                receiver.into_iter().for_each(|group| summary.take(group, console));
                summary
            });
            let mut group = Vec::with_capacity(write_group::GROUP);
            // The writer ends before the channel only by a panic, which joining it passes on.
            let hand_over = |group| drop(sender.send(group));
            batch::in_order(
                &files,
                self.jobs,
                |file| self.sign(file, &*signer, &level, &stopped),
                |_, result| {
                    bar.inc(1);
                    group.push(result);
                    if group.len() == write_group::GROUP {
                        hand_over(std::mem::take(&mut group));
                    }
                },
            );
            hand_over(group);
            drop(sender);
            writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        bar.finish_and_clear();
        Ok(summary.tell(console))
    }

    fn sign(
        &self,
        file: &Path,
        signer: &dyn Signer,
        level: &Level,
        stopped: &AtomicBool,
    ) -> Result<Made, Failure> {
        if stopped.load(Ordering::Relaxed) {
            return Ok(Made::Skipped);
        }
        let bytes = document(file)?;
        let path = bundle::signature_path(file, &self.role, self.out.as_deref());
        let existing = if self.again { None } else { good_signature(&path, &bytes, level) };
        let replaces = match existing {
            Some(certificate) if certificate == *signer.certificate() => return Ok(Made::Kept(path)),
            Some(_) => Replaces::AnotherSigner,
            None => Replaces::Nothing,
        };
        let container = container(signer, &bytes, level).inspect_err(|failure| {
            // The next document would only hear the same of the key, or try a PIN again.
            if failure.concerns_key {
                stopped.store(true, Ordering::Relaxed);
            }
        });
        Ok(Made::New(path, container.map_err(|failure| failure.failure)?, replaces))
    }
}

/// What became of the batch.
#[derive(Default)]
struct Summary {
    worst: Option<Outcome>,
    kept: usize,
    replaced: usize,
    skipped: usize,
}

impl Summary {
    fn fail(&mut self, failure: &Failure, console: &Console) {
        console.complain(&failure.line(console.lang));
        self.worst = Some(self.worst.unwrap_or(Outcome::Good).worst(failure.outcome));
    }

    /// Brings the new signatures of a group to the disk, then tells what became of each document, in their order.
    fn take(&mut self, group: Vec<Result<Made, Failure>>, console: &Console) {
        let files = group.iter().filter_map(|result| match result {
            Ok(Made::New(path, container, _)) => Some((path.as_path(), container.as_slice())),
            _ => None,
        });
        let mut written = write_group::write(&files.collect::<Vec<_>>()).into_iter();
        let mut lines = String::new();
        for result in &group {
            let path = match result {
                Ok(Made::New(path, _, replaces)) => {
                    if let Some(Err(error)) = written.next() {
                        self.fail(&Failure::io(path, &error), console);
                        continue;
                    }
                    self.replaced += usize::from(*replaces == Replaces::AnotherSigner);
                    path
                }
                Ok(Made::Kept(path)) => {
                    self.kept += 1;
                    path
                }
                Ok(Made::Skipped) => {
                    self.skipped += 1;
                    continue;
                }
                Err(failure) => {
                    self.fail(failure, console);
                    continue;
                }
            };
            lines.push_str(&format!("{}\n", path.display()));
        }
        console.data(&lines);
    }

    fn tell(self, console: &Console) -> Outcome {
        let note = |count: usize, ru: &str, en: &str| {
            if count > 0 {
                console.note(&match console.lang {
                    Lang::Ru => format!("{ru}: {count}"),
                    Lang::En => format!("{en}: {count}"),
                });
            }
        };
        note(
            self.kept,
            "уже подписаны, подписи оставлены (заново: --again)",
            "signed already and kept (--again signs anew)",
        );
        note(
            self.replaced,
            "заменены подписи другого сертификата в той же роли",
            "signatures by another certificate in the same role replaced",
        );
        note(
            self.skipped,
            "не подписаны, потому что ключ стал недоступен; та же команда продолжит",
            "not signed, for the key cannot be used any more; the same command goes on",
        );
        self.worst.unwrap_or(Outcome::Good)
    }
}

fn document(file: &Path) -> Result<Vec<u8>, Failure> {
    let limit = Limits::default().max_bytes;
    let bytes = input::read(file, limit)?;
    if bytes.len() > limit {
        let file = file.display();
        return Err(Failure::usage(Message::new(
            format!("{file}: файл больше {limit} байт и не подписан"),
            format!("{file}: the file is larger than {limit} bytes and was not signed"),
        )));
    }
    Ok(bytes)
}

/// The certificate of a file that is a right signature of the document, in the form and at the level that are wanted.
fn good_signature(path: &Path, document: &[u8], level: &Level) -> Option<Certificate> {
    let container = input::read(path, MAX_CONTAINER_BYTES).ok()?;
    cades::inspect(&container, document)
        .filter(|intact| intact.level >= level.wanted() && intact.placement == level.placement)
        .map(|intact| intact.certificate)
}

/// A container that was not made.
struct NotMade {
    failure: Failure,
    /// Whether the key, or what it is on, is at fault, and not the document.
    concerns_key: bool,
}

fn container(signer: &dyn Signer, bytes: &[u8], level: &Level) -> Result<Vec<u8>, NotMade> {
    let made = cades::sign(signer, bytes, OffsetDateTime::now_utc(), level.placement);
    let container =
        made.map_err(|error| NotMade { failure: failure_of(&error), concerns_key: error.concerns_key() })?;
    level
        .raise(container, bytes)
        .map_err(|error| NotMade { failure: failure_of(&error), concerns_key: false })
}

/// Signs one document and writes the signature; answers where.
pub fn sign_file(signer: &dyn Signer, file: &Path, role: &str) -> Result<PathBuf, Failure> {
    let container =
        container(signer, &document(file)?, &Level::bes()).map_err(|not_made| not_made.failure)?;
    let path = bundle::signature_path(file, role, None);
    input::write_atomically(&path, &container)?;
    Ok(path)
}
