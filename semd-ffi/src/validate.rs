//! Checking documents.

use std::ffi::c_char;
use std::path::PathBuf;
use std::time::Instant;

use semd_core::nsi;
use semd_core::package::PackageStore;
use semd_core::report::Lang;
use semd_core::report::format::{Printed, json};
use semd_core::validate::{Layers, Options, Validator};
use serde::Deserialize;
use time::Date;
use time::macros::format_description;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};
use crate::{input, options};

/// A validator with the language of its reports.
pub(crate) struct Checker {
    pub(crate) validator: Validator,
    pub(crate) lang: Lang,
}

impl Kind for Checker {
    const NAME: (&'static str, &'static str) = ("проверка документов", "validator");
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewOptions {
    packages: Vec<PathBuf>,
    nsi: Option<PathBuf>,
    lang: Lang,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ValidateOptions {
    file: String,
    kind: Option<String>,
    as_of: Option<String>,
    layers: Option<Vec<LayerName>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LayerName {
    Xsd,
    Schematron,
    Nsi,
    Rule,
}

/// Opens the dictionaries of a path.
pub(crate) fn dictionaries(path: &PathBuf) -> Result<nsi::Store, Failure> {
    let now = options::now().unix_timestamp();
    nsi::Store::open(path, now).map_err(|error| Failure::environment(c"dictionaries", error.message()))
}

/// Makes a validator, which compiles each rule package when the first document of its kind comes, once. Make one and keep it.
///
/// `options`, JSON, UTF-8, `options_length` octets; null with length 0 for the defaults:
/// `{"packages": ["DIR"], "nsi": "PATH", "lang": "ru"}`. `packages` are folders `<kind>/schematron.sch`,
/// `<kind>/xsd/CDA.xsd`; without it the small built-in packages are used, which are not the official rules. `nsi` is a store
/// of dictionaries (`semd nsi import`) or a folder of their files. `lang` is the language of reports, `ru` or `en`.
///
/// # Safety
/// `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_validator_new(
    options: *const c_char,
    options_length: usize,
    out: *mut SemdHandle,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let NewOptions { packages, nsi, lang } = options::read(text)?;
        let store = if packages.is_empty() {
            PackageStore::embedded()
        } else {
            PackageStore::open(&packages)
                .map_err(|error| Failure::environment(c"packages", error.message()))?
        };
        let mut validator = Validator::new(store);
        if let Some(path) = nsi {
            validator = validator.with_dictionaries(dictionaries(&path)?);
        }
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(Checker { validator, lang })) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Checks a document. `out` gets the report, JSON of schema `semd.report/1`: verdict and findings. A document that is no XML,
/// or that nothing could be checked of, has a report, too.
///
/// `options`: `{"file": "a.xml", "kind": "119", "as_of": "2026-12-31", "layers": ["xsd", "schematron", "nsi", "rule"]}`, all
/// of them optional. `file` is only repeated in the report; `kind` is found from the document when absent; `as_of` is the day
/// of registration.
///
/// # Safety
/// `document` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_validate(
    validator: SemdHandle,
    document: *const u8,
    document_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let checker = handle::get::<Checker>(validator)?;
        // SAFETY: the caller's promise about `document` is passed on.
        let document = unsafe { input::bytes(document, document_length, "document") }?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let ValidateOptions { file, kind, as_of, layers } = options::read(text)?;
        let as_of = as_of.as_deref().map(day).transpose()?;
        let options = Options { kind, as_of, layers: chosen(layers.as_deref()), ..Options::default() };
        let start = Instant::now();
        let report = checker.validator.validate(document, &options);
        let printed = Printed {
            file: &file,
            source: document,
            report: &report,
            elapsed_us: elapsed_us(start),
            lang: checker.lang,
            show_personal_data: false,
        };
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, json::line(&printed)) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Microseconds since `start`.
pub(crate) fn elapsed_us(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn day(text: &str) -> Result<Date, Failure> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| options::unfit("as_of", "нужна дата ГГГГ-ММ-ДД", "a day is written YYYY-MM-DD"))
}

fn chosen(layers: Option<&[LayerName]>) -> Layers {
    let Some(layers) = layers else { return Layers::default() };
    Layers {
        xsd: layers.contains(&LayerName::Xsd),
        schematron: layers.contains(&LayerName::Schematron),
        nsi: layers.contains(&LayerName::Nsi),
        rule: layers.contains(&LayerName::Rule),
    }
}
