//! Keys behind another program: a certified provider with its own tools, a signing service with a client.
//!
//! The contract for such programs is docs/external-signer.md.

mod description;
mod error;
mod run;

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{SignError, SignatureAlgorithm, Signer, value};
use crate::certificate::Certificate;

pub use description::{Description, Encoding, Signs};
pub use error::CommandError;

/// Signs by running a program, one run a signature, one run at a time.
///
/// A program that refused is not run again by this signer: it may have been a wrong PIN.
#[derive(Debug)]
pub struct CommandSigner {
    description: Description,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    password: Option<Zeroizing<Vec<u8>>>,
    /// Whether the program refused; also keeps two runs from meeting.
    refused: Mutex<bool>,
}

impl CommandSigner {
    /// Joins the description of a program and the certificate of its key. `password` is passed in the variable that the
    /// description names.
    ///
    /// # Errors
    /// The certificate's key is not one that is verified here.
    ///
    /// ```
    /// use semd_sign::SignError;
    /// use semd_sign::backend::CommandSigner;
    /// use semd_sign::backend::command::{CommandError, Description};
    /// # use semd_sign::{Signer as _, gost::ParameterSet, pki::{Subject, TestAuthority}};
    /// # use time::{Duration, macros::datetime};
    /// # let now = datetime!(2026-05-20 10:00 UTC);
    /// # let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).expect("a known set");
    /// # let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
    /// # let certificate = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?.certificate;
    ///
    /// let description = Description::from_toml("schema = 'semd.command/1'\nargv = ['/nowhere/sign']\n")?;
    /// let signer = CommandSigner::new(description, certificate, None)?;
    /// let refused = signer.sign(b"signed attributes");
    /// assert!(matches!(refused, Err(SignError::Command(CommandError::Start { .. }))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        description: Description,
        certificate: Certificate,
        password: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Self, SignError> {
        let algorithm = SignatureAlgorithm::of(&certificate)?;
        Ok(Self { description, certificate, algorithm, password, refused: Mutex::new(false) })
    }

    fn run(&self, input: &[u8]) -> Result<Vec<u8>, CommandError> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if *refused {
            return Err(CommandError::FailedBefore);
        }
        run::run(&self.description, input, self.password.as_ref())
            .inspect_err(|error| *refused = !error.is_transient())
    }

    fn value(&self, output: Vec<u8>) -> Result<Vec<u8>, CommandError> {
        let digits =
            || output.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect::<Vec<_>>();
        match self.description.encoding {
            Encoding::Binary => Ok(output),
            Encoding::Base64 => STANDARD.decode(digits()).map_err(|_| CommandError::Output("base64")),
            Encoding::Hex => from_hex(&digits()).ok_or(CommandError::Output("hex")),
        }
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |octet: u8| char::from(octet).to_digit(16);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()).collect()
}

impl Signer for CommandSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn algorithm(&self) -> Result<SignatureAlgorithm, SignError> {
        Ok(self.algorithm)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = self.algorithm.digest(message);
        let output = match self.description.signs {
            Signs::Message => self.run(message)?,
            Signs::Digest => self.run(&digest)?,
            Signs::Document => return Err(CommandError::DocumentsOnly.into()),
        };
        let value = self.value(output)?;
        let standard = value::in_standard_form(&self.certificate, self.algorithm, &digest, &value);
        Ok(standard.ok_or(CommandError::ForeignCertificate)?)
    }

    fn makes_containers(&self) -> bool {
        self.description.signs == Signs::Document
    }

    fn container(&self, document: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.run(document)?)
    }
}
