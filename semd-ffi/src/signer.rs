//! Who signs: a key in a file, or a function of the caller.

use std::ffi::{c_char, c_void};

use semd_core::report::Message;
use semd_sign::key::KeyFile;
use semd_sign::{Certificate, KeyError, SignError, Signer, SoftwareSigner};

use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};
use crate::input;

/// Octets of the longest signature: 512-bit keys.
const MAX_SIGNATURE: usize = 128;

/// A function of the caller that signs: this is how a token or a certified crypto provider is attached.
///
/// It hashes `message` (GOST R 34.11-2012 of the key's size) and signs the digest; `digest` is that digest for holders of keys
/// that sign digests only. It writes the signature to `signature`, which has room for `capacity` octets, its length to
/// `signature_length`, and answers 0; any other answer says that it did not sign, and comes back in the text of the error.
/// The signature is s‖r, big-endian, 64 or 128 octets. CryptoAPI gives the octets of a signature in reverse order: reverse
/// them. A finished container is verified before it is given out, so another order is found at once.
///
/// It is called on the thread that called semd_sign, and by several threads at once if several sign with the handle. It must
/// not throw an exception or jump out.
pub type SemdSign = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        message: *const u8,
        message_length: usize,
        digest: *const u8,
        digest_length: usize,
        signature: *mut u8,
        capacity: usize,
        signature_length: *mut usize,
    ) -> i32,
>;

/// A function of the caller that is told, once, when the library needs `context` no more: after semd_free and after the last
/// signature under way. It must not throw an exception.
pub type SemdRelease = Option<unsafe extern "C" fn(context: *mut c_void)>;

/// What stands behind the handle of a signer.
pub(crate) struct AnySigner(pub(crate) Box<dyn Signer>);

impl Kind for AnySigner {
    const NAME: (&'static str, &'static str) = ("подписант", "signer");
}

/// The caller's function with its certificate.
struct CallbackSigner {
    certificate: Certificate,
    sign: unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        usize,
        *const u8,
        usize,
        *mut u8,
        usize,
        *mut usize,
    ) -> i32,
    release: SemdRelease,
    context: *mut c_void,
}

// SAFETY: the context is only passed on; the caller promises that its functions may be called on any thread.
unsafe impl Send for CallbackSigner {}
// SAFETY: as above, by several threads at once.
unsafe impl Sync for CallbackSigner {}

impl Drop for CallbackSigner {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the caller promises that the function takes this context; it is called once, here.
            unsafe { release(self.context) };
        }
    }
}

impl Signer for CallbackSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let holder = |ru: String, en: String| SignError::Holder(Message::new(ru, en));
        let key = self.certificate.public_key().map_err(|error| SignError::CertificateKey(error.clone()))?;
        let digest = key.parameter_set().digest.digest(message);
        let mut signature = vec![0; MAX_SIGNATURE];
        let mut length = 0;
        // SAFETY: the pointers are to live memory of the lengths given, and the caller promises that the function keeps to them.
        let answer = unsafe {
            (self.sign)(
                self.context,
                message.as_ptr(),
                message.len(),
                digest.as_ptr(),
                digest.len(),
                signature.as_mut_ptr(),
                signature.len(),
                &raw mut length,
            )
        };
        if answer != 0 {
            return Err(holder(
                format!("функция подписи ответила кодом {answer}"),
                format!("the signing function answered code {answer}"),
            ));
        }
        if length > signature.len() {
            return Err(holder(
                format!("функция подписи назвала длину {length}, места было {MAX_SIGNATURE}"),
                format!("the signing function tells length {length}, there was room for {MAX_SIGNATURE}"),
            ));
        }
        signature.truncate(length);
        Ok(signature)
    }
}

fn certificate(octets: &[u8]) -> Result<Certificate, Failure> {
    Certificate::from_bytes(octets).map_err(|error| Failure::input(c"certificate", error.message()))
}

fn key(octets: &[u8], password: Option<&[u8]>) -> Result<KeyFile, Failure> {
    KeyFile::from_bytes(octets, password).map_err(|error| match error {
        KeyError::PasswordRequired | KeyError::WrongPassword => {
            Failure::new(SemdStatus::Password, c"password", error.message())
        }
        _ => Failure::input(c"key", error.message()),
    })
}

/// Opens a private key of a file: PKCS#8 (PEM or DER) or PKCS#12, with its certificate (PEM or DER).
///
/// `password` null with length 0: none. The library keeps no copy of the password and wipes the key when the handle is freed;
/// wipe your own buffers. `certificate` null with length 0: the one in the PKCS#12 container.
///
/// This is software cryptography, not a certified tool (СКЗИ): for tests and where no qualified signature is demanded. A
/// certified provider or token attaches by semd_signer_new.
///
/// # Safety
/// `key`, `password` and `certificate` have their numbers of readable octets; `out` may be written to; `error` is null or may
/// be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_signer_open(
    key: *const u8,
    key_length: usize,
    password: *const c_char,
    password_length: usize,
    certificate: *const u8,
    certificate_length: usize,
    out: *mut SemdHandle,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `key` is passed on.
        let octets = unsafe { input::bytes(key, key_length, "key") }?;
        // SAFETY: the caller's promise about `password` is passed on.
        let password = unsafe { input::optional_bytes(password.cast(), password_length, "password") }?;
        // SAFETY: the caller's promise about `certificate` is passed on.
        let given = unsafe { input::optional_bytes(certificate, certificate_length, "certificate") }?;
        let file = self::key(octets, password)?;
        let certificate = match given {
            Some(octets) => self::certificate(octets)?,
            None => file.certificate().cloned().ok_or_else(|| {
                let message = Message::new(
                    "сертификат не передан, и в файле ключа его нет",
                    "no certificate is given, and the key file has none",
                );
                Failure::input(c"certificate", message)
            })?,
        };
        let signer = SoftwareSigner::new(file.key, certificate)
            .map_err(|error| Failure::input(c"certificate", error.message()))?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(AnySigner(Box::new(signer)))) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Makes a signer of a function of the caller and the certificate (PEM or DER) of the key behind it. `context` is passed to
/// `sign` and `release` as it is; `release` may be null. When the call fails, `release` is not called.
///
/// # Safety
/// `certificate` has its number of readable octets; `sign` and `release` take `context`, on any thread, until `release` has
/// been called; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_signer_new(
    certificate: *const u8,
    certificate_length: usize,
    sign: SemdSign,
    release: SemdRelease,
    context: *mut c_void,
    out: *mut SemdHandle,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `certificate` is passed on.
        let octets = unsafe { input::bytes(certificate, certificate_length, "certificate") }?;
        let certificate = self::certificate(octets)?;
        let sign = sign.ok_or_else(|| {
            Failure::argument(
                c"null-pointer",
                "sign: нулевой указатель на функцию",
                "sign: the function is null",
            )
        })?;
        let signer = CallbackSigner { certificate, sign, release, context };
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(AnySigner(Box::new(signer)))) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
