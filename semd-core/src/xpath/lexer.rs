//! Characters of an expression to tokens (XPath 3.1, appendix A.2).
//!
//! Whether `*`, `and` or `div` is an operator depends on the place; the lexer leaves that to the parser.

use std::borrow::Cow;

use super::error::SyntaxError;

/// Longest expression accepted, bytes; the longest official one has 654 characters.
const MAX_LENGTH: usize = 64 << 10;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A name; `prefix` is empty when there is none. `*` stands in either part of a wildcard (`p:*`, `*:n`).
    Name { prefix: &'t str, local: &'t str },
    /// Digits only.
    Integer(i64),
    /// Digits with a point.
    Decimal(f64),
    /// A number with an exponent.
    Double(f64),
    /// A string literal, quotes removed and doubled quotes undone.
    Text(Cow<'t, str>),
    /// Punctuation.
    Symbol(&'static str),
    /// End of the expression.
    End,
}

impl Token<'_> {
    /// The token as the writer of the rule sees it.
    pub(super) fn show(&self) -> String {
        match self {
            Token::Name { prefix: "", local } => (*local).to_owned(),
            Token::Name { prefix, local } => format!("{prefix}:{local}"),
            Token::Integer(value) => value.to_string(),
            Token::Decimal(value) | Token::Double(value) => value.to_string(),
            Token::Text(text) => format!("'{text}'"),
            Token::Symbol(symbol) => (*symbol).to_owned(),
            Token::End => "end of expression".to_owned(),
        }
    }
}

/// The punctuation at the start of a text, the longest that is one symbol.
fn symbol(text: &str) -> Option<&'static str> {
    Some(match text.as_bytes() {
        [b'/', b'/', ..] => "//",
        [b':', b':', ..] => "::",
        [b'.', b'.', ..] => "..",
        [b'!', b'=', ..] => "!=",
        [b'<', b'=', ..] => "<=",
        [b'>', b'=', ..] => ">=",
        [b'<', b'<', ..] => "<<",
        [b'>', b'>', ..] => ">>",
        [b'|', b'|', ..] => "||",
        [b'=', b'>', ..] => "=>",
        [b':', b'=', ..] => ":=",
        [b'(', ..] => "(",
        [b')', ..] => ")",
        [b'[', ..] => "[",
        [b']', ..] => "]",
        [b',', ..] => ",",
        [b'/', ..] => "/",
        [b'@', ..] => "@",
        [b'$', ..] => "$",
        [b'.', ..] => ".",
        [b'=', ..] => "=",
        [b'<', ..] => "<",
        [b'>', ..] => ">",
        [b'|', ..] => "|",
        [b'+', ..] => "+",
        [b'-', ..] => "-",
        [b'*', ..] => "*",
        [b'?', ..] => "?",
        [b'!', ..] => "!",
        [b'#', ..] => "#",
        [b'{', ..] => "{",
        [b'}', ..] => "}",
        [b';', ..] => ";",
        [b':', ..] => ":",
        _ => return None,
    })
}

fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{B7}')
}

/// Length of the name at the start of `text`, 0 if none.
fn name_length(text: &str) -> usize {
    if !text.starts_with(is_name_start) {
        return 0;
    }
    // Nearly all names are of these alone.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let plain_length = text.bytes().position(|byte| !plain(&byte)).unwrap_or(text.len());
    match text[plain_length..].find(|c| !is_name_char(c)) {
        Some(more) => plain_length + more,
        None => text.len(),
    }
}

/// Splits an expression into tokens with their byte offsets; the last is [`Token::End`].
pub(super) fn tokenize(text: &str) -> Result<Vec<(Token<'_>, usize)>, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::too_complex(0));
    }
    let mut tokens = Vec::with_capacity(text.len() / 4 + 2);
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if matches!(first, ' ' | '\t' | '\n' | '\r') {
            at += 1;
        } else if rest.starts_with("(:") {
            at = comment_end(text, at)?;
        } else {
            let (token, length) = one(rest, first, at)?;
            tokens.push((token, at));
            at += length;
        }
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

/// Offset behind a comment; comments nest.
fn comment_end(text: &str, start: usize) -> Result<usize, SyntaxError> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, start);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"(:" => {
                depth += 1;
                at += 2;
            }
            b":)" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    Err(SyntaxError::unexpected(start, "(:"))
}

