//! Flags of the envelope's security: the system's key, the certificates of the other side, the profile of the bus.

use std::path::PathBuf;

use clap::Args;
use semd_core::report::Message;
use semd_exchange::security::{Profile, Security};
use semd_sign::{Certificate, Signer};

use crate::commands::sign::software_signer;
use crate::failure::Failure;
use crate::input;
use crate::secret::PasswordSource;

/// Largest certificate or profile file that is read, bytes.
const MAX_BYTES: usize = 1 << 20;

/// How envelopes are signed and checked.
#[derive(Args, Clone, Debug)]
pub struct EnvelopeFlags {
    /// Private key of the system, PKCS#8: every message is signed with it (WS-Security)
    #[arg(long, value_name = "FILE", requires = "system_cert")]
    system_key: Option<PathBuf>,
    /// Certificate of that key
    #[arg(long, value_name = "FILE", requires = "system_key")]
    system_cert: Option<PathBuf>,
    /// Certificate with which the other side signs its messages, GOST or RSA; repeatable
    #[arg(long, value_name = "FILE")]
    peer_cert: Vec<PathBuf>,
    /// Security profile of the bus, TOML: what is signed and what is asked of incoming messages
    #[arg(long, value_name = "FILE")]
    envelope_profile: Option<PathBuf>,
    #[command(flatten)]
    password: PasswordSource,
}

impl EnvelopeFlags {
    /// Reads the files.
    pub fn security(&self) -> Result<Security, Failure> {
        let in_file = |file: &PathBuf, message: Message| {
            let file = file.display();
            Failure::usage(Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)))
        };
        let signer = match (&self.system_key, &self.system_cert) {
            (Some(key), Some(certificate)) => {
                let signer = software_signer(key, certificate, &self.password)?;
                Some(Box::new(signer) as Box<dyn Signer>)
            }
            _ => None,
        };
        let mut peers = Vec::new();
        for file in &self.peer_cert {
            let bytes = input::read(file, MAX_BYTES)?;
            peers
                .extend(Certificate::all_from_bytes(&bytes).map_err(|error| in_file(file, error.message()))?);
        }
        let profile = match &self.envelope_profile {
            Some(file) => {
                let bytes = input::read(file, MAX_BYTES)?;
                Profile::from_toml(&String::from_utf8_lossy(&bytes)).map_err(|error| {
                    let reason = error.to_string().replace('\n', " ");
                    in_file(
                        file,
                        Message::new(
                            format!("профиль не понят: {reason}"),
                            format!("the profile is not understood: {reason}"),
                        ),
                    )
                })?
            }
            None => Profile::default(),
        };
        Ok(Security::new(signer, peers, profile))
    }
}
