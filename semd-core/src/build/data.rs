//! A card that has been checked against its schema: typed values in the order of the schema's fields.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// A value of a card.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    /// Text, a number or an identifier, as it will be written.
    Text(String),
    /// A date or a point in time.
    Time(When),
    /// A coded value.
    Code(Coded),
    /// Yes or no.
    Flag(bool),
    /// Fields in the order of the schema; `None` where the card has nothing.
    Object(Vec<Option<Data>>),
    /// A list.
    List(Vec<Data>),
}

/// A coded value with everything HL7 wants to see of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coded {
    /// The code.
    pub(super) code: String,
    /// Object identifier of the dictionary.
    pub(super) system: String,
    /// Version of the dictionary.
    pub(super) version: String,
    /// Name of the dictionary.
    pub(super) system_name: String,
    /// Name of the code.
    pub(super) name: String,
}

/// A date or a point in time, in the form of documents and in the form of people.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct When {
    /// HL7 TS: `YYYYMMDD` or `YYYYMMDDHHMM+ZZZZ`.
    pub(super) hl7: String,
    /// `ДД.ММ.ГГГГ` or `ДД.ММ.ГГГГ ЧЧ:ММ`.
    pub(super) people: String,
}

impl When {
    /// Reads `YYYY-MM-DD`.
    pub(super) fn date(text: &str) -> Option<Self> {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        Some(Self {
            hl7: date.format(format_description!("[year][month][day]")).ok()?,
            people: date.format(format_description!("[day].[month].[year]")).ok()?,
        })
    }

    /// Reads RFC 3339 with a zone; seconds are not part of what documents say.
    pub(super) fn date_time(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        let hl7 = format_description!(
            "[year][month][day][hour][minute][offset_hour sign:mandatory][offset_minute]"
        );
        Some(Self {
            hl7: moment.format(hl7).ok()?,
            people: moment.format(format_description!("[day].[month].[year] [hour]:[minute]")).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::When;

    #[test]
    fn times_take_both_forms() {
        let moment = When::date_time("2025-02-10T10:30:00+03:00").unwrap();
        assert_eq!((&*moment.hl7, &*moment.people), ("202502101030+0300", "10.02.2025 10:30"));
        let date = When::date("1964-03-12").unwrap();
        assert_eq!((&*date.hl7, &*date.people), ("19640312", "12.03.1964"));
        assert_eq!(When::date("1964-02-30"), None);
        assert_eq!(When::date_time("2025-02-10T10:30:00"), None);
    }
}
