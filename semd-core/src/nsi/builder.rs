//! Collects dictionaries file by file.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::encode;
use super::error::ImportError;
use super::json::{self, Export, Part, Passport};
use super::source_name::{Content, SourceName};
use super::store::Store;

/// Limits on what is imported. The largest official dictionary known has 92 thousand rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// Size of one file, bytes.
    pub max_file_bytes: u64,
    /// Size of all files together, bytes.
    pub max_total_bytes: u64,
    /// Number of files in a folder or archive.
    pub max_files: usize,
    /// Columns of one dictionary.
    pub max_columns: usize,
    /// Rows of one dictionary.
    pub max_rows: usize,
    /// Cells (rows times columns) of all dictionaries together.
    pub max_cells: usize,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self {
            max_file_bytes: 256 << 20,
            max_total_bytes: 4 << 30,
            max_files: 100_000,
            max_columns: 256,
            max_rows: 4_000_000,
            max_cells: 256 << 20,
        }
    }
}

/// Number of a text in the builder.
pub(super) type TextId = u32;
/// The number that stands for "no value".
pub(super) const NO_TEXT: TextId = u32::MAX;

/// Values of a row that are there, each with its column.
pub(super) type DraftRow = Vec<(u16, TextId)>;

/// One version of a dictionary while it is collected.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: Option<TextId>,
    pub(super) short_title: Option<TextId>,
    pub(super) published: Option<TextId>,
    pub(super) declared_rows: Option<u64>,
    pub(super) aliases: Vec<TextId>,
    pub(super) columns: Vec<DraftColumn>,
    /// Rows by the number of their part.
    parts: BTreeMap<u32, Vec<DraftRow>>,
    has_passport: bool,
}

impl Draft {
    /// The rows in the order of their parts, whatever the order of the files was.
    pub(super) fn rows(&self) -> impl Iterator<Item = &DraftRow> {
        self.parts.values().flatten()
    }

    pub(super) fn row_count(&self) -> usize {
        self.parts.values().map(Vec::len).sum()
    }
}

/// One column while it is collected.
#[derive(Debug)]
pub(super) struct DraftColumn {
    pub(super) name: String,
    pub(super) title: Option<TextId>,
    pub(super) data_type: Option<TextId>,
    pub(super) role: u32,
}

/// Texts by number, each once.
#[derive(Debug, Default)]
pub(super) struct Texts {
    numbers: HashMap<Box<str>, TextId, foldhash::fast::RandomState>,
    pub(super) bytes: u64,
}

impl Texts {
    fn number(&mut self, text: &str) -> TextId {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.numbers.len() as TextId;
        self.bytes += text.len() as u64;
        self.numbers.insert(text.into(), number);
        number
    }

    /// All texts with their numbers, sorted by text.
    pub(super) fn sorted(&self) -> Vec<(&str, TextId)> {
        let mut texts: Vec<_> = self.numbers.iter().map(|(text, &number)| (&**text, number)).collect();
        texts.sort_unstable();
        texts
    }
}

/// Collects dictionaries and writes them as one store.
#[derive(Debug)]
pub struct Builder {
    limits: ImportLimits,
    total_bytes: u64,
    pub(super) texts: Texts,
    pub(super) drafts: BTreeMap<(String, String), Draft>,
}

impl Builder {
    /// A builder without dictionaries.
    pub fn new(limits: ImportLimits) -> Self {
        Self { limits, total_bytes: 0, texts: Texts::default(), drafts: BTreeMap::new() }
    }

    /// The limits given.
    pub fn limits(&self) -> &ImportLimits {
        &self.limits
    }

