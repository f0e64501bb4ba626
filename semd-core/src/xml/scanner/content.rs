//! What stands between tags: characters, CDATA, comments, processing instructions.

use super::super::FaultKind;
use super::super::chars::{is_ncname, is_space};
use super::super::document::{Aside, AsideKind, ElementId, OwnText, Text, Value};
use super::super::runs::{indent_end, plain_text_stop, space_end, text_stop};
use super::{Scan, Scanner, Step, fault, malformed, shown, space_char};

impl<'s> Scanner<'s, '_> {
    pub(super) fn comment(&mut self) -> Step {
        let start = self.at;
        let body = start + 4;
        let length = self.comment_length(start)?;
        self.at = body + length + 3;
        self.push_aside(AsideKind::Comment, body, body + length)
    }

    fn comment_length(&self, start: usize) -> Scan<usize> {
        let body = start + 4;
        let length = memchr::memmem::find(&self.bytes[body..], b"--").ok_or_else(|| {
            malformed("unclosed-comment", start, "Комментарий не закрыт", "The comment is not closed")
        })?;
        if self.bytes.get(body + length + 2) != Some(&b'>') {
            return Err(malformed(
                "double-hyphen-in-comment",
                body + length,
                "Два дефиса внутри комментария",
                "Two hyphens inside a comment",
            ));
        }
        self.check_chars(body, body + length)?;
        Ok(length)
    }

    pub(super) fn processing_instruction(&mut self) -> Step {
        let start = self.at;
        let body = start + 2;
        let length = self.source[body..].find("?>").ok_or_else(|| {
            malformed(
                "unclosed-processing-instruction",
                start,
                "Инструкция обработки не закрыта",
                "The processing instruction is not closed",
            )
        })?;
        let content = &self.source[body..body + length];
        let target = content.split(space_char).next().unwrap_or("");
        if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
            let target = shown(target);
            return Err(malformed(
                "processing-instruction-target",
                start,
                format!(
                    "Недопустимое имя инструкции обработки «{target}»; объявление XML стоит только в самом начале файла"
                ),
                format!(
                    "“{target}” is not allowed as a processing instruction; an XML declaration stands only at the very start"
                ),
            ));
        }
        self.check_chars(body, body + length)?;
        self.at = body + length + 2;
        self.push_aside(AsideKind::ProcessingInstruction, body, body + length)
    }

    fn push_aside(&mut self, kind: AsideKind, start: usize, end: usize) -> Step {
        self.count_nodes(1, start)?;
        self.add_aside(kind, start, end);
        Ok(())
    }

    /// Adds a comment or processing instruction to the tree.
    #[inline(always)]
    pub(super) fn add_aside(&mut self, kind: AsideKind, start: usize, end: usize) {
        self.text_open = false;
        self.tree.asides.push(Aside {
            kind,
            parent: self.open.last().map(|open| ElementId(open.element)),
            before: self.tree.elements.len() as u32,
            texts: self.tree.texts.len() as u32,
            start: start as u32,
            end: end as u32,
        });
    }

    pub(super) fn cdata(&mut self) -> Step {
        let start = self.at;
        if self.open.is_empty() {
            return Err(malformed(
                "text-outside-root",
                start,
                "Текст за пределами корневого элемента",
                "Text outside the root element",
            ));
        }
        let body = start + 9;
        let length = memchr::memmem::find(&self.bytes[body..], b"]]>").ok_or_else(|| {
            malformed("unclosed-cdata", start, "Секция CDATA не закрыта", "The CDATA section is not closed")
        })?;
        self.check_chars(body, body + length)?;
        let raw = &self.source[body..body + length];
        self.at = body + length + 3;
        if raw.is_empty() {
            return Ok(());
        }
        let value = if raw.contains('\r') {
            let begin = self.tree.decoded.len();
            push_line_ends_normalised(&mut self.tree.decoded, raw);
            Value { start: begin as u32, end: self.tree.decoded.len() as u32, decoded: true }
        } else {
            Value { start: body as u32, end: (body + length) as u32, decoded: false }
        };
        let blank = raw.bytes().all(is_space);
        self.push_text(value, blank, start)
    }

    /// Character data up to the next markup.
    pub(super) fn characters(&mut self) -> Step {
        let start = self.at;
        let suspects = self.suspects;
        let mut at = indent_end(self.bytes, start);
        let mut plain = true;
        if self.bytes.get(at) == Some(&b'\r') {
            at = space_end(self.bytes, at);
            plain = false;
        }
        let blank = matches!(self.bytes.get(at), None | Some(b'<'));
        loop {
            at = if suspects { text_stop(self.bytes, at) } else { plain_text_stop(self.bytes, at) };
            match self.bytes.get(at) {
                None | Some(b'<') => break,
                Some(b'\t' | b'\n') => {}
                Some(b'\r' | b'&') => plain = false,
                Some(b']') => {
                    if self.bytes[at..].starts_with(b"]]>") {
                        return Err(malformed(
                            "cdata-end-in-text",
                            at,
                            "Последовательность «]]>» в тексте",
                            "The sequence “]]>” in text",
                        ));
                    }
                }
                Some(_) => self.check_char_at(at)?,
            }
            at += 1;
        }
        self.at = at;
        let value = if plain {
            Value { start: start as u32, end: at as u32, decoded: false }
        } else {
            self.decoded(start, at, false)?
        };
        // `&#32;` is white space too, but calling it text only makes the mixed-content check look closer.
        self.push_text(value, blank, start)
    }

    #[inline(always)]
    fn push_text(&mut self, value: Value, blank: bool, offset: usize) -> Step {
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        if self.text_open {
            return self.continue_text(value, blank, offset);
        }
        let parent = ElementId(open.element);
        self.check_text_length((value.end - value.start) as usize, offset)?;
        self.count_nodes(1, offset)?;
        self.add_text(parent, value, blank, offset);
        Ok(())
    }

    /// Adds a text node to the tree.
    #[inline(always)]
    pub(super) fn add_text(&mut self, parent: ElementId, value: Value, blank: bool, offset: usize) {
        let before = self.tree.elements.len() as u32;
        self.note_text(parent, blank);
        self.tree.texts.push(Text { parent, before, blank, value, offset: offset as u32 });
        self.text_open = true;
    }

    #[inline(always)]
    fn note_text(&mut self, parent: ElementId, blank: bool) {
        let known = &mut self.tree.elements[parent.0 as usize].own_text;
        *known = (*known).max(OwnText::of(blank));
    }

    /// CDATA beside characters: one text node of the data model.
    #[cold]
    fn continue_text(&mut self, value: Value, blank: bool, offset: usize) -> Step {
        if let Some(mut last) = self.tree.texts.pop() {
            let length = (last.value.end - last.value.start) as usize + (value.end - value.start) as usize;
            self.check_text_length(length, offset)?;
            last.value = self.join(last.value, value);
            last.blank &= blank;
            self.note_text(last.parent, blank);
            self.tree.texts.push(last);
        }
        Ok(())
    }

    /// Two pieces of one text behind one another in the side buffer. A text that is there already grows in place: copied
    /// at every join, a text of many small CDATA sections would fill the buffer with the square of its length.
    fn join(&mut self, first: Value, second: Value) -> Value {
        let source = self.source;
        let piece = |value: Value| &source[value.start as usize..value.end as usize];
        let decoded = &mut self.tree.decoded;
        let adjacent = first.decoded
            && if second.decoded { first.end == second.start } else { first.end as usize == decoded.len() };
        let start = if adjacent { first.start } else { decoded.len() as u32 };
        for value in [first, second] {
            match value.decoded {
                true if adjacent => {}
                true => decoded.extend_from_within(value.start as usize..value.end as usize),
                false => decoded.push_str(piece(value)),
            }
        }
        Value { start, end: decoded.len() as u32, decoded: true }
    }

    pub(super) fn check_text_length(&self, length: usize, offset: usize) -> Step {
        // Decoded text only ever grows by joining; the buffer as a whole stays addressable by `u32`.
        if length > self.limits.max_text_bytes || self.tree.decoded.len() + length > u32::MAX as usize {
            return Err(fault(FaultKind::TextTooLong { limit: self.limits.max_text_bytes }, offset));
        }
        Ok(())
    }
}

fn push_line_ends_normalised(out: &mut String, raw: &str) {
    let mut pieces = raw.split('\r');
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push('\n');
        out.push_str(piece.strip_prefix('\n').unwrap_or(piece));
    }
}
