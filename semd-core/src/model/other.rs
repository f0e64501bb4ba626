//! What a class does not know is kept, in its place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// What the declaration of a class does not cover: attributes and elements it does not name, text where none belongs, and an
/// order of elements other than the schema's. Absent for a regular document.
///
/// Names are kept as the document spells them, prefix included, so declarations (`xmlns:…`) are attributes here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// The prefix of the element itself, when it is not the one that the declarations in scope suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Attributes and namespace declarations by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The content in its order, when that is not simply the known elements in the order of the schema. Known elements not
    /// named here follow at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Item>,
    /// Comments and processing instructions before the root element; of the document alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Aside>,
    /// Those after the root element.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Aside>,
}

/// What is no statement but stands in the file: nothing that reads a document for its meaning looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aside {
    /// `<!--…-->`, what stands between the delimiters.
    Comment(String),
    /// `<?…?>`, target and data.
    Instruction(String),
}

impl Other {
    /// Only an order of the known elements: each name stands for the next element of that name, all that are left follow the
    /// last of their name.
    ///
    /// ```
    /// use semd_core::model::{AssociatedEntity, Cd, Ii, Other};
    ///
    /// let entity = AssociatedEntity {
    ///     id: vec![Ii::root("1.2.643.1")],
    ///     code: Some(Cd::code("1", "1.2.643.5").into()),
    ///     other: Some(Other::order(["code", "id"]).into()), // this kind's schema wants the code first
    ///     ..AssociatedEntity::default()
    /// };
    /// # let _ = entity;
    /// ```
    pub fn order<const N: usize>(names: [&'static str; N]) -> Self {
        Self { content: names.map(|name| Item::Known(Cow::Borrowed(name))).to_vec(), ..Self::default() }
    }
}

/// One piece of a content with unknown parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Item {
    /// Text.
    Text(String),
    /// An element or the text that has a field in the class: its name, `text` for the text.
    Known(#[serde(serialize_with = "known")] Cow<'static, str>),
    /// An element that has none.
    Element(Element),
    /// A comment or processing instruction.
    Aside(Aside),
}

/// A node of mixed content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Node {
    /// Text.
    Text(String),
    /// An element.
    Element(Element),
    /// A comment or processing instruction.
    Aside(Aside),
}

/// An element kept as it is: a part of the narrative, or one that no class declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Name as the document spells it, prefix included.
    pub name: String,
    /// Attributes and namespace declarations by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Text and elements in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Node>,
}

impl Element {
    /// An element with content.
    pub fn new(name: impl Into<String>, content: impl IntoIterator<Item = impl Into<Node>>) -> Self {
        Self {
            name: name.into(),
            attributes: BTreeMap::new(),
            content: content.into_iter().map(Into::into).collect(),
        }
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn with(mut self, attribute: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(attribute.into(), value.into());
        self
    }

    /// The name without prefix.
    pub fn local_name(&self) -> &str {
        self.name.split_once(':').map_or(self.name.as_str(), |(_, local)| local)
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

fn known<S: serde::Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Known<'a> {
        known: &'a str,
    }
    Known { known: name }.serialize(serializer)
}

/// The JSON object of an element or of a reference to a known one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    known: Option<String>,
    comment: Option<String>,
    instruction: Option<String>,
    name: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    content: Vec<Node>,
}

/// JSON text is a string, everything else an object; read without the buffering of untagged enums.
struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string, an object with `name`, or one with `known`, `comment` or `instruction`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item, E> {
        Ok(Item::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
        let object = Object::deserialize(MapAccessDeserializer::new(map))?;
        let Object { known, comment, instruction, name, attributes, content } = object;
        match (name, known, comment, instruction) {
            (Some(name), None, None, None) => Ok(Item::Element(Element { name, attributes, content })),
            (None, Some(known), None, None) => Ok(Item::Known(Cow::Owned(known))),
            (None, None, Some(comment), None) => Ok(Item::Aside(Aside::Comment(comment))),
            (None, None, None, Some(instruction)) => Ok(Item::Aside(Aside::Instruction(instruction))),
            _ => Err(A::Error::custom("one of `name`, `known`, `comment` and `instruction` is expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(ItemVisitor)? {
            Item::Text(text) => Ok(Self::Text(text)),
            Item::Element(element) => Ok(Self::Element(element)),
            Item::Aside(aside) => Ok(Self::Aside(aside)),
            Item::Known(_) => Err(D::Error::custom("`known` has no meaning here")),
        }
    }
}
