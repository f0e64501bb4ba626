//! Where runs of ordinary bytes end, sixteen bytes at a time.
//!
//! Names and values are short, so that the end of the loop is mispredicted for nearly every one of them when bytes are
//! looked at one by one; a block has the answer without a loop.

use wide::u8x16;

/// Bytes looked at in one step.
const BLOCK: usize = 16;

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
    let rest = bytes.get(at..).unwrap_or(&[]);
    at + rest.iter().position(|&byte| table[usize::from(byte)]).unwrap_or(rest.len())
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
}
