//! Check digits of Russian registration numbers. Numbers are given as digits without separators.

/// The digits of a number, or `None` when something else is in it or the length is another.
fn digits<const N: usize>(number: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = number.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

fn weighted(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

/// СНИЛС, 11 digits: the sum of the first nine, weighted 9 to 1, modulo 101, is the last two; 100 counts as 00. Numbers up
/// to 001-001-998 have no check digits.
///
/// ```
/// use semd_core::rules::checksum::snils;
/// assert!(snils("11223344595") && !snils("11223344594"));
/// ```
pub fn snils(number: &str) -> bool {
    let Some(all) = digits::<11>(number) else { return false };
    if &number[..9] <= "001001998" {
        return true;
    }
    let check = weighted(&all[..9], (1..=9).rev()) % 101 % 100;
    check == u32::from(all[9]) * 10 + u32::from(all[10])
}

/// ОГРН, 13 digits: the number of the first twelve modulo 11 ends in the last. ОГРНИП, 15 digits: of the first fourteen
/// modulo 13.
pub fn ogrn(number: &str) -> bool {
    let modulus = match number.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (body, check) = number.split_at(number.len() - 1);
    body.parse::<u64>().is_ok_and(|body| (body % modulus % 10).to_string() == check)
}

/// ИНН of an organisation, 10 digits with one check digit, or of a person, 12 digits with two: sums weighted by fixed rows,
/// modulo 11, modulo 10.
pub fn inn(number: &str) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let holds = |all: &[u8], at: usize| {
        weighted(&all[..at], WEIGHTS[WEIGHTS.len() - at..].iter().copied()) % 11 % 10 == u32::from(all[at])
    };
    match number.len() {
        10 => digits::<10>(number).is_some_and(|all| holds(&all, 9)),
        12 => digits::<12>(number).is_some_and(|all| holds(&all, 10) && holds(&all, 11)),
        _ => false,
    }
}

/// ЕНП (number of a uniform compulsory medical insurance policy), 16 digits. Of the first fifteen, counted from the right,
/// the digits at odd places make a number that is doubled, those at even places stand before it; the digits of the whole
/// and the last digit together make a multiple of ten.
pub fn enp(number: &str) -> bool {
    let Some(all) = digits::<16>(number) else { return false };
    let mut doubled = 0_u64;
    let mut sum = 0_u64;
    for (place, &digit) in all[..15].iter().rev().enumerate() {
        if place % 2 == 0 {
            doubled = doubled * 10 + u64::from(digit);
        } else {
            sum += u64::from(digit);
        }
    }
    doubled *= 2;
    while doubled > 0 {
        sum += doubled % 10;
        doubled /= 10;
    }
    (sum + u64::from(all[15])).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples_with_known_check_digits_hold() {
        // СНИЛС of the rule's own description; the others of the synthetic organisation of the samples.
        assert!(snils("11223344595") && snils("99900000115"));
        assert!(snils("00100199800"), "no check digits that low");
        assert!(ogrn("1239900000010"));
        assert!(inn("9900000017"));
    }

    #[test]
    fn other_lengths_and_characters_are_no_numbers() {
        for text in ["", "1", "112-233-445 95", "١١٢٢٣٣٤٤٥٩٥", "1122334459x", "112233445950"] {
            assert!(![snils, ogrn, inn, enp].iter().any(|check| check(text)), "{text}");
        }
    }

    /// Of all last digits of a body, how many make a number that holds.
    fn holding(body: &str, width: usize, check: fn(&str) -> bool) -> usize {
        (0..10_usize.pow(width as u32)).filter(|last| check(&format!("{body}{last:0width$}"))).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_body_has_one_check_value(snils_body in "[1-9][0-9]{8}", ogrn_body in "[15][0-9]{11}", person in "3[0-9]{13}",
            inn_body in "[0-9]{9}", inn_person in "[0-9]{10}", enp_body in "[0-9]{15}") {
            prop_assert_eq!(holding(&snils_body, 2, snils), 1);
            prop_assert_eq!(holding(&ogrn_body, 1, ogrn), 1);
            prop_assert_eq!(holding(&person, 1, ogrn), 1);
            prop_assert_eq!(holding(&inn_body, 1, inn), 1);
            prop_assert_eq!(holding(&inn_person, 2, inn), 1);
            prop_assert_eq!(holding(&enp_body, 1, enp), 1);
        }

        /// A single wrong digit is always noticed where the method promises it.
        #[test]
        fn one_wrong_digit_of_a_snils_is_noticed(body in "[1-9][0-9]{8}", at in 0..9_usize, by in 1..10_u8) {
            let check = (0..100).map(|check| format!("{body}{check:02}")).find(|number| snils(number)).unwrap();
            let mut changed = check.into_bytes();
            changed[at] = b'0' + (changed[at] - b'0' + by) % 10;
            let changed = String::from_utf8(changed).unwrap();
            // 100 and 0 share the check digits 00: such a pair is the method's own blind spot.
            let sum = |number: &str| weighted(&digits::<11>(number).unwrap()[..9], (1..=9).rev()) % 101;
            prop_assume!(changed.as_str() > "00100199899" && sum(&changed) % 100 != 0);
            prop_assert!(!snils(&changed));
        }
    }
}
