//! Reads the store file. Bytes may be anything: every number is checked before it is used.

use super::encode::{COMPLETE, FORMAT, HEADER, MAGIC, SUMMED_FROM};
use super::error::StoreError;

/// A text that is absent.
pub(super) const NO_TEXT: u32 = u32::MAX;

/// The checked contents of a store file.
#[derive(Debug)]
pub(super) struct Contents {
    /// When the store was made, seconds since 1970-01-01 UTC.
    pub(super) imported: i64,
    /// Whether what is absent does not exist.
    pub(super) complete: bool,
    /// SHA-256 as the file states it.
    pub(super) stated_digest: [u8; 32],
    /// All texts, one behind the other, sorted.
    pub(super) pool: Box<str>,
    /// Where each text begins, and the end of the last.
    pub(super) offsets: Box<[u32]>,
    /// Everything else, as numbers of texts and counts.
    pub(super) words: Box<[u32]>,
    /// The dictionaries, by identifier, then by version.
    pub(super) records: Vec<Record>,
}

/// Where the parts of one dictionary version are in [`Contents::words`].
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) oid: u32,
    pub(super) version: u32,
    pub(super) title: u32,
    pub(super) short_title: u32,
    pub(super) published: u32,
    pub(super) declared_rows: Option<u32>,
    pub(super) aliases: std::ops::Range<usize>,
    pub(super) columns: std::ops::Range<usize>,
    pub(super) rows: usize,
    /// First cell; the cells of a column are adjacent.
    pub(super) cells: usize,
}

/// Words that describe one column.
pub(super) const COLUMN_WORDS: usize = 4;

/// Reads and checks a whole store file.
pub(super) fn contents(bytes: &[u8]) -> Result<Contents, StoreError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(StoreError::NotAStore);
    }
    let truncated = |expected: u64| StoreError::Truncated { present: bytes.len() as u64, expected };
    if bytes.len() < HEADER {
        return Err(truncated(HEADER as u64));
    }
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let format = word(8);
    if format != FORMAT {
        return Err(StoreError::Format { found: format, known: FORMAT });
    }
    let [texts, pool_bytes, words, dictionaries] = [32, 36, 40, 44].map(|at| word(at) as usize);
    let expected = HEADER as u64 + 4 * (texts as u64 + 1 + words as u64) + pool_bytes as u64;
    if (bytes.len() as u64) < expected {
        return Err(truncated(expected));
    }
    if bytes.len() as u64 > expected {
        return Err(StoreError::Damaged { what: "bytes behind the end" });
    }
    if crc32fast::hash(&bytes[SUMMED_FROM..]) != word(12) {
        return Err(StoreError::Checksum);
    }
    let mut imported = [0; 8];
    imported.copy_from_slice(&bytes[16..24]);
    let mut stated_digest = [0; 32];
    stated_digest.copy_from_slice(&bytes[48..80]);

    let (offsets, rest) = bytes[HEADER..].split_at(4 * (texts + 1));
    let (words, pool) = rest.split_at(4 * words);
    let numbers = |bytes: &[u8]| -> Box<[u32]> {
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    };
    let pool =
        simdutf8::basic::from_utf8(pool).map_err(|_| StoreError::Damaged { what: "texts are not UTF-8" })?;
    let (offsets, words) = (numbers(offsets), numbers(words));
    check_texts(pool, &offsets)?;
    let records = records(&words, texts, dictionaries)?;
    Ok(Contents {
        imported: i64::from_le_bytes(imported),
        complete: word(24) & COMPLETE != 0,
        stated_digest,
        pool: pool.into(),
        offsets,
        words,
        records,
    })
}

/// Texts must lie one behind the other, cover the pool, be cut between characters, and be sorted without repetition.
fn check_texts(pool: &str, offsets: &[u32]) -> Result<(), StoreError> {
    let damaged = StoreError::Damaged { what: "places of texts" };
    if offsets.first() != Some(&0) || offsets.last().map(|&end| end as usize) != Some(pool.len()) {
        return Err(damaged);
    }
    let mut previous = None;
    for pair in offsets.windows(2) {
        let text = pool.get(pair[0] as usize..pair[1] as usize).ok_or(damaged.clone())?;
        if previous.is_some_and(|previous| previous >= text) {
            return Err(StoreError::Damaged { what: "texts are not in order" });
        }
        previous = Some(text);
    }
    Ok(())
}

/// Walks the words of all dictionaries and checks every one.
fn records(words: &[u32], texts: usize, dictionaries: usize) -> Result<Vec<Record>, StoreError> {
    let mut cursor = Cursor { words, at: 0, texts };
    // A dictionary takes nine words at least, so that a wrong count cannot ask for more room than the file has.
    let mut records = Vec::with_capacity(dictionaries.min(words.len() / 9));
    for _ in 0..dictionaries {
        records.push(cursor.record()?);
    }
    if cursor.at != words.len() {
        return Err(StoreError::Damaged { what: "words behind the last dictionary" });
    }
    Ok(records)
}

struct Cursor<'w> {
    words: &'w [u32],
    at: usize,
    texts: usize,
}

impl Cursor<'_> {
    fn take(&mut self, count: usize) -> Result<std::ops::Range<usize>, StoreError> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.words.len());
        let end = end.ok_or(StoreError::Damaged { what: "a dictionary ends behind the file" })?;
        let start = std::mem::replace(&mut self.at, end);
        Ok(start..end)
    }

    fn word(&mut self) -> Result<u32, StoreError> {
        let at = self.take(1)?.start;
        Ok(self.words[at])
    }

    /// A number of a text, which may be absent.
    fn optional(&mut self) -> Result<u32, StoreError> {
        let number = self.word()?;
        if number == NO_TEXT || (number as usize) < self.texts {
            Ok(number)
        } else {
            Err(StoreError::Damaged { what: "number of a text" })
        }
    }

    fn required(&mut self) -> Result<u32, StoreError> {
        match self.optional()? {
            NO_TEXT => Err(StoreError::Damaged { what: "a name is absent" }),
            number => Ok(number),
        }
    }

    fn record(&mut self) -> Result<Record, StoreError> {
        let (oid, version) = (self.required()?, self.required()?);
        let [title, short_title, published] = [self.optional()?, self.optional()?, self.optional()?];
        let declared = self.word()?;
        let [aliases, columns, rows] = [self.word()?, self.word()?, self.word()?].map(|word| word as usize);
        let aliases = self.checked(aliases, Self::required)?;
        let columns = self.checked(columns, |cursor| {
            cursor.required()?;
            cursor.optional()?;
            cursor.optional()?;
            cursor.word()
        })?;
        let count = columns.len() / COLUMN_WORDS;
        let cells = count.checked_mul(rows).ok_or(StoreError::Damaged { what: "number of cells" })?;
        let cells = self.checked(cells, Self::optional)?.start;
        // Without columns there is nothing to tell rows apart.
        let rows = if count == 0 { 0 } else { rows };
        Ok(Record {
            oid,
            version,
            title,
            short_title,
            published,
            declared_rows: (declared != u32::MAX).then_some(declared),
            aliases,
            columns,
            rows,
            cells,
        })
    }

    /// Checks `count` items and answers the words they take.
    fn checked(
        &mut self,
        count: usize,
        mut item: impl FnMut(&mut Self) -> Result<u32, StoreError>,
    ) -> Result<std::ops::Range<usize>, StoreError> {
        let start = self.at;
        for _ in 0..count {
            item(self)?;
        }
        Ok(start..self.at)
    }
}