    /// Number of dictionary versions collected so far.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Whether nothing was collected.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Adds one file; `Ok(false)`: by its name it is not a file of a dictionary, and nothing was done.
    ///
    /// # Errors
    /// What is wrong with the file. The builder is then not fit for [`Builder::finish`].
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<bool, ImportError> {
        let Some(source) = SourceName::read(name) else { return Ok(false) };
        self.admit(name, bytes.len() as u64)?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let reason = |reason| ImportError::Json { name: name.to_owned(), reason };
        match source.content {
            Content::Passport => {
                let passport: Passport<'_> = serde_json::from_slice(bytes).map_err(reason)?;
                // A file may be named by an older identifier of the same dictionary.
                let named = passport.oid == source.oid
                    || passport.codes.iter().flatten().any(|code| code.value == source.oid);
                if !named || passport.version != source.version {
                    return Err(ImportError::Mismatch {
                        name: name.to_owned(),
                        oid: passport.oid.into_owned(),
                        version: passport.version.into_owned(),
                    });
                }
                self.passport(name, source, passport)?;
            }
            Content::Part(number) => {
                let part: Part<'_> = serde_json::from_slice(bytes).map_err(reason)?;
                let rows = part.list.iter().map(|row| {
                    row.iter().filter_map(|cell| {
                        cell.value.0.as_deref().map(|value| (&*cell.column, Cow::Borrowed(value)))
                    })
                });
                self.rows(name, source, number, rows)?;
            }
            Content::Export => {
                let export: Export = serde_json::from_slice(bytes).map_err(reason)?;
                let rows = export.records.iter().map(|row| {
                    row.iter()
                        .filter_map(|(column, value)| Some((column.as_str(), json::export_value(value)?)))
                });
                self.rows(name, source, 0, rows)?;
            }
        }
        Ok(true)
    }

    /// Adds those dictionary versions of a store that were not added yet.
    ///
    /// # Errors
    /// [`ImportError::Limit`].
    pub fn add_store(&mut self, store: &Store) -> Result<(), ImportError> {
        for dictionary in store.dictionaries() {
            let key = (dictionary.oid().to_owned(), dictionary.version().to_owned());
            if self.drafts.contains_key(&key) {
                continue;
            }
            let mut number = |text: Option<&str>| text.map(|text| self.texts.number(text));
            let mut draft = Draft {
                title: number(dictionary.title()),
                short_title: number(dictionary.short_title()),
                published: number(dictionary.published()),
                declared_rows: dictionary.declared_rows(),
                aliases: dictionary.aliases().filter_map(|alias| number(Some(alias))).collect(),
                ..Draft::default()
            };
            for column in dictionary.columns() {
                draft.columns.push(DraftColumn {
                    name: column.name().to_owned(),
                    title: number(column.title()),
                    data_type: number(column.data_type()),
                    role: column.role() as u32,
                });
            }
            let rows = dictionary.rows().map(|row| {
                let cells = (0_u16..).zip(row.values());
                cells.filter_map(|(column, value)| Some((column, number(value)?))).collect()
            });
            draft.parts.insert(0, rows.collect());
            self.check_texts(dictionary.oid())?;
            self.drafts.insert(key, draft);
        }
        Ok(())
    }

    /// The bytes of the store file. `imported`: the time of import, seconds since 1970-01-01 UTC. `complete`: the sources held
    /// every dictionary and version there is, so that what is absent does not exist.
    ///
    /// # Errors
    /// [`ImportError::Limit`] when the store would exceed what its format can hold.
    pub fn finish(&self, imported: i64, complete: bool) -> Result<Vec<u8>, ImportError> {
        let mut cells = 0_usize;
        for ((oid, _), draft) in &self.drafts {
            cells = cells.saturating_add(draft.row_count() * draft.columns.len());
            if cells > self.limits.max_cells {
                let limit = self.limits.max_cells as u64;
                return Err(ImportError::Limit { name: oid.clone(), what: "cells", limit });
            }
        }
        encode::store(self, imported, complete)
    }

    fn admit(&mut self, name: &str, bytes: u64) -> Result<(), ImportError> {
        let limit = |what, limit| ImportError::Limit { name: name.to_owned(), what, limit };
        if bytes > self.limits.max_file_bytes {
            return Err(limit("bytes", self.limits.max_file_bytes));
        }
        self.total_bytes = self.total_bytes.saturating_add(bytes);
        if self.total_bytes > self.limits.max_total_bytes {
            return Err(limit("bytes in all files together", self.limits.max_total_bytes));
        }
        Ok(())
    }

