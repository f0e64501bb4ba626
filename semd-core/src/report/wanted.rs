//! What an assert of a rule package wants, in words: the texts of the official rules are Russian alone, some name another
//! element than their expression tests, and none says which value would do. Only the frequent forms of expressions are put
//! into words; the rest is shown as it is written.

use super::Message;

/// Regular expressions of the rules in words: data of `schemas/rule-names/patterns.tsv`.
const PATTERNS: &str = include_str!("../../../schemas/rule-names/patterns.tsv");
/// Values listed; the rest is counted.
const MAX_VALUES: usize = 6;

/// What must hold where `test` is the expression of an assert; `None` when it is of no form that is known here.
///
/// Expressions are read as text, not as trees: what is shown is what the package says.
pub(super) fn wanted(test: &str) -> Option<Message> {
    let words = condition(test.trim())?;
    Some(Message::new(format!("должно быть: {}", words.ru), format!("it must be: {}", words.en)))
}

fn condition(test: &str) -> Option<Message> {
    for (operator, ru, en) in [(" or ", "; или ", "; or "), (" and ", "; и ", "; and ")] {
        let parts = split(test, operator);
        if parts.len() > 1 {
            let parts: Option<Vec<Message>> = parts.into_iter().map(|part| condition(part.trim())).collect();
            return Some(joined(&parts?, ru, en));
        }
    }
    simple(test)
}

/// Conditions in one text; a subject that several of them share is named once.
fn joined(parts: &[Message], ru: &str, en: &str) -> Message {
    let text = |pick: fn(&Message) -> &str, by: &str| {
        let mut out = String::new();
        let mut subject = "";
        for part in parts {
            let part = pick(part);
            let (own, rest) = part.split_once(" — ").unwrap_or(("", part));
            if !out.is_empty() {
                out.push_str(by);
            }
            out.push_str(if own.is_empty() || own != subject { part } else { rest });
            subject = own;
        }
        out
    };
    Message { ru: text(|words| &words.ru, ru), en: text(|words| &words.en, en) }
}

fn simple(test: &str) -> Option<Message> {
    if let Some(inner) = argument(test, "not") {
        let path = path(inner)?;
        return Some(Message::new(format!("нет {}", path.ru), format!("no {}", path.en)));
    }
    if let Some(inner) = argument(test, "matches") {
        let (subject, pattern) = inner.split_once(',')?;
        return Some(about(&path(subject.trim())?, &pattern_words(literal(pattern.trim())?)));
    }
    if let Some((left, operator, right)) = comparison(test) {
        if let Some(counted) = argument(left, "count") {
            return Some(about(&path(counted)?, &quantity(operator, right)?));
        }
        let subject = path(left)?;
        return match (operator, right) {
            ("!=", "''") => Some(about(&subject, &Message::new("не пусто", "not empty"))),
            ("=", value) => Some(about(&subject, &choice(value)?)),
            _ => None,
        };
    }
    let path = path(test)?;
    Some(Message::new(format!("есть {}", path.ru), format!("{} is there", path.en)))
}

fn about(subject: &Message, what: &Message) -> Message {
    Message::new(format!("{} — {}", subject.ru, what.ru), format!("{} — {}", subject.en, what.en))
}

/// What stands in the parentheses of a call that is the whole expression.
fn argument<'t>(test: &'t str, function: &str) -> Option<&'t str> {
    let inner = test.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    balanced(inner).then_some(inner.trim())
}

/// The two sides of the comparison that the expression is.
fn comparison(test: &str) -> Option<(&str, &'static str, &str)> {
    ["!=", "<=", ">=", "=", "<", ">"].into_iter().find_map(|operator| match split(test, operator)[..] {
        [left, right] => Some((left.trim(), operator, right.trim())),
        _ => None,
    })
}

/// A path as it is written; `.` is the value of the element itself.
fn path(text: &str) -> Option<Message> {
    if text == "." {
        return Some(Message::new("значение элемента", "the value of the element"));
    }
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            _ if c.is_alphanumeric() || "@:/._-".contains(c) => {}
            _ => return None,
        }
    }
    (depth == 0 && !text.is_empty() && balanced(text)).then(|| Message::verbatim(text.to_owned()))
}

/// How many: `= 1`, `>= 1`, `= [0, 1]`.
fn quantity(operator: &str, right: &str) -> Option<Message> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    if let Some(list) = right.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let numbers: Option<Vec<String>> =
            list.split(',').map(|one| number(one).map(|number| number.to_string())).collect();
        let numbers = numbers.filter(|_| operator == "=")?;
        return Some(Message::new(
            format!("количество {}", numbers.join(" или ")),
            format!("{} of them", numbers.join(" or ")),
        ));
    }
    let number = number(right)?;
    let (ru, en) = match operator {
        "=" => ("ровно", "exactly"),
        ">=" => ("не меньше", "at least"),
        "<=" => ("не больше", "at most"),
        ">" => ("больше", "more than"),
        "<" => ("меньше", "fewer than"),
        _ => return None,
    };
    Some(Message::new(format!("{ru} {number}"), format!("{en} {number}")))
}

