//! The built-in types (part 2, section 3).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::instant::{Instant, is_duration};
use super::{
    Bound, Facets, Quantity, Role, Scope, Shortcut, SimpleId, SimpleType, SimpleTypes, Variety, WhiteSpace,
    lexical, number,
};

/// A primitive type; derived built-in types have one of these and a narrower [`Lexical`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::xsd) enum Primitive {
    AnySimple,
    String,
    Boolean,
    Decimal,
    Float,
    Double,
    Duration,
    DateTime,
    Time,
    Date,
    GYearMonth,
    GYear,
    GMonthDay,
    GDay,
    GMonth,
    HexBinary,
    Base64Binary,
    AnyUri,
    QName,
}

/// A lexical space narrower than the primitive's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::xsd) enum Lexical {
    Whole,
    Integer,
    Language,
    Nmtoken,
    Name,
    NcName,
}

impl Primitive {
    /// Whether a normalised text is in the lexical space.
    pub(super) fn accepts(self, narrower: Lexical, text: &str, scope: Scope<'_>) -> bool {
        let narrow = match narrower {
            Lexical::Whole => true,
            Lexical::Integer => return number::is_integer(text),
            Lexical::Language => lexical::is_language(text),
            Lexical::Nmtoken => lexical::is_nmtoken(text),
            Lexical::Name => lexical::is_name(text),
            Lexical::NcName => crate::xml::is_ncname(text),
        };
        narrow
            && match self {
                Self::AnySimple | Self::String => true,
                Self::Boolean => matches!(text, "true" | "false" | "1" | "0"),
                Self::Decimal => number::parse(text).is_some(),
                Self::Float | Self::Double => number::parse_double(text).is_some(),
                Self::Duration => is_duration(text),
                Self::HexBinary => lexical::hex_length(text).is_some(),
                Self::Base64Binary => lexical::base64_length(text).is_some(),
                Self::AnyUri => lexical::is_uri(text),
                Self::QName => match (lexical::qname(text), scope) {
                    (Some((prefix, _)), Some((document, element))) => {
                        document.resolve_prefix(element, prefix).is_some()
                    }
                    (parts, _) => parts.is_some(),
                },
                _ => Instant::parse(self, text).is_some(),
            }
    }

    pub(in crate::xsd) fn is_instant(self) -> bool {
        matches!(
            self,
            Self::DateTime
                | Self::Time
                | Self::Date
                | Self::GYearMonth
                | Self::GYear
                | Self::GMonthDay
                | Self::GDay
                | Self::GMonth
        )
    }

    /// Whether the length of a value is a number of characters.
    pub(super) fn counts_characters(self) -> bool {
        !matches!(self, Self::HexBinary | Self::Base64Binary)
    }

    /// Length of a value in the unit of the type: octets of binary values, else characters.
    pub(super) fn length(self, text: &str) -> usize {
        match self {
            Self::HexBinary => lexical::hex_length(text).unwrap_or(0),
            Self::Base64Binary => lexical::base64_length(text).unwrap_or(0),
            _ => text.chars().count(),
        }
    }

    /// A text that is equal for equal values.
    pub(super) fn canonical(self, text: &str) -> Cow<'_, str> {
        let made = match self {
            Self::Boolean => match text {
                "1" => Some("true".to_owned()),
                "0" => Some("false".to_owned()),
                _ => None,
            },
            Self::Decimal => number::parse(text).map(|digits| digits.canonical()),
            Self::Float => number::parse_double(text).map(|value| (value as f32).to_string()),
            Self::Double => number::parse_double(text).map(|value| value.to_string()),
            Self::HexBinary => Some(text.to_ascii_uppercase()),
            Self::Base64Binary => Some(text.replace(' ', "")),
            _ if self.is_instant() => Instant::parse(self, text).map(|instant| instant.canonical()),
            _ => None,
        };
        made.map_or(Cow::Borrowed(text), Cow::Owned)
    }
}