/// The token at the start of `rest` and its length in bytes.
fn one(rest: &str, first: char, at: usize) -> Result<(Token<'_>, usize), SyntaxError> {
    if first == '\'' || first == '"' {
        return string(rest, first, at);
    }
    let second_is_digit = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && second_is_digit) {
        return number(rest, at);
    }
    let length = name_length(rest);
    if length > 0 {
        let local = &rest[..length];
        let after = &rest[length..];
        if let Some(suffix) = after.strip_prefix(':') {
            let suffix_length = if suffix.starts_with('*') { 1 } else { name_length(suffix) };
            if suffix_length > 0 {
                let token = Token::Name { prefix: local, local: &suffix[..suffix_length] };
                return Ok((token, length + 1 + suffix_length));
            }
        }
        return Ok((Token::Name { prefix: "", local }, length));
    }
    if let Some(suffix) = rest.strip_prefix("*:") {
        let suffix_length = name_length(suffix);
        if suffix_length > 0 {
            let token = Token::Name { prefix: "*", local: &suffix[..suffix_length] };
            return Ok((token, 2 + suffix_length));
        }
    }
    match symbol(rest) {
        Some(symbol) => Ok((Token::Symbol(symbol), symbol.len())),
        None => Err(SyntaxError::unexpected(at, first.to_string())),
    }
}

fn string(rest: &str, quote: char, at: usize) -> Result<(Token<'_>, usize), SyntaxError> {
    let mut value = Cow::Borrowed("");
    let mut position = 1;
    loop {
        let Some(end) = rest[position..].find(quote) else {
            return Err(SyntaxError::unexpected(at, quote.to_string()));
        };
        value += &rest[position..position + end];
        position += end + 1;
        if !rest[position..].starts_with(quote) {
            return Ok((Token::Text(value), position));
        }
        value.to_mut().push(quote);
        position += 1;
    }
}

fn number(rest: &str, at: usize) -> Result<(Token<'_>, usize), SyntaxError> {
    let digits = |from: usize| {
        rest[from..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |length| from + length)
    };
    let whole = digits(0);
    let mut end = whole;
    if rest[end..].starts_with('.') && !rest[end..].starts_with("..") {
        end = digits(end + 1);
    }
    let mantissa = end;
    if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let first_digit = end + 1 + sign;
        if digits(first_digit) > first_digit {
            end = digits(first_digit);
        }
    }
    let text = &rest[..end];
    let bad = || SyntaxError::unexpected(at, text);
    // "1x" is an error, not two tokens (XPath 3.1, section A.2.2).
    if rest[end..].starts_with(is_name_start) {
        return Err(bad());
    }
    let token = if end > mantissa {
        Token::Double(text.parse().map_err(|_| bad())?)
    } else if end > whole {
        Token::Decimal(text.parse().map_err(|_| bad())?)
    } else {
        Token::Integer(text.parse().map_err(|_| bad())?)
    };
    Ok((token, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let tokens = tokenize(text).unwrap();
        tokens.iter().map(|(token, _)| token.show()).collect()
    }

    #[test]
    fn hyphens_belong_to_names_and_minus_to_numbers() {
        assert_eq!(
            shown("string-length(@root) - 2"),
            ["string-length", "(", "@", "root", ")", "-", "2", "end of expression"]
        );
    }

    #[test]
    fn prefixed_names_and_axes_are_told_apart() {
        assert_eq!(shown("a:b/self::c/p:*/*:d")[..8], ["a:b", "/", "self", "::", "c", "/", "p:*", "/"]);
    }

    #[test]
    fn doubled_quotes_in_literals_are_one() {
        assert_eq!(tokenize("'it''s'").unwrap()[0].0, Token::Text("it's".into()));
    }

    #[test]
    fn nested_comments_are_skipped_and_open_ones_refused() {
        assert_eq!(shown("a(: b (: c :) :)")[0], "a");
        assert!(tokenize("a (: b").is_err());
    }

    #[test]
    fn number_glued_to_a_name_is_an_error() {
        assert!(tokenize("1x").is_err());
        assert_eq!(tokenize("1.5e2").unwrap()[0].0, Token::Double(150.0));
    }
}
