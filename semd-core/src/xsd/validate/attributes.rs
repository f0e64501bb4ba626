//! Attributes of an element (part 1, sections 3.2.4 and 3.4.4 clause 3).

use crate::report::Message;
use crate::tail;
use crate::xml::{Attribute, AttributeId, Element, ElementId, NameId, Node};

use super::super::component::{AttributeUse, Declaration, TypeId};
use super::super::simple::Variety;
use super::super::violation::{Detail, name_of};
use super::super::wildcard::Process;
use super::Run;
use super::passed::Value;

impl<'a> Run<'a> {
    /// The attribute with one of the names of the instance namespace.
    #[inline(always)]
    pub(super) fn instance_attribute(
        &self,
        id: ElementId,
        record: &Element,
        name: Option<NameId>,
    ) -> Option<AttributeId> {
        // Both names are in no way rare elsewhere, but an element without their bits has none of them.
        if record.attribute_mask & self.binding.instance.mask == 0 {
            return None;
        }
        let name = name?;
        self.document
            .attribute_ids(id)
            .map(AttributeId)
            .find(|&attribute| self.document.attribute_at(attribute).name == name)
    }

    /// What an `xsi:type` says, and the type it names or the code of the rule it breaks.
    pub(super) fn type_named(
        &mut self,
        id: ElementId,
        attribute: AttributeId,
    ) -> (&'a str, Result<TypeId, &'static str>) {
        let document = self.document;
        let text = document.value(document.attribute_at(attribute)).trim();
        (text, self.type_names.resolve(self.schema, document, id, text))
    }

    /// The type `xsi:type` names, if it does; a type that is not derived from the declared one is taken nevertheless.
    pub(super) fn instance_type(
        &mut self,
        id: ElementId,
        attribute: AttributeId,
        declared: Option<TypeId>,
    ) -> Option<TypeId> {
        let node = Node::Attribute(attribute);
        let (text, found) = self.type_named(id, attribute);
        let found = match found {
            Ok(found) => found,
            Err(code) => {
                self.report(
                    code,
                    node,
                    Message::new(
                        format!("Тип «{text}» из xsi:type не определён в схеме"),
                        format!("Type “{text}” of xsi:type is not defined in the schema"),
                    ),
                );
                return None;
            }
        };
        if let Some(declared) = declared.filter(|&declared| !self.schema.derives(found, declared)) {
            let (name, base) = (self.element_name(id), self.schema.type_name(declared));
            self.report(
                "cvc-elt.4.3",
                node,
                Message::new(
                    format!(
                        "Тип «{text}» не может стоять у элемента «{name}»: он не производный от «{base}»"
                    ),
                    format!(
                        "Type “{text}” cannot be used for element “{name}”: it is not derived from “{base}”"
                    ),
                ),
            );
        }
        Some(found)
    }

    /// Whether `xsi:nil` makes the element empty.
    pub(super) fn instance_nil(&mut self, attribute: AttributeId, declared: &Declaration) -> bool {
        let value = self.document.value(self.document.attribute_at(attribute)).trim();
        let nil = matches!(value, "true" | "1");
        let (code, message) = if !declared.nillable {
            (
                "cvc-elt.3.1",
                Message::new(
                    "xsi:nil у этого элемента не допускается",
                    "xsi:nil is not allowed on this element",
                ),
            )
        } else if !matches!(value, "true" | "1" | "false" | "0") {
            (
                "cvc-datatype-valid.1.2.1",
                Message::new("xsi:nil должен быть true или false", "xsi:nil must be true or false"),
            )
        } else if nil && declared.value.as_ref().is_some_and(|value| value.fixed) {
            (
                "cvc-elt.3.2.2",
                Message::new(
                    "xsi:nil у элемента с заданным значением не допускается",
                    "xsi:nil is not allowed on an element with a fixed value",
                ),
            )
        } else {
            return nil;
        };
        self.report(code, Node::Attribute(attribute), message);
        nil && declared.nillable
    }

    pub(super) fn is_instance(&self, name: NameId) -> bool {
        let instance = &self.binding.instance;
        [instance.type_name, instance.nil, instance.locations[0], instance.locations[1]].contains(&Some(name))
    }

    fn attribute_name(&self, attribute: AttributeId) -> String {
        name_of(self.document, Node::Attribute(attribute))
    }

    fn unwanted_attribute(&mut self, attribute: AttributeId, code: &'static str) {
        let name = self.attribute_name(attribute);
        let owner = self.element_name(self.document.attribute_at(attribute).owner);
        self.report(
            code,
            Node::Attribute(attribute),
            Message::new(
                format!("Атрибут «{name}» у элемента «{owner}» не допускается"),
                format!("Attribute “{name}” is not allowed on element “{owner}”"),
            ),
        );
    }

