//! Names of package folders: the kind, and the first day where several editions of its rules are kept.

use std::borrow::Cow;

use time::Date;
use time::macros::format_description;

/// A package folder: `119`, or `119@2025-03-01` for rules in force from that day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EditionName {
    /// The name itself.
    pub(super) folder: String,
    pub(super) kind: String,
    pub(super) valid_from: Option<Date>,
}

impl EditionName {
    /// Reads the name of a folder; `None` where the day behind `@` is none.
    pub(super) fn parse(folder: &str) -> Option<Self> {
        let (kind, valid_from) = match folder.split_once('@') {
            None => (folder, None),
            Some((kind, day)) => {
                (kind, Some(Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?))
            }
        };
        Some(Self { folder: folder.to_owned(), kind: kind.to_owned(), valid_from })
    }

    /// The name of an edition.
    pub(super) fn new(kind: &str, valid_from: Option<Date>) -> Self {
        let folder = valid_from.map_or_else(|| kind.to_owned(), |day| format!("{kind}@{day}"));
        Self { folder, kind: kind.to_owned(), valid_from }
    }

    /// The entry of the schema set.
    pub(super) fn schema(&self) -> String {
        format!("{}/xsd/CDA.xsd", self.folder)
    }

    /// The name of a file without the day, so that the same files have the same digest whenever they come into force.
    pub(super) fn undated<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match name
            .strip_prefix(&self.folder)
            .filter(|rest| self.valid_from.is_some() && rest.starts_with('/'))
        {
            Some(rest) => Cow::Owned(format!("{}{rest}", self.kind)),
            None => Cow::Borrowed(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn folder_names_are_read_as_they_are_written() {
        let dated = EditionName::new("119", Some(date!(2025 - 03 - 01)));
        assert_eq!(dated.folder, "119@2025-03-01");
        assert_eq!(EditionName::parse("119@2025-03-01"), Some(dated.clone()));
        assert_eq!(EditionName::parse("119"), Some(EditionName::new("119", None)));
        assert_eq!(EditionName::parse("119@later"), None);
        assert_eq!(dated.undated("119@2025-03-01/xsd/CDA.xsd"), "119/xsd/CDA.xsd");
        assert_eq!(dated.undated("_pool/CDA.xsd"), "_pool/CDA.xsd");
    }
}
