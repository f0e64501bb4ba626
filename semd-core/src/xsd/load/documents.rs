//! Gathers the documents of a set and what they define.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::xml;

use super::super::error::{Flaw, LoadErrorKind, Place};
use super::super::limits::Limits;
use super::super::names::{Map, Namespace, Set, Symbol, Symbols};
use super::super::source::{SchemaSource, resolve};
use super::reader::{Reader, XS};
use super::syntax::{Attribute, Attributes, Complex, Element, Particle, Simple};
use super::words::Word;

/// A global type definition.
#[derive(Clone, Debug)]
pub(super) enum TypeDefinition {
    Simple(Rc<Simple>),
    Complex(Rc<Complex>),
}

/// Everything global that the documents of a set define, in the order of definition.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) elements: Table<Rc<Element>>,
    pub(super) types: Table<TypeDefinition>,
    pub(super) groups: Table<Rc<Particle>>,
    pub(super) attributes: Table<Rc<Attribute>>,
    pub(super) attribute_groups: Table<Rc<Attributes>>,
}

/// Definitions of one kind.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub(super) list: Vec<(Symbol, T)>,
    index: Map<Symbol, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { list: Vec::new(), index: Map::default() }
    }
}

impl<T> Table<T> {
    pub(super) fn get(&self, name: Symbol) -> Option<&T> {
        self.index.get(&name).map(|&index| &self.list[index].1)
    }

    fn add(
        &mut self,
        kind: &'static str,
        name: Symbol,
        item: T,
        place: Place,
        symbols: &Symbols,
    ) -> Result<(), Flaw> {
        if self.index.insert(name, self.list.len()).is_some() {
            let name = symbols.display(name);
            return Err(place.flaw(LoadErrorKind::Duplicate { kind, name }));
        }
        self.list.push((name, item));
        Ok(())
    }
}

/// A document to be read: its path, the namespace it must have, and who asked for it.
struct Wanted {
    path: String,
    expected: Expected,
    from: Place,
}

enum Expected {
    /// The entry document: any namespace.
    Any,
    /// Included: this namespace or, as a chameleon, none.
    Included(Namespace),
    /// Imported: exactly this namespace.
    Imported(Namespace),
}

/// The documents of a set in the order they were read.
#[derive(Default)]
pub(super) struct Files<'s> {
    pub(super) list: Vec<(String, Cow<'s, [u8]>)>,
}

/// Reads the entry document and all it includes and imports.
pub(super) fn gather<'s>(
    source: &'s dyn SchemaSource,
    entry: &str,
    limits: &Limits,
    symbols: &mut Symbols,
    files: &mut Files<'s>,
) -> Result<Definitions, Flaw> {
    let mut definitions = Definitions::default();
    let mut seen: Set<(String, Namespace)> = Set::default();
    let start = Place { file: 0, offset: 0 };
    let entry_path =
        resolve("", entry).ok_or_else(|| start.flaw(LoadErrorKind::Location(entry.to_owned())))?;
    let mut wanted = VecDeque::from([Wanted { path: entry_path, expected: Expected::Any, from: start }]);
    let xml_limits = xml::Limits {
        max_bytes: limits.max_file_bytes,
        max_depth: limits.max_depth,
        ..xml::Limits::default()
    };
    let mut total = 0;
    while let Some(Wanted { path, expected, from }) = wanted.pop_front() {
        let inherited = match expected {
            Expected::Any => Namespace::ABSENT,
            Expected::Included(namespace) | Expected::Imported(namespace) => namespace,
        };
        // A document imported for a namespace and included into it is the same document.
        if !seen.insert((path.clone(), inherited)) {
            continue;
        }
        if files.list.len() >= limits.max_files {
            return Err(from.flaw(LoadErrorKind::Budget { name: "max_files", limit: limits.max_files }));
        }
        let bytes = source
            .read(&path, limits.max_file_bytes)
            .map_err(|error| from.flaw(LoadErrorKind::Read(error)))?;
        total += bytes.len();
        if total > limits.max_total_bytes {
            let limit = limits.max_total_bytes;
            return Err(from.flaw(LoadErrorKind::Budget { name: "max_total_bytes", limit }));
        }
        let file = files.list.len() as u32;
        files.list.push((path, ascii_as_utf8(bytes)));
        let (path, bytes) = &files.list[file as usize];
        let document = xml::parse(bytes, &xml_limits).map_err(|fault| {
            let place = Place { file, offset: fault.offset as u32 };
            place.flaw(LoadErrorKind::NotXml(fault.message()))
        })?;
        let included = matches!(expected, Expected::Included(_));
        let inherited = if included { inherited } else { Namespace::ABSENT };
        let mut reader = Reader::new(&document, symbols, file, inherited)?;
        let agrees = match expected {
            Expected::Any => true,
            Expected::Included(namespace) | Expected::Imported(namespace) => reader.target == namespace,
        };
        if !agrees {
            let (Expected::Included(expected) | Expected::Imported(expected)) = expected else {
                continue;
            };
            let kind = LoadErrorKind::TargetNamespace {
                expected: reader.symbols.namespace(expected).to_owned(),
                found: reader.symbols.namespace(reader.target).to_owned(),
            };
            return Err(reader.flaw(document.root(), kind));
        }
        seen.insert((path.clone(), reader.target));
        read_document(&mut reader, path, &mut definitions, &mut wanted)?;
    }
    Ok(definitions)
}

