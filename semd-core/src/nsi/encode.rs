//! Writes the store file; the layout is described in `docs/nsi-store-format.md`.

use sha2::{Digest as _, Sha256};

use super::builder::{Builder, Draft, NO_TEXT, TextId};
use super::error::ImportError;

/// First bytes of a store.
pub(super) const MAGIC: [u8; 8] = *b"semd-nsi";
/// Number of the format that is written and read.
pub(super) const FORMAT: u32 = 1;
/// Size of the header, bytes.
pub(super) const HEADER: usize = 80;
/// Where the checksum begins to count: behind the magic, the format and the checksum itself.
pub(super) const SUMMED_FROM: usize = 16;
/// Flag: what is absent from the store does not exist.
pub(super) const COMPLETE: u32 = 1;

/// The bytes of a store with everything the builder has.
pub(super) fn store(builder: &Builder, imported: i64, complete: bool) -> Result<Vec<u8>, ImportError> {
    let too_large =
        || ImportError::Limit { name: "semd-nsi".to_owned(), what: "rows", limit: u64::from(u32::MAX) };
    let mut names: Vec<&str> = Vec::new();
    for ((oid, version), draft) in &builder.drafts {
        names.extend([oid.as_str(), version.as_str()]);
        names.extend(draft.columns.iter().map(|column| column.name.as_str()));
    }
    let texts = builder.texts.sorted();
    let mut pool: Vec<&str> = texts.iter().map(|(text, _)| *text).collect();
    pool.extend(names);
    pool.sort_unstable();
    pool.dedup();
    let rank = |text: &str| pool.binary_search(&text).map_or(NO_TEXT, |rank| rank as u32);
    let mut ranks = vec![NO_TEXT; texts.len()];
    for &(text, number) in &texts {
        ranks[number as usize] = rank(text);
    }
    let rank_of = |number: Option<TextId>| number.map_or(NO_TEXT, |number| ranks[number as usize]);

    let mut words: Vec<u32> = Vec::new();
    for ((oid, version), draft) in &builder.drafts {
        dictionary(&mut words, [rank(oid), rank(version)], draft, &rank, &rank_of);
    }
    let pool_bytes: usize = pool.iter().map(|text| text.len()).sum();
    let count = |number: usize| u32::try_from(number).map_err(|_| too_large());
    let counts = [count(pool.len())?, count(pool_bytes)?, count(words.len())?, count(builder.drafts.len())?];

    let mut contents = Vec::with_capacity(4 * (pool.len() + words.len() + 1) + pool_bytes);
    let mut offset = 0_u32;
    for text in &pool {
        contents.extend(offset.to_le_bytes());
        offset += text.len() as u32;
    }
    contents.extend(offset.to_le_bytes());
    words.iter().for_each(|word| contents.extend(word.to_le_bytes()));
    pool.iter().for_each(|text| contents.extend(text.as_bytes()));

    let mut summed = Vec::with_capacity(HEADER + contents.len());
    summed.extend(imported.to_le_bytes());
    summed.extend(if complete { COMPLETE } else { 0 }.to_le_bytes());
    summed.extend(0_u32.to_le_bytes());
    counts.iter().for_each(|count| summed.extend(count.to_le_bytes()));
    summed.extend(Sha256::digest(&contents));
    summed.extend(contents);
    let mut bytes = Vec::with_capacity(SUMMED_FROM + summed.len());
    bytes.extend(MAGIC);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(crc32fast::hash(&summed).to_le_bytes());
    bytes.extend(summed);
    Ok(bytes)
}

fn dictionary(
    words: &mut Vec<u32>,
    [oid, version]: [u32; 2],
    draft: &Draft,
    rank: &dyn Fn(&str) -> u32,
    rank_of: &dyn Fn(Option<TextId>) -> u32,
) {
    let rows = draft.row_count();
    let mut aliases: Vec<u32> = draft.aliases.iter().map(|&alias| rank_of(Some(alias))).collect();
    aliases.sort_unstable();
    aliases.dedup();
    aliases.retain(|&alias| alias != oid);
    let declared = draft.declared_rows.map_or(u32::MAX, |rows| u32::try_from(rows).unwrap_or(u32::MAX - 1));
    words.extend([oid, version, rank_of(draft.title), rank_of(draft.short_title), rank_of(draft.published)]);
    words.extend([declared, aliases.len() as u32, draft.columns.len() as u32, rows as u32]);
    words.extend(aliases);
    for column in &draft.columns {
        words.extend([rank(&column.name), rank_of(column.title), rank_of(column.data_type), column.role]);
    }
    // Column by column: a search reads one column.
    let start = words.len();
    words.resize(start + draft.columns.len() * rows, NO_TEXT);
    for (at, row) in draft.rows().enumerate() {
        for &(column, value) in row {
            words[start + usize::from(column) * rows + at] = rank_of(Some(value));
        }
    }
}