    fn passport(
        &mut self,
        name: &str,
        source: SourceName<'_>,
        passport: Passport<'_>,
    ) -> Result<(), ImportError> {
        let mut number = |text: Option<String>| text.map(|text| self.texts.number(&text));
        let draft = self.drafts.entry((source.oid.to_owned(), source.version.to_owned())).or_default();
        if draft.has_passport {
            return Err(ImportError::Twice { name: name.to_owned() });
        }
        draft.has_passport = true;
        draft.title = number(passport.full_name);
        draft.short_title = number(passport.short_name);
        draft.published = number(passport.publish_date);
        draft.declared_rows = passport.rows_count;
        let codes = passport.codes.unwrap_or_default();
        let oids = codes.into_iter().map(|code| code.value).chain([passport.oid.into_owned()]);
        draft.aliases = oids.filter_map(|oid| number(Some(oid))).collect();
        for field in passport.fields.unwrap_or_default() {
            let column = column(&mut draft.columns, &field.field, self.limits.max_columns, name)?;
            draft.columns[column].title = number(field.alias);
            draft.columns[column].data_type = number(field.data_type);
        }
        for key in passport.keys.unwrap_or_default() {
            let role = match &*key.kind {
                "PRIMARY" => super::ColumnRole::Key,
                "VALUE" => super::ColumnRole::Name,
                _ => continue,
            };
            let column = column(&mut draft.columns, &key.field, self.limits.max_columns, name)?;
            draft.columns[column].role = role as u32;
        }
        self.check_texts(name)
    }

    /// Adds the rows of one part.
    fn rows<'r, R>(
        &mut self,
        name: &str,
        source: SourceName<'_>,
        number: u32,
        rows: impl Iterator<Item = R>,
    ) -> Result<(), ImportError>
    where
        R: Iterator<Item = (&'r str, Cow<'r, str>)>,
    {
        let limits = &self.limits;
        let draft = self.drafts.entry((source.oid.to_owned(), source.version.to_owned())).or_default();
        let mut left = limits.max_rows.saturating_sub(draft.row_count());
        let Entry::Vacant(part) = draft.parts.entry(number) else {
            return Err(ImportError::Twice { name: name.to_owned() });
        };
        let part = part.insert(Vec::new());
        for cells in rows {
            left = left.checked_sub(1).ok_or_else(|| ImportError::Limit {
                name: name.to_owned(),
                what: "rows",
                limit: limits.max_rows as u64,
            })?;
            let mut row = Vec::new();
            for (cell, value) in cells {
                let column = column(&mut draft.columns, cell, limits.max_columns, name)?;
                row.push((column as u16, self.texts.number(&value)));
            }
            part.push(row);
        }
        self.check_texts(name)
    }

    /// Texts are numbered and placed by 32 bits.
    fn check_texts(&self, name: &str) -> Result<(), ImportError> {
        let limit = u64::from(u32::MAX) - 1;
        if self.texts.bytes > limit {
            return Err(ImportError::Limit { name: name.to_owned(), what: "bytes", limit });
        }
        Ok(())
    }
}

/// The number of a column, added when it is new.
fn column(
    columns: &mut Vec<DraftColumn>,
    name: &str,
    limit: usize,
    file: &str,
) -> Result<usize, ImportError> {
    if let Some(known) = columns.iter().position(|column| column.name == name) {
        return Ok(known);
    }
    if columns.len() >= limit.min(usize::from(u16::MAX)) {
        return Err(ImportError::Limit { name: file.to_owned(), what: "columns", limit: limit as u64 });
    }
    columns.push(DraftColumn { name: name.to_owned(), title: None, data_type: None, role: 0 });
    Ok(columns.len() - 1)
}
