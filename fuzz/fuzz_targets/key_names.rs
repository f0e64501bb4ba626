//! Any text as the name of a key on a token, and as the description of an external command.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_sign::backend::command::Description;
use semd_sign::backend::pkcs11::Pkcs11Uri;

fuzz_target!(|text: &str| {
    let _ = format!("pkcs11:{text}").parse::<Pkcs11Uri>();
    let _ = Description::from_toml(text);
});
