//! Data types of HL7 version 3 (R1), as far as CDA uses them.

use super::class::class;
use super::{Boolean, Decimal, FiasAddress, PointInTime};

class! {
    /// Instance identifier.
    Ii typed(xsi_type) {
        @root "root": String;
        @extension "extension": String;
        @assigning_authority_name "assigningAuthorityName": String;
        @displayable "displayable": Boolean;
    }

    /// Concept descriptor; also its restrictions CE, CV, CS and CO.
    Cd typed(xsi_type) {
        @code "code": String;
        @code_system "codeSystem": String;
        @code_system_name "codeSystemName": String;
        @code_system_version "codeSystemVersion": String;
        @display_name "displayName": String;
        original_text "originalText": one Ed;
        qualifier "qualifier": many Cr;
        translation "translation": many Cd;
    }

    /// Concept role: a qualifier of a code.
    Cr typed(xsi_type) {
        @inverted "inverted": Boolean;
        name "name": one Cd;
        value "value": one Cd;
    }

    /// Character string; also the parts of names and addresses.
    St typed(xsi_type) text(text) {
        @language "language": String;
    }

    /// Encapsulated data: text, a reference to the narrative, or an attachment.
    Ed typed(xsi_type) text(text) {
        @media_type "mediaType": String;
        @representation "representation": String;
        @language "language": String;
        @compression "compression": String;
        @integrity_check "integrityCheck": String;
        @integrity_check_algorithm "integrityCheckAlgorithm": String;
        reference "reference": one Tel;
        thumbnail "thumbnail": one Ed;
    }

    /// Telecommunication address, and any reference by URL.
    Tel typed(xsi_type) {
        @value "value": String;
        @usage "use": String;
    }

    /// Point in time; also a bound of an interval.
    Ts typed(xsi_type) {
        @value "value": PointInTime;
        @operator "operator": String;
        @inclusive "inclusive": Boolean;
    }

    /// Interval of time, or the single point it may be written as.
    IvlTs typed(xsi_type) {
        @value "value": PointInTime;
        @operator "operator": String;
        low "low": one Ts;
        center "center": one Ts;
        width "width": one Pq;
        high "high": one Ts;
    }

    /// Periodic interval of time.
    PivlTs typed(xsi_type) {
        @operator "operator": String;
        @alignment "alignment": String;
        @institution_specified "institutionSpecified": Boolean;
        phase "phase": one IvlTs;
        period "period": one Pq;
    }

    /// General timing: `xsi:type` tells whether it is a point, an interval, or a rhythm (PIVL_TS, EIVL_TS).
    Timing typed(xsi_type) {
        @value "value": PointInTime;
        @operator "operator": String;
        @alignment "alignment": String;
        @institution_specified "institutionSpecified": Boolean;
        low "low": one Ts;
        center "center": one Ts;
        width "width": one Pq;
        high "high": one Ts;
        phase "phase": one IvlTs;
        period "period": one Pq;
        event "event": one Cd;
        offset "offset": one IvlPq;
    }

    /// Physical quantity; also a bound of an interval.
    Pq typed(xsi_type) {
        @value "value": Decimal;
        @unit "unit": String;
        @operator "operator": String;
        @inclusive "inclusive": Boolean;
        translation "translation": many Pqr;
    }

    /// The same quantity in a unit of a dictionary.
    Pqr typed(xsi_type) {
        @value "value": Decimal;
        @code "code": String;
        @code_system "codeSystem": String;
        @code_system_name "codeSystemName": String;
        @code_system_version "codeSystemVersion": String;
        @display_name "displayName": String;
        original_text "originalText": one Ed;
    }

    /// Interval of quantities.
    IvlPq typed(xsi_type) {
        @value "value": Decimal;
        @unit "unit": String;
        @operator "operator": String;
        low "low": one Pq;
        center "center": one Pq;
        width "width": one Pq;
        high "high": one Pq;
    }

    /// A quantity to be given, exact or as an interval.
    DoseQuantity typed(xsi_type) {
        @value "value": Decimal;
        @unit "unit": String;
        low "low": one Pq;
        center "center": one Pq;
        width "width": one Pq;
        high "high": one Pq;
        translation "translation": many Pqr;
    }

    /// Ratio of two quantities.
    RtoPqPq typed(xsi_type) {
        numerator "numerator": one Pq;
        denominator "denominator": one Pq;
    }

    /// Integer number.
    Int typed(xsi_type) {
        @value "value": Decimal;
    }

    /// Decimal number.
    Real typed(xsi_type) {
        @value "value": Decimal;
    }

    /// Boolean.
    Bl typed(xsi_type) {
        @value "value": Boolean;
    }

    /// Postal address.
    Ad typed(xsi_type) text(text) {
        @usage "use": String;
        kind ADDRESS "Type": one Cd;
        country_code ADDRESS "Country": one Cd;
        country "country": one St;
        state "state": one St;
        county "county": one St;
        city "city": one St;
        street_address_line "streetAddressLine": many St;
        street_name "streetName": one St;
        house_number "houseNumber": one St;
        unit_id "unitID": one St;
        state_code ADDRESS "stateCode": one Cd;
        resident_code ADDRESS "residentCode": one Cd;
        postal_code "postalCode": one St;
        fias FIAS "Address": one FiasAddress;
    }

    /// Name of a person.
    Pn typed(xsi_type) text(text) {
        @usage "use": String;
        prefix "prefix": many St;
        family "family": many St;
        given "given": many St;
        patronymic IDENTITY "Patronymic": one St;
        suffix "suffix": many St;
    }

    /// A value of a data type that is not modelled.
    Untyped typed(xsi_type) raw(content) {}
}

impl Ii {
    /// An identifier by its root alone.
    pub fn root(root: impl Into<String>) -> Self {
        Self { root: Some(root.into()), ..Self::default() }
    }

    /// An identifier inside a system.
    pub fn new(root: impl Into<String>, extension: impl Into<String>) -> Self {
        Self { extension: Some(extension.into()), ..Self::root(root) }
    }
}

impl Cd {
    /// A code of a dictionary.
    pub fn code(code: impl Into<String>, code_system: impl Into<String>) -> Self {
        Self { code: Some(code.into()), code_system: Some(code_system.into()), ..Self::default() }
    }
}

impl Tel {
    /// An address by its URL.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }
}

impl Pq {
    /// A quantity with its unit (UCUM).
    pub fn new(value: impl Into<Decimal>, unit: impl Into<String>) -> Self {
        Self { value: Some(value.into()), unit: Some(unit.into()), ..Self::default() }
    }
}

impl Pn {
    /// A Russian name.
    pub fn new(family: &str, given: &str, patronymic: Option<&str>) -> Self {
        Self {
            family: vec![family.into()],
            given: vec![given.into()],
            patronymic: patronymic.map(|text| St::from(text).into()),
            ..Self::default()
        }
    }
}

impl<T: Into<String>> From<T> for St {
    fn from(text: T) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

impl<T: Into<String>> From<T> for Ed {
    fn from(text: T) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

impl<T: Into<PointInTime>> From<T> for Ts {
    fn from(value: T) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }
}

impl<T: Into<PointInTime>> From<T> for IvlTs {
    fn from(value: T) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }
}
