//! Which tables there are.

use std::sync::OnceLock;

use serde::Deserialize;

static TABLES: &str = include_str!("../../../schemas/reference-tables/tables.toml");

/// A table of reference data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Name; the file is called so.
    pub name: String,
    /// Where its content comes from.
    pub source: String,
    /// What it holds, in Russian.
    pub title_ru: String,
    /// What it holds, in English.
    pub title_en: String,
    /// Its columns; rows are looked up by the first.
    pub columns: Vec<ColumnSpec>,
}

/// A column of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// Name, the heading in the file.
    pub name: String,
    /// Whether the file must have it.
    pub required: bool,
    /// What it holds, in Russian.
    pub ru: String,
    /// What it holds, in English.
    pub en: String,
}

#[derive(Deserialize)]
struct File {
    table: Vec<TableSpec>,
}

impl TableSpec {
    /// All tables.
    #[expect(clippy::missing_panics_doc, reason = "a test reads the embedded file")]
    pub fn all() -> &'static [TableSpec] {
        static PARSED: OnceLock<Vec<TableSpec>> = OnceLock::new();
        PARSED.get_or_init(|| {
            toml::from_str::<File>(TABLES).expect("the embedded tables are read by a test").table
        })
    }

    /// The table of a name.
    pub fn find(name: &str) -> Option<&'static TableSpec> {
        Self::all().iter().find(|table| table.name == name)
    }

    /// Place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Code;

    #[test]
    fn every_need_of_a_code_is_a_table_or_given_otherwise() {
        for need in Code::all().iter().flat_map(|code| &code.needs) {
            let otherwise = ["nsi", "trust", "kinds", "attribute-schemas"].contains(need);
            assert!(otherwise || TableSpec::find(need).is_some(), "{need}");
        }
    }
}
