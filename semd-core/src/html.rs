//! Writing HTML: everything that does not come from this program is escaped here and nowhere else.

/// A page that grows. Tags and attributes are literals of this program; foreign text enters by [`Html::text`] and
/// [`Html::value`] only.
///
/// ```
/// use semd_core::html::Html;
///
/// let mut page = Html::default();
/// page.markup("<a");
/// page.value("href", "/?a=1&b=2");
/// page.element(">", "1 < 2", "</a>");
/// assert_eq!(page.finish(), "<a href=\"/?a=1&amp;b=2\">1 &lt; 2</a>");
/// ```
#[derive(Debug, Default)]
pub struct Html {
    out: String,
}

impl Html {
    /// An empty page with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes) }
    }

    /// Markup of this program.
    pub fn markup(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// Foreign characters.
    pub fn text(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    /// An attribute with a foreign value.
    pub fn value(&mut self, name: &'static str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value);
        self.out.push('"');
    }

    /// An element with nothing but text inside.
    pub fn element(&mut self, open: &'static str, text: &str, close: &'static str) {
        self.markup(open);
        self.text(text);
        self.markup(close);
    }

    /// What was written apart.
    pub fn append(&mut self, part: Self) {
        self.out.push_str(&part.out);
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Takes back what was written since the page had a length: there was nothing to say after all.
    pub fn back_to(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// The page.
    pub fn finish(self) -> String {
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
