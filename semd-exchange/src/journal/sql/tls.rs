//! TLS of the connections to PostgreSQL.

use postgres::{Client, Config, NoTls};

use crate::journal::JournalError;
#[cfg(feature = "tls")]
use crate::tls::ClientTls;
use crate::tls::{TlsError, TlsFiles};

/// How connections are made.
#[derive(Debug)]
pub(super) enum DatabaseTls {
    Plain,
    #[cfg(feature = "tls")]
    Encrypted(ClientTls),
}

/// Takes the parameters of libpq's URL out that decide about TLS. `sslmode=require` checks the server's certificate like
/// `verify-full`: encryption towards whoever answers protects nothing. The other modes speak plainly.
pub(super) fn of(url: &str) -> Result<(String, DatabaseTls), JournalError> {
    let (place, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut kept = Vec::new();
    let mut files = TlsFiles::default();
    let mut required = false;
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let file = || Some(decoded(value).into());
        match name {
            "sslmode" => {
                required = matches!(value, "require" | "verify-ca" | "verify-full");
                kept.push(if required { "sslmode=require" } else { "sslmode=disable" }.to_owned());
            }
            "sslrootcert" => files.authorities = file(),
            "sslcert" => files.certificate = file(),
            "sslkey" => files.key = file(),
            _ => kept.push(parameter.to_owned()),
        }
    }
    let url = if kept.is_empty() { place.to_owned() } else { format!("{place}?{}", kept.join("&")) };
    let tls = if required { encrypted(&files).map_err(failed)? } else { DatabaseTls::Plain };
    Ok((url, tls))
}

fn failed(error: TlsError) -> JournalError {
    JournalError::Database(std::sync::Arc::new(error))
}

#[cfg(feature = "tls")]
fn encrypted(files: &TlsFiles) -> Result<DatabaseTls, TlsError> {
    Ok(DatabaseTls::Encrypted(files.client()?))
}

#[cfg(not(feature = "tls"))]
fn encrypted(files: &TlsFiles) -> Result<DatabaseTls, TlsError> {
    files.client().map(|_| DatabaseTls::Plain)
}

/// A value of a URL: `%2F` is `/`.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        let byte = rest.strip_prefix('%').and_then(|code| u8::from_str_radix(code.get(..2)?, 16).ok());
        let length = match byte {
            Some(byte) => {
                bytes.push(byte);
                3
            }
            None => {
                bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl DatabaseTls {
    pub(super) fn connect(&self, config: &Config) -> Result<Client, postgres::Error> {
        match self {
            Self::Plain => config.connect(NoTls),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => config.connect(tls.to_database()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_tls_are_taken_out() {
        let (url, tls) = of("postgres://a@b/c?options=-csearch_path%3Dx&sslmode=prefer").unwrap();
        assert_eq!(url, "postgres://a@b/c?options=-csearch_path%3Dx&sslmode=disable");
        assert!(matches!(tls, DatabaseTls::Plain));
        assert_eq!(of("postgres://b/c").unwrap().0, "postgres://b/c");
        assert_eq!(decoded("%2Fetc%2Fca%20%D0%B0.pem%"), "/etc/ca а.pem%");
        let missing =
            of("postgres://b/c?sslmode=require&sslrootcert=/nowhere/ca.pem").unwrap_err().to_string();
        let expected = if crate::tls::BUILT { "/nowhere/ca.pem" } else { "--features tls" };
        assert!(missing.contains(expected), "{missing}");
    }
}
