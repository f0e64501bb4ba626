//! `--profile`: from CAdES-BES to the levels with time stamps and revocation data.

use clap::{Args, ValueEnum};
use semd_core::report::Message;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::trust_services::TrustServices;
use semd_sign::SignError;
use semd_sign::cades::{self, Placement};
use semd_sign::tsp::TspError;
use semd_sign::verify::TrustStore;
use time::OffsetDateTime;

use crate::exchange::runtime;
use crate::failure::Failure;
use crate::trust::TrustArguments;

/// Flags of the level.
#[derive(Args, Debug)]
pub struct LevelArguments {
    /// Level of CAdES
    #[arg(long, value_enum, default_value_t = Profile::Bes)]
    profile: Profile,
    /// Time stamp authority (RFC 3161 over HTTP), for all levels above `bes`
    #[arg(long, value_name = "URL", required_if_eq_any = [("profile", "t"), ("profile", "lt"), ("profile", "a")])]
    tsa: Option<String>,
    /// Put the document into the container; the register takes detached signatures only
    #[arg(long)]
    attached: bool,
    #[command(flatten)]
    trust: TrustArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, ValueEnum)]
enum Profile {
    /// CAdES-BES: what the register takes
    Bes,
    /// CAdES-T: with a time stamp
    T,
    /// CAdES-LT: with certificates and revocation data too (--trust, --certs, --crl, --ocsp)
    Lt,
    /// CAdES-A: with an archive time stamp over everything
    A,
}

/// The level new signatures are raised to, with everything that takes.
pub struct Level {
    /// Where the document is.
    pub placement: Placement,
    profile: Profile,
    trust: TrustStore,
    authority: Option<Authority>,
}

/// A time stamp authority and the means to ask it.
struct Authority {
    url: String,
    services: TrustServices,
    runtime: tokio::runtime::Runtime,
}

impl LevelArguments {
    /// Reads what the flags name.
    pub fn read(&self) -> Result<Level, Failure> {
        let authority = match &self.tsa {
            Some(url) if self.profile > Profile::Bes => Some(Authority {
                url: url.clone(),
                services: TrustServices::new(Client::new(ClientLimits::default())),
                runtime: runtime()?,
            }),
            _ => None,
        };
        let trust = if self.profile > Profile::T { self.trust.store()? } else { TrustStore::new() };
        if self.profile > Profile::T && trust.is_empty() {
            return Err(Failure::usage(Message::new(
                "для уровней lt и a нужны корневые сертификаты и данные об отзыве: --trust, --crl, --ocsp",
                "levels lt and a need root certificates and revocation data: --trust, --crl, --ocsp",
            )));
        }
        let placement = if self.attached { Placement::Attached } else { Placement::Detached };
        Ok(Level { placement, profile: self.profile, trust, authority })
    }
}

impl Level {
    /// The level the register takes, detached.
    pub fn bes() -> Self {
        Self {
            placement: Placement::Detached,
            profile: Profile::Bes,
            trust: TrustStore::new(),
            authority: None,
        }
    }

    /// The level that new signatures get.
    pub fn wanted(&self) -> cades::Level {
        match self.profile {
            Profile::Bes => cades::Level::Bes,
            Profile::T => cades::Level::T,
            Profile::Lt => cades::Level::Lt,
            Profile::A => cades::Level::A,
        }
    }

    /// Raises a new container over `content` to the level.
    pub fn raise(&self, container: Vec<u8>, content: &[u8]) -> Result<Vec<u8>, SignError> {
        let Some(authority) = &self.authority else {
            return Ok(container);
        };
        let ask = |request: &[u8]| authority.ask(request);
        let mut container = cades::add_time_stamp(&container, &ask)?;
        if self.profile >= Profile::Lt {
            container = cades::add_long_term(&container, &self.trust, OffsetDateTime::now_utc())?;
        }
        if self.profile >= Profile::A {
            container = cades::add_archive_time_stamp(&container, content, &ask)?;
        }
        Ok(container)
    }
}

impl Authority {
    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, TspError> {
        self.runtime
            .block_on(self.services.time_stamp(&self.url, request.to_vec()))
            .map_err(|error| TspError::Transport(error.to_string()))
    }
}
