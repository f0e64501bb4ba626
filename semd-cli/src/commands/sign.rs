//! `semd sign`.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::report::Message;
use semd_core::xml::Limits;
use semd_exchange::bundle;
use semd_sign::{Certificate, PrivateKey, SignError, Signer, SoftwareSigner, cades};
use time::OffsetDateTime;

use crate::cades_level::{Level, LevelArguments};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::secret::PasswordSource;
use crate::{batch, input};

/// Largest key or certificate file that is read, bytes.
const MAX_KEY_BYTES: usize = 1 << 20;

/// Make signatures (CAdES, `NAME.<role>.p7s` beside the document)
#[derive(Args, Debug)]
pub struct Sign {
    /// Documents: files, folders, or `-` for a list on stdin
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Private key, PKCS#8 PEM or DER
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Certificate of the key, PEM or DER
    #[arg(long, value_name = "FILE")]
    cert: PathBuf,
    /// Role of the signer: `doctor`, `organization`, …
    #[arg(long, default_value = "doctor", value_parser = role)]
    role: String,
    /// Folder for the signatures [default: beside the documents]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    level: LevelArguments,
    /// Documents signed at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    password: PasswordSource,
}

/// A role becomes part of a file name.
fn role(text: &str) -> Result<String, String> {
    let good = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if good { Ok(text.to_owned()) } else { Err("letters, digits, `-` and `_` only".to_owned()) }
}

impl Sign {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let signer = software_signer(&self.key, &self.cert, &self.password)?;
        let level = self.level.read()?;
        let files = input::documents(&self.paths)?;
        let mut worst = Outcome::Good;
        let bar = console.progress(files.len());
        batch::in_order(
            &files,
            self.jobs,
            |file| sign_file(&signer, file, &self.role, self.out.as_deref(), &level),
            |_, result| {
                bar.inc(1);
                match result {
                    Ok(path) => console.data(&format!("{}\n", path.display())),
                    Err(failure) => {
                        console.complain(&failure.line(console.lang));
                        worst = worst.worst(failure.outcome);
                    }
                }
            },
        );
        bar.finish_and_clear();
        Ok(worst)
    }
}

/// The software signer of a key and a certificate file.
pub fn software_signer(
    key: &Path,
    certificate: &Path,
    password: &PasswordSource,
) -> Result<SoftwareSigner, Failure> {
    let in_file = |file: &Path, message: Message| {
        let file = file.display();
        Failure::usage(Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)))
    };
    let certificate_bytes = input::read(certificate, MAX_KEY_BYTES)?;
    let certificate_read =
        Certificate::from_bytes(&certificate_bytes).map_err(|error| in_file(certificate, error.message()))?;
    let key_bytes = zeroize::Zeroizing::new(input::read(key, MAX_KEY_BYTES)?);
    let password = password.read()?;
    let key_read = PrivateKey::from_bytes(&key_bytes, password.as_ref().map(|password| password.as_slice()))
        .map_err(|error| in_file(key, error.message()))?;
    SoftwareSigner::new(key_read, certificate_read).map_err(|error| in_file(key, error.message()))
}

/// Signs one document and writes the signature; answers where.
pub fn sign_file(
    signer: &dyn Signer,
    file: &Path,
    role: &str,
    out: Option<&Path>,
    level: &Level,
) -> Result<PathBuf, Failure> {
    let limit = Limits::default().max_bytes;
    let bytes = input::read(file, limit)?;
    if bytes.len() > limit {
        let file = file.display();
        return Err(Failure::usage(Message::new(
            format!("{file}: файл больше {limit} байт и не подписан"),
            format!("{file}: the file is larger than {limit} bytes and was not signed"),
        )));
    }
    let container = cades::sign(signer, &bytes, OffsetDateTime::now_utc(), level.placement)
        .and_then(|container| level.raise(container, &bytes))
        .map_err(|error| failure(&error))?;
    let path = bundle::signature_path(file, role, out);
    if let Some(folder) = out {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
    }
    input::write_atomically(&path, &container)?;
    Ok(path)
}

fn failure(error: &SignError) -> Failure {
    match error {
        SignError::Missing(_) => Failure::usage(error.message()),
        _ => Failure::environment(error.message()),
    }
}
