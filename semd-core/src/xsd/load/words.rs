//! The vocabulary of schema documents, so that names are compared once per document and not once per use.

macro_rules! words {
    ($($variant:ident $text:literal,)*) => {
        /// An element or attribute name of XML Schema.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word { $(#[doc = $text] $variant,)* }

        impl Word {
            pub(super) fn of(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }

            pub(super) fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

words! {
    Abstract "abstract", All "all", Annotation "annotation", Any "any", AnyAttribute "anyAttribute",
    Attribute "attribute", AttributeFormDefault "attributeFormDefault", AttributeGroup "attributeGroup",
    Base "base", Block "block", BlockDefault "blockDefault", Choice "choice", ComplexContent "complexContent",
    ComplexType "complexType", Default "default", Element "element", ElementFormDefault "elementFormDefault",
    Enumeration "enumeration", Extension "extension", Field "field", Final "final", FinalDefault "finalDefault",
    Fixed "fixed", Form "form", FractionDigits "fractionDigits", Group "group", Id "id", Import "import",
    Include "include", ItemType "itemType", Key "key", Keyref "keyref", Length "length", List "list",
    MaxExclusive "maxExclusive", MaxInclusive "maxInclusive", MaxLength "maxLength", MaxOccurs "maxOccurs",
    MemberTypes "memberTypes", MinExclusive "minExclusive", MinInclusive "minInclusive", MinLength "minLength",
    MinOccurs "minOccurs", Mixed "mixed", Name "name", Namespace "namespace", Nillable "nillable",
    Notation "notation", Pattern "pattern", ProcessContents "processContents", Public "public", Redefine "redefine",
    Ref "ref", Refer "refer", Restriction "restriction", Schema "schema", SchemaLocation "schemaLocation",
    Selector "selector", Sequence "sequence", SimpleContent "simpleContent", SimpleType "simpleType",
    SubstitutionGroup "substitutionGroup", System "system", TargetNamespace "targetNamespace",
    TotalDigits "totalDigits", Type "type", Union "union", Unique "unique", Use "use", Value "value",
    Version "version", WhiteSpace "whiteSpace", XPath "xpath",
}
