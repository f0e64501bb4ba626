//! Secrets: from a file descriptor, the environment or a terminal, never from an argument.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use clap::Args;
use semd_core::report::Message;
use zeroize::Zeroizing;

use crate::console::Console;
use crate::failure::Failure;

/// Environment variable that holds the password of the key.
pub const PASSWORD_VARIABLE: &str = "SEMD_KEY_PASSWORD";

/// Where the password of a key comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct PasswordSource {
    /// Read the key's password, or the token's PIN, from this file descriptor (first line)
    #[arg(long, value_name = "FD")]
    password_fd: Option<u32>,
}

impl PasswordSource {
    /// The password: the descriptor if given, else the environment, else none.
    pub fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        read(self.password_fd, PASSWORD_VARIABLE)
    }

    /// The password, or what the person at the terminal types, unseen; none when nobody is there.
    pub fn read_or_ask(
        &self,
        question: &Message,
        console: &Console,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let given = self.read()?;
        if given.is_some() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(given);
        }
        let typed = rpassword::prompt_password(question.text(console.lang))
            .map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
        Ok(Some(Zeroizing::new(typed.into_bytes())).filter(|typed| !typed.is_empty()))
    }
}

/// Environment variable that holds the token of the web page.
const TOKEN_VARIABLE: &str = "SEMD_TOKEN";

/// Where the token of the web page comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct TokenSource {
    /// Read the token that opens the web page from this file descriptor (first line) [default: SEMD_TOKEN]
    #[arg(long, value_name = "FD")]
    token_fd: Option<u32>,
}

impl TokenSource {
    /// The token: the descriptor if given, else the environment, else none.
    pub fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        read(self.token_fd, TOKEN_VARIABLE)
    }
}

/// The first line of a descriptor, else the value of a variable.
fn read(descriptor: Option<u32>, variable: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    if let Some(descriptor) = descriptor {
        let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
        let mut bytes = Zeroizing::new(Vec::new());
        File::open(&path)
            .and_then(|file| file.take(4096).read_to_end(&mut bytes))
            .map_err(|error| Failure::io(&path, &error))?;
        return Ok(Some(first_line(&bytes)));
    }
    match env::var(variable) {
        Ok(secret) => Ok(Some(Zeroizing::new(secret.into_bytes()))),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::usage(Message::new(
            format!("значение переменной {variable} не является текстом UTF-8"),
            format!("the value of {variable} is not UTF-8 text"),
        ))),
    }
}

/// The first line, without its end.
pub fn first_line(octets: &[u8]) -> Zeroizing<Vec<u8>> {
    let line = octets.split(|&octet| octet == b'\n').next().unwrap_or(&[]);
    Zeroizing::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
}
