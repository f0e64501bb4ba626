//! Which documents of the journal a command means.

use clap::Args;
use semd_core::report::Message;
use semd_exchange::journal::{Filter, Journal, Record, State};

use super::journal_failure;
use crate::failure::Failure;

/// Documents read at once.
const PAGE: u32 = 500;

/// Documents by name or by property.
#[derive(Args, Debug)]
pub(super) struct Selection {
    /// localUid, registration number, MessageID or name of the file
    #[arg(value_name = "DOCUMENT")]
    documents: Vec<String>,
    /// Documents in these states
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    state: Vec<State>,
    /// Documents whose last refusal has this code of the register
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Documents of this organisation
    #[arg(long, value_name = "OID")]
    organization: Option<String>,
}

impl Selection {
    /// Whether documents are named one by one.
    pub(super) fn by_name(&self) -> bool {
        !self.documents.is_empty()
    }

    /// The documents. Without a name, `states` restricts them when the user did not.
    pub(super) fn records(&self, journal: &dyn Journal, states: &[State]) -> Result<Vec<Record>, Failure> {
        let mut records = Vec::new();
        for name in &self.documents {
            records.push(one(journal, name)?);
        }
        if self.by_name() {
            return Ok(records);
        }
        if self.state.is_empty() && self.code.is_none() && self.organization.is_none() {
            return Err(Failure::usage(Message::new(
                "укажите документы: идентификатор, --state, --code или --organization",
                "say which documents: an identifier, --state, --code or --organization",
            )));
        }
        let filter = Filter {
            states: if self.state.is_empty() { states.to_vec() } else { self.state.clone() },
            code: self.code.clone(),
            organization: self.organization.clone(),
            ..Filter::default()
        };
        each_page(journal, filter, None, |page| {
            records.extend(page);
            Ok(())
        })?;
        Ok(records)
    }
}

/// The one document a name stands for.
pub(super) fn one(journal: &dyn Journal, name: &str) -> Result<Record, Failure> {
    let mut found = journal.search(name, 2).map_err(journal_failure)?;
    match found.pop() {
        Some(record) if found.is_empty() => Ok(record),
        Some(_) => Err(Failure::usage(Message::new(
            format!("«{name}» — не один документ; укажите localUid"),
            format!("“{name}” is more than one document; give the localUid"),
        ))),
        None => Err(Failure::usage(Message::new(
            format!("документа «{name}» в журнале нет"),
            format!("the journal has no document “{name}”"),
        ))),
    }
}

/// Reads documents page by page, so that memory does not grow with the journal.
pub(super) fn each_page(
    journal: &dyn Journal,
    mut filter: Filter,
    limit: Option<u32>,
    mut work: impl FnMut(Vec<Record>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut left = limit.unwrap_or(u32::MAX);
    while left > 0 {
        filter.limit = Some(left.min(PAGE));
        let page = journal.list(&filter).map_err(journal_failure)?;
        let Some(last) = page.last() else { return Ok(()) };
        filter.after = Some(last.number);
        if limit.is_some() {
            left -= u32::try_from(page.len()).unwrap_or(left);
        }
        work(page)?;
    }
    Ok(())
}
