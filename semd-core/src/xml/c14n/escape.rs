//! Characters that canonical XML writes as references (Canonical XML 1.0, section 2.3).

/// Appends character data.
pub(super) fn text(out: &mut Vec<u8>, value: &str) {
    escaped(out, value, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// Appends an attribute value, without its quotes.
pub(super) fn attribute(out: &mut Vec<u8>, value: &str) {
    escaped(out, value, |byte| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    });
}

/// Appends the content of a comment or processing instruction: no references there, only line ends are normalised, because
/// the tree keeps the source.
pub(super) fn verbatim(out: &mut Vec<u8>, value: &str) {
    for (index, piece) in value.split('\r').enumerate() {
        let piece = match index {
            0 => piece,
            _ => {
                out.push(b'\n');
                piece.strip_prefix('\n').unwrap_or(piece)
            }
        };
        out.extend_from_slice(piece.as_bytes());
    }
}

fn escaped(out: &mut Vec<u8>, value: &str, reference: impl Fn(u8) -> Option<&'static [u8]>) {
    let mut rest = value.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| byte <= b'>' && reference(byte).is_some()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(reference(rest[at]).unwrap_or_default());
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}
