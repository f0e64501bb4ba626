//! The register's verdict before sending.

use std::ffi::c_char;
use std::path::PathBuf;
use std::time::Instant;

use semd_core::report::{Lang, Message};
use semd_exchange::preflight::{Preflight, PreflightReport, Prepared};
use semd_exchange::reference::ReferenceData;
use serde::Deserialize;
use serde_json::json;

use crate::buffer::{self, SemdBuffer};
use crate::bundle::BundleOption;
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};
use crate::trust::Trust;
use crate::validate::{Checker, elapsed_us};
use crate::{input, options};

struct Predictor {
    preflight: Preflight,
    lang: Lang,
}

impl Kind for Predictor {
    const NAME: (&'static str, &'static str) = ("предсказание ответа РЭМД", "preflight");
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewOptions {
    data: Option<PathBuf>,
    lang: Lang,
    show_pii: bool,
}

/// Makes a preflight of a validator and a set of trust, both as they are now; they may be freed or changed after it.
///
/// `options`: `{"data": "DIR", "lang": "ru", "show_pii": false}`, all of them optional. `data` is a folder of reference data
/// (docs/reference-data.md).
///
/// # Safety
/// `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_preflight_new(
    validator: SemdHandle,
    trust: SemdHandle,
    options: *const c_char,
    options_length: usize,
    out: *mut SemdHandle,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let checker = handle::get::<Checker>(validator)?;
        let trust = handle::get::<Trust>(trust)?.snapshot();
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let NewOptions { data, lang, show_pii } = options::read(text)?;
        let data = match data {
            Some(folder) => ReferenceData::open(&folder)
                .map_err(|error| Failure::environment(c"reference-data", error.message()))?,
            None => ReferenceData::default(),
        };
        let preflight =
            Preflight::new(checker.validator.clone(), (*trust).clone(), data).show_personal_data(show_pii);
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(Predictor { preflight, lang })) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Foresees what the register would answer. `out` gets the report, JSON of schema `semd.preflight/1`.
///
/// `bundle`, JSON: `{"signatures": [{"role": "doctor", "data": "BASE64"}, {"role": "organization", "data": "BASE64"}],
/// "request": {…}, "result": {…}, "kind": "119", "as_of": "2026-12-31T12:00:00+03:00", "file": "a.xml"}`, all of it optional.
/// `request` and `result` are the contents of `NAME.remd.json` and `NAME.result.json`; `as_of` is the moment at which the
/// register would check, now when absent.
///
/// # Safety
/// `document` and `bundle` have their numbers of readable octets; `out` may be written to; `error` is null or may be written
/// to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_preflight(
    preflight: SemdHandle,
    document: *const u8,
    document_length: usize,
    bundle: *const c_char,
    bundle_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let predictor = handle::get::<Predictor>(preflight)?;
        // SAFETY: the caller's promise about `document` is passed on.
        let document = unsafe { input::bytes(document, document_length, "document") }?;
        // SAFETY: the caller's promise about `bundle` is passed on.
        let text = unsafe { input::optional_text(bundle, bundle_length, "bundle") }?;
        let bundle = BundleOption::read(text)?;
        let start = Instant::now();
        let (report, _) = predictor.check(document, &bundle)?;
        let object = report.json(&bundle.file, elapsed_us(start), predictor.lang);
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, object) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Makes the registration request of a document and its signatures. `out` gets JSON: `{"request": {…}, "missing": [{"field":
/// "personalSignatures[DOCTOR].signer.birthDate", "why": "…"}]}`. `request` has the fields of `registerDocument`, signatures
/// and checksums included; `missing` are the fields that the register asks for and nobody has given: fill them in by `request`
/// of the bundle. `bundle` as for semd_preflight. The request holds personal data.
///
/// # Safety
/// As semd_preflight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_registration_request(
    preflight: SemdHandle,
    document: *const u8,
    document_length: usize,
    bundle: *const c_char,
    bundle_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let predictor = handle::get::<Predictor>(preflight)?;
        // SAFETY: the caller's promise about `document` is passed on.
        let document = unsafe { input::bytes(document, document_length, "document") }?;
        // SAFETY: the caller's promise about `bundle` is passed on.
        let text = unsafe { input::optional_text(bundle, bundle_length, "bundle") }?;
        let (_, prepared) = predictor.check(document, &BundleOption::read(text)?)?;
        let missing: Vec<_> = prepared
            .missing(predictor.preflight.kinds(), predictor.preflight.data())
            .into_iter()
            .map(|one| json!({ "field": one.field, "why": one.why.text(predictor.lang) }))
            .collect();
        let object = json!({ "request": prepared.request, "missing": missing });
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, object.to_string()) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

impl Predictor {
    fn check(&self, document: &[u8], bundle: &BundleOption) -> Result<(PreflightReport, Prepared), Failure> {
        let as_of = options::moment("as_of", bundle.as_of.as_deref())?;
        let files = bundle.files(document)?;
        self.preflight.check_prepared(&files, bundle.kind.as_deref(), as_of).map_err(|_| {
            let message = Message::new(
                "набор: request — не объект с полями запроса на регистрацию",
                "the bundle: request is not an object with fields of a registration request",
            );
            Failure::new(SemdStatus::Options, c"request", message)
        })
    }
}
