//! `semd pki`: a certification authority for tests.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use semd_core::report::Message;
use semd_sign::pki::{Algorithm, Organization, Person, Subject, TestAuthority, Validity};
use time::{Duration, OffsetDateTime};

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::secret::PasswordSource;

/// A certification authority for tests
#[derive(Debug, Subcommand)]
pub enum Pki {
    /// Make a root certificate and its key, both marked as test
    Init(Init),
    /// Issue a certificate and a key to a doctor or an organisation
    Issue(Issue),
}

/// Flags of `semd pki init`.
#[derive(Args, Debug)]
pub struct Init {
    /// Folder for `root.pem` and `root.key.pem`; made if absent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Key size
    #[arg(long, value_enum, default_value_t = Size::Bits256)]
    bits: Size,
    /// Days the certificate is valid
    #[arg(long, default_value_t = 3650)]
    days: u32,
}

/// Flags of `semd pki issue`.
#[derive(Args, Debug)]
pub struct Issue {
    /// Folder of the authority
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Name of the files: `NAME.pem` and `NAME.key.pem`
    #[arg(long)]
    name: String,
    /// Common name: ФИО of a person, name of an organisation
    #[arg(long)]
    common_name: String,
    /// СНИЛС of the person, 11 digits (synthetic!)
    #[arg(long, required_unless_present = "ogrn")]
    snils: Option<String>,
    /// ИНН of the person (12 digits) or organisation (10 digits)
    #[arg(long)]
    inn: Option<String>,
    /// ОГРН: makes the certificate one of an organisation
    #[arg(long)]
    ogrn: Option<String>,
    /// Key size
    #[arg(long, value_enum, default_value_t = Size::Bits256)]
    bits: Size,
    /// Days the certificate is valid
    #[arg(long, default_value_t = 450)]
    days: u32,
    #[command(flatten)]
    password: PasswordSource,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Size {
    /// GOST R 34.10-2012, 256 bits
    #[value(name = "256")]
    Bits256,
    /// GOST R 34.10-2012, 512 bits
    #[value(name = "512")]
    Bits512,
}
