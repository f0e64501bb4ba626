//! Writing HTML: everything that comes from the document is escaped here and nowhere else.

/// A page that grows. Tags and attributes are literals of this program; document text enters by [`Html::text`] and
/// [`Html::value`] only.
#[derive(Debug, Default)]
pub(super) struct Html {
    out: String,
}

impl Html {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes) }
    }

    /// Markup of this program.
    pub(super) fn markup(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// Characters of the document.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    /// An attribute with a value of the document.
    pub(super) fn value(&mut self, name: &'static str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value);
        self.out.push('"');
    }

    /// An element with nothing but text inside.
    pub(super) fn element(&mut self, open: &'static str, text: &str, close: &'static str) {
        self.markup(open);
        self.text(text);
        self.markup(close);
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written since the page had a length: there was nothing to say after all.
    pub(super) fn back_to(&mut self, len: usize) {
        self.out.truncate(len);
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// Characters that turn the direction of text make a page read otherwise than it is signed; they are shown by their number.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// Bytes at which a character may begin that is not written as it is: markup, and the first bytes of bidirectional
/// controls (E2 or D8), both rare in Russian text.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let bytes = *b"&<>\"'\xE2\xD8";
    let mut at = 0;
    while at < bytes.len() {
        special[bytes[at] as usize] = true;
        at += 1;
    }
    special
};

fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| SPECIAL[byte as usize]) {
        out.push_str(&rest[..at]);
        let Some(c) = rest[at..].chars().next() else { return };
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_bidi_control(c) => {
                out.push_str("[U+");
                out.push_str(&format!("{:04X}", u32::from(c)));
                out.push(']');
            }
            c => out.push(c),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_document_is_markup() {
        let mut html = Html::default();
        html.text("<b a=\"'&\"> «Ж» – \u{202E}txt");
        assert_eq!(html.finish(), "&lt;b a=&quot;&#39;&amp;&quot;&gt; «Ж» – [U+202E]txt");
    }
}