/// One of some values: `'a'`, `['a', 'b']`, `('a', 'b')`.
fn choice(right: &str) -> Option<Message> {
    let list = right.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let list = list.or_else(|| right.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')));
    let values: Option<Vec<&str>> =
        split(list.unwrap_or(right), ",").into_iter().map(|one| literal(one.trim())).collect();
    let values = values?;
    let shown = |open, close, or: &str| {
        let shown: Vec<String> =
            values.iter().take(MAX_VALUES).map(|value| format!("{open}{value}{close}")).collect();
        shown.join(or)
    };
    let (mut ru, mut en) = (shown('«', '»', " или "), shown('“', '”', " or "));
    if let Some(rest @ 1..) = values.len().checked_sub(MAX_VALUES) {
        ru.push_str(&format!(" или ещё {rest}"));
        en.push_str(&format!(" or one of {rest} more"));
    }
    Some(Message::new(ru, en))
}

fn pattern_words(pattern: &str) -> Message {
    let mut rows = PATTERNS.lines().filter(|line| !line.starts_with('#'));
    let row = rows.find_map(|line| line.strip_prefix(pattern)?.strip_prefix('\t'));
    match row.and_then(|row| row.split_once('\t')) {
        Some((ru, en)) => Message::new(ru, en),
        None => Message::new(format!("по образцу {pattern}"), format!("of the pattern {pattern}")),
    }
}

fn literal(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|&c| c == '\'' || c == '"')?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// Whether brackets, parentheses and quotes close where they should.
fn balanced(text: &str) -> bool {
    let mut nesting = Nesting::default();
    text.chars().all(|c| nesting.read(c)) && nesting.is_outside()
}

/// The parts between the separators that stand outside brackets and quotes.
fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut nesting = Nesting::default();
    let (mut parts, mut begin) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        if nesting.is_outside() && at >= begin && text[at..].starts_with(separator) {
            parts.push(&text[begin..at]);
            begin = at + separator.len();
        }
        nesting.read(c);
    }
    parts.push(&text[begin..]);
    parts
}

#[derive(Default)]
struct Nesting {
    depth: usize,
    quote: Option<char>,
}

impl Nesting {
    fn is_outside(&self) -> bool {
        self.depth == 0 && self.quote.is_none()
    }

    /// Whether the character may stand here.
    fn read(&mut self, c: char) -> bool {
        match (self.quote, c) {
            (Some(quote), _) if c == quote => self.quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => self.quote = Some(c),
            (None, '(' | '[') => self.depth += 1,
            (None, ')' | ']') => match self.depth.checked_sub(1) {
                Some(depth) => self.depth = depth,
                None => return false,
            },
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    fn both(test: &str) -> (String, String) {
        let message = wanted(test).unwrap();
        let strip = |text: &str, head: &str| text.strip_prefix(head).unwrap().to_owned();
        (strip(&message.ru, "должно быть: "), strip(&message.en, "it must be: "))
    }

    #[test]
    fn frequent_forms_are_put_into_words() {
        let rows = [
            ("count(versionNumber)=1", "versionNumber — ровно 1", "versionNumber — exactly 1"),
            ("count(addr) = [1, 2]", "addr — количество 1 или 2", "addr — 1 or 2 of them"),
            ("count(telecom)>=1", "telecom — не меньше 1", "telecom — at least 1"),
            (
                "count(entry[observation/code[@code='809']])<=1",
                "entry[observation/code[@code='809']] — не больше 1",
                "entry[observation/code[@code='809']] — at most 1",
            ),
            ("@code = 'RU'", "@code — «RU»", "@code — “RU”"),
            ("@use=['HP','H']", "@use — «HP» или «H»", "@use — “HP” or “H”"),
            (".!=''", "значение элемента — не пусто", "the value of the element — not empty"),
            ("@nullFlavor", "есть @nullFlavor", "@nullFlavor is there"),
            (
                "not(a/b) or a/b/@xsi:type='ST'",
                "нет a/b; или a/b/@xsi:type — «ST»",
                "no a/b; or a/b/@xsi:type — “ST”",
            ),
            (
                "matches(@value,'^[1-2]{1}[0-9]{3}$') or matches(@value,'^[1-2]{1}[0-9]{3}[0-1]{1}[0-9]{1}$')",
                "@value — ГГГГ; или ГГГГММ",
                "@value — YYYY; or YYYYMM",
            ),
            (
                "matches(., '^[0-9]{2}$')",
                "значение элемента — по образцу ^[0-9]{2}$",
                "the value of the element — of the pattern ^[0-9]{2}$",
            ),
        ];
        for (test, ru, en) in rows {
            assert_eq!(both(test), (ru.to_owned(), en.to_owned()), "{test}");
        }
    }

    #[test]
    fn other_forms_are_left_alone() {
        for test in [
            "if (@x) then @x != '' else not(@x)",
            "count(@use != '') = [0, 1]",
            "count(id[1]) + 1 = 2",
            "@a != 'x'",
            "substring(@root, 3) = '.51'",
            "a | b",
            "not(a) or",
            "(a",
            "'",
            "",
        ] {
            assert_eq!(wanted(test), None, "{test}");
        }
    }

    #[test]
    fn long_lists_are_counted() {
        let (ru, en) = both("@c=['1','2','3','4','5','6','7','8']");
        assert!(ru.ends_with("«6» или ещё 2") && en.ends_with("“6” or one of 2 more"), "{ru} {en}");
    }
}
