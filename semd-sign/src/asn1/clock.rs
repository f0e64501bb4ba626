//! UTCTime and GeneralizedTime as RFC 5280 4.1.2.5 restricts them: seconds present, no fraction, `Z`.

use time::macros::datetime;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use super::{Asn1Error, Element, Writer, tag};

/// The first and the last moment a GeneralizedTime of RFC 5280 can hold.
const FIRST: OffsetDateTime = datetime!(0000-01-01 0:00 UTC);
const LAST: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// Which of the two types a time was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// Two digits of the year: 1950 to 2049.
    Utc,
    /// Four digits of the year.
    Generalized,
}

/// Reads a time of either type.
pub(crate) fn read_time(element: &Element<'_>) -> Result<(OffsetDateTime, TimeForm), Asn1Error> {
    let error = Asn1Error::InvalidValue { tag: element.tag };
    let form = match element.tag {
        tag::UTC_TIME => TimeForm::Utc,
        tag::GENERALIZED_TIME => TimeForm::Generalized,
        _ => return Err(error),
    };
    let digits = element.content.strip_suffix(b"Z").ok_or(error)?;
    let year_digits = match form {
        TimeForm::Utc => 2,
        TimeForm::Generalized => 4,
    };
    if digits.len() != year_digits + 10 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(error);
    }
    let number =
        |digits: &[u8]| digits.iter().fold(0_u16, |value, digit| value * 10 + u16::from(digit - b'0'));
    let (year, rest) = digits.split_at(year_digits);
    let year = match (form, i32::from(number(year))) {
        (TimeForm::Utc, year @ 0..50) => 2000 + year,
        (TimeForm::Utc, year) => 1900 + year,
        (TimeForm::Generalized, year) => year,
    };
    let field = |index: usize| number(&rest[2 * index..2 * index + 2]) as u8;
    let month = Month::try_from(field(0)).map_err(|_| error)?;
    let date = Date::from_calendar_date(year, month, field(1)).map_err(|_| error)?;
    let time = Time::from_hms(field(2), field(3), field(4)).map_err(|_| error)?;
    Ok((date.with_time(time).assume_utc(), form))
}

/// Writes a time: UTCTime from 1950 to 2049, GeneralizedTime elsewhere. Fractions of a second are cut off.
///
/// A moment whose year in UTC has not four digits is written as the nearest one that has: neither type can hold it.
pub(crate) fn write_time(writer: &mut Writer, time: OffsetDateTime) {
    let (year, rest) = digits(time);
    if (1950..2050).contains(&year) {
        writer.primitive(tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes());
    } else {
        writer.primitive(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes());
    }
}

/// Writes a time as GeneralizedTime, whatever the year: OCSP and time stamps know no other type.
pub(crate) fn write_generalized_time(writer: &mut Writer, time: OffsetDateTime) {
    let (year, rest) = digits(time);
    writer.primitive(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes());
}

/// The year, and month to second with `Z`.
fn digits(time: OffsetDateTime) -> (i32, String) {
    // Clamped first: turning a moment outside into UTC panics.
    let time = time.clamp(FIRST, LAST).to_offset(UtcOffset::UTC);
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    (time.year(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::Reader;

    #[test]
    fn written_times_are_read_back() {
        for time in [
            datetime!(1950-01-01 0:00 UTC),
            datetime!(2026-05-20 10:00:07 UTC),
            datetime!(2049-12-31 23:59:59 UTC),
            datetime!(2050-01-01 0:00 UTC),
        ] {
            let octets = Writer::build(|writer| write_time(writer, time));
            let (read, form) = read_time(&Reader::new(&octets).read().unwrap()).unwrap();
            assert_eq!(read, time);
            assert_eq!(form == TimeForm::Utc, time.year() < 2050);
        }
    }

    #[test]
    fn moments_beyond_the_calendar_are_written_as_its_ends() {
        for (time, written) in [
            (datetime!(9999-12-31 23:00:00 -5), &b"99991231235959Z"[..]),
            (datetime!(-0001-06-01 0:00:00 UTC), b"00000101000000Z"),
        ] {
            let octets = Writer::build(|writer| write_time(writer, time));
            assert_eq!(Reader::new(&octets).read().unwrap().content, written);
        }
    }

    #[test]
    fn loose_forms_are_refused() {
        for text in ["2605201000Z", "260520100000+0300", "260520100000", "261320100000Z", "26052010000xZ"] {
            let octets = Writer::build(|writer| {
                writer.primitive(tag::UTC_TIME, text.as_bytes());
            });
            assert!(read_time(&Reader::new(&octets).read().unwrap()).is_err(), "{text}");
        }
    }
}
