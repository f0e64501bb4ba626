//! Personal data in reports: everything that names a person passes through here before it is shown.

/// What stands for a value that is not shown at all.
pub const HIDDEN: &str = "***";

/// A number with all but its last two digits hidden: `*********82`.
pub fn mask_number(number: &str) -> String {
    let length = number.chars().count();
    number.chars().enumerate().map(|(index, digit)| if index + 2 < length { '*' } else { digit }).collect()
}

/// A name with everything but initials hidden: `И*** И*** П***`.
pub fn mask_name(name: &str) -> String {
    let words: Vec<_> = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .map(|initial| format!("{initial}***"))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_values_keep_nothing_that_identifies() {
        assert_eq!(mask_number("90000000182"), "*********82");
        assert_eq!(mask_number("7"), "7");
        assert_eq!(mask_name("Тестов Иван  Петрович"), "Т*** И*** П***");
        assert_eq!(mask_name(""), "");
    }
}
