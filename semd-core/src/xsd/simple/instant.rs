//! Dates and times (part 2, sections 3.2.7 to 3.2.14).

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Primitive;

/// A point on the time line, as far as the type fixes it; parts a type does not have keep a common value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::xsd) struct Instant {
    /// Seconds since the start of year 0 of the proleptic calendar, at the written zone.
    seconds: i64,
    /// Digits of the fraction of a second without trailing zeros.
    fraction: Box<str>,
    /// Offset from UTC, minutes.
    zone: Option<i32>,
}

/// A cursor over the fixed-width parts.
struct Cursor<'v> {
    rest: &'v [u8],
}

impl Cursor<'_> {
    fn literal(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        (*first == byte).then_some(())
    }

    fn two(&mut self, low: i64, high: i64) -> Option<i64> {
        let (pair, rest) = self.rest.split_at_checked(2)?;
        if !pair.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.rest = rest;
        let value = i64::from(pair[0] - b'0') * 10 + i64::from(pair[1] - b'0');
        (low..=high).contains(&value).then_some(value)
    }

    /// Four digits or more without leading zeros; there is no year 0.
    fn year(&mut self) -> Option<i64> {
        let negative = self.rest.first() == Some(&b'-');
        if negative {
            self.rest = &self.rest[1..];
        }
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(length);
        // Nine digits keep all arithmetic in range; no calendar of the field goes there.
        if !(4..=9).contains(&length) || (length > 4 && digits[0] == b'0') {
            return None;
        }
        self.rest = rest;
        let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        (value != 0).then_some(if negative { -value } else { value })
    }

    fn zone(&mut self) -> Option<Option<i32>> {
        let sign = match self.rest.first() {
            None => return Some(None),
            Some(b'Z') => {
                self.rest = &self.rest[1..];
                return Some(Some(0));
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.rest = &self.rest[1..];
        let hours = self.two(0, 14)?;
        self.literal(b':')?;
        let minutes = self.two(0, if hours == 14 { 0 } else { 59 })?;
        Some(Some(sign * (hours * 60 + minutes) as i32))
    }
}

impl Instant {
    /// Reads a value of one of the date and time types.
    pub(super) fn parse(primitive: Primitive, text: &str) -> Option<Self> {
        use Primitive::{Date, DateTime, GDay, GMonth, GMonthDay, GYear, GYearMonth, Time};
        let mut at = Cursor { rest: text.as_bytes() };
        // A leap year and a long month stand for what the type leaves open.
        let (mut year, mut month, mut day, mut seconds) = (2000, 1, 1, 0);
        let mut fraction = "";
        if matches!(primitive, DateTime | Date | GYearMonth | GYear) {
            year = at.year()?;
        } else if matches!(primitive, GMonthDay | GDay | GMonth) {
            at.literal(b'-')?;
        }
        if matches!(primitive, DateTime | Date | GYearMonth | GMonthDay | GMonth) {
            at.literal(b'-')?;
            month = at.two(1, 12)?;
            // The first edition of the specification wrote months as `--MM--`; Xerces still reads both.
            if primitive == GMonth && at.rest.starts_with(b"--") {
                at.rest = &at.rest[2..];
            }
        }
        if primitive == GDay {
            at.literal(b'-')?;
        }
        if matches!(primitive, DateTime | Date | GMonthDay | GDay) {
            at.literal(b'-')?;
            day = at.two(1, days_in_month(year, month))?;
        }
        if primitive == DateTime {
            at.literal(b'T')?;
        }
        if matches!(primitive, DateTime | Time) {
            let hours = at.two(0, 24)?;
            at.literal(b':')?;
            let minutes = at.two(0, 59)?;
            at.literal(b':')?;
            seconds = hours * 3600 + minutes * 60 + at.two(0, 59)?;
            if at.rest.first() == Some(&b'.') {
                let digits = at.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                let start = text.len() - at.rest.len() + 1;
                fraction = text[start..start + digits].trim_end_matches('0');
                at.rest = &at.rest[1 + digits..];
            }
            if seconds > 86_400 || (hours == 24 && (seconds != 86_400 || !fraction.is_empty())) {
                return None;
            }
            if primitive == Time {
                seconds %= 86_400;
            }
        }
        let zone = at.zone()?;
        if !at.rest.is_empty() {
            return None;
        }
        Some(Self { seconds: days(year, month, day) * 86_400 + seconds, fraction: fraction.into(), zone })
    }

    fn utc(&self, zone: i32) -> (i64, &str) {
        (self.seconds - i64::from(zone) * 60, &self.fraction)
    }

    /// The order of two instants (part 2, section 3.2.7.4); `None` where a missing zone leaves it open.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        /// A zone that is not written may be anything within 14 hours of UTC.
        const WIDEST: i32 = 14 * 60;
        match (self.zone, other.zone) {
            (Some(a), Some(b)) => Some(self.utc(a).cmp(&other.utc(b))),
            (None, None) => Some(self.utc(0).cmp(&other.utc(0))),
            (Some(zone), None) => {
                let (earliest, latest) = (other.utc(WIDEST), other.utc(-WIDEST));
                let own = self.utc(zone);
                (own < earliest).then_some(Ordering::Less).or((own > latest).then_some(Ordering::Greater))
            }
            (None, Some(_)) => other.compare(self).map(Ordering::reverse),
        }
    }

    pub(super) fn canonical(&self) -> String {
        let (seconds, fraction) = self.utc(self.zone.unwrap_or(0));
        let zone = if self.zone.is_some() { "Z" } else { "" };
        format!("{seconds}.{fraction}{zone}")
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the start of year 0 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    before * 365 + leaps + months + day - 1
}

/// Whether a text is `xs:duration` (part 2, section 3.2.6).
pub(super) fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some(text) = text.strip_prefix('P') else {
        return false;
    };
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    // Parts are in this order, each at most once; only seconds have a fraction.
    let parts = |mut text: &str, units: &str, fraction: bool| {
        let mut units = units.chars();
        while !text.is_empty() {
            let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let mut rest = &text[digits..];
            let mut fractional = false;
            if let Some(after) = rest.strip_prefix('.').filter(|_| fraction) {
                let trimmed = after.trim_start_matches(|c: char| c.is_ascii_digit());
                fractional = trimmed.len() < after.len();
                rest = trimmed;
                if !fractional {
                    return false;
                }
            }
            let Some(unit) = rest.chars().next() else {
                return false;
            };
            if digits == 0 || (fractional && unit != 'S') || !units.any(|known| known == unit) {
                return false;
            }
            text = &rest[unit.len_utf8()..];
        }
        true
    };
    !text.is_empty()
        && parts(date, "YMD", false)
        && time.is_none_or(|time| !time.is_empty() && parts(time, "HMS", true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_exist_or_are_refused() {
        for (primitive, good, bad) in [
            (
                Primitive::Date,
                &["2024-02-29", "-0001-01-01", "2024-01-01+03:00", "12024-01-01Z"][..],
                &["2023-02-29", "2024-13-01", "0000-01-01", "2024-1-1", "2024-01-01+15:00", "24-01-01"][..],
            ),
            (
                Primitive::DateTime,
                &["2024-01-01T24:00:00", "2024-01-01T10:00:00.5Z"],
                &["2024-01-01T24:00:01", "2024-01-01T10:00:00.", "2024-01-01", "2024-01-01T10:60:00"],
            ),
            (Primitive::GMonthDay, &["--02-29", "--12-31Z"], &["--02-30", "-02-29"]),
            (Primitive::GDay, &["---31"], &["---32", "--31"]),
            (Primitive::GMonth, &["--12", "--12--"], &["--13", "--12-"]),
            (Primitive::GYearMonth, &["2024-01"], &["2024"]),
            (Primitive::Time, &["00:00:00", "24:00:00"], &["25:00:00"]),
        ] {
            for text in good {
                assert!(Instant::parse(primitive, text).is_some(), "{text}");
            }
            for text in bad {
                assert!(Instant::parse(primitive, text).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn instants_compare_across_zones() {
        let order = |a, b| {
            Instant::parse(Primitive::DateTime, a)
                .unwrap()
                .compare(&Instant::parse(Primitive::DateTime, b).unwrap())
        };
        assert_eq!(order("2024-01-01T00:00:00+03:00", "2023-12-31T21:00:00Z"), Some(Ordering::Equal));
        assert_eq!(order("2024-01-01T24:00:00", "2024-01-02T00:00:00"), Some(Ordering::Equal));
        assert_eq!(order("2024-01-01T00:00:00.5", "2024-01-01T00:00:00.25"), Some(Ordering::Greater));
        assert_eq!(order("2024-01-01T00:00:00Z", "2024-01-01T01:00:00"), None);
        assert_eq!(order("2024-01-01T00:00:00Z", "2024-01-03T01:00:00"), Some(Ordering::Less));
    }

    #[test]
    fn durations_follow_the_order_of_units() {
        for good in ["P1Y", "-P1Y2M3DT4H5M6.7S", "PT0S", "P1M", "PT1M"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["P", "PT", "P1S", "1Y", "P1M1Y", "P1YT", "PT1.5H", "P-1Y", "PT1.S"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
