//! Where in the text an element ends.

use semd_core::xml::{Document, ElementId};

/// The offset in [`Document::source`] just before the end tag of an element: the place of a new last child. `None` for an
/// empty-element tag, which has no inside.
pub fn end_of(document: &Document<'_>, element: ElementId) -> Option<usize> {
    let source = document.source();
    let start = document.element(element).offset as usize;
    let mut at = tag_end(source, start)?;
    if source[..at].ends_with("/>") {
        return None;
    }
    // Every child element opens and closes once; the first end tag beyond them is the element's own.
    let mut depth = 0_usize;
    loop {
        at += source[at..].find('<')?;
        let rest = &source[at..];
        let skip = |opening: &str, closing: &str| {
            rest.starts_with(opening).then(|| rest.find(closing).map(|length| length + closing.len()))
        };
        let markup = skip("<!--", "-->").or_else(|| skip("<![CDATA[", "]]>")).or_else(|| skip("<?", "?>"));
        if let Some(length) = markup {
            at += length?;
            continue;
        }
        let end = tag_end(source, at)?;
        if rest.starts_with("</") {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        } else if !source[..end].ends_with("/>") {
            depth += 1;
        }
        at = end;
    }
}

/// One past the `>` of the tag that begins at `start`; quoted values may hold the character.
fn tag_end(source: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in source.bytes().enumerate().skip(start) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(index + 1),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use semd_core::xml::{self, Limits};

    use super::*;

    #[test]
    fn end_tag_is_found_behind_everything_that_looks_like_one() {
        let source =
            "<a x='>'><!-- </a> --><![CDATA[</a>]]><?p </a>?><b y=\"/>\"><a></a></b><c/>t</a><!--</a>-->";
        let document = xml::parse(source.as_bytes(), &Limits::default()).unwrap();
        let end = end_of(&document, document.root()).unwrap();
        assert!(source[..end].ends_with("<c/>t") && source[end..].starts_with("</a><!--"));
        let empty = document.child(document.root(), "", "c").unwrap();
        assert_eq!(end_of(&document, empty), None);
    }
}
