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

/// Whether two texts with these tails and lengths are equal. `rest` compares them whole; it is asked only if it has to be.
#[inline(always)]
pub(crate) fn are_equal(tails: [u64; 2], lengths: [usize; 2], rest: impl FnOnce() -> bool) -> bool {
    tails[0] == tails[1] && lengths[0] == lengths[1] && (lengths[0] <= WHOLE || rest())
}

#[cfg(test)]
mod tests {
    use super::*;

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
