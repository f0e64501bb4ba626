//! Files as tables: CSV as spreadsheets write it, and XLSX.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use semd_core::bounded::read_file;

use super::table::date;
use super::{MAX_FILE, ReferenceError, Table, TableSpec};

/// The table of a name in a folder, when one of its files is there.
pub(super) fn table(spec: &'static TableSpec, folder: &Path) -> Result<Option<Table>, ReferenceError> {
    let path = folder.join(format!("{}.csv", spec.name));
    if path.is_file() {
        let fail = |source| ReferenceError::File { path: path.clone(), source };
        let bytes = read_file(&path, MAX_FILE as usize).map_err(fail)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(fail(std::io::ErrorKind::FileTooLarge.into()));
        }
        return csv(spec, &path, &bytes).map(Some);
    }
    let path = folder.join(format!("{}.xlsx", spec.name));
    if path.is_file() { xlsx(spec, &path).map(Some) } else { Ok(None) }
}

/// A CSV file: UTF-8 with or without a byte order mark, `;` or `,` between fields, names of columns in the first line.
pub(super) fn csv(spec: &'static TableSpec, path: &Path, bytes: &[u8]) -> Result<Table, ReferenceError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let delimiter = if first.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let fail = |error: &csv::Error| ReferenceError::NotATable {
        path: path.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        // The reader's own words may quote a value.
        reason: match error.kind() {
            csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
            _ => "not CSV".to_owned(),
        },
    };
    let heading: Vec<String> =
        reader.headers().map_err(|error| fail(&error))?.iter().map(str::to_owned).collect();
    let mut builder = Builder::new(spec, path, &heading)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| fail(&error))? {
        builder.row(record.iter(), record.position().map_or(0, csv::Position::line))?;
    }
    Ok(builder.table)
}

/// The first sheet of an XLSX file.
fn xlsx(spec: &'static TableSpec, path: &Path) -> Result<Table, ReferenceError> {
    let fail = |line, reason: &str| ReferenceError::NotATable {
        path: path.to_owned(),
        line,
        reason: reason.to_owned(),
    };
    let size = std::fs::metadata(path)
        .map_err(|source| ReferenceError::File { path: path.to_owned(), source })?
        .len();
    if size > MAX_FILE / 8 {
        return Err(fail(0, "too large for XLSX: save it as CSV"));
    }
    let mut book: Xlsx<_> = open_workbook(path).map_err(|_| fail(0, "not XLSX"))?;
    let sheet = book.worksheet_range_at(0).and_then(Result::ok).ok_or_else(|| fail(0, "no sheet"))?;
    let mut rows = sheet.rows();
    let heading: Vec<String> = rows.next().unwrap_or_default().iter().map(cell).collect();
    let mut builder = Builder::new(spec, path, &heading)?;
    for (row, line) in rows.zip(2..) {
        let values: Vec<String> = row.iter().map(cell).collect();
        builder.row(values.iter().map(String::as_str), line)?;
    }
    Ok(builder.table)
}

/// A cell as the text a person sees: codes stay whole numbers, dates become `YYYY-MM-DD`.
fn cell(data: &Data) -> String {
    match data {
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}

/// Rows on their way into a table.
struct Builder<'p> {
    table: Table,
    path: &'p Path,
    /// For each column of the table, its place in the file.
    places: Vec<Option<usize>>,
}

impl<'p> Builder<'p> {
    fn new(spec: &'static TableSpec, path: &'p Path, heading: &[String]) -> Result<Self, ReferenceError> {
        let place = |name: &str| heading.iter().position(|head| head.trim().eq_ignore_ascii_case(name));
        let places: Vec<_> = spec.columns.iter().map(|column| place(&column.name)).collect();
        let missing = spec.columns.iter().zip(&places).find(|(column, at)| column.required && at.is_none());
        match missing {
            Some((column, _)) => {
                Err(ReferenceError::NoColumn { path: PathBuf::from(path), column: column.name.clone() })
            }
            None => Ok(Self { table: Table::empty(spec), path, places }),
        }
    }

    fn row<'v>(&mut self, values: impl Iterator<Item = &'v str>, line: u64) -> Result<(), ReferenceError> {
        let values: Vec<&str> = values.map(str::trim).collect();
        let row: Vec<String> = self
            .places
            .iter()
            .map(|place| {
                place.and_then(|at| values.get(at)).map_or_else(String::new, |value| (*value).to_owned())
            })
            .collect();
        if row.iter().all(String::is_empty) {
            return Ok(());
        }
        for (column, value) in self.table.spec().columns.iter().zip(&row) {
            let dated = ["valid_from", "valid_to", "birth_date", "deadline"].contains(&column.name.as_str());
            if dated && !value.is_empty() && date(value).is_none() {
                return Err(ReferenceError::NotADate {
                    path: self.path.to_owned(),
                    line,
                    column: column.name.clone(),
                });
            }
        }
        self.table.extend([row]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organizations() -> &'static TableSpec {
        TableSpec::find("organizations").unwrap()
    }

    fn read(text: &[u8]) -> Result<Table, ReferenceError> {
        csv(organizations(), Path::new("o.csv"), text)
    }

    #[test]
    fn spreadsheets_are_read_whatever_they_put_between_fields() {
        for text in ["\u{feff}OID;name;extra\r\n1.2;\"А; Б\";x\r\n;;\r\n", "oid,name\n1.2,А; Б\n"] {
            let table = read(text.as_bytes()).unwrap();
            assert_eq!(table.len(), 1);
            assert!(table.find("1.2").all(|row| row.get("ogrn").is_empty()));
        }
        assert_eq!(read(b"oid;name\n1.2;\xD0\x90; tail\n").unwrap().rows().next().unwrap().get("name"), "А");
    }

    #[test]
    fn what_is_no_table_is_named_with_its_place() {
        assert!(
            matches!(read(b"name\nx\n"), Err(ReferenceError::NoColumn { column, .. }) if column == "oid")
        );
        assert!(matches!(read(b"oid;name\n1;\xC0\xE0\n"), Err(ReferenceError::NotATable { line: 2, .. })));
        let dated = read("oid;valid_to\n1;когда-нибудь\n".as_bytes());
        assert!(matches!(dated, Err(ReferenceError::NotADate { line: 2, .. })));
        for error in [read(b"name\n"), dated] {
            let message = error.unwrap_err().message();
            assert_ne!(message.ru, message.en);
        }
    }
}