/// Name, primitive, base of the built-in types that are not lists, bases first.
const TYPES: [(&str, Primitive, &str, Lexical); 40] = [
    ("anySimpleType", Primitive::AnySimple, "", Lexical::Whole),
    ("string", Primitive::String, "anySimpleType", Lexical::Whole),
    ("boolean", Primitive::Boolean, "anySimpleType", Lexical::Whole),
    ("decimal", Primitive::Decimal, "anySimpleType", Lexical::Whole),
    ("float", Primitive::Float, "anySimpleType", Lexical::Whole),
    ("double", Primitive::Double, "anySimpleType", Lexical::Whole),
    ("duration", Primitive::Duration, "anySimpleType", Lexical::Whole),
    ("dateTime", Primitive::DateTime, "anySimpleType", Lexical::Whole),
    ("time", Primitive::Time, "anySimpleType", Lexical::Whole),
    ("date", Primitive::Date, "anySimpleType", Lexical::Whole),
    ("gYearMonth", Primitive::GYearMonth, "anySimpleType", Lexical::Whole),
    ("gYear", Primitive::GYear, "anySimpleType", Lexical::Whole),
    ("gMonthDay", Primitive::GMonthDay, "anySimpleType", Lexical::Whole),
    ("gDay", Primitive::GDay, "anySimpleType", Lexical::Whole),
    ("gMonth", Primitive::GMonth, "anySimpleType", Lexical::Whole),
    ("hexBinary", Primitive::HexBinary, "anySimpleType", Lexical::Whole),
    ("base64Binary", Primitive::Base64Binary, "anySimpleType", Lexical::Whole),
    ("anyURI", Primitive::AnyUri, "anySimpleType", Lexical::Whole),
    ("QName", Primitive::QName, "anySimpleType", Lexical::Whole),
    ("normalizedString", Primitive::String, "string", Lexical::Whole),
    ("token", Primitive::String, "normalizedString", Lexical::Whole),
    ("language", Primitive::String, "token", Lexical::Language),
    ("NMTOKEN", Primitive::String, "token", Lexical::Nmtoken),
    ("Name", Primitive::String, "token", Lexical::Name),
    ("NCName", Primitive::String, "Name", Lexical::NcName),
    ("ID", Primitive::String, "NCName", Lexical::NcName),
    ("IDREF", Primitive::String, "NCName", Lexical::NcName),
    ("integer", Primitive::Decimal, "decimal", Lexical::Integer),
    ("nonPositiveInteger", Primitive::Decimal, "integer", Lexical::Integer),
    ("negativeInteger", Primitive::Decimal, "nonPositiveInteger", Lexical::Integer),
    ("long", Primitive::Decimal, "integer", Lexical::Integer),
    ("int", Primitive::Decimal, "long", Lexical::Integer),
    ("short", Primitive::Decimal, "int", Lexical::Integer),
    ("byte", Primitive::Decimal, "short", Lexical::Integer),
    ("nonNegativeInteger", Primitive::Decimal, "integer", Lexical::Integer),
    ("unsignedLong", Primitive::Decimal, "nonNegativeInteger", Lexical::Integer),
    ("unsignedInt", Primitive::Decimal, "unsignedLong", Lexical::Integer),
    ("unsignedShort", Primitive::Decimal, "unsignedInt", Lexical::Integer),
    ("unsignedByte", Primitive::Decimal, "unsignedShort", Lexical::Integer),
    ("positiveInteger", Primitive::Decimal, "nonNegativeInteger", Lexical::Integer),
];

/// Bounds of the integer types (part 2, sections 3.3.13 to 3.3.25).
const BOUNDS: [(&str, Option<&str>, Option<&str>); 12] = [
    ("nonPositiveInteger", None, Some("0")),
    ("negativeInteger", None, Some("-1")),
    ("long", Some("-9223372036854775808"), Some("9223372036854775807")),
    ("int", Some("-2147483648"), Some("2147483647")),
    ("short", Some("-32768"), Some("32767")),
    ("byte", Some("-128"), Some("127")),
    ("nonNegativeInteger", Some("0"), None),
    ("unsignedLong", Some("0"), Some("18446744073709551615")),
    ("unsignedInt", Some("0"), Some("4294967295")),
    ("unsignedShort", Some("0"), Some("65535")),
    ("unsignedByte", Some("0"), Some("255")),
    ("positiveInteger", Some("1"), None),
];

/// Built-in types that mean something only together with a DTD, which documents of the field must not have.
pub(in crate::xsd) const DTD_TYPES: [&str; 3] = ["ENTITY", "ENTITIES", "NOTATION"];

/// `xs:anySimpleType` is the first of [`types`].
pub(in crate::xsd) const ANY_SIMPLE: SimpleId = SimpleId(0);

/// All built-in types with their names; [`SimpleId`]s are places in the list.
pub(in crate::xsd) fn types() -> Vec<(&'static str, SimpleType)> {
    let mut made: Vec<(&'static str, SimpleType)> = Vec::with_capacity(TYPES.len() + 3);
    for (name, primitive, base, lexical) in TYPES {
        let position = made.iter().position(|(known, _)| *known == base);
        let role = match name {
            "ID" => Role::Id,
            "IDREF" => Role::IdRef,
            _ => Role::None,
        };
        let white_space = match name {
            "anySimpleType" | "string" => WhiteSpace::Preserve,
            "normalizedString" => WhiteSpace::Replace,
            _ => WhiteSpace::Collapse,
        };
        let bound = |text: Option<&str>| {
            Some(Box::new(Bound {
                inclusive: true,
                value: Quantity::parse(Primitive::Decimal, text?)?,
                text: text?.into(),
            }))
        };
        let mut facets = Facets::default();
        if let Some((_, lower, upper)) = BOUNDS.iter().find(|(known, ..)| *known == name) {
            let inherited = position.map(|position| made[position].1.facets.clone());
            let inherited = inherited.unwrap_or_default();
            facets.lower = bound(*lower).or(inherited.lower);
            facets.upper = bound(*upper).or(inherited.upper);
        }
        let mut simple = SimpleType {
            name: None,
            base: position.map(|index| SimpleId(index as u32)),
            variety: Variety::Atomic(primitive),
            lexical,
            role,
            identifies: role != Role::None,
            scoped: primitive == Primitive::QName,
            shortcut: Shortcut::Nothing,
            white_space,
            facets,
            depth: 1,
            members: 1,
        };
        simple.shortcut = Shortcut::of(&simple, &SimpleTypes::default());
        made.push((name, simple));
    }
    for (name, item) in [("NMTOKENS", "NMTOKEN"), ("IDREFS", "IDREF")] {
        if let Some(index) = made.iter().position(|(known, _)| *known == item) {
            made.push((
                name,
                SimpleType {
                    name: None,
                    base: Some(ANY_SIMPLE),
                    variety: Variety::List(SimpleId(index as u32)),
                    lexical: Lexical::Whole,
                    role: Role::None,
                    identifies: made[index].1.identifies,
                    scoped: false,
                    shortcut: Shortcut::Nothing,
                    white_space: WhiteSpace::Collapse,
                    facets: Facets { min_length: Some(1), ..Facets::default() },
                    depth: 2,
                    members: 1,
                },
            ));
        }
    }
    made
}
