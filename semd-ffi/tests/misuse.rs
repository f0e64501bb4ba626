//! What a caller may do wrong: nothing crashes, everything is told.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::ptr;
use std::thread;

use semd_ffi::*;
use support::*;

#[test]
fn null_and_impossible_lengths_are_errors() {
    let validator = validator("").unwrap_err();
    assert_eq!(validator.status, SemdStatus::Options, "empty text is not JSON");
    let validator = support::validator("{}").unwrap();
    // SAFETY: null pointers and impossible lengths are part of the contract.
    let document = |data: *const u8, length: usize| {
        call::<SemdBuffer>(|out, error| unsafe {
            semd_validate(validator, data, length, ptr::null(), 0, out, error)
        })
    };
    for length in [0, 1, usize::MAX] {
        assert_eq!(document(ptr::null(), length).unwrap_err().code, "null-pointer");
    }
    let octet = b"<".as_ptr();
    for length in [usize::MAX, isize::MAX as usize + 1] {
        assert_eq!(document(octet, length).unwrap_err().code, "length");
    }
    let empty = document(octet, 0).unwrap();
    assert!(String::from_utf8(take(empty)).unwrap().contains("\"verdict\":\"invalid\""));

    let mut error = 0;
    // SAFETY: as above: there is no place for the result.
    let status =
        unsafe { semd_validate(validator, octet, 1, ptr::null(), 0, ptr::null_mut(), &raw mut error) };
    assert_eq!(status, SemdStatus::Argument);
    semd_free(error);
    let mut out = SemdBuffer::default();
    // SAFETY: as above: options without text, and nobody wants the error.
    let status = unsafe { semd_validate(validator, octet, 1, ptr::null(), 5, &raw mut out, ptr::null_mut()) };
    assert_eq!((status, out.data.is_null()), (SemdStatus::Argument, true));
    // SAFETY: null is permitted.
    unsafe { semd_buffer_free(ptr::null_mut()) };
    semd_free(validator);
}

#[test]
fn handles_that_are_none_are_told_apart() {
    let validator = validator("{}").unwrap();
    let trust = Keys::new(None).trust();
    assert_eq!(validate(trust, CONSULTATION, "{}").unwrap_err().code, "handle-kind");
    assert_eq!(sign(validator, CONSULTATION, "{}").unwrap_err().code, "handle-kind");
    for handle in [0, u64::MAX, validator + 1_000_000] {
        assert_eq!(validate(handle, CONSULTATION, "{}").unwrap_err().code, "handle");
    }
    assert_eq!(semd_free(validator), SemdStatus::Ok);
    assert_eq!(semd_free(validator), SemdStatus::Argument, "freed twice");
    assert_eq!(semd_free(0), SemdStatus::Ok);
    assert_eq!(
        validate(validator, CONSULTATION, "{}").unwrap_err().code,
        "handle",
        "used after it was freed"
    );
    assert!(semd_error_code(trust).is_null());
    let mut text = SemdBuffer::default();
    // SAFETY: `text` is a live variable.
    let status = unsafe { semd_error_message(trust, SEMD_LANG_RU, &raw mut text) };
    assert_eq!(status, SemdStatus::Argument);
    semd_free(trust);
}

