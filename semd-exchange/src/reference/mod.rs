//! Reference data that an operator can obtain: rules of kinds, extracts of federal registers, the own history.
//!
//! Each set is a table in a file; which tables there are and what columns they have is data
//! (`schemas/reference-tables/tables.toml`). Nothing here judges: preflight and the sandbox read the same tables, each with
//! its own eyes.

mod attributes;
mod error;
mod read;
mod spec;
mod table;
mod window;

use std::collections::BTreeMap;
use std::path::Path;

pub use error::ReferenceError;
pub use spec::{ColumnSpec, TableSpec};
pub use table::{Row, Table};
pub use window::KindWindow;

use attributes::AttributeSchemas;

/// Largest file of reference data that is read, bytes.
const MAX_FILE: u64 = 512 << 20;

/// The reference data at hand. A table that is not there is not known, which is another thing than an empty one.
#[derive(Debug, Default)]
pub struct ReferenceData {
    tables: BTreeMap<&'static str, Table>,
    attributes: AttributeSchemas,
}

impl ReferenceData {
    /// Reads every known table of a folder, `NAME.csv` or `NAME.xlsx`, and `attributes/<kind>.xsd`.
    ///
    /// # Errors
    /// When the folder has none of them, or a file cannot be read as the table it is named after.
    pub fn open(folder: &Path) -> Result<Self, ReferenceError> {
        let mut data = Self::default();
        for spec in TableSpec::all() {
            if let Some(table) = read::table(spec, folder)? {
                data.tables.insert(&spec.name, table);
            }
        }
        data.attributes = AttributeSchemas::open(&folder.join("attributes"))?;
        if data.tables.is_empty() && data.attributes.is_empty() {
            return Err(ReferenceError::Nothing { folder: folder.to_owned() });
        }
        Ok(data)
    }

    /// Adds a table from the text of a CSV file, with `name` as its place in errors.
    ///
    /// # Errors
    /// When there is no such table, or the text is not one.
    ///
    /// ```
    /// use semd_exchange::reference::ReferenceData;
    ///
    /// let mut data = ReferenceData::default();
    /// data.insert_csv("organizations", "oid;name;valid_to\n1.2.643;Больница;31.12.2024\n")?;
    /// let row = data.table("organizations").unwrap().find("1.2.643").next().unwrap();
    /// assert_eq!(row.get("name"), "Больница");
    /// assert_eq!(row.date("valid_to"), Some(time::macros::date!(2024 - 12 - 31)));
    /// # Ok::<(), semd_exchange::reference::ReferenceError>(())
    /// ```
    pub fn insert_csv(&mut self, name: &str, text: &str) -> Result<(), ReferenceError> {
        let spec =
            TableSpec::find(name).ok_or_else(|| ReferenceError::UnknownTable { name: name.to_owned() })?;
        let table = read::csv(spec, Path::new(name), text.as_bytes())?;
        self.tables.insert(&spec.name, table);
        Ok(())
    }

    /// Adds the XML Schema of the extra attributes of a kind.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn insert_attribute_schema(&mut self, kind: &str, schema: &[u8]) -> Result<(), ReferenceError> {
        self.attributes.insert(kind, schema)
    }

    /// Adds rows of the own history, which the journal supplies: `local_uid` first, then the other columns of the table.
    pub fn add_history(&mut self, rows: impl IntoIterator<Item = Vec<String>>) {
        if let Some(spec) = TableSpec::find("history") {
            self.tables.entry(&spec.name).or_insert_with(|| Table::empty(spec)).extend(rows);
        }
    }

    /// A table by name; `None` when it was not given.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The names of the tables given, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tables.keys().copied()
    }

    /// The schema of the extra attributes of a kind.
    pub fn attribute_schema(&self, kind: &str) -> Option<&semd_core::xsd::Schema> {
        self.attributes.get(kind)
    }
}
