//! `semd pki`: a certification authority for tests.

mod services;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use semd_core::report::Message;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{PkiError, Service, ServiceUrls, Subject, TestAuthority};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};

use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::secret::PasswordSource;

/// A certification authority for tests
#[derive(Debug, Subcommand)]
pub enum Pki {
    /// Make a root certificate and its key, both marked as test
    Init(Init),
    /// Issue a certificate and a key to a doctor, an organisation or a service
    Issue(Box<Issue>),
    /// Revoke a certificate
    Revoke(services::Revoke),
    /// Write the revocation list
    Crl(services::List),
    /// Answer an OCSP request, or make an answer about a certificate
    Ocsp(services::Ocsp),
    /// Serve time stamps, OCSP and the revocation list on this machine, for tests and demos
    Serve(services::Serve),
}

/// Flags of `semd pki init`.
#[derive(Args, Debug)]
pub struct Init {
    /// Folder for `root.crt` and `root.key`; made if absent
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Name of the authority [default: `semd`, and `semd intermediate` with --under]
    #[arg(long)]
    name: Option<String>,
    /// Folder of the authority above: the new one is intermediate, `authority.crt` and `authority.key`
    #[arg(long, value_name = "DIR")]
    under: Option<PathBuf>,
    #[command(flatten)]
    terms: Terms,
}

/// Flags of `semd pki issue`.
#[derive(Args, Debug)]
pub struct Issue {
    /// Folder of the authority; the new files are written beside its own
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Name of the new files: `NAME.crt` and `NAME.key`; the key is encrypted when a password is given
    #[arg(long, value_parser = file_name)]
    name: String,
    /// Family name of the person
    #[arg(
        long,
        requires = "given_name",
        conflicts_with = "organization",
        required_unless_present_any = ["organization", "service"]
    )]
    surname: Option<String>,
    /// First name and patronymic of the person
    #[arg(long)]
    given_name: Option<String>,
    /// СНИЛС of the person, 11 digits; synthetic ones only
    #[arg(long, requires = "surname", required_unless_present_any = ["organization", "service"], value_parser = digits::<11>)]
    snils: Option<String>,
    /// Post of the person
    #[arg(long)]
    title: Option<String>,
    /// A service instead of a signer: `tsa` for time stamps, `ocsp` for answers about revocation
    #[arg(long, value_enum, conflicts_with_all = ["surname", "organization"])]
    service: Option<ServiceKind>,
    /// Name of the organisation
    #[arg(long, requires = "ogrn")]
    organization: Option<String>,
    /// ОГРН of the organisation, 13 digits
    #[arg(long, value_parser = digits::<13>)]
    ogrn: Option<String>,
    /// ИНН: 12 digits of a person, 10 of an organisation
    #[arg(long, default_value = "")]
    inn: String,
    /// Address of the OCSP responder that the certificate names
    #[arg(long, value_name = "URL")]
    ocsp_url: Option<String>,
    /// Address of the revocation list that the certificate names
    #[arg(long, value_name = "URL")]
    crl_url: Option<String>,
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    password: PasswordSource,
}

/// Algorithm and validity of a certificate.
#[derive(Args, Debug)]
struct Terms {
    /// Key size of GOST R 34.10-2012
    #[arg(long, value_enum, default_value_t = Bits::Bits256)]
    bits: Bits,
    /// First day of validity, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Date>,
    /// Days of validity
    #[arg(long, default_value_t = 450)]
    days: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ServiceKind {
    /// Time stamps
    Tsa,
    /// OCSP responses
    Ocsp,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bits {
    /// id-GostR3410-2001-CryptoPro-XchA-ParamSet, the most common set of qualified certificates
    #[value(name = "256")]
    Bits256,
    /// id-tc26-gost-3410-12-512-paramSetA
    #[value(name = "512")]
    Bits512,
}

/// The name becomes part of a file name in the authority's folder.
fn file_name(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\', ':', '\0']);
    if good { Ok(text.to_owned()) } else { Err("a name without a folder".to_owned()) }
}

fn digits<const COUNT: usize>(text: &str) -> Result<String, String> {
    let good = text.len() == COUNT && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(text.to_owned()) } else { Err(format!("{COUNT} digits without spaces and dashes")) }
}

fn date(text: &str) -> Result<Date, String> {
    OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339)
        .map(OffsetDateTime::date)
        .map_err(|error| error.to_string())
}

