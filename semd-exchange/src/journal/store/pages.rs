//! Pages of the list and of a search: bounded work, however many documents the journal has.
//!
//! A page walks along one list of candidates, the sparsest that the filter has an index for, window by window, and looks
//! at each candidate for the rest of the filter. When its time is over it ends where it stands, and the next page goes on
//! from there.

use std::time::{Duration, Instant};

use super::documents;
use crate::journal::record::file_name_key;
use crate::journal::sql::{Param, Session};
use crate::journal::{Filter, JournalError, Page, Record, State};

/// A page begins no further window after so long.
const PATIENCE: Duration = Duration::from_millis(20);
/// Candidates of the first window, and how much the next one grows. The sizes stand in the statements as numbers:
/// PostgreSQL plans for a size that it knows.
const FIRST_WINDOW: i64 = 256;
const GROWTH: i64 = 4;
/// Candidates of a window at most, where each is looked up in `documents`, and where the list itself tells enough.
const LARGEST_WIDE: i64 = 1024;
const LARGEST_NARROW: i64 = 16_384;
/// The list is the sparser, the further so many of its entries reach.
const PROBE: i64 = 1024;
/// Documents of a page whose size nobody asked for.
const AT_ONCE: u32 = 500;

/// `column = value`, or another comparison.
#[derive(Clone, Copy, Debug)]
struct Condition<'f> {
    column: &'static str,
    comparison: &'static str,
    value: Param<'f>,
}

impl<'f> Condition<'f> {
    fn equal(column: &'static str, value: impl Into<Param<'f>>) -> Self {
        Self { column, comparison: "= ?", value: value.into() }
    }
}

/// A list of candidates in the order of their numbers, with an index over `along` and the number.
#[derive(Clone, Debug)]
struct Candidates<'f> {
    table: &'static str,
    number: &'static str,
    along: Option<Condition<'f>>,
    /// What the list itself tells about its entries.
    narrow: Vec<Condition<'f>>,
    /// What only the document tells.
    wide: Vec<Condition<'f>>,
}

/// Direction and beginning of a walk.
#[derive(Clone, Copy, Debug)]
struct Walk {
    newest_first: bool,
    after: i64,
}

impl Walk {
    fn new(newest_first: bool, after: Option<i64>) -> Self {
        Self { newest_first, after: after.unwrap_or(if newest_first { i64::MAX } else { 0 }) }
    }

    /// Whether the walk comes to `number` later than to `other`.
    fn is_beyond(self, number: i64, other: i64) -> bool {
        if self.newest_first { number < other } else { number > other }
    }

    fn order(self) -> &'static str {
        if self.newest_first { "DESC" } else { "ASC" }
    }
}

/// The text of a statement and its parameters.
#[derive(Debug, Default)]
struct Statement<'f> {
    parameters: Vec<Param<'f>>,
}

impl<'f> Statement<'f> {
    fn place(&mut self, parameter: Param<'f>) -> String {
        self.parameters.push(parameter);
        format!("?{}", self.parameters.len())
    }

    fn conditions(&mut self, conditions: &[Condition<'f>]) -> Vec<String> {
        let text = |condition: &Condition<'f>| {
            let place = self.place(condition.value);
            format!("{} {}", condition.column, condition.comparison.replace('?', &place))
        };
        conditions.iter().map(text).collect()
    }
}

impl<'f> Candidates<'f> {
    fn of_documents(along: Option<Condition<'f>>, wide: Vec<Condition<'f>>) -> Self {
        Self { table: "documents", number: "id", along, narrow: Vec::new(), wide }
    }

    fn largest_window(&self) -> i64 {
        match (self.wide.is_empty(), self.narrow.is_empty()) {
            (true, true) => FIRST_WINDOW,
            (true, false) => LARGEST_NARROW,
            (false, _) => LARGEST_WIDE,
        }
    }

    /// The entries after a number, in order, up to the text of a limit.
    fn window(&self, statement: &mut Statement<'f>, walk: Walk, columns: &str, limit: &str) -> String {
        let (table, number, order) = (self.table, self.number, walk.order());
        let after = statement.place(walk.after.into());
        let (beyond, at_least) = if walk.newest_first { ("<", ">=") } else { (">", "<=") };
        let Some(along) = self.along else {
            return format!(
                "SELECT {columns} FROM {table} WHERE {number} {beyond} {after} ORDER BY {number} {order} {limit}"
            );
        };
        // Both bounds and the order name both columns of the index: in the order of the number alone PostgreSQL would
        // rather read along the primary key past all rows of other values.
        let (column, value) = (along.column, statement.place(along.value));
        format!(
            "SELECT {columns} FROM {table} WHERE {column} {at_least} {value}
                AND ({column}, {number}) {beyond} ({value}, {after})
                ORDER BY {column} {order}, {number} {order} {limit}"
        )
    }

