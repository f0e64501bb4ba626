//! What the tests of the interface share: calls as C makes them, and keys.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use semd_ffi::*;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use serde_json::Value;
use time::Duration;
use time::macros::datetime;

pub const CONSULTATION: &[u8] = include_bytes!("../../../fixtures/documents/consultation.xml");
pub const CARD: &str = include_str!("../../../fixtures/cards/119.json");

/// The octets of a buffer, which is freed.
pub fn take(mut buffer: SemdBuffer) -> Vec<u8> {
    // SAFETY: the library filled the buffer; behind its octets stands a zero.
    let octets = unsafe { std::slice::from_raw_parts(buffer.data, buffer.length + 1) };
    assert_eq!(octets.last(), Some(&0), "a C string ends with zero");
    let octets = octets[..buffer.length].to_vec();
    // SAFETY: the buffer is the library's, and freed here alone; freeing an empty one is part of the contract.
    unsafe { semd_buffer_free(&raw mut buffer) };
    assert!(buffer.data.is_null() && buffer.length == 0);
    // SAFETY: as above.
    unsafe { semd_buffer_free(&raw mut buffer) };
    octets
}

/// A call that failed.
#[derive(Debug)]
pub struct Failed {
    pub status: SemdStatus,
    pub code: String,
    pub message: String,
    pub details: Value,
}

/// Makes a call with places for a result and an error.
pub fn call<T: Default>(body: impl FnOnce(*mut T, *mut SemdHandle) -> SemdStatus) -> Result<T, Failed> {
    let (mut out, mut error) = (T::default(), u64::MAX);
    let status = body(&raw mut out, &raw mut error);
    if status == SemdStatus::Ok {
        assert_eq!(error, 0);
        return Ok(out);
    }
    // SAFETY: the name of a cause lives as long as the library.
    let code = unsafe { CStr::from_ptr(semd_error_code(error)) }.to_str().unwrap().to_owned();
    let (mut message, mut details) = (SemdBuffer::default(), SemdBuffer::default());
    // SAFETY: both are live variables.
    let told = unsafe { semd_error_message(error, SEMD_LANG_EN, &raw mut message) };
    assert_eq!(told, SemdStatus::Ok);
    // SAFETY: as above.
    let told = unsafe { semd_error_details(error, SEMD_LANG_RU, &raw mut details) };
    assert_eq!(told, SemdStatus::Ok);
    let message = String::from_utf8(take(message)).unwrap();
    let details: Value = serde_json::from_slice(&take(details)).unwrap();
    assert_eq!(details["status"], status as i32);
    assert_eq!(details["code"], code);
    assert_eq!(semd_free(error), SemdStatus::Ok);
    Err(Failed { status, code, message, details })
}

pub fn text(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}

pub fn validator(options: &str) -> Result<SemdHandle, Failed> {
    let (data, length) = text(options);
    // SAFETY: all pointers are to live memory of their lengths.
    call(|out, error| unsafe { semd_validator_new(data, length, out, error) })
}

pub fn validate(validator: SemdHandle, document: &[u8], options: &str) -> Result<Value, Failed> {
    let (data, length) = text(options);
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe {
        semd_validate(validator, document.as_ptr(), document.len(), data, length, out, error)
    });
    made.map(|buffer| serde_json::from_slice(&take(buffer)).unwrap())
}

pub fn build(card: &str) -> Result<Vec<u8>, Failed> {
    // SAFETY: null with length 0 stands for the defaults.
    let builder = call(|out, error| unsafe { semd_builder_new(ptr::null(), 0, out, error) })?;
    let (data, length) = text(card);
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe { semd_build(builder, data, length, out, error) });
    semd_free(builder);
    made.map(take)
}

/// A test authority with one doctor.
pub struct Keys {
    pub key: String,
    pub certificate: String,
    pub root: Vec<u8>,
}

impl Keys {
    pub fn new(password: Option<&[u8]>) -> Self {
        let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).unwrap();
        let since = datetime!(2025-01-01 0:00 UTC);
        let authority = TestAuthority::create("Проба", set, since, Duration::days(3650)).unwrap();
        let doctor = Subject::Person {
            surname: "Тестова".into(),
            given_name: "Вера Андреевна".into(),
            snils: "99900000115".into(),
            inn: "500100732259".into(),
            title: None,
        };
        let issued = authority.issue(&doctor, set, since, Duration::days(3650)).unwrap();
        Self {
            key: issued.key_pem(password).unwrap().to_string(),
            certificate: issued.certificate_pem(),
            root: authority.certificate().der().to_vec(),
        }
    }

    pub fn signer(&self, password: Option<&str>) -> Result<SemdHandle, Failed> {
        let (secret, secret_length) = password.map_or((ptr::null(), 0), text);
        let (key, certificate) = (self.key.as_bytes(), self.certificate.as_bytes());
        // SAFETY: all pointers are to live memory of their lengths.
        call(|out, error| unsafe {
            semd_signer_open(
                key.as_ptr(),
                key.len(),
                secret,
                secret_length,
                certificate.as_ptr(),
                certificate.len(),
                out,
                error,
            )
        })
    }

    pub fn callback_signer(
        &self,
        sign: SemdSign,
        release: SemdRelease,
        context: *mut c_void,
    ) -> Result<SemdHandle, Failed> {
        let certificate = self.certificate.as_bytes();
        // SAFETY: all pointers are to live memory of their lengths; the functions take the context.
        call(|out, error| unsafe {
            semd_signer_new(certificate.as_ptr(), certificate.len(), sign, release, context, out, error)
        })
    }

    pub fn trust(&self) -> SemdHandle {
        // SAFETY: the places are live variables.
        let trust = call(|out, error| unsafe { semd_trust_new(out, error) }).unwrap();
        trust_add(trust, SEMD_TRUST_ROOT, &self.root).unwrap();
        trust
    }
}

pub fn trust_add(trust: SemdHandle, kind: u32, octets: &[u8]) -> Result<(), Failed> {
    // SAFETY: the pointer is to live memory of its length.
    call::<u8>(|_, error| unsafe { semd_trust_add(trust, kind, octets.as_ptr(), octets.len(), error) })
        .map(drop)
}

pub fn sign(signer: SemdHandle, content: &[u8], options: &str) -> Result<Vec<u8>, Failed> {
    let (data, length) = text(options);
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe {
        semd_sign(signer, content.as_ptr(), content.len(), data, length, out, error)
    });
    made.map(take)
}

pub fn verify(
    trust: SemdHandle,
    content: Option<&[u8]>,
    container: &[u8],
    options: &str,
) -> Result<Value, Failed> {
    let (data, length) = text(options);
    let (content, content_length) =
        content.map_or((ptr::null(), 0), |octets| (octets.as_ptr(), octets.len()));
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe {
        semd_verify(
            trust,
            content,
            content_length,
            container.as_ptr(),
            container.len(),
            data,
            length,
            out,
            error,
        )
    });
    made.map(|buffer| serde_json::from_slice(&take(buffer)).unwrap())
}
