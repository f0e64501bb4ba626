//! Why a key file cannot be used.

use pkcs8::ObjectIdentifier;
use semd_core::report::Message;

use crate::asn1::Asn1Error;
use crate::certificate::CertificateError;
use crate::gost::GostError;
use crate::spki::SpkiError;

/// A key file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file holds no private key, neither PKCS#8 nor PKCS#12.
    #[error("not a PKCS#8 or PKCS#12 private key")]
    NotPkcs8,
    /// The structure of the key is broken.
    #[error("damaged private key: {0}")]
    Structure(#[from] Asn1Error),
    /// Not a GOST R 34.10-2012 key, or one of an unsupported parameter set.
    #[error("unsupported private key: {0}")]
    Algorithm(SpkiError),
    /// The octets are not a private key of the parameter set.
    #[error("invalid private key: {0}")]
    Value(#[from] GostError),
    /// The public key in the file does not belong to the private key.
    #[error("the public key in the file does not belong to the private key")]
    PublicMismatch,
    /// The key is encrypted and no password was given.
    #[error("the key is encrypted and needs a password")]
    PasswordRequired,
    /// The password does not open the key.
    #[error("wrong password")]
    WrongPassword,
    /// The key is encrypted in a way this program cannot open.
    #[error("unsupported encryption {0} of the private key")]
    Encryption(ObjectIdentifier),
    /// The key derivation asks for more work than a file may.
    #[error("the password derivation of the key is too expensive")]
    Expensive,
    /// A certificate of the file cannot be read.
    #[error("a certificate in the key file: {0}")]
    Certificate(#[from] CertificateError),
    /// The PKCS#12 container holds that many different keys.
    #[error("the container holds {0} private keys")]
    SeveralKeys(usize),
    /// The PKCS#12 container is not protected by a MAC under the password.
    #[error("the container has no MAC under the password")]
    NoMac,
    /// Encrypting failed.
    #[error("the private key could not be encrypted")]
    Encrypt,
}

impl KeyError {
    /// The error for people: what is wrong and what to do.
    pub fn message(&self) -> Message {
        match self {
            Self::NotPkcs8 => Message::new(
                "файл не содержит закрытого ключа PKCS#8 (PEM или DER) или PKCS#12 (PFX)",
                "the file holds no private key, PKCS#8 (PEM or DER) or PKCS#12 (PFX)",
            ),
            Self::Structure(error) => Message::new(
                format!("файл закрытого ключа повреждён: {error}"),
                format!("the private key file is damaged: {error}"),
            ),
            Self::Algorithm(error) => Message::new(
                format!("закрытый ключ не поддерживается, нужен ГОСТ Р 34.10-2012: {error}"),
                format!("unsupported private key, GOST R 34.10-2012 is needed: {error}"),
            ),
            Self::Value(error) => error.message(),
            Self::PublicMismatch => Message::new(
                "открытый ключ в файле не соответствует закрытому: файл повреждён или собран из двух ключей",
                "the public key in the file does not belong to the private key: the file is damaged or mixed up",
            ),
            Self::PasswordRequired => Message::new(
                "закрытый ключ зашифрован: укажите пароль",
                "the private key is encrypted: give its password",
            ),
            Self::WrongPassword => {
                Message::new("неверный пароль закрытого ключа", "wrong password of the private key")
            }
            Self::Encryption(oid) => Message::new(
                format!("способ шифрования ключа {oid} не поддерживается: перешифруйте ключ (PBES2, AES)"),
                format!("key encryption {oid} is not supported: encrypt the key anew (PBES2, AES)"),
            ),
            Self::Expensive => Message::new(
                "файл ключа требует слишком долгой проверки пароля",
                "the key file asks for too expensive a password check",
            ),
            Self::Certificate(error) => {
                let message = error.message();
                Message::new(
                    format!("сертификат в файле ключа: {}", message.ru),
                    format!("a certificate in the key file: {}", message.en),
                )
            }
            Self::SeveralKeys(count) => Message::new(
                format!("в контейнере закрытых ключей: {count}; выгрузите в файл один нужный ключ"),
                format!("the container holds {count} private keys: export the one that is needed"),
            ),
            Self::NoMac => Message::new(
                "контейнер PKCS#12 не защищён паролем от подмены (нет MAC): выгрузите его заново с паролем",
                "the PKCS#12 container has no MAC under a password: export it anew with a password",
            ),
            Self::Encrypt => Message::new("не удалось зашифровать ключ", "the key could not be encrypted"),
        }
    }
}

impl From<SpkiError> for KeyError {
    fn from(error: SpkiError) -> Self {
        match error {
            SpkiError::Structure(error) => Self::Structure(error),
            SpkiError::Key(error) => Self::Value(error),
            other => Self::Algorithm(other),
        }
    }
}
