//! Documents from cards.

use std::ffi::c_char;
use std::path::PathBuf;

use semd_core::build::CardKinds;
use semd_core::nsi::Store;
use semd_core::report::Message;
use serde::Deserialize;
use serde_json::Value;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};
use crate::validate::dictionaries;
use crate::{input, options};

struct Builder {
    kinds: CardKinds,
    dictionaries: Option<Store>,
}

impl Kind for Builder {
    const NAME: (&'static str, &'static str) = ("построитель документов", "builder");
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewOptions {
    cards: Option<PathBuf>,
    nsi: Option<PathBuf>,
}

/// Makes a builder of documents. Make one and keep it.
///
/// `options`: `{"cards": "DIR", "nsi": "PATH"}`. `cards` is a folder with further kinds (docs/cards.md); `nsi` is a store of
/// dictionaries that supplies the names of codes a card gives without one.
///
/// # Safety
/// `options` has `options_length` readable octets; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_builder_new(
    options: *const c_char,
    options_length: usize,
    out: *mut SemdHandle,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let NewOptions { cards, nsi } = options::read(text)?;
        let kinds = match cards {
            Some(folder) => CardKinds::with_folder(&folder).map_err(|error| {
                let message = Message::new(
                    format!("виды карт не загружены: {error}"),
                    format!("the card kinds cannot be loaded: {error}"),
                );
                Failure::environment(c"cards", message)
            })?,
            None => CardKinds::embedded(),
        };
        let dictionaries = nsi.as_ref().map(dictionaries).transpose()?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(Builder { kinds, dictionaries })) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Builds the document of a card (JSON, docs/cards.md). `out` gets the XML: these octets are what is signed, keep them as they
/// are. A card with faults is SEMD_STATUS_INPUT; semd_error_details names each fault with its place in the card.
///
/// # Safety
/// `card` has `card_length` readable octets; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_build(
    builder: SemdHandle,
    card: *const c_char,
    card_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let builder = handle::get::<Builder>(builder)?;
        // SAFETY: the caller's promise about `card` is passed on.
        let octets = unsafe { input::bytes(card.cast(), card_length, "card") }?;
        let card: Value = serde_json::from_slice(octets).map_err(|error| {
            // Line and column only: the words of the reader may quote the card.
            let (line, column) = (error.line(), error.column());
            let message = Message::new(
                format!("карта: строка {line}, столбец {column}: это не JSON"),
                format!("the card, line {line}, column {column}: this is not JSON"),
            );
            Failure::input(c"card-json", message)
        })?;
        let document = builder
            .kinds
            .build(&card, builder.dictionaries.as_ref())
            .map_err(|error| Failure::card(&error))?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, document) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
