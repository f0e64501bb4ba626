//! `--key`: a file, a token, an external command or OpenSSL, and the secret that opens it.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::report::Message;
use semd_sign::backend::command::{CommandError, Description};
use semd_sign::backend::pkcs11::{PinNeed, Pkcs11Error, Pkcs11Uri, Token, UriError};
use semd_sign::backend::{CommandSigner, Pkcs11Signer};
use semd_sign::key::KeyFile;
use semd_sign::{Certificate, KeyError, SignError, Signer, SoftwareSigner};
use zeroize::Zeroizing;

use crate::console::Console;
use crate::failure::{self, Failure};
use crate::input;
use crate::secret::{PasswordSource, first_line};
use crate::trust::unreadable;

/// Largest key, certificate or description file that is read, bytes.
pub const MAX_KEY_BYTES: usize = 1 << 20;

/// What a `--key` names.
pub enum KeyName<'k> {
    /// A key on a token: the PKCS#11 URI.
    Token(&'k str),
    /// An external command: its description.
    Command(&'k Path),
    /// A file for the system's OpenSSL.
    Openssl(&'k Path),
    /// A file.
    File(&'k Path),
}

impl<'k> KeyName<'k> {
    /// Tells them apart by their first letters.
    pub fn of(key: &'k Path) -> Self {
        let text = key.to_str().unwrap_or_default();
        match (text.strip_prefix("cmd:"), text.strip_prefix("openssl:")) {
            _ if text.starts_with("pkcs11:") => Self::Token(text),
            (Some(file), _) => Self::Command(Path::new(file)),
            (_, Some(file)) => Self::Openssl(Path::new(file)),
            _ => Self::File(key),
        }
    }
}

/// How keys are opened.
#[derive(Args, Clone, Debug, Default)]
pub struct KeyAccess {
    #[command(flatten)]
    password: PasswordSource,
    /// PKCS#11 module for keys on tokens, when the key's URI names none
    #[arg(long, value_name = "FILE", env = "SEMD_PKCS11_MODULE")]
    pkcs11_module: Option<PathBuf>,
    /// Present the PIN although wrong ones were given to the token and few tries are left
    #[arg(long)]
    last_pin_try: bool,
}

impl KeyAccess {
    /// The password or PIN, asked for at the terminal when nothing gives it.
    fn secret(&self, question: &Message, console: &Console) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        self.password.read_or_ask(question, console)
    }

    /// The signer of a key: `pkcs11:…`, `cmd:FILE` or a file. `certificate` may be absent where the key brings its own.
    pub fn signer(
        &self,
        key: &Path,
        certificate: Option<&Path>,
        console: &Console,
    ) -> Result<Box<dyn Signer>, Failure> {
        let certificate = certificate.map(read_certificate).transpose()?;
        match KeyName::of(key) {
            KeyName::Token(uri) => self.token(uri, certificate, console),
            KeyName::Command(file) => self.command(file, certificate, console),
            KeyName::Openssl(file) => self.openssl(file, certificate),
            KeyName::File(file) => self.file(file, certificate, console),
        }
    }

    /// The PKCS#11 module of the flags.
    pub fn module(&self) -> Option<&Path> {
        self.pkcs11_module.as_deref()
    }

    /// The password or PIN, when the flags or the environment give one.
    pub fn given_secret(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        self.password.read()
    }

    /// The token that a URI names; nobody signs in.
    pub fn find_token(&self, uri: &str) -> Result<(Token, Pkcs11Uri), Failure> {
        let failed = |error: Pkcs11Error| failure_of(&error.into());
        let uri: Pkcs11Uri = uri.parse().map_err(|error: UriError| failed(error.into()))?;
        Ok((Token::find(&uri, self.module()).map_err(failed)?, uri))
    }

    #[cfg(feature = "openssl")]
    fn openssl(&self, file: &Path, certificate: Option<Certificate>) -> Result<Box<dyn Signer>, Failure> {
        let bytes = Zeroizing::new(input::read(file, MAX_KEY_BYTES)?);
        let password = self.password.read()?;
        let signer = semd_sign::backend::OpensslSigner::read(
            &bytes,
            password.as_deref().map(Vec::as_slice),
            certificate,
        );
        Ok(Box::new(signer.map_err(|error| unreadable(file, &error.message()))?))
    }

    #[cfg(not(feature = "openssl"))]
    fn openssl(&self, file: &Path, _: Option<Certificate>) -> Result<Box<dyn Signer>, Failure> {
        Err(unreadable(
            file,
            &Message::new(
                "эта сборка semd не умеет подписывать через OpenSSL: соберите её с --features openssl",
                "this build of semd does not sign by OpenSSL: build it with --features openssl",
            ),
        ))
    }

    fn token(
        &self,
        uri: &str,
        certificate: Option<Certificate>,
        console: &Console,
    ) -> Result<Box<dyn Signer>, Failure> {
        let token_failure = |error: Pkcs11Error| failure_of(&error.into());
        let (token, uri) = self.find_token(uri)?;
        let pin = match (token.pin_need(self.last_pin_try).map_err(token_failure)?, &uri.pin_source) {
            (PinNeed::None, _) => None,
            (PinNeed::Pin, Some(file)) => {
                let read = std::fs::read(file).map(Zeroizing::new);
                let octets = read.map_err(|error| {
                    let reason = failure::reason(&error);
                    let file = file.display();
                    token_failure(Pkcs11Error::PinSource(format!("{file}: {}", reason.text(console.lang))))
                })?;
                Some(first_line(&octets))
            }
            (PinNeed::Pin, None) => {
                let label = &token.facts().label;
                let question = Message::new(
                    format!("ПИН-код токена «{label}»: "),
                    format!("PIN of the token “{label}”: "),
                );
                self.secret(&question, console)?
            }
        };
        let signer = Pkcs11Signer::open(token, &uri, pin, certificate).map_err(|error| failure_of(&error))?;
        Ok(Box::new(signer))
    }

    fn command(
        &self,
        file: &Path,
        certificate: Option<Certificate>,
        console: &Console,
    ) -> Result<Box<dyn Signer>, Failure> {
        let bytes = input::read(file, MAX_KEY_BYTES)?;
        let description = Description::from_toml(&String::from_utf8_lossy(&bytes))
            .map_err(|error: CommandError| unreadable(file, &error.message()))?;
        let beside = |path: &PathBuf| file.parent().unwrap_or(Path::new("")).join(path);
        let certificate = match (certificate, description.certificate.as_ref().map(beside)) {
            (Some(certificate), _) => certificate,
            (None, Some(path)) => read_certificate(&path)?,
            (None, None) => return Err(no_certificate(file)),
        };
        let password = match &description.password_variable {
            Some(_) => {
                let question =
                    Message::new("ПИН-код для внешней команды: ", "PIN for the external command: ");
                self.secret(&question, console)?
            }
            None => None,
        };
        let signer =
            CommandSigner::new(description, certificate, password).map_err(|error| failure_of(&error))?;
        Ok(Box::new(signer))
    }

    fn file(
        &self,
        file: &Path,
        certificate: Option<Certificate>,
        console: &Console,
    ) -> Result<Box<dyn Signer>, Failure> {
        let bytes = Zeroizing::new(input::read(file, MAX_KEY_BYTES)?);
        let given = self.password.read()?;
        let opened = match KeyFile::from_bytes(&bytes, given.as_deref().map(Vec::as_slice)) {
            Err(KeyError::PasswordRequired) => {
                let name = file.display();
                let question =
                    Message::new(format!("Пароль ключа {name}: "), format!("Password of {name}: "));
                let asked = self.secret(&question, console)?;
                KeyFile::from_bytes(&bytes, asked.as_deref().map(Vec::as_slice))
            }
            opened => opened,
        };
        let opened = opened.map_err(|error| unreadable(file, &error.message()))?;
        let certificate =
            certificate.or_else(|| opened.certificate().cloned()).ok_or_else(|| no_certificate(file))?;
        let signer = SoftwareSigner::new(opened.key, certificate)
            .map_err(|error| unreadable(file, &error.message()))?;
        Ok(Box::new(signer))
    }
}

fn read_certificate(file: &Path) -> Result<Certificate, Failure> {
    let bytes = input::read(file, MAX_KEY_BYTES)?;
    Certificate::from_bytes(&bytes).map_err(|error| unreadable(file, &error.message()))
}

fn no_certificate(file: &Path) -> Failure {
    unreadable(
        file,
        &Message::new(
            "в файле нет сертификата этого ключа: укажите его, --cert ФАЙЛ",
            "the file has no certificate of this key: give it, --cert FILE",
        ),
    )
}

/// The failure that a signing error means: a retry makes sense, or something must be set right first.
pub fn failure_of(error: &SignError) -> Failure {
    if error.is_transient() { Failure::environment(error.message()) } else { Failure::usage(error.message()) }
}
