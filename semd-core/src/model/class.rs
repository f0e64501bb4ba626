//! How a CDA class is declared: one short list in the order of the XML Schema, which reader, writer and serde share.

use super::Other;

/// The name of an element or attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) namespace: &'static str,
    pub(super) local: &'static str,
}

/// What a class may contain, in the order in which the schema wants it written.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) attributes: &'static [&'static str],
    pub(super) children: &'static [Name],
}

/// An instance of a declared class, whatever class it is.
pub(super) trait Class {
    fn shape(&self) -> &'static Shape;
    fn attribute(&self, index: usize) -> &dyn Attribute;
    fn attribute_mut(&mut self, index: usize) -> &mut dyn Attribute;
    fn child(&self, index: usize) -> &dyn Slot;
    fn child_mut(&mut self, index: usize) -> &mut dyn Slot;
    /// `xsi:type`, in classes that are data types.
    fn type_name(&self) -> Option<&Option<String>>;
    fn type_name_mut(&mut self) -> Option<&mut Option<String>>;
    /// Character data, in classes that have some.
    fn text(&self) -> Option<&Option<String>>;
    fn text_mut(&mut self) -> Option<&mut Option<String>>;
    /// Mixed content kept as it is, in classes that are not looked into.
    fn raw(&self) -> Option<&Vec<super::Node>>;
    fn raw_mut(&mut self) -> Option<&mut Vec<super::Node>>;
    fn other(&self) -> Option<&Other>;
    fn other_mut(&mut self) -> &mut Option<Box<Other>>;
}

/// The value of one attribute.
pub(super) trait Attribute {
    fn get(&self) -> Option<&str>;
    fn set(&mut self, value: &str);
}

/// A type whose values have a spelling that is kept.
pub(super) trait Lexical {
    fn read(text: &str) -> Self;
    fn spelling(&self) -> &str;
}

impl<T: Lexical> Attribute for Option<T> {
    fn get(&self) -> Option<&str> {
        self.as_ref().map(Lexical::spelling)
    }

    fn set(&mut self, value: &str) {
        *self = Some(T::read(value));
    }
}

impl Lexical for String {
    fn read(text: &str) -> Self {
        text.to_owned()
    }

    fn spelling(&self) -> &str {
        self
    }
}

/// What stands in a slot: a class, or a choice of classes told apart by `xsi:type`.
pub(super) trait Content {
    fn create(type_name: Option<&str>) -> Self
    where
        Self: Sized;
    fn class(&self) -> &dyn Class;
    fn class_mut(&mut self) -> &mut dyn Class;
    /// The `xsi:type` that the choice stands for.
    fn chosen(&self) -> Option<&'static str>;
}

impl<T: Class + Default> Content for T {
    fn create(_: Option<&str>) -> Self {
        Self::default()
    }

    fn class(&self) -> &dyn Class {
        self
    }

    fn class_mut(&mut self) -> &mut dyn Class {
        self
    }

    fn chosen(&self) -> Option<&'static str> {
        None
    }
}

/// The child elements of one name.
pub(super) trait Slot {
    fn count(&self) -> usize;
    fn at(&self, index: usize) -> Option<&dyn Content>;
    /// Room for one more; `None` when there is none.
    fn add(&mut self, type_name: Option<&str>) -> Option<&mut dyn Content>;
    /// Nothing to write, in XML or JSON.
    fn is_absent(&self) -> bool {
        self.count() == 0
    }
}

impl<T: Content> Slot for Option<Box<T>> {
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn at(&self, index: usize) -> Option<&dyn Content> {
        self.as_deref().filter(|_| index == 0).map(|content| content as &dyn Content)
    }

    fn add(&mut self, type_name: Option<&str>) -> Option<&mut dyn Content> {
        if self.is_some() {
            return None;
        }
        Some(&mut **self.insert(Box::new(T::create(type_name))))
    }
}

impl<T: Content> Slot for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> Option<&dyn Content> {
        self.get(index).map(|content| content as &dyn Content)
    }

    fn add(&mut self, type_name: Option<&str>) -> Option<&mut dyn Content> {
        self.push(T::create(type_name));
        self.last_mut().map(|content| content as &mut dyn Content)
    }
}

/// How often a child element occurs: `one` at most, or `many`.
macro_rules! slot {
    (one $child:ty) => { Option<Box<$child>> };
    (many $child:ty) => { Vec<$child> };
}

/// The namespace of a child element: CDA unless another is named.
macro_rules! namespace {
    () => {
        $crate::xml::HL7_V3
    };
    ($namespace:ident) => {
        $crate::model::$namespace
    };
}

