//! A message without the values that may be personal: structure, identifiers and codes stay.

use semd_core::report::redact;
use semd_core::xml::{self, Document, ElementId};

use crate::soap;

/// Elements whose text is an identifier or a code of the exchange, never about a person. What is not listed is masked.
const PLAIN: [&str; 24] = [
    "Action",
    "Address",
    "Code",
    "MessageID",
    "RelatesTo",
    "To",
    "Value",
    "associationType",
    "clientEntityId",
    "code",
    "creationDateTime",
    "documentKind",
    "emdrId",
    "faultcode",
    "kind",
    "localUid",
    "organization",
    "registrationDate",
    "registrationDateTime",
    "relatesToMessage",
    "role",
    "serviceRole",
    "status",
    "target",
];
/// Attributes that say how to read, not what was said.
const PLAIN_ATTRIBUTES: [&str; 6] = ["Algorithm", "EncodingType", "Id", "URI", "ValueType", "mustUnderstand"];
/// Longest masked value, characters: contents and signatures are only named.
const LONGEST: usize = 120;

/// The message, indented and masked; `None` for what is not XML.
pub(super) fn masked(raw: &[u8]) -> Option<String> {
    let document = xml::parse(raw, &soap::limits()).ok()?;
    Some(Masked { document: &document, out: String::new() }.write())
}

struct Masked<'d, 's> {
    document: &'d Document<'s>,
    out: String,
}

impl Masked<'_, '_> {
    /// Walks the tree without recursion: messages come from outside.
    fn write(mut self) -> String {
        let mut open: Vec<ElementId> = Vec::new();
        let root = self.document.root();
        for id in std::iter::once(root).chain(self.document.descendants(root)) {
            while open.last().is_some_and(|last| self.document.parent(id) != Some(*last)) {
                if let Some(closed) = open.pop() {
                    self.close(closed, open.len());
                }
            }
            self.indent(open.len());
            self.start_tag(id);
            if self.document.children(id).next().is_some() {
                self.out.push_str(">\n");
                open.push(id);
            } else {
                self.leaf(id);
            }
        }
        while let Some(closed) = open.pop() {
            self.close(closed, open.len());
        }
        self.out
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn close(&mut self, id: ElementId, depth: usize) {
        self.indent(depth);
        self.out.push_str(&format!("</{}>\n", self.document.qualified_name(id)));
    }

    fn start_tag(&mut self, id: ElementId) {
        self.out.push('<');
        self.out.push_str(self.document.qualified_name(id));
        for attribute in self.document.attributes(id) {
            let name = self.document.qualified_attribute_name(attribute);
            let value = self.document.value(attribute);
            let local = name.rsplit(':').next().unwrap_or(name);
            let shown = if PLAIN_ATTRIBUTES.contains(&local) { value.to_owned() } else { hide(value) };
            self.out.push_str(&format!(" {name}=\"{shown}\""));
        }
    }

    fn leaf(&mut self, id: ElementId) {
        let text = self.document.string_value(id);
        let text = text.trim();
        let name = self.document.qualified_name(id);
        if text.is_empty() {
            self.out.push_str("/>\n");
            return;
        }
        let shown = if PLAIN.contains(&self.document.local_name(id)) { text.to_owned() } else { hide(text) };
        self.out.push_str(&format!(">{shown}</{name}>\n"));
    }
}

/// The shape of a short value; of a long one, how long it is.
fn hide(value: &str) -> String {
    let length = value.chars().count();
    if length > LONGEST { format!("… {length} …") } else { redact::shape(value) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn persons_and_contents_are_hidden_and_the_exchange_is_seen() {
        let message = format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body id='Петров'><r><localUid>a-1</localUid>\
             <patient><surname>Иванова</surname><snils>112-233-445 95</snils></patient><status>success</status>\
             <data>{}</data><empty/></r></s:Body></s:Envelope>",
            "QUJD".repeat(100)
        );
        let expected = "<s:Envelope>\n  <s:Body id=\"xxxxxx\">\n    <r>\n      <localUid>a-1</localUid>\n      <patient>\n        \
             <surname>xxxxxxx</surname>\n        <snils>000-000-000 00</snils>\n      </patient>\n      \
             <status>success</status>\n      <data>… 400 …</data>\n      <empty/>\n    </r>\n  </s:Body>\n</s:Envelope>\n";
        assert_eq!(masked(message.as_bytes()).as_deref(), Some(expected));
    }

    proptest! {
        #[test]
        fn names_are_hidden_wherever_they_stand(name in "[А-Я][а-я]{3,12}", element in "[a-z]{3,12}") {
            prop_assume!(!PLAIN.contains(&element.as_str()));
            let message = format!(
                "<m {element}='{name}'>{name}<{element}>{name}</{element}><!-- {name} --><?p {name}?><b><![CDATA[{name}]]></b></m>"
            );
            let shown = masked(message.as_bytes()).unwrap();
            prop_assert!(!shown.contains(&name), "{shown}");
        }
    }

    #[test]
    fn what_is_no_xml_is_not_shown() {
        assert_eq!(masked("Иванова".as_bytes()), None);
        let text_beside_elements = "<a>Иванова<b/>Петров</a>";
        assert!(!masked(text_beside_elements.as_bytes()).unwrap().contains("Иванова"));
    }
}
