//! Values that keep their spelling: what a document says is written back exactly, its meaning is asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::header::Timestamp;

use super::class::Lexical;

macro_rules! spelled {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The spelling.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Lexical for $name {
            fn read(text: &str) -> Self {
                Self(text.to_owned())
            }

            fn spelling(&self) -> &str {
                &self.0
            }
        }
    )*};
}

spelled! {
    /// A point in time with the precision and zone it was written in: `202605141015+0300` (HL7 data type `ts`).
    PointInTime;
    /// A decimal number; trailing zeros carry precision and stay (HL7 data type `real`).
    Decimal;
    /// `true` or `false` (HL7 data type `bl`).
    Boolean;
}

impl PointInTime {
    /// The meaning; `None` when the spelling names no day or hour that exists.
    pub fn timestamp(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.0)
    }
}

impl From<Timestamp> for PointInTime {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.to_string())
    }
}

impl Decimal {
    /// The nearest binary number; `None` when the spelling is no number.
    pub fn to_f64(&self) -> Option<f64> {
        self.0.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl Boolean {
    /// The meaning; `None` when the spelling is neither.
    pub fn get(&self) -> Option<bool> {
        match self.0.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

impl From<bool> for Boolean {
    fn from(value: bool) -> Self {
        Self(value.to_string())
    }
}

macro_rules! null_flavors {
    ($($(#[$meta:meta])* $name:ident $code:literal;)*) => {
        /// Why there is no value (HL7 vocabulary NullFlavor).
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum NullFlavor {
            $($(#[$meta])* $name,)*
            /// Another code: the vocabulary does not have it.
            Other(String),
        }

        impl NullFlavor {
            /// All flavours of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code.
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(code) => code,
                }
            }
        }

        impl From<&str> for NullFlavor {
            fn from(code: &str) -> Self {
                match code {
                    $($code => Self::$name,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

null_flavors! {
    /// No information at all.
    NoInformation "NI";
    /// The value is not valid here.
    Invalid "INV";
    /// Derived from other data.
    Derived "DER";
    /// A value outside the dictionary.
    OutsideDictionary "OTH";
    /// Below every number that can be written.
    NegativeInfinity "NINF";
    /// Above every number that can be written.
    PositiveInfinity "PINF";
    /// Not encoded.
    Unencoded "UNC";
    /// Known and hidden.
    Masked "MSK";
    /// Does not apply.
    NotApplicable "NA";
    /// Applies and is not known.
    Unknown "UNK";
    /// Asked, and the person asked does not know.
    AskedButUnknown "ASKU";
    /// Not available now, expected later.
    TemporarilyUnavailable "NAV";
    /// Not asked.
    NotAsked "NASK";
    /// Something of the substance, quantity unknown.
    SufficientQuantity "QS";
    /// Too little to be measured.
    Trace "TRC";
}

impl From<String> for NullFlavor {
    fn from(code: String) -> Self {
        Self::from(code.as_str())
    }
}

impl From<NullFlavor> for String {
    fn from(flavor: NullFlavor) -> Self {
        flavor.code().to_owned()
    }
}

impl Lexical for NullFlavor {
    fn read(text: &str) -> Self {
        Self::from(text)
    }

    fn spelling(&self) -> &str {
        self.code()
    }
}
