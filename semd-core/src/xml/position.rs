//! Line and column of a byte offset.

use std::cell::{Cell, OnceCell};

/// A place in a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, 1-based.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based.
    pub column: u32,
}

/// Lines of a file. Findings come in the order of the document: lines and characters are counted from the place told last. Only
/// where places come in another order, all line starts are looked for.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    starts: OnceCell<Vec<usize>>,
    last: Cell<Known>,
    /// Bytes that were counted so far.
    counted: Cell<usize>,
}

/// An offset, the number of lines before its line, and the number of characters before it in its line.
#[derive(Clone, Copy, Debug)]
struct Known {
    offset: usize,
    line: usize,
    before: usize,
}

/// So many times a file is counted through before its line starts are looked for.
const PATIENCE: usize = 4;

impl<'a> LineIndex<'a> {
    /// An index of `bytes`; a byte order mark has no column.
    pub fn new(bytes: &'a [u8]) -> Self {
        let last = Known { offset: 0, line: 0, before: 0 };
        Self { bytes, starts: OnceCell::new(), last: Cell::new(last), counted: Cell::new(0) }
    }

    /// Where the first line begins.
    fn first(&self) -> usize {
        if self.bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 }
    }

    fn starts(&self) -> &[usize] {
        self.starts.get_or_init(|| {
            std::iter::once(self.first())
                .chain(memchr::memchr_iter(b'\n', self.bytes).map(|at| at + 1))
                .collect()
        })
    }

    /// The position of a byte offset; an offset past the end is the place after the last byte.
    pub fn position(&self, offset: usize) -> Position {
        let first = self.first();
        let offset = offset.clamp(first, self.bytes.len());
        let last = self.last.get();
        let known = if (first..=offset).contains(&last.offset) {
            last
        } else {
            Known { offset: first, line: 0, before: 0 }
        };
        let counted = self.counted.get().saturating_add(offset - known.offset);
        self.counted.set(counted);
        let from = match self.starts.get() {
            None if counted <= self.bytes.len().saturating_mul(PATIENCE) => self.last_line(known, offset),
            _ => {
                let starts = self.starts();
                let line = starts.partition_point(|&start| start <= offset) - 1;
                let start = Known { offset: starts[line], line, before: 0 };
                if start.offset <= known.offset { known } else { start }
            }
        };
        let before = from.before + characters(&self.bytes[from.offset..offset]);
        self.last.set(Known { offset, line: from.line, before });
        Position { line: from.line as u32 + 1, column: before as u32 + 1 }
    }

    /// The last place at or before `offset`, and not before `known`, where a line begins, or else `known`.
    fn last_line(&self, known: Known, offset: usize) -> Known {
        let between = &self.bytes[known.offset..offset];
        match memchr::memrchr(b'\n', between) {
            None => known,
            Some(end) => {
                let lines = memchr::memchr_iter(b'\n', &between[..=end]).count();
                Known { offset: known.offset + end + 1, line: known.line + lines, before: 0 }
            }
        }
    }

    /// The text of a 1-based line without its line end, for code frames.
    pub fn line(&self, line: u32) -> &'a [u8] {
        let starts = self.starts();
        let Some(&start) = starts.get(line as usize - 1) else {
            return &[];
        };
        let end = starts.get(line as usize).map_or(self.bytes.len(), |&next| next - 1);
        let text = &self.bytes[start.min(end)..end];
        text.strip_suffix(b"\r").unwrap_or(text)
    }
}

/// Number of characters. Continuation bytes of UTF-8 do not begin one; the count is exact for valid UTF-8 and harmless
/// otherwise.
fn characters(bytes: &[u8]) -> usize {
    // So many bytes are counted in a byte, which takes a vector a fraction of the time.
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

    #[test]
    fn places_do_not_depend_on_what_was_asked_before() {
        let text = "\u{FEFF}я1\n\n№№ end";
        let index = LineIndex::new(text.as_bytes());
        let offsets: Vec<usize> = (0..text.len() + 3).collect();
        let fresh = |offset| LineIndex::new(text.as_bytes()).position(offset);
        for &first in &offsets {
            for &second in &offsets {
                assert_eq!(index.position(first), fresh(first));
                assert_eq!(index.position(second), fresh(second), "{second} after {first}");
            }
        }
        assert_eq!(fresh(text.len()), Position { line: 3, column: 7 });
    }
}
