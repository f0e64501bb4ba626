//! Where runs of ordinary bytes end, sixteen bytes at a time.
//!
//! Names and values are short, so that the end of the loop is mispredicted for nearly every one of them when bytes are
//! looked at one by one; a block has the answer without a loop.

use wide::u8x16;

/// Bytes looked at in one step.
pub(super) const BLOCK: usize = 16;

fn block(bytes: &[u8], at: usize) -> Option<u8x16> {
    bytes.get(at..)?.first_chunk::<BLOCK>().map(|chunk| u8x16::new(*chunk))
}

fn is(block: u8x16, byte: u8) -> u8x16 {
    block.simd_eq(u8x16::splat(byte))
}

/// Bytes not above a bound.
fn up_to(block: u8x16, bound: u8) -> u8x16 {
    block.min(u8x16::splat(bound)).simd_eq(block)
}

/// The first byte at or after `at` that is in the table. `candidates` marks at least the bytes of the table.
#[inline(always)]
fn find(bytes: &[u8], mut at: usize, table: &[bool; 256], candidates: impl Fn(u8x16) -> u8x16) -> usize {
    while let Some(block) = block(bytes, at) {
        let mut hits = candidates(block).to_bitmask();
        while hits != 0 {
            let found = at + hits.trailing_zeros() as usize;
            if table[usize::from(bytes[found])] {
                return found;
            }
            hits &= hits - 1;
        }
        at += BLOCK;
    }
    one_by_one(bytes, at, |byte| table[usize::from(byte)])
}

