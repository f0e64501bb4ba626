//! Any document: the model and the page of it never panic, and what the model writes reads back as the same model.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::model::{self, Keep, Style};
use semd_core::render::{self, Options};
use semd_core::xml::{self, Limits};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(document) = xml::parse(bytes, &limits) else { return };
    let page = render::render(&document, &Options::default());
    assert!(!page.contains("<script"));
    for keep in [Keep::Meaning, Keep::Layout] {
        let Ok(model) = model::read(&document, keep) else { return };
        let written = model::write(&model, Style::Compact).expect("what was read can be written");
        let again = xml::parse(written.as_bytes(), &limits).expect("what was written can be read");
        assert!(model::read(&again, keep).as_ref() == Ok(&model));
    }
});
