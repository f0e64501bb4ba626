//! The narrative of a section: known elements become their HTML counterparts, anything else its text.

use crate::xml::ElementId;

use super::page::{Page, Piece};

/// Widest cell that a page permits; HTML's own limit.
const MAX_SPAN: u32 = 1000;

/// Where inside the narrative text may not stand by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Flow,
    List,
    Table,
    Row,
}

impl Page<'_> {
    /// Writes the narrative of a section.
    pub(super) fn narrative(&mut self, text: ElementId) {
        let before = self.html.len();
        self.html.markup("<div class=\"narrative\">");
        let start = self.html.len();
        self.null_flavor(text);
        self.inside(text, Place::Flow);
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</div>");
        }
    }

    fn inside(&mut self, element: ElementId, place: Place) {
        self.nested(element, |page| {
            for piece in page.pieces(element) {
                match piece {
                    Piece::Text(text) => match place {
                        Place::Flow => page.html.text(text),
                        Place::List => page.html.element("<li>", text, "</li>"),
                        Place::Table => page.html.element("<tbody><tr><td>", text, "</td></tr></tbody>"),
                        Place::Row => page.html.element("<td>", text, "</td>"),
                    },
                    Piece::Element(child) => page.narrative_element(child, place),
                }
            }
        });
    }

    fn wrapped(&mut self, element: ElementId, open: &'static str, place: Place, close: &'static str) {
        self.html.markup(open);
        self.inside(element, place);
        self.html.markup(close);
    }

    fn narrative_element(&mut self, element: ElementId, place: Place) {
        let local = self.local(element);
        match (place, local) {
            (Place::Table, "thead") => self.wrapped(element, "<thead>", Place::Table, "</thead>"),
            (Place::Table, "tbody" | "tfoot") => self.wrapped(element, "<tbody>", Place::Table, "</tbody>"),
            (Place::Table, "tr") => self.wrapped(element, "<tr>", Place::Row, "</tr>"),
            (Place::Table, "caption" | "col" | "colgroup") => {}
            (Place::Row, "td") => self.cell(element, "<td", "</td>"),
            (Place::Row, "th") => self.cell(element, "<th", "</th>"),
            (Place::List, "item") => self.wrapped(element, "<li>", Place::Flow, "</li>"),
            (Place::List, "caption") => {}
            (Place::Table, _) => self.wrapped(element, "<tbody><tr><td>", Place::Flow, "</td></tr></tbody>"),
            (Place::Row, _) => self.wrapped(element, "<td>", Place::Flow, "</td>"),
            (Place::List, _) => self.wrapped(element, "<li>", Place::Flow, "</li>"),
            (Place::Flow, "br") => self.html.markup("<br/>"),
            (Place::Flow, "paragraph") => self.wrapped(element, "<div class=\"p\">", Place::Flow, "</div>"),
            (Place::Flow, "caption") => self.wrapped(element, "<b>", Place::Flow, "</b> "),
            (Place::Flow, "sub") => self.wrapped(element, "<sub>", Place::Flow, "</sub>"),
            (Place::Flow, "sup") => self.wrapped(element, "<sup>", Place::Flow, "</sup>"),
            (Place::Flow, "list") => self.list(element),
            (Place::Flow, "table") => self.table(element),
            (Place::Flow, "linkHtml") => self.link(element),
            (Place::Flow, "renderMultiMedia") => self.media(element),
            (Place::Flow, _) => self.content(element),
        }
    }

    /// Text with a style, or an element without a counterpart.
    fn content(&mut self, element: ElementId) {
        let style = self.attribute(element, "styleCode").unwrap_or_default();
        let revised = self.attribute(element, "revised");
        let (open, close) = match (revised, style.split_ascii_whitespace().next()) {
            (Some("delete"), _) => ("<del>", "</del>"),
            (Some("insert"), _) => ("<ins>", "</ins>"),
            (_, Some("Bold")) => ("<span class=\"b\">", "</span>"),
            (_, Some("Italics")) => ("<span class=\"i\">", "</span>"),
            (_, Some("Underline")) => ("<span class=\"u\">", "</span>"),
            _ => return self.inside(element, Place::Flow),
        };
        self.wrapped(element, open, Place::Flow, close);
    }

    fn caption(&mut self, element: ElementId, open: &'static str, close: &'static str) {
        if let Some(caption) = self.child(element, "caption") {
            self.wrapped(caption, open, Place::Flow, close);
        }
    }

    fn list(&mut self, element: ElementId) {
        self.caption(element, "<div class=\"b\">", "</div>");
        let (open, close) = match self.attribute(element, "listType") {
            Some("ordered") => ("<ol>", "</ol>"),
            _ => ("<ul>", "</ul>"),
        };
        self.wrapped(element, open, Place::List, close);
    }

    fn table(&mut self, element: ElementId) {
        self.html.markup("<div class=\"scroll\"><table>");
        self.caption(element, "<caption>", "</caption>");
        self.inside(element, Place::Table);
        self.html.markup("</table></div>");
    }

    fn cell(&mut self, element: ElementId, open: &'static str, close: &'static str) {
        self.html.markup(open);
        for (name, shown) in [("colspan", "colspan"), ("rowspan", "rowspan")] {
            let span = self.attribute(element, name).and_then(|text| text.trim().parse().ok());
            if let Some(span) = span.filter(|span: &u32| (2..=MAX_SPAN).contains(span)) {
                self.html.value(shown, &span.to_string());
            }
        }
        self.html.markup(">");
        self.inside(element, Place::Flow);
        self.html.markup(close);
    }

    /// A link is shown with its address as text: the page leads nowhere.
    fn link(&mut self, element: ElementId) {
        self.inside(element, Place::Flow);
        if let Some(address) = self.attribute(element, "href") {
            self.html.element(" <span class=\"code\">", address, "</span>");
        }
    }

    /// An attachment of the document shown in the narrative; it stands among the entries.
    fn media(&mut self, element: ElementId) {
        let word =
            self.word("[вложение — ниже, в кодированных данных]", "[attachment: below, in the coded data]");
        self.html.element("<span class=\"label\">", word, "</span>");
        self.inside(element, Place::Flow);
    }
}
