//! Taking a CMS container apart and putting it together again, to spoil it in one place.

/// Elements of constructed content: whole encodings.
pub(crate) fn children(content: &[u8]) -> Vec<&[u8]> {
    let mut rest = content;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (header, length) = lengths(rest);
        let (one, tail) = rest.split_at(header + length);
        found.push(one);
        rest = tail;
    }
    found
}

/// The content of one element.
pub(crate) fn content(element: &[u8]) -> &[u8] {
    &element[lengths(element).0..]
}

/// Octets of tag and length, and the length.
fn lengths(element: &[u8]) -> (usize, usize) {
    match element[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7F);
            let length = element[2..2 + count].iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            (2 + count, length)
        }
    }
}

/// An element with a tag around parts.
pub(crate) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content: Vec<u8> = parts.concat();
    let mut element = vec![tag];
    match content.len() {
        short @ 0..0x80 => element.push(short as u8),
        long => {
            let octets: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            element.push(0x80 | octets.len() as u8);
            element.extend(octets);
        }
    }
    element.extend(content);
    element
}

/// A container in its parts: version, digest algorithms, content, certificates, signers.
pub(crate) struct Container {
    id: Vec<u8>,
    version: Vec<u8>,
    digests: Vec<u8>,
    encapsulated: Vec<u8>,
    pub(crate) certificates: Option<Vec<u8>>,
    pub(crate) signers: Vec<Vec<u8>>,
}

impl Container {
    pub(crate) fn read(der: &[u8]) -> Self {
        let outer = children(content(der));
        let data = children(content(content(outer[1])));
        let owned = |element: &[u8]| element.to_vec();
        Self {
            id: owned(outer[0]),
            version: owned(data[0]),
            digests: owned(data[1]),
            encapsulated: owned(data[2]),
            certificates: Some(owned(data[3])),
            signers: children(content(data[4])).into_iter().map(owned).collect(),
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let signers: Vec<&[u8]> = self.signers.iter().map(Vec::as_slice).collect();
        let signers = wrap(0x31, &signers);
        let certificates = self.certificates.as_deref().unwrap_or_default();
        let data = wrap(0x30, &[&self.version, &self.digests, &self.encapsulated, certificates, &signers]);
        wrap(0x30, &[&self.id, &wrap(0xA0, &[&data])])
    }
}

/// Puts `with` in the place of the first `what`, which must be there and of the same length.
pub(crate) fn patch(octets: &mut [u8], what: &[u8], with: &[u8]) {
    assert_eq!(what.len(), with.len());
    let at = octets.windows(what.len()).position(|window| window == what).unwrap();
    octets[at..at + with.len()].copy_from_slice(with);
}
