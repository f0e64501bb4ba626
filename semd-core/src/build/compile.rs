//! Templates (`schemas/cards/*.xml`) to steps. The language is described in `docs/cards.md`.
//!
//! Every path is resolved against the card's schema while compiling, and a value that a card may lack must stand under a
//! condition that names it; so a template that loads can be written for every card that passes the check.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::card_kind::{CardSchema, FieldType};
use super::dictionaries::Dictionaries;
use super::error::LoadError;
use super::template::{Condition, Form, Path, Step, escape};

/// Fragments inside fragments; deeper is a mistake.
const MAX_NESTING: usize = 24;

/// Compiles a template.
pub(super) fn compile(
    file: &str,
    text: &str,
    fragments: &BTreeMap<String, String>,
    schema: &CardSchema,
    dictionaries: &Dictionaries,
) -> Result<Vec<Step>, LoadError> {
    let mut compiler = Compiler {
        schema,
        dictionaries,
        fragments,
        bindings: Vec::new(),
        known: Vec::new(),
        loops: 0,
        depth: 0,
    };
    let steps = compiler.file(file, text)?;
    Ok(joined(steps))
}

/// What a name stands for inside a template.
#[derive(Clone, Debug)]
enum Binding {
    /// A value of the card; `lacking` where a card may lack it and nobody has asked yet.
    Place {
        path: Path,
        holds: FieldType,
        lacking: bool,
    },
    Words(String),
}

struct Compiler<'a> {
    schema: &'a CardSchema,
    dictionaries: &'a Dictionaries,
    fragments: &'a BTreeMap<String, String>,
    bindings: Vec<(String, Binding)>,
    /// Paths that conditions around the place have found present.
    known: Vec<Path>,
    loops: usize,
    depth: usize,
}

/// A resolved path with what is there.
struct Place {
    path: Path,
    holds: FieldType,
    list: bool,
    lacking: bool,
}

/// One file being read.
struct Source<'t> {
    name: &'t str,
    reader: Reader<&'t [u8]>,
}

impl Source<'_> {
    fn error(&self, reason: impl Into<String>) -> LoadError {
        LoadError::Template {
            file: self.name.to_owned(),
            offset: self.reader.buffer_position(),
            reason: reason.into(),
        }
    }

    fn next(&mut self) -> Result<Event<'static>, LoadError> {
        match self.reader.read_event() {
            Ok(event) => Ok(event.into_owned()),
            Err(error) => Err(self.error(error.to_string())),
        }
    }
}

/// An element's attributes, directives apart.
#[derive(Default)]
struct Tag {
    name: String,
    plain: Vec<(String, String)>,
    directives: BTreeMap<String, String>,
}

