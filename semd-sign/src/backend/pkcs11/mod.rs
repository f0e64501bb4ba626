//! Keys on tokens and in hardware modules, by PKCS #11.
//!
//! The PIN is presented once, for all signatures; the tries that are left are read before. A token that refused a PIN gets no
//! second one from this process, whoever asks.

mod error;
mod token;
mod uri;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::types::RawAuthPin;
use zeroize::Zeroizing;

use super::{SignError, SignatureAlgorithm, Signer, value};
use crate::certificate::Certificate;
use crate::digest::Streebog;

pub use error::Pkcs11Error;
pub use token::{PinState, Token, TokenCertificate, TokenFacts};
pub use uri::{Pkcs11Uri, UriError};

/// CKM_GOSTR3410_WITH_GOSTR3411_12_256 of ТК 26, as the modules of Rutoken, JaCarta and others number it.
const GOST_256: u64 = 0xD432_1008;
/// CKM_GOSTR3410_WITH_GOSTR3411_12_512.
const GOST_512: u64 = 0xD432_1009;
/// Parameter of the first: the identifier of GOST R 34.11-2012 with 256 bits, DER. Some modules want it, some want nothing.
const GOST_256_PARAMETER: [u8; 10] = [0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02];
/// Parameter of the second.
const GOST_512_PARAMETER: [u8; 10] = [0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03];

/// DigestInfo of SHA-256 up to the digest (RFC 8017 9.2): what CKM_RSA_PKCS signs.
const SHA_256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// Tokens that refused a PIN in this process: module, serial number, label.
static REFUSED: Mutex<BTreeSet<(String, String, String)>> = Mutex::new(BTreeSet::new());

/// What a token needs of its user before it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinNeed {
    /// Nothing: the token asks for no PIN, was signed in to already, or asks at its own keypad.
    None,
    /// The PIN.
    Pin,
}

/// Signs with a key on a token.
///
/// ```no_run
/// use semd_sign::backend::pkcs11::{PinNeed, Pkcs11Signer, Pkcs11Uri, Token};
/// use semd_sign::cades;
/// use time::OffsetDateTime;
/// use zeroize::Zeroizing;
///
/// let uri: Pkcs11Uri = "pkcs11:token=clinic;object=doctor?module-path=/usr/lib/librtpkcs11ecp.so".parse()?;
/// let token = Token::find(&uri, None)?;
/// let pin = match token.pin_need(false)? {
///     PinNeed::None => None,
///     PinNeed::Pin => Some(Zeroizing::new(std::fs::read("/run/secrets/pin")?)),
/// };
/// let signer = Pkcs11Signer::open(token, &uri, pin, None)?;
/// let container = cades::sign_detached(&signer, b"<ClinicalDocument/>", OffsetDateTime::now_utc())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pkcs11Signer {
    token: Token,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    key: ObjectHandle,
    /// Tokens do one thing at a time, so one session serves all threads.
    state: Mutex<State>,
}

struct State {
    session: Session,
    /// Whether the mechanism takes the identifier of the hash function.
    gost_parameter: bool,
}

impl Token {
    /// What the token needs before it signs. `last_pin_try` admits a token of which few tries of the PIN are left.
    ///
    /// # Errors
    /// The PIN is locked, was refused in this process, or few tries are left.
    pub fn pin_need(&self, last_pin_try: bool) -> Result<PinNeed, Pkcs11Error> {
        if !self.login_required || self.own_keypad || self.is_signed_in()? {
            return Ok(PinNeed::None);
        }
        if refused().contains(&self.name()) {
            return Err(Pkcs11Error::PinRefusedBefore);
        }
        match self.facts().pin {
            PinState::Locked => Err(Pkcs11Error::PinLocked),
            PinState::LastTry if !last_pin_try => Err(Pkcs11Error::FewTries { last: true }),
            PinState::FewTries if !last_pin_try => Err(Pkcs11Error::FewTries { last: false }),
            _ => Ok(PinNeed::Pin),
        }
    }

    fn is_signed_in(&self) -> Result<bool, Pkcs11Error> {
        let session = self.context.open_ro_session(self.slot)?;
        Ok(matches!(session.get_session_info()?.session_state(), SessionState::RoUser | SessionState::RwUser))
    }

    fn name(&self) -> (String, String, String) {
        let facts = self.facts();
        (self.module.display().to_string(), facts.serial.clone(), facts.label.clone())
    }

    /// Presents the PIN, once.
    fn sign_in(&self, session: &Session, pin: Option<Zeroizing<Vec<u8>>>) -> Result<(), Pkcs11Error> {
        if !self.login_required || self.is_signed_in()? {
            return Ok(());
        }
        let mut refused = refused();
        if refused.contains(&self.name()) {
            return Err(Pkcs11Error::PinRefusedBefore);
        }
        let answer = match pin {
            _ if self.own_keypad => session.login(UserType::User, None),
            Some(pin) => session.login_with_raw(UserType::User, &RawAuthPin::new(Box::new(pin.to_vec()))),
            None => return Err(Pkcs11Error::PinRequired),
        };
        match answer {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => {
                let error = Pkcs11Error::from(error);
                if error == Pkcs11Error::PinRefused {
                    refused.insert(self.name());
                }
                Err(error)
            }
        }
    }
}