    /// The documents of a window that meet all conditions, `wanted` at most.
    fn documents(
        &self,
        session: &mut dyn Session,
        walk: Walk,
        window: i64,
        wanted: usize,
    ) -> Result<Vec<Record>, JournalError> {
        let mut statement = Statement::default();
        let mut columns = format!("{} AS candidate", self.number);
        for condition in &self.narrow {
            columns += &format!(", {}", condition.column);
        }
        let entries = self.window(&mut statement, walk, &columns, &format!("LIMIT {window}"));
        let narrow = statement.conditions(&self.narrow);
        let narrow =
            if narrow.is_empty() { String::new() } else { format!("WHERE {}", narrow.join(" AND ")) };
        let mut wide = vec!["documents.id = candidate".to_owned()];
        wide.extend(statement.conditions(&self.wide));
        let wanted = statement.place((wanted as i64).into());
        // SQLite takes a cross join in the order in which it is written.
        let text = format!(
            "SELECT {} FROM (SELECT candidate FROM ({entries}) AS entries {narrow}) AS candidates
                CROSS JOIN documents WHERE {} ORDER BY documents.id {} LIMIT {wanted}",
            documents::COLUMNS,
            wide.join(" AND "),
            walk.order()
        );
        records(session, &text, &statement.parameters)
    }

    /// The entry that stands `distance` entries ahead; `None` when the list ends before it.
    fn ahead(
        &self,
        session: &mut dyn Session,
        walk: Walk,
        distance: i64,
    ) -> Result<Option<i64>, JournalError> {
        let mut statement = Statement::default();
        let limit = format!("LIMIT 1 OFFSET {}", distance - 1);
        let text = self.window(&mut statement, walk, self.number, &limit);
        session.row(&text, &statement.parameters)?.map(|mut row| row.integer("id")).transpose()
    }

    /// Walks until the page is full, the list is at its end, or the time is over.
    fn page(
        &self,
        session: &mut dyn Session,
        mut walk: Walk,
        limit: usize,
        deadline: Instant,
    ) -> Result<Page, JournalError> {
        let mut page = Page::default();
        let mut window = FIRST_WINDOW;
        while page.records.len() < limit {
            let wanted = limit - page.records.len();
            let found = self.documents(session, walk, window, wanted)?;
            let full = found.len() == wanted;
            page.records.extend(found);
            if full {
                page.next = page.records.last().map(|record| record.number);
                break;
            }
            let Some(edge) = self.ahead(session, walk, window)? else { break };
            walk.after = edge;
            if Instant::now() >= deadline {
                page.next = Some(edge);
                break;
            }
            window = (window * GROWTH).min(self.largest_window());
        }
        Ok(page)
    }
}

fn records(
    session: &mut dyn Session,
    statement: &str,
    parameters: &[Param<'_>],
) -> Result<Vec<Record>, JournalError> {
    let rows = session.rows(statement, parameters)?;
    rows.into_iter().map(|mut row| Ok(documents::read(&mut row)?.record)).collect()
}

/// A page of the list. Each state is read along its own index, and the parts are merged.
pub(super) fn list(session: &mut dyn Session, filter: &Filter) -> Result<Page, JournalError> {
    let deadline = Instant::now() + PATIENCE;
    let walk = Walk::new(filter.newest_first, filter.after);
    let limit = filter.limit.unwrap_or(AT_ONCE) as usize;
    if let [] | [_] = &filter.states[..] {
        let candidates = candidates(session, filter, filter.states.first().copied(), walk)?;
        return candidates.page(session, walk, limit, deadline);
    }
    let mut page = Page::default();
    for state in &filter.states {
        let candidates = candidates(session, filter, Some(*state), walk)?;
        let part = candidates.page(session, walk, limit, deadline)?;
        page.records.extend(part.records);
        page.next = match (page.next, part.next) {
            (Some(one), Some(other)) if walk.is_beyond(one, other) => Some(other),
            (one, other) => one.or(other),
        };
    }
    page.records.sort_by_key(|record| record.number);
    page.records.dedup_by_key(|record| record.number);
    if walk.newest_first {
        page.records.reverse();
    }
    // Beyond the part that came least far, others may be missing.
    if let Some(next) = page.next {
        page.records.retain(|record| !walk.is_beyond(record.number, next));
    }
    if page.records.len() > limit {
        page.records.truncate(limit);
        page.next = page.records.last().map(|record| record.number);
    }
    Ok(page)
}

/// The list along which a page is read: the codes of refusals, or the sparsest of the others.
fn candidates<'f>(
    session: &mut dyn Session,
    filter: &'f Filter,
    state: Option<State>,
    walk: Walk,
) -> Result<Candidates<'f>, JournalError> {
    let state = state.map(|state| Condition::equal("state", state.as_str()));
    let others = [
        filter.organization.as_ref().map(|oid| Condition::equal("organization", oid)),
        filter.kind.as_ref().map(|kind| Condition::equal("kind", kind)),
        filter.owner.map(|owner| Condition::equal("owner", owner.as_str())),
        filter.retryable.map(|flag| Condition::equal("retryable", i64::from(flag))),
    ];
    let others = others.into_iter().flatten();
    if let Some(code) = &filter.code {
        return Ok(Candidates {
            table: "refusal_codes",
            number: "document_id",
            along: Some(Condition::equal("code", code)),
            narrow: others.collect(),
            wide: state.into_iter().collect(),
        });
    }
    let conditions: Vec<Condition<'f>> = state.into_iter().chain(others).collect();
    if conditions.len() < 2 {
        return Ok(Candidates::of_documents(conditions.first().copied(), Vec::new()));
    }
    let mut sparsest = (0, None);
    for (index, condition) in conditions.iter().enumerate() {
        let reach = Candidates::of_documents(Some(*condition), Vec::new()).ahead(session, walk, PROBE)?;
        let Some(reach) = reach else {
            sparsest = (index, None);
            break;
        };
        if sparsest.1.is_none_or(|other| walk.is_beyond(reach, other)) {
            sparsest = (index, Some(reach));
        }
    }
    let mut wide = conditions;
    let along = wide.remove(sparsest.0);
    Ok(Candidates::of_documents(Some(along), wide))
}

