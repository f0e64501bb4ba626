//! Line and column of a byte offset.

/// A place in a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, 1-based.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based.
    pub column: u32,
}

/// Line starts of a file, made when the first place is printed: a valid document never pays for it.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the line starts of `bytes`; a byte order mark has no column.
    pub fn new(bytes: &'a [u8]) -> Self {
        let first = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let starts =
            std::iter::once(first).chain(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1)).collect();
        Self { bytes, starts }
    }

    /// The position of a byte offset; an offset past the end is the place after the last byte.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.clamp(self.starts[0], self.bytes.len().max(self.starts[0]));
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let column = characters(&self.bytes[self.starts[line]..offset.min(self.bytes.len())]);
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The text of a 1-based line without its line end, for code frames.
    pub fn line(&self, line: u32) -> &'a [u8] {
        let Some(&start) = self.starts.get(line as usize - 1) else {
            return &[];
        };
        let end = self.starts.get(line as usize).map_or(self.bytes.len(), |&next| next - 1);
        let text = &self.bytes[start.min(end)..end];
        text.strip_suffix(b"\r").unwrap_or(text)
    }
}

/// Number of characters. Continuation bytes of UTF-8 do not begin one; the count is exact for valid UTF-8 and harmless
/// otherwise.
fn characters(bytes: &[u8]) -> usize {
    // Documents of programs are one long line, and every finding counts from its start: so many bytes are counted in a byte,
    // which takes a vector a fraction of the time.
    bytes
        .chunks(usize::from(u8::MAX))
        .map(|chunk| {
            chunk.iter().fold(0, |count: u8, &byte| count.wrapping_add(u8::from(byte & 0xC0 != 0x80)))
        })
        .map(usize::from)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_in_lines_of_any_length() {
        for length in [0, 1, 254, 255, 256, 511, 5000] {
            let line = "яz№".repeat(length);
            assert_eq!(characters(line.as_bytes()), 3 * length);
            let index = LineIndex::new(line.as_bytes());
            assert_eq!(index.position(line.len()), Position { line: 1, column: 3 * length as u32 + 1 });
        }
    }
}