/// The first byte at or after `at` that `stops` marks, and marks alone.
#[inline(always)]
fn find_exactly(
    bytes: &[u8],
    mut at: usize,
    stops: impl Fn(u8x16) -> u8x16,
    stop: impl Fn(u8) -> bool,
) -> usize {
    let (blocks, _) = bytes.get(at..).unwrap_or(&[]).as_chunks::<BLOCK>();
    for block in blocks {
        let hits = stops(u8x16::new(*block)).to_bitmask();
        if hits != 0 {
            return at + hits.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    one_by_one(bytes, at, stop)
}

/// The last bytes of a file. Kept apart, so that loops over blocks stay small.
#[cold]
#[inline(never)]
fn one_by_one(bytes: &[u8], at: usize, stop: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    at + rest.iter().position(|&byte| stop(byte)).unwrap_or(rest.len())
}

/// Bytes looked at for the end of a name that was met before.
pub(super) const NEAR: usize = 2 * BLOCK;

/// Bytes behind a place that are looked at without asking for each of them whether the file ends before it.
pub(super) const WINDOW: usize = 4 * BLOCK;

/// The bytes from `at` on, unless the end of the file is too near.
#[inline(always)]
pub(super) fn window(bytes: &[u8], at: usize) -> Option<&[u8; WINDOW]> {
    bytes.get(at..)?.first_chunk()
}

/// Bytes in the middle of a window.
#[inline(always)]
pub(super) fn near_by(window: &[u8; WINDOW], at: usize) -> Option<&[u8; NEAR]> {
    window.get(at..)?.first_chunk()
}

/// The first place that `stops` marks among sixteen bytes.
#[inline(always)]
fn within(bytes: &[u8], at: usize, stops: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    let hits = stops(block(bytes, at)?).to_bitmask();
    (hits != 0).then(|| at + hits.trailing_zeros() as usize)
}

#[inline(always)]
fn near(bytes: &[u8; NEAR], stops: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    within(bytes, 0, &stops).or_else(|| within(bytes, BLOCK, &stops))
}

/// The place of the first `=`.
#[inline(always)]
pub(super) fn near_equals(bytes: &[u8; NEAR]) -> Option<usize> {
    near(bytes, |block| is(block, b'='))
}

/// The place of the first byte that may end the name of a tag: a control character, space, `>` or `/`.
#[inline(always)]
pub(super) fn near_tag_stop(bytes: &[u8; NEAR]) -> Option<usize> {
    near(bytes, |block| up_to(block, b' ') | is(block, b'>') | is(block, b'/'))
}

/// Whether a forbidden character above U+001F may be in a text: the lead byte of U+FFFE and U+FFFF is met in few documents.
pub(super) fn has_suspects(bytes: &[u8]) -> bool {
    memchr::memchr(0xEF, bytes).is_some()
}

/// As [`value_stop`] in a text without suspects: the quote, `<`, `&` or a control character.
#[inline(always)]
pub(super) fn plain_value_stop(bytes: &[u8], at: usize, quote: u8) -> usize {
    find_exactly(bytes, at, plain_value_stops(quote), |byte| {
        byte < b' ' || byte == quote || byte == b'<' || byte == b'&'
    })
}

/// As [`plain_value_stop`], for the first sixteen bytes.
#[inline(always)]
pub(super) fn near_value_stop(window: &[u8; WINDOW], at: usize, quote: u8) -> Option<usize> {
    within(window, at, plain_value_stops(quote))
}

#[inline(always)]
fn plain_value_stops(quote: u8) -> impl Fn(u8x16) -> u8x16 {
    move |block| up_to(block, 0x1F) | is(block, quote) | is(block, b'<') | is(block, b'&')
}

/// As [`text_stop`] in a text without suspects: `<`, `&`, `]` or a control character.
#[inline(always)]
pub(super) fn plain_text_stop(bytes: &[u8], at: usize) -> usize {
    find_exactly(
        bytes,
        at,
        |block| up_to(block, 0x1F) | is(block, b'<') | is(block, b'&') | is(block, b']'),
        |byte| byte < b' ' || matches!(byte, b'<' | b'&' | b']'),
    )
}

/// The first byte that is neither space nor tab nor line feed.
#[inline(always)]
pub(super) fn indent_end(bytes: &[u8], at: usize) -> usize {
    find_exactly(bytes, at, not_indent, |byte| !matches!(byte, b' ' | b'\n' | b'\t'))
}

/// As [`indent_end`], for the first sixteen bytes.
#[inline(always)]
pub(super) fn near_indent_end(window: &[u8; WINDOW]) -> Option<usize> {
    within(window, 0, not_indent)
}

#[inline(always)]
fn not_indent(block: u8x16) -> u8x16 {
    !(is(block, b' ') | is(block, b'\n') | is(block, b'\t'))
}

/// The first hyphen or control character at or after `at`.
#[inline(always)]
pub(super) fn comment_stop(bytes: &[u8], at: usize) -> usize {
    find_exactly(bytes, at, |block| up_to(block, 0x1F) | is(block, b'-'), |byte| byte < b' ' || byte == b'-')
}

/// The end of a name that begins at `at`: the first delimiter of names in tags.
#[inline]
pub(super) fn name_end(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, &NAME_STOP, |block| {
        // Punctuation below the digits is rare in names apart from `-` and `.`, which are no delimiters.
        let low = up_to(block, b'/') & !(is(block, b'-') | is(block, b'.'));
        low | is(block, b'=') | is(block, b'>') | is(block, b'<')
    })
}

/// The first byte at or after `at` at which an attribute value is looked at again.
#[inline]
pub(super) fn value_stop(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, &VALUE_STOP, |block| {
        up_to(block, 0x1F)
            | is(block, b'"')
            | is(block, b'\'')
            | is(block, b'<')
            | is(block, b'&')
            | is(block, 0xEF)
    })
}

/// The first byte at or after `at` at which a run of characters is looked at again.
#[inline]
pub(super) fn text_stop(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, &TEXT_STOP, |block| {
        let control = up_to(block, 0x1F) & !(is(block, b'\t') | is(block, b'\n'));
        control | is(block, b'<') | is(block, b'&') | is(block, b']') | is(block, 0xEF)
    })
}

/// The first byte at or after `at` with which a forbidden character may begin.
#[inline]
pub(super) fn suspect(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, &SUSPECT, |block| {
        let white = is(block, b'\t') | is(block, b'\n') | is(block, b'\r');
        (up_to(block, 0x1F) & !white) | is(block, 0xEF)
    })
}

