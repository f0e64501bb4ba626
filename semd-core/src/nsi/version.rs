//! Order of dictionary versions.

use std::cmp::Ordering;

/// Compares two versions by the numbers between their dots, so that 1.10 follows 1.9; what is no number is compared as
/// text.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let mut left_parts = left.split('.');
    let mut right_parts = right.split('.');
    loop {
        let order = match (left_parts.next(), right_parts.next()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => left.cmp(right),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Whether a text can be a version of a dictionary: numbers with dots between them.
pub(crate) fn is_version(text: &str) -> bool {
    text.len() <= 32
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        let mut versions = ["1.10", "2.1", "1.9", "1", "1.9.1"];
        versions.sort_by(|left, right| compare(left, right));
        assert_eq!(versions, ["1", "1.9", "1.9.1", "1.10", "2.1"]);
    }

    #[test]
    fn only_dotted_numbers_are_versions() {
        assert!(["1", "4.26", "1.0.12"].iter().all(|text| is_version(text)));
        assert!(!["", ".", "1.", "False", "1,2", "1.2 "].iter().any(|text| is_version(text)));
    }
}