/// Reads the children of `xs:schema`.
fn read_document(
    reader: &mut Reader<'_, '_>,
    path: &str,
    definitions: &mut Definitions,
    wanted: &mut VecDeque<Wanted>,
) -> Result<(), Flaw> {
    let root = reader.document.root();
    for (child, word) in reader.children(root)? {
        let place = reader.place(child);
        match word {
            Word::Include | Word::Import => {
                let expected = if word == Word::Include {
                    reader.allow(child, &[Word::SchemaLocation])?;
                    reader.required(child, Word::SchemaLocation)?;
                    Expected::Included(reader.target)
                } else {
                    reader.allow(child, &[Word::Namespace, Word::SchemaLocation])?;
                    let namespace = reader.attribute(child, Word::Namespace).unwrap_or("");
                    Expected::Imported(reader.symbols.intern_namespace(namespace))
                };
                reader.no_children(child)?;
                // An import without location only announces a namespace; what it lacks shows as unresolved.
                if let Some(location) = reader.attribute(child, Word::SchemaLocation) {
                    let path = resolve(path, location)
                        .ok_or_else(|| place.flaw(LoadErrorKind::Location(location.to_owned())))?;
                    wanted.push_back(Wanted { path, expected, from: place });
                }
            }
            Word::Element => {
                let element = reader.global_element(child)?;
                definitions.elements.add(
                    "xs:element",
                    element.name,
                    Rc::new(element),
                    place,
                    reader.symbols,
                )?;
            }
            Word::ComplexType => {
                let name = reader.own_name(child)?;
                let complex = TypeDefinition::Complex(Rc::new(reader.complex_type(child, Some(name))?));
                definitions.types.add("xs:complexType", name, complex, place, reader.symbols)?;
            }
            Word::SimpleType => {
                let name = reader.own_name(child)?;
                let simple = TypeDefinition::Simple(Rc::new(reader.simple_type(child, Some(name))?));
                definitions.types.add("xs:simpleType", name, simple, place, reader.symbols)?;
            }
            Word::Group => {
                let name = reader.own_name(child)?;
                let group = Rc::new(reader.group(child)?);
                definitions.groups.add("xs:group", name, group, place, reader.symbols)?;
            }
            Word::Attribute => {
                let attribute = Rc::new(reader.attribute_declaration(child, true)?);
                definitions.attributes.add(
                    "xs:attribute",
                    attribute.name,
                    attribute,
                    place,
                    reader.symbols,
                )?;
            }
            Word::AttributeGroup => {
                let name = reader.own_name(child)?;
                let group = Rc::new(reader.attribute_group(child)?);
                definitions.attribute_groups.add("xs:attributeGroup", name, group, place, reader.symbols)?;
            }
            // Notations are only meant by values of a type that is not supported.
            Word::Notation => {}
            _ => {
                let what = format!("xs:{}", word.text());
                return Err(place.flaw(LoadErrorKind::Unsupported(what)));
            }
        }
    }
    Ok(())
}

/// Takes back the encoding that an ASCII document declares: such bytes are UTF-8, and one document of the official sets
/// says ASCII. Offsets stay as they are.
fn ascii_as_utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let declared = |bytes: &[u8]| {
        let declaration = bytes.strip_prefix(b"<?xml")?;
        let end = declaration.iter().position(|&byte| byte == b'>')?;
        let text = std::str::from_utf8(&declaration[..end]).ok()?;
        let start = text.find("encoding")?;
        let quote = start + text[start..].find(['"', '\''])?;
        let length = text[quote + 1..].find(text.as_bytes()[quote] as char)?;
        let name = &text[quote + 1..quote + 1 + length];
        let ascii = name.eq_ignore_ascii_case("ascii") || name.eq_ignore_ascii_case("us-ascii");
        ascii.then_some(5 + start..5 + quote + length + 2)
    };
    match declared(&bytes) {
        Some(range) if bytes.is_ascii() => {
            let mut bytes = bytes.into_owned();
            bytes[range].fill(b' ');
            Cow::Owned(bytes)
        }
        _ => bytes,
    }
}

/// Whether a name is in the namespace of XML Schema.
pub(super) fn is_built_in(symbols: &Symbols, name: Symbol) -> bool {
    symbols.name(name).namespace == XS
}
