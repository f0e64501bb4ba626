//! Personal data made unreadable but recognisable.

/// The shape of a value: letters become `x`, digits `0`, everything else stays, so that a person sees what kind of
/// value it is (`000-000-000 00`) and nobody learns whose.
///
/// ```
/// assert_eq!(semd_core::report::redact::shape("Иванов 112-233"), "xxxxxx 000-000");
/// ```
pub fn shape(value: &str) -> String {
    value
        .chars()
        .map(|c| {
            if c.is_alphabetic() {
                'x'
            } else if c.is_numeric() {
                '0'
            } else {
                c
            }
        })
        .collect()
}

/// Whether a value is of a kind that cannot be personal data: an object identifier or a capital mnemonic.
pub(crate) fn is_impersonal(value: &str) -> bool {
    let identifier = value.contains('.')
        && value.starts_with(['0', '1', '2'])
        && value.split('.').count() > 3
        && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mnemonic = (1..=12).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_uppercase());
    identifier || mnemonic
}

/// Attributes of CDA whose values are codes and identifiers of systems, never data of a person.
const PLAIN_ATTRIBUTES: [&str; 19] = [
    "root",
    "code",
    "codeSystem",
    "codeSystemName",
    "codeSystemVersion",
    "displayName",
    "classCode",
    "moodCode",
    "typeCode",
    "determinerCode",
    "contextControlCode",
    "nullFlavor",
    "use",
    "xsi:type",
    "unit",
    "mediaType",
    "representation",
    "negationInd",
    "inversionInd",
];

/// Elements of CDA whose `value` is about the document and its events, not about a person's life: when it was made, which
/// version it is.
const PLAIN_ELEMENTS: [&str; 3] = ["effectiveTime", "time", "versionNumber"];

/// Redacts the attribute values of one start tag, except codes and namespaces. `tag` is the source text from `<` on.
pub fn start_tag(tag: &str) -> String {
    let element = tag.trim_start_matches('<').split(|c: char| c.is_whitespace() || c == '>').next();
    attributes(tag, element.unwrap_or_default())
}

/// Redacts the attribute values in a piece of the start tag of `element`, except codes and namespaces.
pub(crate) fn attributes(tag: &str, element: &str) -> String {
    let plain_value = PLAIN_ELEMENTS.contains(&element);
    let mut out = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = &rest[at..at + 1];
        let head = &rest[..at];
        let name = head.trim_end().trim_end_matches('=').trim_end();
        let name = name.rsplit(char::is_whitespace).next().unwrap_or("");
        out.push_str(&outside(head));
        out.push_str(quote);
        let value_and_tail = &rest[at + 1..];
        let (value, tail) = value_and_tail.split_once(quote).unwrap_or((value_and_tail, ""));
        if PLAIN_ATTRIBUTES.contains(&name) || name.starts_with("xmlns") || (plain_value && name == "value") {
            out.push_str(value);
        } else {
            out.push_str(&shape(value));
        }
        if value.len() < value_and_tail.len() {
            out.push_str(quote);
        }
        rest = tail;
    }
    out.push_str(&outside(rest));
    out
}

/// What stands outside quotes: names, which are ASCII, or text behind a stray quote.
fn outside(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| if word.is_ascii() { word.to_owned() } else { shape(word) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_impersonal, start_tag};

    #[test]
    fn codes_stay_and_personal_values_go() {
        assert_eq!(
            start_tag(r#"<id root="1.2.643.100.3" extension='112-233-445 95'/>"#),
            r#"<id root="1.2.643.100.3" extension='000-000-000 00'/>"#
        );
        assert_eq!(start_tag("<a value=\"Ива"), "<a value=\"xxx");
        assert_eq!(start_tag("<effectiveTime value=\"2025\"/>"), "<effectiveTime value=\"2025\"/>");
        assert_eq!(start_tag("<birthTime value=\"1980\"/>"), "<birthTime value=\"0000\"/>");
        assert_eq!(start_tag("<a value=\"ООО \" Ромашка\" b=\"1\""), "<a value=\"xxx \" xxxxxxx\" x=\"1\"");
    }

    #[test]
    fn only_identifiers_and_mnemonics_are_quoted() {
        for quoted in ["1.2.643.100.3", "NI", "OBS"] {
            assert!(is_impersonal(quoted), "{quoted}");
        }
        for hidden in ["112-233-445 95", "11223344595", "01.02.1980", "Ivanov", "", "19800201"] {
            assert!(!is_impersonal(hidden), "{hidden}");
        }
    }
}