#[test]
fn options_are_read_strictly_and_never_quote_persons() {
    for options in ["{", "[]", r#"{"pakages": []}"#, r#"{"lang": "de"}"#] {
        assert_eq!(validator(options).unwrap_err().status, SemdStatus::Options, "{options}");
    }
    let not_text = [0xFF_u8];
    // SAFETY: the pointer is to live memory of its length.
    let failed = call::<SemdHandle>(|out, error| unsafe {
        semd_validator_new(not_text.as_ptr().cast(), 1, out, error)
    });
    assert_eq!(failed.unwrap_err().code, "utf-8");
    let failed = validator(r#"{"packages": ["no/such/folder"]}"#).unwrap_err();
    assert_eq!((failed.status, failed.code.as_str()), (SemdStatus::Environment, "packages"));
    assert!(failed.message.contains("no/such/folder"));

    let validator = validator("{}").unwrap();
    for options in [r#"{"as_of": "31.12.2026"}"#, r#"{"layers": ["xml"]}"#] {
        assert_eq!(validate(validator, CONSULTATION, options).unwrap_err().status, SemdStatus::Options);
    }
    let trust = Keys::new(None).trust();
    for options in [r#"{"at": "today"}"#, r#"{"policy": "none"}"#, r#"{"policy_toml": "x = "}"#] {
        assert_eq!(verify(trust, None, b"", options).unwrap_err().code, "options", "{options}");
    }
    let (data, length) = text("{}");
    // SAFETY: all pointers are to live memory of their lengths.
    let preflight =
        call(|out, error| unsafe { semd_preflight_new(validator, trust, data, length, out, error) }).unwrap();
    for (bundle, code) in [
        (r#"{"request": {"patient": "Образцов"}}"#, "request"),
        (r#"{"patient": "Образцов"}"#, "bundle"),
        (r#"{"signatures": [{"role": "doctor", "data": "Образцов"}]}"#, "options"),
    ] {
        let (data, length) = text(bundle);
        // SAFETY: all pointers are to live memory of their lengths.
        let failed = call::<SemdBuffer>(|out, error| unsafe {
            semd_preflight(preflight, CONSULTATION.as_ptr(), CONSULTATION.len(), data, length, out, error)
        })
        .unwrap_err();
        assert_eq!((failed.status, failed.code.as_str()), (SemdStatus::Options, code));
        assert!(!failed.details.to_string().contains("Образцов"), "{:?}", failed.details);
    }
    for handle in [preflight, trust, validator] {
        semd_free(handle);
    }
}

#[test]
fn trust_takes_nothing_it_cannot_read() {
    let keys = Keys::new(None);
    let trust = keys.trust();
    for kind in
        [SEMD_TRUST_ROOT, SEMD_TRUST_INTERMEDIATE, SEMD_TRUST_CRL, SEMD_TRUST_OCSP, SEMD_TRUST_ACCREDITED]
    {
        assert_eq!(trust_add(trust, kind, b"garbage").unwrap_err().code, "trust", "{kind}");
    }
    assert_eq!(trust_add(trust, 0, &keys.root).unwrap_err().code, "trust-kind");
    let signer = keys.signer(None).unwrap();
    let container = sign(signer, CONSULTATION, "{}").unwrap();
    assert_eq!(verify(trust, Some(CONSULTATION), &container, "{}").unwrap()["verdict"], "total-passed");
    semd_free(signer);
    semd_free(trust);
}

#[test]
fn threads_share_handles_and_freeing_disturbs_nobody() {
    let keys = Keys::new(None);
    let (validator, signer, trust) = (validator("{}").unwrap(), keys.signer(None).unwrap(), keys.trust());
    let expected = validate(validator, CONSULTATION, "{}").unwrap()["verdict"].clone();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(validate(validator, CONSULTATION, "{}").unwrap()["verdict"], expected);
                    let container = sign(signer, CONSULTATION, "{}").unwrap();
                    let judged = verify(trust, Some(CONSULTATION), &container, "{}").unwrap();
                    assert_eq!(judged["verdict"], "total-passed");
                    trust_add(trust, SEMD_TRUST_ROOT, &keys.root).unwrap();
                }
            });
        }
    });
    // While one thread frees, the others either work or are told.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    match validate(validator, CONSULTATION, "{}") {
                        Ok(report) => assert_eq!(report["verdict"], expected),
                        Err(failed) => assert_eq!(failed.code, "handle"),
                    }
                }
            });
        }
        scope.spawn(|| assert_eq!(semd_free(validator), SemdStatus::Ok));
    });
    semd_free(signer);
    semd_free(trust);
}