/// Documents by their identifiers or the name of the file: first what is exactly so or begins so, along indexes, then
/// what has the text in the name, newest first.
pub(super) fn search(
    session: &mut dyn Session,
    text: &str,
    after: Option<i64>,
    limit: u32,
) -> Result<Page, JournalError> {
    let deadline = Instant::now() + PATIENCE;
    let (text, limit) = (text.trim(), limit as usize);
    if text.is_empty() {
        return Ok(Page::default());
    }
    let name = text.to_lowercase();
    let mut page = Page::default();
    if after.is_none() {
        page.records = exactly(session, text, &name, limit)?;
        if page.records.is_empty() {
            page.records = beginning(session, text, &name, limit)?;
        } else {
            return Ok(page);
        }
    }
    if page.records.len() == limit {
        return Ok(page);
    }
    let pattern = pattern(&name);
    let contains = Condition { column: "name", comparison: "LIKE ? ESCAPE '!'", value: (&pattern).into() };
    let names = Candidates {
        table: "file_names",
        number: "document_id",
        along: None,
        narrow: vec![contains],
        wide: Vec::new(),
    };
    let found = names.page(session, Walk::new(true, after), limit - page.records.len(), deadline)?;
    page.next = found.next;
    // What begins with the text came with the first page.
    let is_new = |record: &Record| match after {
        None => page.records.iter().all(|known| known.number != record.number),
        Some(_) => !file_name_key(&record.file).starts_with(&name),
    };
    let new: Vec<Record> = found.records.into_iter().filter(is_new).collect();
    page.records.extend(new);
    Ok(page)
}

fn exactly(
    session: &mut dyn Session,
    text: &str,
    name: &str,
    limit: usize,
) -> Result<Vec<Record>, JournalError> {
    let id = crate::soap::MessageId::normalise(text);
    // A union, because PostgreSQL reads every row for an `OR` over several indexes and a question.
    let statement = format!(
        "SELECT {} FROM documents WHERE id IN (SELECT id FROM documents WHERE uid_key = ?1
                UNION SELECT id FROM documents WHERE emdr_id = ?2
                UNION SELECT document_id FROM attempts WHERE message_id = ?3
                UNION SELECT document_id FROM (SELECT document_id FROM file_names WHERE name = ?4
                    ORDER BY name DESC, document_id DESC LIMIT ?5) AS by_name)
            ORDER BY documents.id DESC LIMIT ?5",
        documents::COLUMNS
    );
    let key = documents::key(text);
    let parameters =
        [(&key).into(), text.into(), id.as_str().into(), name.into(), Param::Integer(limit as i64)];
    records(session, &statement, &parameters)
}

/// Documents whose `localUid`, registration number or name of the file begins with a text.
fn beginning(
    session: &mut dyn Session,
    text: &str,
    name: &str,
    limit: usize,
) -> Result<Vec<Record>, JournalError> {
    let key = documents::key(text);
    let [key_end, text_end, name_end] = [&key, text, name].map(|text| format!("{text}{}", char::MAX));
    let part = |number: &str, table: &str, column: &str, first: usize| {
        // The order makes the index the cheapest way.
        format!(
            "SELECT {number} FROM (SELECT {number} FROM {table} WHERE {column} >= ?{first} AND {column} < ?{}
                ORDER BY {column} LIMIT ?7) AS by_{column}",
            first + 1
        )
    };
    let statement = format!(
        "SELECT {} FROM documents WHERE id IN ({} UNION {} UNION {}) ORDER BY documents.id DESC LIMIT ?7",
        documents::COLUMNS,
        part("id", "documents", "uid_key", 1),
        part("id", "documents", "emdr_id", 3),
        part("document_id", "file_names", "name", 5),
    );
    let parameters = [
        (&key).into(),
        (&key_end).into(),
        text.into(),
        (&text_end).into(),
        name.into(),
        (&name_end).into(),
        Param::Integer(limit as i64),
    ];
    records(session, &statement, &parameters)
}

/// The pattern of `LIKE` for a text anywhere; wild cards in it are plain text.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
