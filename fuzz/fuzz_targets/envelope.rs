//! Any bytes as a message of the register.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::xml::Limits;
use semd_exchange::soap::Received;

fuzz_target!(|bytes: &[u8]| {
    let _ = Received::read(bytes, &Limits::default());
});
