//! Points in time as HL7 writes them (data type TS).

use std::fmt;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// A point in time with the precision it was written in: `YYYY[MM[DD[HHMM[SS]]]][+ZZZZ]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    date: Date,
    time: Option<Time>,
    offset: Option<UtcOffset>,
    /// Number of digits before the zone.
    digits: u8,
}

/// How exactly a point in time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `YYYY`.
    Year,
    /// `YYYYMM`.
    Month,
    /// `YYYYMMDD`.
    Day,
    /// `YYYYMMDDHHMM`.
    Minute,
    /// `YYYYMMDDHHMMSS`.
    Second,
}

impl fmt::Display for Timestamp {
    /// The spelling of HL7.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = self.precision();
        write!(f, "{:04}", self.date.year())?;
        if precision >= Precision::Month {
            write!(f, "{:02}", u8::from(self.date.month()))?;
        }
        if precision >= Precision::Day {
            write!(f, "{:02}", self.date.day())?;
        }
        if let Some(time) = self.time {
            write!(f, "{:02}{:02}", time.hour(), time.minute())?;
            if precision == Precision::Second {
                write!(f, "{:02}", time.second())?;
            }
        }
        if let Some(offset) = self.offset {
            let sign = if offset.is_negative() { '-' } else { '+' };
            write!(f, "{sign}{:02}{:02}", offset.whole_hours().abs(), offset.minutes_past_hour().abs())?;
        }
        Ok(())
    }
}

impl Timestamp {
    /// Reads a TS value; `None` when it is not one, or names a day or hour that does not exist.
    pub fn parse(value: &str) -> Option<Self> {
        let (digits, zone) = match value.find(['+', '-']) {
            Some(at) => (&value[..at], Some(&value[at..])),
            None => (value, None),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 4 | 6 | 8 | 12 | 14) {
            return None;
        }
        let number = |from: usize, to: usize, default: u8| {
            digits.get(from..to).map_or(Some(default), |text| text.parse().ok())
        };
        let year = digits[..4].parse().ok()?;
        let month = Month::try_from(number(4, 6, 1)?).ok()?;
        let date = Date::from_calendar_date(year, month, number(6, 8, 1)?).ok()?;
        let time = match digits.len() {
            12 | 14 => Some(Time::from_hms(number(8, 10, 0)?, number(10, 12, 0)?, number(12, 14, 0)?).ok()?),
            _ => None,
        };
        let offset = match zone {
            Some(text) if text.len() == 5 && text[1..].bytes().all(|byte| byte.is_ascii_digit()) => {
                let sign = if text.starts_with('-') { -1 } else { 1 };
                let hours: i8 = text[1..3].parse().ok()?;
                let minutes: i8 = text[3..5].parse().ok()?;
                Some(UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?)
            }
            Some(_) => return None,
            None => None,
        };
        Some(Self { date, time, offset, digits: digits.len() as u8 })
    }

    /// The date; the first day of the period when the value is coarser than a day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Whether the value names a day or finer.
    pub fn has_day(&self) -> bool {
        self.digits >= 8
    }

    /// The precision it was written in.
    pub fn precision(&self) -> Precision {
        match self.digits {
            4 => Precision::Year,
            6 => Precision::Month,
            8 => Precision::Day,
            12 => Precision::Minute,
            _ => Precision::Second,
        }
    }

    /// Time of day, when the value has one.
    pub fn time(&self) -> Option<Time> {
        self.time
    }

    /// Zone, when the value has one.
    pub fn offset(&self) -> Option<UtcOffset> {
        self.offset
    }

    /// The instant, when the value has a time of day and a zone.
    pub fn instant(&self) -> Option<OffsetDateTime> {
        Some(PrimitiveDateTime::new(self.date, self.time?).assume_offset(self.offset?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_precision() {
        let full = Timestamp::parse("202605141015+0300").unwrap();
        assert_eq!(full.precision(), Precision::Minute);
        assert_eq!(full.instant().unwrap().to_string(), "2026-05-14 10:15:00.0 +03:00:00");
        assert_eq!(Timestamp::parse("20260514101530+0300").unwrap().instant().unwrap().second(), 30);
        let month = Timestamp::parse("202605").unwrap();
        assert!(!month.has_day() && month.instant().is_none());
        assert!(Timestamp::parse("20260514").unwrap().has_day());
    }

    #[test]
    fn values_are_written_as_they_were_read() {
        for value in
            ["2026", "202605", "20260514", "202605141015+0300", "20260514101530-0930", "20260514+0000"]
        {
            assert_eq!(Timestamp::parse(value).unwrap().to_string(), value);
        }
    }

    #[test]
    fn impossible_values_are_refused() {
        for value in [
            "",
            "2026-05-14",
            "20261301",
            "20260230",
            "202605142460+0300",
            "202605141015+03",
            "2026051410",
            "20260514+9900",
            "٢٠٢٦",
        ] {
            assert_eq!(Timestamp::parse(value), None, "{value}");
        }
    }
}
