//! The numbers that ministries ask for every month: what was registered, by kind, organisation and month.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use semd_core::kinds::KindRegistry;
use serde::Serialize;
use time::{Date, OffsetDateTime, UtcOffset};

use crate::journal::{Journal, JournalError};

/// A month of a year.
///
/// ```
/// use semd_exchange::statistics::Month;
///
/// let month: Month = "2026-12".parse()?;
/// assert_eq!(month.next().to_string(), "2027-01");
/// assert!("2026-13".parse::<Month>().is_err());
/// # Ok::<(), semd_exchange::statistics::NoMonth>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: time::Month,
}

/// Text that names no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no month, which looks like 2026-09")]
pub struct NoMonth {
    /// The text.
    pub text: String,
}

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let read = || {
            let (year, month) =
                text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
            let year = year.parse().ok().filter(|year| (2000..=2999).contains(year))?;
            let month = month.parse::<u8>().ok()?.try_into().ok()?;
            Some(Self { year, month })
        };
        read().ok_or_else(|| NoMonth { text: text.to_owned() })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, u8::from(self.month))
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Month {
    /// The month of a moment, where clocks show `offset`.
    pub fn of(moment: OffsetDateTime, offset: UtcOffset) -> Self {
        let date = moment.to_offset(offset).date();
        Self { year: date.year(), month: date.month() }
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        let year = if self.month == time::Month::December { self.year + 1 } else { self.year };
        Self { year, month: self.month.next() }
    }

    /// The moment at which it begins.
    fn begin(self, offset: UtcOffset) -> OffsetDateTime {
        // The first day of a month of these years exists.
        let date = Date::from_calendar_date(self.year, self.month, 1).unwrap_or(Date::MIN);
        date.midnight().assume_offset(offset)
    }
}

/// By what documents are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The document type, НСИ 1.2.643.5.1.13.13.11.1522: editions of a kind count together.
    Type,
    /// The kind, НСИ 1.2.643.5.1.13.13.11.1520.
    Kind,
}

/// Documents of one type (or kind) of one organisation in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthCount {
    /// The month.
    pub month: Month,
    /// OID of the organisation.
    pub organization: String,
    /// Code of the type or kind; of a kind that the registry does not have, `?` and the kind's code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Documents registered.
    pub registered: u64,
    /// Of these, registered by the first request.
    pub at_first_attempt: u64,
}

/// The best month of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Maximum {
    /// OID of the organisation.
    pub organization: String,
    /// Code of the type or kind; `None` for all together.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// The month in which most were registered; the earlier of two equal ones.
    pub month: Month,
    /// How many.
    pub registered: u64,
}

/// Counts what was registered from month `from` to month `until`, both included, where clocks show `offset`. Every month is one
/// question to the journal, answered with groups, not with documents.
///
/// # Errors
/// When the journal fails.
pub fn by_month(
    journal: &dyn Journal,
    from: Month,
    until: Month,
    offset: UtcOffset,
    unit: Unit,
    kinds: &KindRegistry,
) -> Result<Vec<MonthCount>, JournalError> {
    let mut counts: BTreeMap<(Month, String, String), (String, u64, u64)> = BTreeMap::new();
    let mut month = from;
    while month <= until {
        for count in journal.registered_between(month.begin(offset), month.next().begin(offset))? {
            let (code, title) = name(unit, kinds, &count.kind);
            let entry = counts.entry((month, count.organization, code)).or_insert((title, 0, 0));
            entry.1 += count.registered;
            entry.2 += count.at_first_attempt;
        }
        month = month.next();
    }
    let row = |((month, organization, code), (title, registered, at_first_attempt))| MonthCount {
        month,
        organization,
        code,
        title,
        registered,
        at_first_attempt,
    };
    Ok(counts.into_iter().map(row).collect())
}