/// Declares classes. `@` marks attributes; child elements follow in the order of the schema, `one` or `many` of them. Every
/// class has `nullFlavor` beside, and a place for what the declaration does not know. `typed` data types keep `xsi:type`,
/// `text` is character data, `raw` is mixed content kept as it is.
macro_rules! class {
    ($(
        $(#[$meta:meta])*
        $class:ident $(typed($xsi:ident))? $(text($text:ident))? $(raw($raw:ident))? {
            $(@ $attribute:ident $attribute_xml:literal: $attribute_type:ty;)*
            $($(#[$field_meta:meta])* $field:ident $($namespace:ident)? $xml:literal: $how:ident $child:ty;)*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $class {
            /// Attribute `nullFlavor`: why there is no value.
            #[serde(rename = "nullFlavor", default, skip_serializing_if = "Option::is_none")]
            pub null_flavor: Option<$crate::model::NullFlavor>,
            $(
                /// Attribute `xsi:type`, where the declared type leaves no choice.
                #[serde(rename = "xsi:type", default, skip_serializing_if = "Option::is_none")]
                pub $xsi: Option<String>,
            )?
            $(
                #[doc = concat!("Attribute `", $attribute_xml, "`.")]
                #[serde(rename = $attribute_xml, default, skip_serializing_if = "Option::is_none")]
                pub $attribute: Option<$attribute_type>,
            )*
            $(
                /// Character data.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $text: Option<String>,
            )?
            $(
                /// Text and elements in their order.
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $raw: Vec<$crate::model::Node>,
            )?
            $(
                $(#[$field_meta])*
                #[doc = concat!("Element `", $xml, "`.")]
                #[serde(rename = $xml, default, skip_serializing_if = "crate::model::class::Slot::is_absent")]
                pub $field: $crate::model::class::slot!($how $child),
            )*
            /// What this class does not know.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub other: Option<Box<$crate::model::Other>>,
        }

        impl $crate::model::class::Class for $class {
            fn shape(&self) -> &'static $crate::model::class::Shape {
                const SHAPE: &$crate::model::class::Shape = &$crate::model::class::Shape {
                    attributes: &["nullFlavor" $(, $attribute_xml)*],
                    children: &[$($crate::model::class::Name {
                        namespace: $crate::model::class::namespace!($($namespace)?),
                        local: $xml,
                    }),*],
                };
                SHAPE
            }

            fn attribute(&self, index: usize) -> &dyn $crate::model::class::Attribute {
                const FIELDS: &[fn(&$class) -> &dyn $crate::model::class::Attribute] =
                    &[|this| &this.null_flavor $(, |this| &this.$attribute)*];
                FIELDS[index](self)
            }

            fn attribute_mut(&mut self, index: usize) -> &mut dyn $crate::model::class::Attribute {
                const FIELDS: &[fn(&mut $class) -> &mut dyn $crate::model::class::Attribute] =
                    &[|this| &mut this.null_flavor $(, |this| &mut this.$attribute)*];
                FIELDS[index](self)
            }

            fn child(&self, index: usize) -> &dyn $crate::model::class::Slot {
                const FIELDS: &[fn(&$class) -> &dyn $crate::model::class::Slot] =
                    &[$(|this| &this.$field),*];
                FIELDS[index](self)
            }

            fn child_mut(&mut self, index: usize) -> &mut dyn $crate::model::class::Slot {
                const FIELDS: &[fn(&mut $class) -> &mut dyn $crate::model::class::Slot] =
                    &[$(|this| &mut this.$field),*];
                FIELDS[index](self)
            }

            fn type_name(&self) -> Option<&Option<String>> {
                $(if true { return Some(&self.$xsi); })?
                None
            }

            fn type_name_mut(&mut self) -> Option<&mut Option<String>> {
                $(if true { return Some(&mut self.$xsi); })?
                None
            }

            fn text(&self) -> Option<&Option<String>> {
                $(if true { return Some(&self.$text); })?
                None
            }

            fn text_mut(&mut self) -> Option<&mut Option<String>> {
                $(if true { return Some(&mut self.$text); })?
                None
            }

            fn raw(&self) -> Option<&Vec<$crate::model::Node>> {
                $(if true { return Some(&self.$raw); })?
                None
            }

            fn raw_mut(&mut self) -> Option<&mut Vec<$crate::model::Node>> {
                $(if true { return Some(&mut self.$raw); })?
                None
            }

            fn other(&self) -> Option<&$crate::model::Other> {
                self.other.as_deref()
            }

            fn other_mut(&mut self) -> &mut Option<Box<$crate::model::Other>> {
                &mut self.other
            }
        }
    )*};
}

pub(super) use {class, namespace, slot};
