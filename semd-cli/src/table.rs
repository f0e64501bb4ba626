//! Plain tables for people: columns as wide as their contents, no escape codes.

use std::fmt;

/// A table with a header line.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with the given column titles.
    pub fn new<const N: usize>(titles: [&str; N]) -> Self {
        Self::of(titles.map(str::to_owned).to_vec())
    }

    /// A table with as many columns as titles.
    pub fn of(titles: Vec<String>) -> Self {
        Self { rows: vec![titles] }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.add(cells.to_vec());
    }

    /// Adds a row of as many cells as there are titles.
    pub fn add(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

/// Width a table keeps to where its words allow, columns.
const MAX_WIDTH: usize = 120;
/// Spaces between columns.
const GAP: usize = 2;

/// The words of a cell in lines of at most `width` characters; a longer word stays whole.
fn wrap(cell: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in cell.split(' ') {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + length;
            }
            _ => {
                lines.push(word.to_owned());
                used = length;
            }
        }
    }
    lines
}

impl Table {
    /// Widths of the columns: as their contents, the widest narrowed down to its longest word while the table is too wide.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows[0].len();
        let widest = |length: &dyn Fn(&str) -> usize| -> Vec<usize> {
            (0..columns)
                .map(|column| self.rows.iter().map(|row| length(&row[column])).max().unwrap_or(0))
                .collect()
        };
        let mut widths = widest(&|cell| cell.chars().count());
        let least = widest(&|cell| cell.split(' ').map(|word| word.chars().count()).max().unwrap_or(0));
        let room = MAX_WIDTH - GAP * (columns - 1);
        while widths.iter().sum::<usize>() > room {
            let Some(column) = (0..columns)
                .filter(|&column| widths[column] > least[column])
                .max_by_key(|&column| widths[column])
            else {
                break;
            };
            widths[column] -= 1;
        }
        widths
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<Vec<String>> =
                row.iter().zip(&widths).map(|(cell, &width)| wrap(cell, width)).collect();
            for at in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut line = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let part = cell.get(at).map_or("", String::as_str);
                    line.push_str(&format!("{part:<width$}{:GAP$}", ""));
                }
                writeln!(f, "{}", line.trim_end())?;
            }
            if index == 0 {
                writeln!(f, "{}", "─".repeat(widths.iter().sum::<usize>() + GAP * (widths.len() - 1)))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn wide_cells_wrap_at_words_and_narrow_tables_stay_as_they_are() {
        let mut table = Table::new(["file", "codes"]);
        table.row(["a.xml".into(), "ONE TWO".into()]);
        assert_eq!(table.to_string(), "file   codes\n──────────────\na.xml  ONE TWO\n");
        table.row(["b.xml".into(), ["SIGNATURE_VERIFICATION_ERROR"; 8].join(" ")]);
        let text = table.to_string();
        assert!(text.lines().all(|line| line.chars().count() <= super::MAX_WIDTH), "{text}");
        assert_eq!(text.matches("SIGNATURE_VERIFICATION_ERROR").count(), 8);
        assert_eq!(text.matches("b.xml").count(), 1);
    }

    #[test]
    fn a_word_longer_than_the_table_stays_whole() {
        let mut table = Table::new(["file", "codes"]);
        let long = "x".repeat(200);
        table.row([long.clone(), "ONE TWO".into()]);
        assert!(table.to_string().contains(&long));
    }
}
