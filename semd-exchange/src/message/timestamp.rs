//! Dates and times of messages, as XML Schema writes them.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const DATE_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");

/// Writes `xs:dateTime` with milliseconds and zone, `2021-09-13T17:12:09.896+03:00`.
pub fn to_xsd(moment: OffsetDateTime) -> String {
    let local = moment.format(DATE_TIME).unwrap_or_default();
    local + &zone(moment.offset())
}

/// Writes `xs:date` with zone, `2048-09-22+03:00`.
pub fn date_to_xsd(date: Date, offset: UtcOffset) -> String {
    date.format(DATE).unwrap_or_default() + &zone(offset)
}

fn zone(offset: UtcOffset) -> String {
    let (hours, minutes, _) = offset.as_hms();
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
}

/// Reads `xs:dateTime`. A value without a zone is read in UTC.
pub fn parse_xsd(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_once('T')?;
    let date = Date::parse(date, DATE).ok()?;
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let offset = match zone {
        "" | "Z" | "z" => UtcOffset::UTC,
        _ => parse_offset(&zone[..1], &zone[1..].replace(':', ""))?,
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<u8>().ok());
    let time = Time::from_hms_nano(
        parts.next()??,
        parts.next()??,
        parts.next().unwrap_or(Some(0))?,
        nanoseconds(fraction)?,
    )
    .ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(offset))
}

/// Nanoseconds of a decimal fraction, digits beyond the ninth ignored.
fn nanoseconds(fraction: &str) -> Option<u32> {
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    digits.parse().ok()
}

fn parse_offset(sign: &str, digits: &str) -> Option<UtcOffset> {
    let hours: i8 = digits.get(..2)?.parse().ok()?;
    let minutes: i8 = digits.get(2..4)?.parse().ok()?;
    let sign = if sign == "-" { -1 } else { 1 };
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn xsd_date_time_round_trips() {
        let moment = datetime!(2021-09-13 17:12:09.896 +03:00);
        assert_eq!(to_xsd(moment), "2021-09-13T17:12:09.896+03:00");
        assert_eq!(parse_xsd("2021-09-13T17:12:09.896+03:00"), Some(moment));
        assert_eq!(to_xsd(datetime!(2021-01-01 0:00 -03:30)), "2021-01-01T00:00:00.000-03:30");
    }

    #[test]
    fn xsd_date_time_of_other_shapes_is_read() {
        assert_eq!(parse_xsd("2021-09-13T17:12:09Z"), Some(datetime!(2021-09-13 17:12:09 UTC)));
        assert_eq!(parse_xsd("2021-09-13T17:12"), Some(datetime!(2021-09-13 17:12 UTC)));
        assert_eq!(
            parse_xsd("2021-09-13T17:12:09.1234567890+0300"),
            Some(datetime!(2021-09-13 17:12:09.123456789 +3))
        );
    }

    #[test]
    fn text_that_is_no_time_is_refused() {
        for text in
            ["", "T", "2021", "2021-13-01T00:00:00Z", "2021-01-01T25:00:00Z", "2021-01-01T00:00:00+9", "дата"]
        {
            assert_eq!(parse_xsd(text), None, "{text}");
        }
    }
}