fn refused() -> std::sync::MutexGuard<'static, BTreeSet<(String, String, String)>> {
    REFUSED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pkcs11Signer {
    /// Signs in to a token and finds the key of the URI, with its certificate unless one is given.
    ///
    /// # Errors
    /// The token refuses, or the key or its certificate is absent or not unique.
    pub fn open(
        token: Token,
        uri: &Pkcs11Uri,
        pin: Option<Zeroizing<Vec<u8>>>,
        certificate: Option<Certificate>,
    ) -> Result<Self, SignError> {
        let session = token.context.open_ro_session(token.slot).map_err(Pkcs11Error::from)?;
        token.sign_in(&session, pin)?;
        let key = find_key(&session, uri)?;
        let certificate = match certificate {
            Some(certificate) => certificate,
            None => find_certificate(&session, key, uri)?,
        };
        let algorithm = SignatureAlgorithm::of(&certificate)?;
        let state = Mutex::new(State { session, gost_parameter: true });
        Ok(Self { token, certificate, algorithm, key, state })
    }

    fn sign_raw(&self, state: &mut State, message: &[u8], digest: &[u8]) -> Result<Vec<u8>, Error> {
        let session = &state.session;
        match self.algorithm {
            SignatureAlgorithm::RsaSha256 => {
                session.sign(&Mechanism::RsaPkcs, self.key, &[&SHA_256_INFO, digest].concat())
            }
            SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::EcdsaSha384 => {
                session.sign(&Mechanism::Ecdsa, self.key, digest)
            }
            // The token hashes: its mechanism for digests of 256 bits has a number that the wrapper does not pass, and the
            // octets to be signed are few.
            SignatureAlgorithm::Gost(function) => {
                let signed = session.sign(&gost(function, state.gost_parameter)?, self.key, message);
                match signed {
                    Err(Error::Pkcs11(RvError::MechanismParamInvalid | RvError::ArgumentsBad, _))
                        if state.gost_parameter =>
                    {
                        state.gost_parameter = false;
                        state.session.sign(&gost(function, false)?, self.key, message)
                    }
                    signed => signed,
                }
            }
        }
    }

    /// The trouble of a signature: a token that was pulled out says so in many ways.
    fn trouble(&self, error: Error) -> Pkcs11Error {
        match error {
            Error::Pkcs11(RvError::MechanismInvalid | RvError::KeyTypeInconsistent, _) => {
                Pkcs11Error::Mechanism(self.algorithm.to_string())
            }
            // The key itself is gone: with its token, or with the files of a software token.
            Error::Pkcs11(RvError::ObjectHandleInvalid | RvError::KeyHandleInvalid, _) => {
                Pkcs11Error::Removed
            }
            error if self.token.is_present() => error.into(),
            _ => Pkcs11Error::Removed,
        }
    }
}

fn gost(function: Streebog, with_parameter: bool) -> Result<Mechanism<'static>, Error> {
    let (number, parameter) = match function {
        Streebog::S256 => (GOST_256, &GOST_256_PARAMETER),
        Streebog::S512 => (GOST_512, &GOST_512_PARAMETER),
    };
    let mechanism = MechanismType::new_vendor_defined(number)?;
    Ok(Mechanism::VendorDefined(VendorDefinedMechanism::new(mechanism, with_parameter.then_some(parameter))))
}

impl Signer for Pkcs11Signer {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn algorithm(&self) -> Result<SignatureAlgorithm, SignError> {
        Ok(self.algorithm)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = self.algorithm.digest(message);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let value = self.sign_raw(&mut state, message, &digest).map_err(|error| self.trouble(error))?;
        let standard = value::in_standard_form(&self.certificate, self.algorithm, &digest, &value);
        Ok(standard.ok_or(Pkcs11Error::ForeignCertificate)?)
    }
}

impl std::fmt::Debug for Pkcs11Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pkcs11Signer({}, {})", self.token.facts().label, self.algorithm)
    }
}

fn find_key(session: &Session, uri: &Pkcs11Uri) -> Result<ObjectHandle, Pkcs11Error> {
    let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    template.extend(uri.id.clone().map(Attribute::Id));
    template.extend(uri.object.clone().map(|label| Attribute::Label(label.into_bytes())));
    match session.find_objects(&template)?.as_slice() {
        [key] => Ok(*key),
        [] => Err(Pkcs11Error::NoKey),
        keys => Err(Pkcs11Error::SeveralKeys(keys.len())),
    }
}

/// The certificate with the identifier of the key, or with its label. Of several the youngest: a renewed one stands beside the
/// old one, and the first signature shows whether it is of this key.
fn find_certificate(
    session: &Session,
    key: ObjectHandle,
    uri: &Pkcs11Uri,
) -> Result<Certificate, Pkcs11Error> {
    let mut by_label = uri.object.clone().map(String::into_bytes);
    let mut by_id = uri.id.clone();
    for attribute in token::attributes(session, key, &[])? {
        match attribute {
            Attribute::Id(id) if !id.is_empty() => by_id = Some(id),
            Attribute::Label(label) if !label.is_empty() => by_label = Some(label),
            _ => {}
        }
    }
    for wanted in [by_id.map(Attribute::Id), by_label.map(Attribute::Label)].into_iter().flatten() {
        let found = token::certificates(session, &[wanted])?.into_iter().map(|found| found.certificate);
        if let Some(certificate) = found.max_by_key(Certificate::not_before) {
            return Ok(certificate);
        }
    }
    Err(Pkcs11Error::NoCertificate)
}