    pub(super) fn attributes(&mut self, id: ElementId, type_id: TypeId) {
        let document = self.document;
        let schema = self.schema;
        let range = document.attribute_ids(id);
        let TypeId::Complex(complex) = type_id else {
            for attribute in range.map(AttributeId) {
                if !self.is_instance(document.attribute_at(attribute).name) {
                    self.unwanted_attribute(attribute, "cvc-type.3.1.1");
                }
            }
            return;
        };
        let complex = schema.complex(complex);
        let mut required = complex.required;
        let mut wild_identifier = false;
        for (attribute, record) in range.clone().map(AttributeId).zip(document.attributes(id)) {
            let symbol = self.binding.symbol(record.name);
            if let Some(index) = complex.attribute(symbol) {
                let made = &complex.attributes[index];
                required -= u32::from(made.required);
                self.attribute(attribute, record, made);
                continue;
            }
            if self.is_instance(record.name) {
                continue;
            }
            let namespace = self.binding.namespace(record.name);
            let wildcard = complex.wildcard.as_ref().filter(|wildcard| wildcard.allowed.admits(namespace));
            match wildcard.map(|wildcard| wildcard.process) {
                None => self.unwanted_attribute(attribute, "cvc-complex-type.3.2.2"),
                Some(Process::Skip) => {}
                Some(process) => match schema.global_attributes.get(symbol) {
                    Some(global) => {
                        let identifier = is_identifier(self, global);
                        if identifier && wild_identifier {
                            self.unwanted_attribute(attribute, "cvc-complex-type.5.1");
                        } else if identifier
                            && complex.attributes.iter().any(|known| is_identifier(self, known))
                        {
                            self.unwanted_attribute(attribute, "cvc-complex-type.5.2");
                        }
                        wild_identifier |= identifier;
                        self.attribute(attribute, record, global);
                    }
                    None if process == Process::Strict => {
                        self.unwanted_attribute(attribute, "cvc-complex-type.3.2.2");
                    }
                    None => {}
                },
            }
        }
        if required > 0 {
            self.missing_attributes(id, &complex.attributes);
        }
    }

    fn missing_attributes(&mut self, id: ElementId, uses: &[AttributeUse]) {
        for made in uses.iter().filter(|made| made.required) {
            let present = self
                .document
                .attributes(id)
                .iter()
                .any(|attribute| self.binding.symbol(attribute.name) == made.symbol);
            if !present {
                self.breach("cvc-complex-type.4", Node::Element(id), Detail::Missing(made.symbol));
            }
        }
    }

    /// The value of one attribute.
    #[inline(always)]
    pub(super) fn attribute(&mut self, attribute: AttributeId, record: &Attribute, made: &AttributeUse) {
        if made.octets.is_none_or(|least| record.octets() < least) {
            self.attribute_in_full(attribute, made, self.document.value(record));
        }
    }

    #[inline(never)]
    fn attribute_in_full(&mut self, attribute: AttributeId, made: &AttributeUse, text: &'a str) {
        let document = self.document;
        let schema = self.schema;
        let simple = schema.simple.get(made.simple);
        // What is written as the fixed value is written is of the type: the compiler checked it.
        let settled = match (&made.fixed, &made.declared_fixed) {
            (None, None) => true,
            (Some(fixed), None) => tail::equal(fixed.text.as_bytes(), text.as_bytes()),
            _ => false,
        };
        if settled && !simple.identifies && (made.fixed.is_some() || simple.shortcut.sees(text)) {
            return;
        }
        let value = Value::new(made.simple, text);
        if settled && self.passed.has(&value) {
            return;
        }
        if settled && !simple.identifies && schema.simple.knows(made.simple, text) {
            if simple.means_its_text() {
                self.passed.keep(value);
            }
            return;
        }
        let node = Node::Attribute(attribute);
        if let Err(defect) =
            schema.simple.check(made.simple, text, Some((document, document.attribute_at(attribute).owner)))
        {
            self.breach(defect.code(), node, Detail::Value(defect));
            return;
        }
        if simple.means_its_text() {
            self.passed.keep(value);
        }
        if simple.identifies {
            self.identify(made.simple, text, node);
        }
        for (fixed, code) in
            [(&made.declared_fixed, "cvc-attribute.4"), (&made.fixed, "cvc-complex-type.3.1")]
        {
            if let Some(fixed) = fixed
                && *schema.simple.canonical(made.simple, text) != *fixed.key
            {
                self.not_fixed(code, node, &fixed.text);
            }
        }
    }
}

fn is_identifier(run: &Run<'_>, made: &AttributeUse) -> bool {
    let simple = run.schema.simple.get(made.simple);
    matches!(simple.variety, Variety::Atomic(_)) && simple.role == super::super::simple::Role::Id
}
