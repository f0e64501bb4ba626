//! Text armour of binary structures: PEM (RFC 7468, read leniently) and bare base64.
//!
//! Private keys pass through here, so working buffers are wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Columns of written base64.
const LINE: usize = 64;

/// One PEM block.
pub(crate) struct Block {
    /// The label between `BEGIN` and the dashes.
    pub(crate) label: String,
    /// The decoded octets.
    pub(crate) octets: Vec<u8>,
}

/// Whether the octets look like PEM.
pub(crate) fn is_pem(octets: &[u8]) -> bool {
    octets.trim_ascii_start().starts_with(b"-----BEGIN ")
}

/// All well-formed blocks, in order; text between them is skipped. Labels of both ends must agree.
pub(crate) fn blocks(octets: &[u8]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    // One buffer with room for everything: growing would leave copies of a key behind.
    let mut text = Zeroizing::new(Vec::with_capacity(octets.len()));
    for line in octets.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii) {
        if let Some(label) = label(line, b"-----BEGIN ") {
            open = Some(label);
            text.clear();
        } else if let Some(end) = label(line, b"-----END ") {
            if let Some(label) = open.take()
                && label == end
                && let Some(octets) = decode_base64(&text)
            {
                found.push(Block { label, octets });
            }
        } else if open.is_some() && !line.contains(&b':') {
            text.extend_from_slice(line);
        }
    }
    found
}

fn label(line: &[u8], start: &[u8]) -> Option<String> {
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    String::from_utf8(label.to_vec()).ok()
}

/// Strict base64 after removal of ASCII white space.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut compact = Zeroizing::new(Vec::with_capacity(text.len()));
    compact.extend(text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()));
    STANDARD.decode(&*compact).ok()
}

/// Writes one block.
pub(crate) fn encode(label: &str, octets: &[u8]) -> String {
    let text = Zeroizing::new(STANDARD.encode(octets));
    // Room for everything at once: growing would leave copies behind.
    let mut pem = String::with_capacity(text.len() + text.len() / LINE + 2 * label.len() + 64);
    pem.push_str(&format!("-----BEGIN {label}-----\n"));
    for line in text.as_bytes().chunks(LINE) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_blocks_are_read_back() {
        let text =
            format!("comment\r\n{}{}", encode("A", &[1; 100]), encode("B C", &[2])).replace('\n', "\r\n");
        let found = blocks(text.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].label.as_str(), found[0].octets.as_slice()), ("A", &[1; 100][..]));
        assert_eq!((found[1].label.as_str(), found[1].octets.as_slice()), ("B C", &[2][..]));
    }

    #[test]
    fn broken_blocks_are_skipped() {
        assert!(blocks(b"-----BEGIN A-----\n!!!!\n-----END A-----\n").is_empty());
        assert!(blocks(b"-----BEGIN A-----\nAAAA\n-----END B-----\n").is_empty());
        assert!(blocks(b"-----BEGIN A-----\nAAAA\n").is_empty());
    }
}