/// The first byte at or after `at` that is not white space.
#[inline]
pub(super) fn space_end(bytes: &[u8], at: usize) -> usize {
    find(bytes, at, &NOT_SPACE, |block| {
        !(is(block, b' ') | is(block, b'\n') | is(block, b'\t') | is(block, b'\r'))
    })
}

const fn table(bytes: &[u8], control: bool) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = control;
        byte += 1;
    }
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

/// Delimiters of names in tags.
const NAME_STOP: [bool; 256] = table(b" \t\n\r>/=<\"'&", false);

/// Quotes, `<`, `&`, control characters, and the lead byte of U+FFFE and U+FFFF.
const VALUE_STOP: [bool; 256] = table(b"\"'<&\xEF", true);

/// `<`, `&`, `]`, control characters except tab and line feed, and the lead byte of U+FFFE and U+FFFF.
const TEXT_STOP: [bool; 256] = {
    let mut table = table(b"<&]\xEF", true);
    table[b'\t' as usize] = false;
    table[b'\n' as usize] = false;
    table
};

/// Control characters that are not white space, and the lead byte of U+FFFE and U+FFFF.
const SUSPECT: [bool; 256] = {
    let mut table = table(b"\xEF", true);
    table[b'\t' as usize] = false;
    table[b'\n' as usize] = false;
    table[b'\r' as usize] = false;
    table
};

const NOT_SPACE: [bool; 256] = {
    let mut table = [true; 256];
    table[b' ' as usize] = false;
    table[b'\t' as usize] = false;
    table[b'\n' as usize] = false;
    table[b'\r' as usize] = false;
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_stops_a_run_exactly_where_its_table_says() {
        type Run = fn(&[u8], usize) -> usize;
        let runs: [(Run, &[bool; 256], u8); 5] = [
            (name_end, &NAME_STOP, b'a'),
            (value_stop, &VALUE_STOP, b'a'),
            (text_stop, &TEXT_STOP, b'a'),
            (suspect, &SUSPECT, b'a'),
            (space_end, &NOT_SPACE, b' '),
        ];
        for (run, table, filler) in runs {
            for byte in 0..=255_u8 {
                for place in [0, 1, 15, 16, 17, 40] {
                    let mut bytes = [filler; 41];
                    bytes[place] = byte;
                    let expected = if table[usize::from(byte)] { place } else { bytes.len() };
                    assert_eq!(run(&bytes, 0), expected, "byte {byte:#x} at {place}");
                }
            }
            assert_eq!(run(b"", 0), 0);
        }
    }

    #[test]
    fn every_byte_of_a_text_without_suspects_stops_a_run_exactly_where_it_means_something() {
        type Run = fn(&[u8], usize) -> usize;
        let control: Vec<u8> = (0..0x20).collect();
        let control_and = |bytes: &[u8]| [&control[..], bytes].concat();
        let not_indent = (0..=255_u8).filter(|byte| !b" \t\n".contains(byte)).collect();
        let runs: [(Run, Vec<u8>, u8); 5] = [
            (|bytes, at| plain_value_stop(bytes, at, b'"'), control_and(b"\"<&"), b'a'),
            (|bytes, at| plain_value_stop(bytes, at, b'\''), control_and(b"'<&"), b'a'),
            (plain_text_stop, control_and(b"<&]"), b'a'),
            (comment_stop, control_and(b"-"), b'a'),
            (indent_end, not_indent, b'\n'),
        ];
        for (run, stops, filler) in runs {
            for byte in 0..=255_u8 {
                for place in [0, 15, 16, 40] {
                    let mut bytes = [filler; 41];
                    bytes[place] = byte;
                    let expected = if stops.contains(&byte) { place } else { bytes.len() };
                    assert_eq!(run(&bytes, 0), expected, "byte {byte:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn the_end_of_a_name_is_looked_for_near_by() {
        for place in 0..NEAR {
            let mut bytes = [b'a'; NEAR];
            bytes[place] = b'=';
            assert_eq!((near_equals(&bytes), near_tag_stop(&bytes)), (Some(place), None));
            for stop in *b" \t\n>/" {
                bytes[place] = stop;
                assert_eq!((near_equals(&bytes), near_tag_stop(&bytes)), (None, Some(place)));
            }
        }
    }
}