/// Code and title of what a kind counts as.
fn name(unit: Unit, kinds: &KindRegistry, code: &str) -> (String, String) {
    let Some(kind) = kinds.find(code) else {
        return (format!("?{code}"), String::new());
    };
    match (unit, &kind.document_type) {
        // The registry names types by their kinds: "Протокол консультации (CDA) Редакция 4".
        (Unit::Type, Some(document_type)) => {
            let title = kind.title.split(" (").next().unwrap_or(&kind.title);
            (document_type.clone(), title.to_owned())
        }
        (Unit::Type, None) => (format!("?{code}"), kind.title.clone()),
        (Unit::Kind, _) => (code.to_owned(), kind.title.clone()),
    }
}

/// For every organisation its best month: first of all documents together, then of each type or kind.
pub fn maxima(counts: &[MonthCount]) -> Vec<Maximum> {
    let mut sums: BTreeMap<(&str, Option<&str>), BTreeMap<Month, u64>> = BTreeMap::new();
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    for count in counts {
        titles.insert(&count.code, &count.title);
        for code in [None, Some(count.code.as_str())] {
            let months = sums.entry((&count.organization, code)).or_default();
            *months.entry(count.month).or_default() += count.registered;
        }
    }
    let best = |((organization, code), months): ((&str, Option<&str>), BTreeMap<Month, u64>)| {
        let (month, registered) = months.into_iter().rev().max_by_key(|(_, registered)| *registered)?;
        Some(Maximum {
            organization: organization.to_owned(),
            code: code.map(str::to_owned),
            title: code.and_then(|code| titles.get(code)).copied().unwrap_or_default().to_owned(),
            month,
            registered,
        })
    };
    sums.into_iter().filter_map(best).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::{datetime, offset};

    use super::*;

    fn count(month: &str, organization: &str, code: &str, registered: u64) -> MonthCount {
        MonthCount {
            month: month.parse().unwrap(),
            organization: organization.into(),
            code: code.into(),
            title: format!("title {code}"),
            registered,
            at_first_attempt: 0,
        }
    }

    #[test]
    fn month_begins_where_the_clocks_are() {
        let month: Month = "2026-09".parse().unwrap();
        assert_eq!(month.begin(offset!(+3)), datetime!(2026-08-31 21:00 UTC));
        assert_eq!(Month::of(datetime!(2026-08-31 21:00 UTC), offset!(+3)), month);
        assert_eq!(Month::of(datetime!(2026-08-31 20:59 UTC), offset!(+3)).to_string(), "2026-08");
        for text in ["", "2026", "2026-00", "2026-13", "26-01", "2026-1", "2026-01-01", "-026-01"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }

    #[test]
    fn best_month_of_all_and_of_each() {
        let counts = [
            count("2026-01", "1.2", "5", 10),
            count("2026-01", "1.2", "6", 1),
            count("2026-02", "1.2", "5", 10),
            count("2026-02", "1.2", "6", 3),
            count("2026-02", "1.3", "6", 2),
        ];
        let found: Vec<_> = maxima(&counts)
            .into_iter()
            .map(|one| (one.organization, one.code, one.month.to_string(), one.registered))
            .collect();
        let row = |organization: &str, code: Option<&str>, month: &str, registered| {
            (organization.to_owned(), code.map(str::to_owned), month.to_owned(), registered)
        };
        assert_eq!(
            found,
            [
                row("1.2", None, "2026-02", 13),
                row("1.2", Some("5"), "2026-01", 10),
                row("1.2", Some("6"), "2026-02", 3),
                row("1.3", None, "2026-02", 2),
                row("1.3", Some("6"), "2026-02", 2),
            ]
        );
    }

    #[test]
    fn editions_of_a_kind_count_as_one_type() {
        let kinds = KindRegistry::embedded();
        let edition = |code| name(Unit::Type, &kinds, code);
        assert_eq!(edition("6"), edition("119"), "both are consultation protocols");
        assert_eq!(name(Unit::Kind, &kinds, "119").0, "119");
        assert_eq!(edition("nonsense"), ("?nonsense".to_owned(), String::new()));
    }
}
