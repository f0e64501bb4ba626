//! Values whose data type the document chooses by `xsi:type`.

use serde::{Deserialize, Serialize};

use super::class::{Class, Content};
use super::{Ad, Bl, Cd, Ed, Ii, Int, IvlPq, IvlTs, PivlTs, Pn, Pq, Real, RtoPqPq, St, Tel, Ts, Untyped};

/// One row a data type: its variant, the `xsi:type` that chooses it, the class.
macro_rules! choice {
    ($($variant:ident $type_name:literal: $class:ty;)*) => {
        /// A value of the data type that `xsi:type` names. In JSON an object with the name of the type as its only key.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Any {
            $(
                #[doc = concat!("`", $type_name, "`.")]
                #[serde(rename = $type_name)]
                $variant(Box<$class>),
            )*
            /// No `xsi:type`, or another.
            #[serde(rename = "ANY")]
            Unknown(Box<Untyped>),
        }

        impl Content for Any {
            fn create(type_name: Option<&str>) -> Self {
                match type_name {
                    $(Some($type_name) => Self::$variant(Box::default()),)*
                    _ => Self::Unknown(Box::default()),
                }
            }

            fn class(&self) -> &dyn Class {
                match self {
                    $(Self::$variant(value) => &**value,)*
                    Self::Unknown(value) => &**value,
                }
            }

            fn class_mut(&mut self) -> &mut dyn Class {
                match self {
                    $(Self::$variant(value) => &mut **value,)*
                    Self::Unknown(value) => &mut **value,
                }
            }

            fn chosen(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant(_) => Some($type_name),)*
                    Self::Unknown(_) => None,
                }
            }
        }
    };
}

choice! {
    Cd "CD": Cd;
    Ce "CE": Cd;
    Cv "CV": Cd;
    Cs "CS": Cd;
    Co "CO": Cd;
    Ii "II": Ii;
    St "ST": St;
    Ed "ED": Ed;
    Bl "BL": Bl;
    Int "INT": Int;
    Real "REAL": Real;
    Ts "TS": Ts;
    IvlTs "IVL_TS": IvlTs;
    PivlTs "PIVL_TS": PivlTs;
    Pq "PQ": Pq;
    IvlPq "IVL_PQ": IvlPq;
    RtoPqPq "RTO_PQ_PQ": RtoPqPq;
    Ad "AD": Ad;
    Pn "PN": Pn;
    Tel "TEL": Tel;
}
