//! Texts that are compared again and again: identifiers, which differ at their ends.

/// The last eight bytes. Of fewer bytes, all of them: with the length, they tell such texts apart.
#[inline(always)]
pub(crate) fn tail(bytes: &[u8]) -> u64 {
    let two = |first: u32, last: u32| u64::from(first) << 32 | u64::from(last);
    if let Some(&end) = bytes.last_chunk() {
        u64::from_le_bytes(end)
    } else if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        two(u32::from_le_bytes(first), u32::from_le_bytes(last))
    } else {
        match *bytes {
            [first, second, third] => u32::from_le_bytes([first, second, third, 0]).into(),
            [first, second] => u16::from_le_bytes([first, second]).into(),
            [only] => only.into(),
            _ => 0,
        }
    }
}

/// The length of a text up to which its tail is all of it, bytes.
const WHOLE: usize = size_of::<u64>();

/// Bytes that are compared in one step.
const BLOCK: usize = 16;

/// Whether two texts with these tails and lengths are equal. `texts` is asked only if it has to be: texts of one length and one
/// tail are equal nearly always, and have some dozen bytes, so that they are compared here and not by a call.
#[inline(always)]
pub(crate) fn are_equal<'t>(
    tails: [u64; 2],
    lengths: [usize; 2],
    texts: impl FnOnce() -> [&'t [u8]; 2],
) -> bool {
    tails[0] == tails[1]
        && lengths[0] == lengths[1]
        && (lengths[0] <= WHOLE || {
            let [one, other] = texts();
            one.len() == other.len() && heads_are_equal(one, other)
        })
}

/// Whether two texts are equal; for short ones, which mostly are.
#[inline(always)]
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && are_equal([tail(one), tail(other)], [one.len(), other.len()], || [one, other])
}

/// Whether two texts of one length and one tail are equal.
#[inline(always)]
fn heads_are_equal(one: &[u8], other: &[u8]) -> bool {
    let (blocks, others) = (one.as_chunks::<BLOCK>().0, other.as_chunks::<BLOCK>().0);
    let same =
        |(one, other): (&[u8; BLOCK], &[u8; BLOCK])| u128::from_ne_bytes(*one) == u128::from_ne_bytes(*other);
    match (one.last_chunk(), other.last_chunk()) {
        // What stands behind the last whole block is in the last sixteen bytes.
        (Some(last), Some(other_last)) => same((last, other_last)) && blocks.iter().zip(others).all(same),
        // What stands before the tail is in the first eight.
        _ => one.first_chunk::<WHOLE>() == other.first_chunk::<WHOLE>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_one_byte_are_not_equal() {
        for length in 0..70 {
            let text: Vec<u8> = (0..length).map(|at| b'a' + at as u8 % 26).collect();
            let equal = |other: &[u8]| equal(&text, other);
            assert!(equal(&text.clone()));
            for at in 0..length {
                let mut other = text.clone();
                other[at] ^= 1;
                assert!(!equal(&other), "{length} {at}");
            }
            let longer = [&text[..], b"x"].concat();
            assert!(!equal(&longer));
            if length > 0 {
                assert!(!equal(&longer[1..]) && !equal(&text[1..]));
            }
        }
    }

    #[test]
    fn short_texts_of_one_length_are_told_apart() {
        let bytes = b"ab\0\x01";
        for length in 0..=4_u32 {
            let texts: Vec<Vec<u8>> = (0..4_usize.pow(length))
                .map(|number| (0..length).map(|at| bytes[number / 4_usize.pow(at) % 4]).collect())
                .collect();
            let mut tails: Vec<u64> = texts.iter().map(|text| tail(text)).collect();
            tails.sort_unstable();
            tails.dedup();
            assert_eq!(tails.len(), texts.len(), "{length}");
        }
        for length in 5..=WHOLE {
            let mut tails = vec![tail(&vec![b'a'; length])];
            for at in 0..length {
                let mut text = vec![b'a'; length];
                text[at] = b'b';
                tails.push(tail(&text));
            }
            tails.sort_unstable();
            tails.dedup();
            assert_eq!(tails.len(), length + 1);
        }
        assert_eq!(tail(b"1.2.643.5"), tail(b"7.2.643.5"));
        assert_ne!(tail(b"1.2.643.5"), tail(b"1.2.643.6"));
    }
}
