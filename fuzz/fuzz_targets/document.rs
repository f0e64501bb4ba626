//! Any bytes as a document: the reader, every path, the header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::header::Header;
use semd_core::xml::{ElementId, LineIndex, Limits, Node, parse};

fuzz_target!(|bytes: &[u8]| {
    let lines = LineIndex::new(bytes);
    match parse(bytes, &Limits::default()) {
        Err(fault) => {
            let _ = fault.finding(&lines);
        }
        Ok(document) => {
            let _ = Header::read(&document);
            for index in (0..document.elements().len() as u32).take(50) {
                let id = ElementId(index);
                let _ = (document.path(Node::Element(id)), document.string_value(id));
                let _ = lines.position(document.offset(Node::Element(id)));
            }
        }
    }
});