impl Compiler<'_> {
    fn file(&mut self, name: &str, text: &str) -> Result<Vec<Step>, LoadError> {
        if self.depth == MAX_NESTING {
            return Err(LoadError::Template {
                file: name.to_owned(),
                offset: 0,
                reason: format!("fragments are nested deeper than {MAX_NESTING}"),
            });
        }
        self.depth += 1;
        let mut source = Source { name, reader: Reader::from_str(text) };
        let mut steps = Vec::new();
        self.content(&mut source, None, &mut steps)?;
        self.depth -= 1;
        Ok(steps)
    }

    /// Everything up to the end tag of `parent`, or to the end of the file.
    fn content(
        &mut self,
        source: &mut Source<'_>,
        parent: Option<&str>,
        steps: &mut Vec<Step>,
    ) -> Result<(), LoadError> {
        loop {
            match source.next()? {
                Event::Start(start) => self.element(source, &start, false, steps)?,
                Event::Empty(start) => self.element(source, &start, true, steps)?,
                // quick-xml has checked that the tags fit.
                Event::End(_) => return Ok(()),
                Event::Text(text) => {
                    // White space between elements is for the reader of the template.
                    if !text.trim_ascii().is_empty() {
                        self.words(source, &text, Form::Text, steps)?;
                    }
                }
                Event::GeneralRef(reference) => {
                    steps.push(Step::Literal(format!("&{};", &*reference)));
                }
                Event::Comment(_) | Event::Decl(_) => {}
                Event::Eof if parent.is_none() => return Ok(()),
                Event::Eof => return Err(source.error("the file ends inside an element")),
                _ => return Err(source.error("only elements, text and comments are possible in a template")),
            }
        }
    }

    fn element(
        &mut self,
        source: &mut Source<'_>,
        start: &BytesStart<'_>,
        empty: bool,
        steps: &mut Vec<Step>,
    ) -> Result<(), LoadError> {
        let mut tag = read_tag(source, start)?;
        if let Some(name) = tag.directives.remove("type")
            && self.schema.extension_types
        {
            tag.plain.insert(0, ("xsi:type".to_owned(), name));
        }
        let mut inner = Vec::new();
        let directive = |name: &str| tag.directives.get(name).map(String::as_str);
        let (bindings, known, loops) = (self.bindings.len(), self.known.len(), self.loops);
        let list = match directive("for") {
            Some(text) => Some(self.open_loop(source, text)?),
            None => None,
        };
        let condition = match (directive("if"), directive("unless"), directive("code")) {
            (Some(text), None, _) | (None, Some(text), _) => Some(self.condition(source, text)?),
            // A coded element stands under its own value where the card may lack it.
            (None, None, Some(text)) if directive("null").is_some() => Some(self.condition(source, text)?),
            _ => None,
        };
        let negated = directive("unless").is_some();
        if let (Some(Condition::Has(path) | Condition::Is(path, _)), false) = (&condition, negated) {
            self.know(path.clone());
        }
        match tag.name.as_str() {
            "c:use" => {
                if !empty {
                    return Err(source.error("`c:use` has no content"));
                }
                self.fragment(source, &tag, &mut inner)?;
            }
            "c:block" | "c:fragment" => {
                if !empty {
                    self.content(source, Some(&tag.name), &mut inner)?;
                }
            }
            name if name.starts_with("c:") => {
                return Err(source.error(format!("there is no directive element `{name}`")));
            }
            _ => {
                inner.push(Step::Literal(format!("<{}", tag.name)));
                self.attributes(source, &tag, &mut inner)?;
                let mut children = Vec::new();
                if !empty {
                    self.content(source, Some(&tag.name), &mut children)?;
                }
                if children.is_empty() {
                    inner.push(Step::Literal("/>\n".to_owned()));
                } else {
                    inner.push(Step::Literal(">".to_owned()));
                    inner.append(&mut children);
                    inner.push(Step::Literal(format!("</{}>\n", tag.name)));
                }
            }
        }
        self.bindings.truncate(bindings);
        self.known.truncate(known);
        self.loops = loops;
        let otherwise = match directive("null") {
            Some(flavor) => {
                let type_attribute = tag.plain.iter().find(|(name, _)| name == "xsi:type");
                let xsi =
                    type_attribute.map_or_else(String::new, |(_, value)| format!(" xsi:type=\"{value}\""));
                vec![Step::Literal(format!("<{}{xsi} nullFlavor=\"{flavor}\"/>\n", tag.name))]
            }
            None => Vec::new(),
        };
        let conditional = match condition {
            None => inner,
            Some(condition) => {
                let (then, otherwise) = if negated { (otherwise, inner) } else { (inner, otherwise) };
                vec![Step::Either { condition, then: joined(then), otherwise }]
            }
        };
        match list {
            None => steps.extend(conditional),
            Some(list) => steps.push(Step::Each { list, body: joined(conditional) }),
        }
        Ok(())
    }

    /// `name in path`: binds the name to the items of a list.
    fn open_loop(&mut self, source: &Source<'_>, text: &str) -> Result<Path, LoadError> {
        let Some((name, path)) = text.split_once(" in ") else {
            return Err(source.error(format!("c:for=\"{text}\": expected `name in path`")));
        };
        let place = self.place(source, path.trim(), true)?;
        if !place.list {
            return Err(source.error(format!("`{path}` is not a list")));
        }
        self.loops += 1;
        let item = Path { slot: self.loops, steps: Vec::new() };
        self.bindings.push((
            name.trim().to_owned(),
            Binding::Place { path: item, holds: place.holds, lacking: false },
        ));
        Ok(place.path)
    }

    fn condition(&mut self, source: &Source<'_>, text: &str) -> Result<Condition, LoadError> {
        match text.split_once('=') {
            Some((path, words)) => {
                Ok(Condition::Is(self.place(source, path.trim(), true)?.path, words.trim().to_owned()))
            }
            None => Ok(Condition::Has(self.place(source, text.trim(), true)?.path)),
        }
    }

    /// A present value has present parents.
    fn know(&mut self, path: Path) {
        for length in 1..=path.steps.len() {
            self.known.push(Path { slot: path.slot, steps: path.steps[..length].to_vec() });
        }
    }

    fn fragment(&mut self, source: &Source<'_>, tag: &Tag, steps: &mut Vec<Step>) -> Result<(), LoadError> {
        let mut name = None;
        let mut own = Vec::new();
        for (attribute, value) in &tag.plain {
            if attribute == "fragment" {
                // `{name}`: the fragment that the argument of that name says.
                let argument = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
                name = Some(match argument.and_then(|argument| self.binding(argument)) {
                    Some(Binding::Words(words)) => words.clone(),
                    _ => value.clone(),
                });
            } else if let Some(words) = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
                own.push((attribute.clone(), Binding::Words(words.to_owned())));
            } else {
                match self.binding(value) {
                    // Words handed through by a fragment to another one.
                    Some(Binding::Words(words)) => {
                        own.push((attribute.clone(), Binding::Words(words.clone())))
                    }
                    _ => {
                        let place = self.place(source, value, true)?;
                        let Place { path, holds, lacking, .. } = place;
                        own.push((attribute.clone(), Binding::Place { path, holds, lacking }));
                    }
                }
            }
        }
        let name = name.ok_or_else(|| source.error("`c:use` names no fragment"))?;
        let fragments = self.fragments;
        let text =
            fragments.get(&name).ok_or_else(|| source.error(format!("there is no fragment `{name}`")))?;
        // A fragment sees what it is given and the card, not the names around its use.
        let outer = std::mem::replace(&mut self.bindings, own);
        let result = self.file(&format!("fragments/{name}.xml"), text);
        self.bindings = outer;
        steps.append(&mut result?);
        Ok(())
    }

    fn attributes(&mut self, source: &Source<'_>, tag: &Tag, steps: &mut Vec<Step>) -> Result<(), LoadError> {
        for (name, value) in &tag.plain {
            steps.push(Step::Literal(format!(" {name}=\"")));
            self.words(source, value, Form::Attribute, steps)?;
            steps.push(Step::Literal("\"".to_owned()));
        }
        for (name, value) in &tag.directives {
            match name.as_str() {
                "for" | "if" | "unless" | "null" => {}
                "code" => {
                    let place = self.present(source, value)?;
                    if place.list || !matches!(place.holds, FieldType::Code(_)) {
                        return Err(source.error(format!("`{value}` is not a coded value")));
                    }
                    steps.push(Step::Coded(place.path));
                }
                "dictionary" => {
                    let known = self
                        .dictionaries
                        .find(value)
                        .ok_or_else(|| source.error(format!("no dictionary `{value}`")))?;
                    let entry = self.dictionaries.entry(known);
                    let mut name = String::new();
                    escape(&entry.name, &mut name);
                    steps.push(Step::Literal(format!(
                        " codeSystem=\"{}\" codeSystemVersion=\"{}\" codeSystemName=\"{name}\"",
                        entry.oid, entry.version
                    )));
                }
                other => return Err(source.error(format!("there is no directive `c:{other}`"))),
            }
        }
        Ok(())
    }

    /// Words with `{path}` in them. Words of a template are XML already; what a path gives is escaped when written.
    fn words(
        &mut self,
        source: &Source<'_>,
        text: &str,
        form: Form,
        steps: &mut Vec<Step>,
    ) -> Result<(), LoadError> {
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            steps.push(Step::Literal(rest[..open].to_owned()));
            let close = rest[open..].find('}').ok_or_else(|| source.error("`{` without `}`"))?;
            let path = &rest[open + 1..open + close];
            rest = &rest[open + close + 1..];
            if let Some(Binding::Words(words)) = self.binding(path) {
                let mut escaped = String::new();
                escape(words, &mut escaped);
                steps.push(Step::Literal(escaped));
                continue;
            }
            let (path, form) = match path.split_once('#') {
                Some((path, "code")) => (path, Form::Code),
                Some((path, "grouped")) => (path, Form::Grouped),
                Some((_, other)) => return Err(source.error(format!("there is no form `#{other}`"))),
                None => (path, form),
            };
            let place = self.present(source, path)?;
            if place.list || matches!(place.holds, FieldType::Object(_)) {
                return Err(source.error(format!("`{path}` is no single value")));
            }
            steps.push(Step::Value(place.path, form));
        }
        steps.push(Step::Literal(rest.to_owned()));
        Ok(())
    }

    fn binding(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().rev().find(|(known, _)| known == name).map(|(_, binding)| binding)
    }

    /// A value that must be there wherever the place is reached.
    fn present(&self, source: &Source<'_>, path: &str) -> Result<Place, LoadError> {
        self.place(source, path, false)
    }

    fn place(&self, source: &Source<'_>, text: &str, may_lack: bool) -> Result<Place, LoadError> {
        let mut names = text.split('.').peekable();
        let bound = names.peek().and_then(|first| self.binding(first));
        let mut place = match bound {
            Some(Binding::Place { path, holds, lacking }) => {
                names.next();
                let lacking = *lacking && !self.known.contains(path);
                Place { path: path.clone(), holds: *holds, list: false, lacking }
            }
            Some(Binding::Words(_)) => {
                return Err(source.error(format!("`{text}` stands for words, not for a value of the card")));
            }
            None => Place {
                path: Path { slot: 0, steps: Vec::new() },
                holds: FieldType::Object(0),
                list: false,
                lacking: false,
            },
        };
        for name in names {
            let FieldType::Object(at) = place.holds else {
                return Err(source.error(format!("`{text}`: nothing is below `{name}`'s parent")));
            };
            if place.list {
                return Err(source.error(format!("`{text}`: a list needs `c:for`")));
            }
            let fields = &self.schema.types[at];
            let Some(found) = fields.find(name) else {
                return Err(source.error(format!("`{text}`: {} has no field `{name}`", fields.name)));
            };
            let field = &fields.fields[found];
            place.path.steps.push(found);
            place.holds = field.holds;
            place.list = field.list;
            place.lacking |= field.optional && !self.known.contains(&place.path);
        }
        if place.lacking && !may_lack {
            return Err(source.error(format!("a card may lack `{text}`: put it under `c:if`")));
        }
        Ok(place)
    }
}

fn read_tag(source: &Source<'_>, start: &BytesStart<'_>) -> Result<Tag, LoadError> {
    let mut tag = Tag { name: start.name().as_ref().to_owned(), ..Tag::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| source.error(error.to_string()))?;
        let name: &str = attribute.key.as_ref();
        let value = attribute.value.into_owned();
        match name.strip_prefix("c:") {
            Some(directive) => {
                tag.directives.insert(directive.to_owned(), value);
            }
            // The namespace of directives is no part of the document.
            None if name == "xmlns:c" => {}
            None => tag.plain.push((name.to_owned(), value)),
        }
    }
    Ok(tag)
}

/// Joins neighbouring words.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match (joined.last_mut(), step) {
            (Some(Step::Literal(words)), Step::Literal(more)) => words.push_str(&more),
            (_, Step::Literal(words)) if words.is_empty() => {}
            (_, step) => joined.push(step),
        }
    }
    joined
}
