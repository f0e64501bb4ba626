//! Why a token does not sign.

use cryptoki::error::{Error, RvError};
use semd_core::report::Message;

use super::uri::UriError;
use crate::certificate::CertificateError;

/// A token that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs11Error {
    /// The URI is not understood.
    #[error(transparent)]
    Uri(#[from] UriError),
    /// Nothing says which module (shared library) to load.
    #[error("no PKCS #11 module is named")]
    NoModule,
    /// The module cannot be loaded or started.
    #[error("the module {path}: {reason}")]
    Module {
        /// The file.
        path: String,
        /// What the system or the module said.
        reason: String,
    },
    /// No token is inserted that fits the URI; the labels of those that are.
    #[error("no such token; inserted are {0:?}")]
    NoToken(Vec<String>),
    /// Several tokens fit the URI.
    #[error("{0} tokens fit the URI")]
    SeveralTokens(usize),
    /// The token wants a PIN and none was given.
    #[error("the token needs a PIN")]
    PinRequired,
    /// The token refused the PIN.
    #[error("the token refused the PIN")]
    PinRefused,
    /// The token refused a PIN earlier in this process; none is tried again.
    #[error("the token refused a PIN before; it is not tried again")]
    PinRefusedBefore,
    /// PINs were refused before, so that few tries are left or the very last one.
    #[error("few tries of the PIN are left (the last one: {last})")]
    FewTries {
        /// Whether the next wrong PIN locks the token.
        last: bool,
    },
    /// The PIN is locked.
    #[error("the PIN of the token is locked")]
    PinLocked,
    /// The file with the PIN cannot be read.
    #[error("the file with the PIN: {0}")]
    PinSource(String),
    /// No private key on the token fits the URI.
    #[error("no private key on the token fits the URI")]
    NoKey,
    /// Several private keys fit the URI.
    #[error("{0} private keys fit the URI")]
    SeveralKeys(usize),
    /// The token holds no certificate of the key.
    #[error("no certificate of the key on the token")]
    NoCertificate,
    /// The certificate on the token cannot be read.
    #[error("the certificate on the token: {0}")]
    Certificate(#[from] CertificateError),
    /// The key does not sign what its certificate verifies, in any known byte order.
    #[error("the token's signature does not belong to the certificate")]
    ForeignCertificate,
    /// The token does not know the mechanism that the key needs.
    #[error("the token does not sign by {0}")]
    Mechanism(String),
    /// The token was pulled out, or the reader unplugged.
    #[error("the token is not there any more")]
    Removed,
    /// Any other trouble of the module.
    #[error("the token: {0}")]
    Device(String),
}

impl From<Error> for Pkcs11Error {
    fn from(error: Error) -> Self {
        let Error::Pkcs11(code, function) = &error else {
            return Self::Device(error.to_string());
        };
        match code {
            RvError::PinLocked => Self::PinLocked,
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => Self::PinRefused,
            RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::SlotIdInvalid => Self::Removed,
            // The text of a code is a paragraph of the standard; its name is what an administrator looks up.
            code => Self::Device(format!("{function}: {code:?}")),
        }
    }
}

impl Pkcs11Error {
    /// Whether trying again makes sense: the token may be inserted again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::NoToken(_) | Self::Removed | Self::Device(_))
    }

    /// The error for people: what is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Self::Uri(error) => uri_message(error),
            Self::NoModule => Message::new(
                "не указан модуль PKCS#11: добавьте к адресу ключа ?module-path=/путь/к/библиотеке.so или задайте SEMD_PKCS11_MODULE",
                "no PKCS#11 module: add ?module-path=/path/to/library.so to the key's URI, or set SEMD_PKCS11_MODULE",
            ),
            Self::Module { path, reason } => Message::new(
                format!(
                    "модуль PKCS#11 {path} не загружен: {reason}; проверьте путь и установку драйвера токена"
                ),
                format!(
                    "PKCS#11 module {path} was not loaded: {reason}; check the path and the token's driver"
                ),
            ),
            Self::NoToken(labels) if labels.is_empty() => Message::new(
                "ни одного токена не вставлено: вставьте токен и повторите",
                "no token is inserted: insert the token and try again",
            ),
            Self::NoToken(labels) => {
                let labels = labels.join(", ");
                Message::new(
                    format!(
                        "нужного токена нет (вставлены: {labels}): вставьте его или исправьте адрес ключа"
                    ),
                    format!("the token is not there (inserted: {labels}): insert it, or mend the key's URI"),
                )
            }
            Self::SeveralTokens(count) => Message::new(
                format!("адресу ключа подходят токены: {count}; уточните token= или serial="),
                format!("{count} tokens fit the key's URI: say token= or serial="),
            ),
            Self::PinRequired => Message::new(
                "нужен ПИН-код токена: --password-fd, SEMD_KEY_PASSWORD, pin-source в адресе ключа или ввод в терминале",
                "the token needs its PIN: --password-fd, SEMD_KEY_PASSWORD, pin-source in the URI, or a terminal to ask at",
            ),
            Self::PinRefused => Message::new(
                "токен не принял ПИН-код; вторая попытка не делается, чтобы не заблокировать токен: проверьте ПИН-код",
                "the token refused the PIN; no second try is made, so as not to lock it: check the PIN",
            ),
            Self::PinRefusedBefore => Message::new(
                "токен уже отверг ПИН-код в этом запуске; повторно ПИН-код не предъявляется",
                "the token refused a PIN in this run already; no PIN is presented again",
            ),
            Self::FewTries { last: false } => Message::new(
                "ПИН-код токена недавно вводили неверно, попыток осталось мало: проверьте ПИН-код и повторите с --last-pin-try",
                "wrong PINs were given to the token lately and few tries are left: make sure of the PIN and add --last-pin-try",
            ),
            Self::FewTries { last: true } => Message::new(
                "осталась последняя попытка ввода ПИН-кода, ошибка заблокирует токен: проверьте ПИН-код и повторите с --last-pin-try",
                "the very last try of the PIN is left, a mistake locks the token: make sure of the PIN and add --last-pin-try",
            ),
            Self::PinLocked => Message::new(
                "ПИН-код токена заблокирован: разблокируйте токен у администратора",
                "the token's PIN is locked: have the token unlocked by its administrator",
            ),
            Self::PinSource(reason) => Message::new(
                format!("файл с ПИН-кодом (pin-source) не прочитан: {reason}"),
                format!("the file with the PIN (pin-source) cannot be read: {reason}"),
            ),
            Self::NoKey => Message::new(
                "на токене нет закрытого ключа с такими object= и id=: проверьте адрес ключа (semd doctor покажет ключи)",
                "no private key with this object= and id= on the token: check the URI (semd doctor lists the keys)",
            ),
            Self::SeveralKeys(count) => Message::new(
                format!("адресу подходят закрытые ключи: {count}; уточните object= или id="),
                format!("{count} private keys fit the URI: say object= or id="),
            ),
            Self::NoCertificate => Message::new(
                "на токене нет сертификата этого ключа: укажите его файлом, --cert",
                "the token has no certificate of this key: give it as a file, --cert",
            ),
            Self::Certificate(error) => {
                let message = error.message();
                Message::new(
                    format!("сертификат на токене: {}", message.ru),
                    format!("the certificate on the token: {}", message.en),
                )
            }
            Self::ForeignCertificate => Message::new(
                "подпись токена не проверяется ключом сертификата: сертификат не от этого ключа",
                "the token's signature does not verify by the certificate: it is not of this key",
            ),
            Self::Mechanism(name) => Message::new(
                format!("токен не умеет подписывать по {name}: проверьте модель токена и модуль"),
                format!("the token does not sign by {name}: check the model of the token and the module"),
            ),
            Self::Removed => Message::new(
                "токен извлечён во время работы: вставьте его и повторите команду, подписанное сохранено",
                "the token was pulled out: insert it and run the command again, what was signed is kept",
            ),
            Self::Device(reason) => Message::new(
                format!("ошибка токена ({reason}): переподключите токен и повторите"),
                format!("trouble with the token ({reason}): plug it in again and retry"),
            ),
        }
    }
}

fn uri_message(error: &UriError) -> Message {
    let reason = match error {
        UriError::Scheme => "он должен начинаться с pkcs11:".to_owned(),
        UriError::Malformed(part) => format!("«{part}» не имеет вида имя=значение (иные знаки пишутся %XX)"),
        UriError::Unknown(name) => format!("свойство «{name}» неизвестно"),
        UriError::Repeated(name) => format!("свойство «{name}» указано дважды"),
        UriError::Value(name) => format!("у свойства «{name}» недопустимое значение"),
        UriError::PinValue => {
            "ПИН-код не передают в аргументах, их видят все пользователи машины; укажите pin-source=ФАЙЛ или --password-fd"
                .to_owned()
        }
        UriError::PinSource => "pin-source должен быть файлом".to_owned(),
    };
    Message::new(
        format!("адрес ключа PKCS#11 не понят: {reason}"),
        format!("the PKCS#11 URI of the key: {error}"),
    )
}
