//! What the interface does, from a card to the register's verdict.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semd_ffi::*;
use serde_json::{Value, json};
use support::*;

#[test]
fn document_is_built_checked_shown_signed_judged_and_foreseen() {
    let document = build(CARD).unwrap();
    let validator = validator(r#"{"lang": "en"}"#).unwrap();
    let report = validate(validator, &document, r#"{"file": "a.xml"}"#).unwrap();
    assert_eq!((&report["schema"], &report["file"]), (&json!("semd.report/1"), &json!("a.xml")));
    assert_eq!(report["verdict"], "valid", "{report}");
    assert!(report["rules_fired"].as_u64().unwrap() > 10);

    let keys = Keys::new(None);
    let signer = keys.signer(None).unwrap();
    let container = sign(signer, &document, "{}").unwrap();
    let trust = keys.trust();
    let judged = verify(trust, Some(&document), &container, r#"{"file": "a.xml", "lang": "en"}"#).unwrap();
    assert_eq!((&judged["schema"], &judged["verdict"]), (&json!("semd.signature/1"), &json!("total-passed")));
    assert!(!judged.to_string().contains("Вера"), "persons are masked");
    let shown = verify(trust, Some(&document), &container, r#"{"show_pii": true}"#).unwrap();
    assert!(shown.to_string().contains("Вера"));
    let changed = [document.as_slice(), b"\n"].concat();
    let judged = verify(trust, Some(&changed), &container, "{}").unwrap();
    assert_eq!(judged["codes"][0], "DIGEST_MISMATCH");

    let signatures = json!([{ "role": "doctor", "data": STANDARD.encode(&container) }]);
    let page = render(&document, trust, &json!({ "signatures": signatures, "lang": "ru" })).unwrap();
    assert!(page.contains("Документ подписан электронной подписью") && page.contains("Образцов"));
    let page = render(&document, 0, &json!({ "signatures": signatures, "lang": "en" })).unwrap();
    assert!(page.contains("The electronic signature is not confirmed"), "no trust, no confirmation");

    let options = json!({ "lang": "en" }).to_string();
    let (data, length) = text(&options);
    // SAFETY: all pointers are to live memory of their lengths.
    let preflight =
        call(|out, error| unsafe { semd_preflight_new(validator, trust, data, length, out, error) }).unwrap();
    // The preflight keeps what it was made of.
    assert_eq!((semd_free(validator), semd_free(trust)), (SemdStatus::Ok, SemdStatus::Ok));
    let bundle = json!({ "signatures": signatures, "file": "a.xml" });
    let foreseen = ask(semd_preflight, preflight, &document, &bundle).unwrap();
    assert_eq!(foreseen["schema"], "semd.preflight/1");
    let unsigned = ask(semd_preflight, preflight, &document, &json!({})).unwrap();
    assert!(unsigned["codes"].to_string().contains("NO_SIGNATURE"), "{unsigned}");
    assert!(!foreseen["codes"].to_string().contains("SIGNATURE_DECODING_ERROR"), "{foreseen}");

    let made = ask(semd_registration_request, preflight, &document, &bundle).unwrap();
    assert_eq!(made["request"]["kind"], "119");
    assert_eq!(made["request"]["patient"]["surname"], "Образцов");
    let signed = &made["request"]["personalSignatures"][0];
    assert_eq!(signed["signer"]["surname"], "Тестова");
    assert_eq!(signed["signature"]["data"], STANDARD.encode(&container));
    let missing = made["missing"].to_string();
    assert!(missing.contains("birthDate"), "{missing}");
    let given = json!({ "signatures": signatures, "request": { "personalSignatures": [
        { "signer": { "role": "DOCTOR", "birthDate": "1980-01-01" } }] } });
    let made = ask(semd_registration_request, preflight, &document, &given).unwrap();
    assert!(!made["missing"].to_string().contains("birthDate"), "{made}");
    semd_free(preflight);
    semd_free(signer);
}

fn render(document: &[u8], trust: SemdHandle, options: &Value) -> Result<String, Failed> {
    let options = options.to_string();
    let (data, length) = text(&options);
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe {
        semd_render(document.as_ptr(), document.len(), trust, data, length, out, error)
    });
    made.map(|buffer| String::from_utf8(take(buffer)).unwrap())
}

type Ask = unsafe extern "C" fn(
    SemdHandle,
    *const u8,
    usize,
    *const std::ffi::c_char,
    usize,
    *mut SemdBuffer,
    *mut SemdHandle,
) -> SemdStatus;

fn ask(function: Ask, preflight: SemdHandle, document: &[u8], bundle: &Value) -> Result<Value, Failed> {
    let bundle = bundle.to_string();
    let (data, length) = text(&bundle);
    // SAFETY: all pointers are to live memory of their lengths.
    let made = call(|out, error| unsafe {
        function(preflight, document.as_ptr(), document.len(), data, length, out, error)
    });
    made.map(|buffer| serde_json::from_slice(&take(buffer)).unwrap())
}

#[test]
fn card_with_faults_names_each_place() {
    let failed = build(r#"{"kind": "119", "created": "yesterday"}"#).unwrap_err();
    assert_eq!((failed.status, failed.code.as_str()), (SemdStatus::Input, "card"));
    let faults = failed.details["faults"].as_array().unwrap();
    assert!(faults.iter().any(|fault| fault["pointer"] == "/created"), "{faults:?}");
    let failed = build("{\n \"kind\": Образцов}").unwrap_err();
    assert_eq!(failed.code, "card-json");
    assert!(failed.message.contains("line 2") && !failed.message.contains("Образцов"), "{}", failed.message);
}

#[test]
fn attached_container_carries_its_document() {
    let keys = Keys::new(None);
    let (signer, trust) = (keys.signer(None).unwrap(), keys.trust());
    let options = r#"{"attached": true, "signing_time": "2026-05-20T10:00:00+03:00"}"#;
    let container = sign(signer, CONSULTATION, options).unwrap();
    let judged = verify(trust, None, &container, r#"{"policy": "basic", "at": "signing-time"}"#).unwrap();
    assert_eq!(judged["verdict"], "total-passed", "{judged}");
    assert_eq!(judged["signing_time"], "2026-05-20T07:00:00Z");
    semd_free(signer);
    semd_free(trust);
}

#[test]
fn password_opens_a_key_and_its_errors_are_told_apart() {
    let keys = Keys::new(Some("пароль".as_bytes()));
    let signer = keys.signer(Some("пароль")).unwrap();
    semd_free(signer);
    for password in [None, Some("чужой")] {
        let failed = keys.signer(password).unwrap_err();
        assert_eq!((failed.status, failed.code.as_str()), (SemdStatus::Password, "password"));
    }
    let stranger = Keys { certificate: Keys::new(None).certificate, ..Keys::new(None) };
    assert_eq!(stranger.signer(None).unwrap_err().code, "certificate");
}

/// A device that signs with another handle of the library, and counts.
struct Device {
    key: SemdHandle,
    signed: AtomicUsize,
    released: AtomicUsize,
    answer: i32,
    reversed: bool,
}

impl Device {
    fn new(key: SemdHandle) -> Self {
        let (signed, released) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { key, signed, released, answer: 0, reversed: false }
    }

    fn context(&self) -> *mut c_void {
        ptr::from_ref(self).cast_mut().cast()
    }
}

unsafe extern "C" fn device_signs(
    context: *mut c_void,
    message: *const u8,
    message_length: usize,
    digest: *const u8,
    digest_length: usize,
    signature: *mut u8,
    capacity: usize,
    signature_length: *mut usize,
) -> i32 {
    // SAFETY: the context is the device of the test.
    let device = unsafe { &*context.cast::<Device>() };
    device.signed.fetch_add(1, Ordering::Relaxed);
    assert!(digest_length == 32 && !digest.is_null());
    if device.answer != 0 {
        return device.answer;
    }
    // SAFETY: the message is the library's, of its length.
    let made =
        call(|out, error| unsafe { semd_sign_message(device.key, message, message_length, out, error) });
    let mut octets = take(made.unwrap());
    if device.reversed {
        octets.reverse();
    }
    assert!(octets.len() <= capacity);
    // SAFETY: there is room for `capacity` octets.
    unsafe { ptr::copy_nonoverlapping(octets.as_ptr(), signature, octets.len()) };
    // SAFETY: the library gives the place.
    unsafe { signature_length.write(octets.len()) };
    0
}

unsafe extern "C" fn device_is_released(context: *mut c_void) {
    // SAFETY: the context is the device of the test.
    unsafe { &*context.cast::<Device>() }.released.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn function_of_the_caller_signs_and_is_released_once() {
    let keys = Keys::new(None);
    let device = Device::new(keys.signer(None).unwrap());
    let signer =
        keys.callback_signer(Some(device_signs), Some(device_is_released), device.context()).unwrap();
    let container = sign(signer, CONSULTATION, "{}").unwrap();
    let trust = keys.trust();
    assert_eq!(verify(trust, Some(CONSULTATION), &container, "{}").unwrap()["verdict"], "total-passed");
    assert_eq!(semd_free(signer), SemdStatus::Ok);
    assert_eq!(semd_free(signer), SemdStatus::Argument);
    assert_eq!(device.signed.load(Ordering::Relaxed), 1);
    assert_eq!(device.released.load(Ordering::Relaxed), 1);
    semd_free(device.key);
    semd_free(trust);
}

#[test]
fn device_that_fails_or_turns_octets_round_signs_nothing() {
    let keys = Keys::new(None);
    let broken = Device { answer: -42, ..Device::new(0) };
    let signer = keys.callback_signer(Some(device_signs), None, broken.context()).unwrap();
    let failed = sign(signer, CONSULTATION, "{}").unwrap_err();
    assert_eq!((failed.status, failed.code.as_str()), (SemdStatus::Signer, "signer"));
    assert!(failed.message.contains("-42"), "{}", failed.message);
    semd_free(signer);

    let turned = Device { reversed: true, ..Device::new(keys.signer(None).unwrap()) };
    let signer = keys.callback_signer(Some(device_signs), None, turned.context()).unwrap();
    let failed = sign(signer, CONSULTATION, "{}").unwrap_err();
    assert!(failed.message.contains("failed its own verification"), "{}", failed.message);
    semd_free(signer);
    semd_free(turned.key);
}

unsafe extern "C" fn tells_a_wild_length(
    _: *mut c_void,
    _: *const u8,
    _: usize,
    _: *const u8,
    _: usize,
    _: *mut u8,
    _: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: the library gives the place.
    unsafe { length.write(usize::MAX) };
    0
}

#[test]
fn wild_length_of_a_device_is_an_error() {
    let keys = Keys::new(None);
    let signer = keys.callback_signer(Some(tells_a_wild_length), None, ptr::null_mut()).unwrap();
    assert_eq!(sign(signer, CONSULTATION, "{}").unwrap_err().status, SemdStatus::Signer);
    semd_free(signer);
    assert_eq!(keys.callback_signer(None, None, ptr::null_mut()).unwrap_err().code, "null-pointer");
}
