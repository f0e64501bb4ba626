//! A document as one HTML page: what the doctor signs.
//!
//! The page is made from the parsed bytes, not from a model of them, so it shows everything that the signature covers:
//! header, narrative, coded entries as tables, absent values in words. What entries say and the narrative of their section
//! does not is flagged. The page needs nothing but itself: no script, no style, picture or link from elsewhere; all text of the document
//! is escaped, and a policy in its head forbids the browser anything else.
//!
//! ```
//! use semd_core::render::{self, Options};
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>Осмотр &lt;первый&gt;</title></ClinicalDocument>".as_bytes();
//! let document = xml::parse(bytes, &Limits::default()).unwrap();
//! let page = render::render(&document, &Options::default());
//! assert!(page.contains("<h1>Осмотр &lt;первый&gt;</h1>"));
//! ```

mod body;
mod entries;
mod facts;
mod labels;
mod mention;
mod narrative;
mod page;
mod stamp;
mod value;
mod words;

use crate::report::Lang;
use crate::xml::{Document, ElementId};

use labels::Layout;
use page::{Page, Piece};

pub(crate) use mention::{Mentions, is_statement};
pub(crate) use words::fold;

pub use stamp::{SignatureStamp, StampVerdict};

/// Parts of the header that a reader wants before the body; the others follow it.
const FIRST: [&str; 7] =
    ["id", "effectiveTime", "versionNumber", "confidentialityCode", "recordTarget", "author", "component"];

/// Style of the page, for screen, phone and A4.
const STYLE: &str = include_str!("style.css");

/// What a page shows beside the document.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Language of labels; the document's own words stay.
    pub lang: Lang,
    /// SHA-256 of the document's bytes, shown at the end.
    pub sha256: Option<String>,
    /// Signatures, shown as stamps.
    pub signatures: Vec<SignatureStamp>,
}

/// Makes the page of a document. Any document has one: elements without a word of their own are shown by their names.
pub fn render(document: &Document<'_>, options: &Options) -> String {
    let mut page = Page::new(document, options.lang);
    let root = document.root();
    page.html.markup("<!DOCTYPE html>\n<html lang=\"");
    page.html.markup(page.word("ru", "en"));
    page.html.markup(
        "\"><head><meta charset=\"utf-8\"/><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"/>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>",
    );
    title(&mut page, root, |page, text| page.html.text(text));
    page.html.markup("</title><style>\n");
    page.html.markup(STYLE);
    page.html.markup("</style></head><body><header><h1>");
    title(&mut page, root, |page, text| page.html.text(text));
    page.html.markup("</h1>");
    document_facts(&mut page, root, true);
    page.html.markup("</header><main>");
    groups(&mut page, root, true);
    page.html.markup("<section><h2>");
    page.html.markup(page.word("О документе", "About the document"));
    page.html.markup("</h2>");
    document_facts(&mut page, root, false);
    page.html.markup("</section>");
    groups(&mut page, root, false);
    page.html.markup("</main>");
    page.stamps(&options.signatures);
    footer(&mut page, options);
    page.html.markup("</body></html>\n");
    page.html.finish()
}

fn title(page: &mut Page<'_>, root: ElementId, write: impl Fn(&mut Page<'_>, &str)) {
    let title = page.child(root, "title").map(|title| page.document.string_value(title));
    match title {
        Some(title) if !title.trim().is_empty() => write(page, &title),
        _ => {
            let word = page.word("Документ без названия", "Document without a title");
            write(page, word);
        }
    }
}

fn is_first(page: &Page<'_>, element: ElementId) -> bool {
    FIRST.contains(&page.local(element))
}

/// The single values of the header, in one list: those a reader wants first, or the others.
fn document_facts(page: &mut Page<'_>, root: ElementId, first: bool) {
    let before = page.html.len();
    page.html.markup("<dl class=\"facts\">");
    let start = page.html.len();
    let title = page.child(root, "title");
    let wanted = |page: &Page<'_>, child: ElementId| {
        Some(child) != title && !is_group(page, child) && is_first(page, child) == first
    };
    page.child_rows(root, first, &wanted);
    page.close_facts(before, start);
}

fn is_group(page: &Page<'_>, element: ElementId) -> bool {
    let local = page.local(element);
    local == "component" || page.layout(element) == Layout::Group
}

/// The parties of the header and the body, each under its heading.
fn groups(page: &mut Page<'_>, root: ElementId, first: bool) {
    for piece in page.pieces(root) {
        let Piece::Element(child) = piece else { continue };
        if !is_group(page, child) || is_first(page, child) != first {
            continue;
        }
        if page.local(child) == "component" {
            page.component(child, 0);
            continue;
        }
        let before = page.html.len();
        page.html.markup("<section>");
        let label = page.label(child);
        page.html.element("<h2>", label, "");
        if let Some(person) = page.person(child) {
            page.html.element(": <span class=\"who\">", &person, "</span>");
        }
        page.html.markup("</h2>");
        let start = page.html.len();
        page.facts(child);
        if page.html.len() == start {
            page.html.back_to(before);
        } else {
            page.html.markup("</section>");
        }
    }
}

fn footer(page: &mut Page<'_>, options: &Options) {
    let Some(sha256) = &options.sha256 else { return };
    let word = page.word("SHA-256 подписываемого файла: ", "SHA-256 of the signed file: ");
    page.html.element("<footer>", word, "");
    page.html.element("<span class=\"code\">", sha256, "</span></footer>");
}
