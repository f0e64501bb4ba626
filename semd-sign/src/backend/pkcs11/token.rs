//! Modules and the tokens behind them, before anybody signs in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use super::{Pkcs11Error, Pkcs11Uri};
use crate::certificate::Certificate;

/// Certificates read of one token at most.
const MAX_CERTIFICATES: usize = 256;

/// A module is started once a process, and never stopped: sessions of several signers share it.
static MODULES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// What a token says about itself to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenFacts {
    /// Number of the slot.
    pub slot: u64,
    /// Label.
    pub label: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// What is known of the tries of its PIN.
    pub pin: PinState,
}

/// The PIN of a token, as its flags tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinState {
    /// Nothing to worry about.
    Good,
    /// No PIN was ever set.
    NotSet,
    /// A wrong PIN was given since the last right one.
    FewTries,
    /// The next wrong PIN locks it.
    LastTry,
    /// It is locked.
    Locked,
}

/// A certificate kept on a token.
#[derive(Clone, Debug)]
pub struct TokenCertificate {
    /// CKA_LABEL.
    pub label: String,
    /// CKA_ID, shared with the private key.
    pub id: Vec<u8>,
    /// The certificate.
    pub certificate: Certificate,
}

/// A token that is inserted.
#[derive(Debug)]
pub struct Token {
    pub(super) module: PathBuf,
    pub(super) context: Pkcs11,
    pub(super) slot: Slot,
    facts: TokenFacts,
    pub(super) login_required: bool,
    /// The PIN is typed at the reader itself.
    pub(super) own_keypad: bool,
}

impl Token {
    /// All tokens that a module sees and that were ever set up.
    ///
    /// # Errors
    /// The module cannot be loaded, or does not answer.
    pub fn all(module: &Path) -> Result<Vec<Self>, Pkcs11Error> {
        let context = loaded(module)?;
        let mut tokens = Vec::new();
        for slot in context.get_slots_with_initialized_token()? {
            // A token may be pulled out between two questions.
            if let Ok(info) = context.get_token_info(slot) {
                let pin = if info.user_pin_locked() {
                    PinState::Locked
                } else if info.user_pin_final_try() {
                    PinState::LastTry
                } else if info.user_pin_count_low() {
                    PinState::FewTries
                } else if !info.user_pin_initialized() {
                    PinState::NotSet
                } else {
                    PinState::Good
                };
                tokens.push(Self {
                    module: module.to_owned(),
                    context: context.clone(),
                    slot,
                    facts: TokenFacts {
                        slot: slot.id(),
                        label: info.label().to_owned(),
                        manufacturer: info.manufacturer_id().to_owned(),
                        model: info.model().to_owned(),
                        serial: info.serial_number().to_owned(),
                        pin,
                    },
                    login_required: info.login_required(),
                    own_keypad: info.protected_authentication_path(),
                });
            }
        }
        Ok(tokens)
    }

    /// The one token that a URI names. `module` is loaded when the URI names none.
    ///
    /// # Errors
    /// No module is named or it cannot be loaded, no token fits, or several do.
    pub fn find(uri: &Pkcs11Uri, module: Option<&Path>) -> Result<Self, Pkcs11Error> {
        let module = uri.module.as_deref().or(module).ok_or(Pkcs11Error::NoModule)?;
        let (mut fitting, others): (Vec<_>, Vec<_>) =
            Self::all(module)?.into_iter().partition(|token| token.fits(uri));
        match (fitting.pop(), fitting.len()) {
            (Some(token), 0) => Ok(token),
            (Some(_), more) => Err(Pkcs11Error::SeveralTokens(more + 1)),
            (None, _) => {
                Err(Pkcs11Error::NoToken(others.into_iter().map(|token| token.facts.label).collect()))
            }
        }
    }

    /// What the token says about itself.
    pub fn facts(&self) -> &TokenFacts {
        &self.facts
    }

    fn fits(&self, uri: &Pkcs11Uri) -> bool {
        let fits = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.trim_end() == found.trim_end())
        };
        fits(&uri.token, &self.facts.label)
            && fits(&uri.manufacturer, &self.facts.manufacturer)
            && fits(&uri.model, &self.facts.model)
            && fits(&uri.serial, &self.facts.serial)
            && uri.slot.is_none_or(|slot| slot == self.facts.slot)
    }

    /// The certificates that anybody may read.
    ///
    /// # Errors
    /// The token does not answer.
    pub fn certificates(&self) -> Result<Vec<TokenCertificate>, Pkcs11Error> {
        let session = self.context.open_ro_session(self.slot)?;
        certificates(&session, &[])
    }

    /// Whether the token is still in its slot.
    pub(super) fn is_present(&self) -> bool {
        self.context.get_slot_info(self.slot).is_ok_and(|slot| slot.token_present())
    }
}

/// The certificates of a session that fit a template; unreadable ones are passed over: tokens hold old and foreign things.
pub(super) fn certificates(
    session: &Session,
    template: &[Attribute],
) -> Result<Vec<TokenCertificate>, Pkcs11Error> {
    let mut wanted = vec![Attribute::Class(ObjectClass::CERTIFICATE)];
    wanted.extend_from_slice(template);
    let mut found = Vec::new();
    for object in session.find_objects(&wanted)?.into_iter().take(MAX_CERTIFICATES) {
        let (mut label, mut id, mut certificate) = (String::new(), Vec::new(), None);
        for attribute in attributes(session, object, &[AttributeType::Value])? {
            match attribute {
                Attribute::Value(der) => certificate = Certificate::from_bytes(&der).ok(),
                Attribute::Label(text) => label = String::from_utf8_lossy(&text).into_owned(),
                Attribute::Id(octets) => id = octets,
                _ => {}
            }
        }
        if let Some(certificate) = certificate {
            found.push(TokenCertificate { label, id, certificate });
        }
    }
    Ok(found)
}

/// Label and identifier of an object, and further attributes.
pub(super) fn attributes(
    session: &Session,
    object: ObjectHandle,
    further: &[AttributeType],
) -> Result<Vec<Attribute>, Pkcs11Error> {
    let mut wanted = vec![AttributeType::Label, AttributeType::Id];
    wanted.extend_from_slice(further);
    Ok(session.get_attributes(object, &wanted)?)
}

/// The module of a file, started.
fn loaded(path: &Path) -> Result<Pkcs11, Pkcs11Error> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(context) = modules.get(path) {
        return Ok(context.clone());
    }
    let refused = |error: Error| Pkcs11Error::Module {
        path: path.display().to_string(),
        reason: match error {
            Error::LibraryLoading(error) => error.to_string(),
            other => Pkcs11Error::from(other).to_string(),
        },
    };
    let context = Pkcs11::new(path).map_err(refused)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(refused(error)),
    }
    modules.insert(path.to_owned(), context.clone());
    Ok(context)
}
