//! Reading BER and DER, writing DER.
//!
//! The reader works on the original octets and never copies or re-sorts: a CMS signature covers octets, and libraries
//! that decode into structures lose them (see docs/decisions/0004-own-cms-reader.md). No function here recurses.

mod canonical;
mod clock;
mod reader;
mod writer;

pub(crate) use canonical::{lengths_are_minimal, octet_string, to_der};
pub(crate) use clock::{TimeForm, read_time, write_generalized_time, write_time};
pub use reader::Asn1Error;
pub(crate) use reader::{Element, Reader};
pub(crate) use writer::{Writer, write_header};

/// Identifier octets (X.690 8.1.2) of the types met here.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0A;
    pub(crate) const UTF8_STRING: u8 = 0x0C;
    pub(crate) const NUMERIC_STRING: u8 = 0x12;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// The bit of a constructed encoding.
    pub(crate) const CONSTRUCTED: u8 = 0x20;

    /// A context-specific constructed tag.
    pub(crate) const fn context(number: u8) -> u8 {
        0xA0 | number
    }

    /// A context-specific primitive tag.
    pub(crate) const fn context_primitive(number: u8) -> u8 {
        0x80 | number
    }
}
