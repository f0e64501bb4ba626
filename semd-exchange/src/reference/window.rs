//! When documents of a kind are registered.

use semd_core::kinds::Kind;
use semd_core::nsi::{Store, Version};
use time::Date;

use super::ReferenceData;
use super::table::date;

/// «Виды электронных медицинских документов».
const KINDS: &str = "1.2.643.5.1.13.13.11.1520";

/// The first and the last day on which documents of a kind are registered; `None` does not limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindWindow {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl KindWindow {
    /// The window of a kind: the one of the table `kind-rules`, else that of НСИ 1.2.643.5.1.13.13.11.1520 among the
    /// dictionaries, else what the registry of kinds says.
    ///
    /// ```
    /// use semd_core::kinds::KindRegistry;
    /// use semd_exchange::reference::{KindWindow, ReferenceData};
    ///
    /// let mut data = ReferenceData::default();
    /// data.insert_csv("kind-rules", "kind;valid_to\n119;31.12.2026\n")?;
    /// let kinds = KindRegistry::embedded();
    /// let window = KindWindow::of(kinds.find("119").unwrap(), &data, None);
    /// assert_eq!(window.to, Some(time::macros::date!(2026 - 12 - 31)));
    /// # Ok::<(), semd_exchange::reference::ReferenceError>(())
    /// ```
    pub fn of(kind: &Kind, data: &ReferenceData, dictionaries: Option<&Store>) -> Self {
        let table = || {
            let row = data.table("kind-rules")?.find(&kind.code).next()?;
            let window = Self { from: row.date("valid_from"), to: row.date("valid_to") };
            (window != Self::default()).then_some(window)
        };
        let dictionary = || {
            let row = dictionaries?.dictionary(KINDS, Version::Latest)?.row(&kind.code)?;
            let day = |column| row.get(column).and_then(date);
            Some(Self { from: day("START_DATE"), to: day("END_DATE") })
        };
        let known = |text: &Option<String>| text.as_deref().and_then(date);
        table()
            .or_else(dictionary)
            .unwrap_or_else(|| Self { from: known(&kind.valid_from), to: known(&kind.valid_to) })
    }

    /// Whether documents are registered on a day.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

#[cfg(test)]
mod tests {
    use semd_core::kinds::KindRegistry;
    use semd_core::nsi::{Builder, ImportLimits};
    use time::macros::date;

    use super::*;

    #[test]
    fn table_outweighs_dictionary_and_dictionary_the_registry() {
        let passport = r#"{"oid": "1.2.643.5.1.13.13.11.1520", "version": "12.96", "rowsCount": 1,
            "fields": [{"field": "OID"}, {"field": "NAME"}, {"field": "START_DATE"}, {"field": "END_DATE"}],
            "keys": [{"field": "OID", "type": "PRIMARY"}]}"#;
        let part = r#"{"list": [[{"column": "OID", "value": "119"}, {"column": "START_DATE", "value": "02.01.2022"},
            {"column": "END_DATE", "value": "31.03.2027"}]]}"#;
        let mut builder = Builder::new(ImportLimits::default());
        builder.add("1.2.643.5.1.13.13.11.1520_12.96_passport", passport.as_bytes()).unwrap();
        builder.add("1.2.643.5.1.13.13.11.1520_12.96_part1", part.as_bytes()).unwrap();
        let store = Store::from_bytes(&builder.finish(0, false).unwrap()).unwrap();
        let (kinds, mut data) = (KindRegistry::embedded(), ReferenceData::default());
        let kind = kinds.find("119").unwrap();
        let by_registry = KindWindow { from: Some(date!(2022 - 01 - 01)), to: None };
        assert_eq!(KindWindow::of(kind, &data, None), by_registry);
        let by_dictionary = KindWindow { from: Some(date!(2022 - 01 - 02)), to: Some(date!(2027 - 03 - 31)) };
        assert_eq!(KindWindow::of(kind, &data, Some(&store)), by_dictionary);
        data.insert_csv("kind-rules", "kind;valid_to\n119;30.06.2026\n").unwrap();
        let by_table = KindWindow { from: None, to: Some(date!(2026 - 06 - 30)) };
        assert_eq!(KindWindow::of(kind, &data, Some(&store)), by_table);
        data.insert_csv("kind-rules", "kind;valid_to\n118;30.06.2026\n").unwrap();
        assert_eq!(KindWindow::of(kind, &data, Some(&store)), by_dictionary);
    }
}
