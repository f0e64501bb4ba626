//! Any bytes as a document: the reader in both its ways, every path, the header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::header::Header;
use semd_core::xml::{Document, ElementId, Limits, LineIndex, Node, Reader, parse};

/// A character behind the root element makes the reader look closely at everything before it: what it sees there must be what
/// it sees where tags repeat earlier ones.
const CLOSELY: &[u8] = "<!--\u{FF0C}-->".as_bytes();

fuzz_target!(|bytes: &[u8]| {
    let lines = LineIndex::new(bytes);
    // A reader that has read the first half of the bytes, and all of them, knows what it reads; within other limits, too.
    let mut reader = Reader::new();
    let _ = reader.read(&bytes[..bytes.len() / 2], &Limits::default());
    let mut narrow = Limits::default();
    (narrow.max_depth, narrow.max_attributes, narrow.max_nodes, narrow.max_text_bytes) = (8, 3, 200, 40);
    for limits in [Limits::default(), narrow.clone(), Limits::default(), narrow] {
        match (reader.read(bytes, &limits), parse(bytes, &limits)) {
            (Ok(known), Ok(fresh)) => assert!(told(&known).eq(told(&fresh))),
            (Err(known), Err(fresh)) => assert_eq!(known, fresh),
            _ => panic!("what a reader knows makes a difference"),
        }
    }
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
            let close = [bytes, CLOSELY].concat();
            let close = parse(&close, &Limits::default()).expect("a comment behind the root element");
            assert!(told(&document).eq(told(&close)));
        }
    }
});

/// Everything that a tree says of its elements, and of the attributes and texts inside.
fn told<'d, 's>(document: &'d Document<'s>) -> impl Iterator<Item = String> + use<'d, 's> {
    (0..document.elements().len() as u32).map(move |index| {
        let id = ElementId(index);
        let element = document.element(id);
        let attributes: Vec<_> = document
            .attributes(id)
            .iter()
            .map(|one| (document.expanded_name(one.name), document.value(one), one.offset))
            .collect();
        let texts: Vec<_> = document
            .child_texts(id)
            .map(|(at, one)| (at, document.text(one), one.before, one.offset))
            .collect();
        let (masks, ends) = ([element.child_mask, element.attribute_mask], element.offset..element.end);
        format!("{:?} {masks:?} {ends:?} {attributes:?} {texts:?}", document.name(id))
    })
}
