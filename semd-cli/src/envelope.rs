//! Flags of the envelope's security: the system's key, the certificates of the other side, the profile of the bus.

use std::path::PathBuf;

use clap::Args;
use semd_core::report::Message;
use semd_exchange::security::{Profile, Security};
use semd_sign::{Certificate, Signer};

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::signer::KeyAccess;

/// Largest certificate or profile file that is read, bytes.
const MAX_BYTES: usize = 1 << 20;

/// How envelopes are signed and checked.
#[derive(Args, Clone, Debug)]
pub struct EnvelopeFlags {
    /// Private key of the system: every message is signed with it (WS-Security); as --key of `semd sign`
    #[arg(long, value_name = "FILE|pkcs11:…|cmd:FILE")]
    system_key: Option<PathBuf>,
    /// Certificate of that key, when the key does not bring it
    #[arg(long, value_name = "FILE", requires = "system_key")]
    system_cert: Option<PathBuf>,
    /// Certificate with which the other side signs its messages, GOST or RSA; repeatable
    #[arg(long, value_name = "FILE")]
    peer_cert: Vec<PathBuf>,
    /// Security profile of the bus, TOML: what is signed and what is asked of incoming messages
    #[arg(long, value_name = "FILE")]
    envelope_profile: Option<PathBuf>,
    #[command(flatten)]
    access: KeyAccess,
}

impl EnvelopeFlags {
    /// Reads the files.
    pub fn security(&self, console: &Console) -> Result<Security, Failure> {
        let in_file = |file: &PathBuf, message: Message| {
            let file = file.display();
            Failure::usage(Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)))
        };
        let open = |key: &PathBuf| self.access.signer(key, self.system_cert.as_deref(), console);
        let signer: Option<Box<dyn Signer>> = self.system_key.as_ref().map(open).transpose()?;
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