impl Terms {
    fn set(&self) -> Result<&'static ParameterSet, Failure> {
        let oid = match self.bits {
            Bits::Bits256 => ParameterSet::XCHA,
            Bits::Bits512 => ParameterSet::TC26_512_A,
        };
        ParameterSet::by_oid(oid).ok_or_else(|| Failure::usage(Message::verbatim(oid)))
    }

    fn not_before(&self) -> OffsetDateTime {
        match self.from {
            Some(date) => date.midnight().assume_utc(),
            // An hour of slack for clocks that disagree.
            None => OffsetDateTime::now_utc() - Duration::hours(1),
        }
    }

    fn validity(&self) -> Duration {
        Duration::days(i64::from(self.days))
    }
}

impl Pki {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        match self {
            Self::Init(init) => init.run(console),
            Self::Issue(issue) => issue.run(console),
            Self::Revoke(revoke) => revoke.run(console),
            Self::Crl(list) => list.run(console),
            Self::Ocsp(ocsp) => ocsp.run(console),
            Self::Serve(serve) => serve.run(console),
        }
    }
}

impl Init {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let terms = &self.terms;
        let (set, from, validity) = (terms.set()?, terms.not_before(), terms.validity());
        let name = |default| self.name.as_deref().unwrap_or(default);
        let authority = match &self.under {
            Some(above) => open(above)?.create_under(name("semd intermediate"), set, from, validity),
            None => TestAuthority::create(name("semd"), set, from, validity),
        };
        let certificate =
            authority.and_then(|authority| authority.save(&self.folder, None)).map_err(failure)?;
        console.data(&format!("{}\n", certificate.display()));
        Ok(Outcome::Good)
    }
}

impl Issue {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut authority = open(&self.folder)?;
        authority.publish_at(ServiceUrls { ocsp: self.ocsp_url, crl: self.crl_url });
        let (set, from, validity) = (self.terms.set()?, self.terms.not_before(), self.terms.validity());
        if let Some(service) = self.service {
            let service = match service {
                ServiceKind::Tsa => Service::TimeStamping,
                ServiceKind::Ocsp => Service::Ocsp,
            };
            let issued =
                authority.issue_service(service, &self.name, set, from, validity).map_err(failure)?;
            issued.save(&self.folder, &self.name, None).map_err(failure)?;
            console.data(&format!("{}\n", self.folder.join(self.name + ".crt").display()));
            return Ok(Outcome::Good);
        }
        let subject = match (self.organization, self.surname) {
            (Some(name), _) => {
                Subject::Organisation { name, ogrn: self.ogrn.unwrap_or_default(), inn_le: self.inn }
            }
            (None, surname) => Subject::Person {
                surname: surname.unwrap_or_default(),
                given_name: self.given_name.unwrap_or_default(),
                snils: self.snils.unwrap_or_default(),
                inn: self.inn,
                title: self.title,
            },
        };
        let password = self.password.read()?;
        let issued = authority.issue(&subject, set, from, validity).map_err(failure)?;
        issued
            .save(&self.folder, &self.name, password.as_ref().map(|password| password.as_slice()))
            .map_err(failure)?;
        console.data(&format!("{}\n", self.folder.join(self.name + ".crt").display()));
        Ok(Outcome::Good)
    }
}

/// The authority of a folder.
fn open(folder: &Path) -> Result<TestAuthority, Failure> {
    if !TestAuthority::is_in(folder) {
        let folder = folder.display();
        return Err(Failure::usage(Message::new(
            format!("в {folder} нет удостоверяющего центра; создайте его: semd pki init {folder}"),
            format!("{folder} has no authority; make one: semd pki init {folder}"),
        )));
    }
    TestAuthority::open(folder, None).map_err(failure)
}

/// The failure an error of the authority means.
pub fn failure(error: PkiError) -> Failure {
    match error {
        PkiError::File { .. } => Failure::environment(error.message()),
        _ => Failure::usage(error.message()),
    }
}
