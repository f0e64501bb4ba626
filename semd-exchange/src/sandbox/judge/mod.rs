//! The sandbox's verdicts: what the register would answer, decided from data alone.
//!
//! Three checks, as in the register's own sequence: [`coarse()`] (synchronous), [`full()`] (the request before the file is
//! asked for) and [`file()`] (everything that needs the file). Each returns all errors it finds. [`later()`] and [`order()`]
//! judge operations after the registration and orders of certificates.
//!
//! Preflight foresees the same answers by code of its own: both read the same reference data and the same catalogue, so that
//! a test can hold one against the other.

mod address;
mod coarse;
mod cross;
mod dictionary;
mod file;
mod full;
mod history;
mod kind;
mod llo;
mod operations;
mod organization;
mod people;
mod recipient;
mod signature;

use semd_core::kinds::KindRegistry;
use semd_core::nsi::Store;
use semd_sign::verify::TrustStore;
use time::{Date, OffsetDateTime, UtcOffset};

pub use coarse::coarse;
pub use file::{FileVerdict, file};
pub(super) use full::already_registered;
pub use full::full;
pub use operations::{later, order};

use crate::message::{RegisterDocumentRequest, RegisterError, timestamp};
use crate::reference::{ReferenceData, Row};

/// What the register knows when it judges.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    /// Accredited authorities.
    pub trust: &'a TrustStore,
    /// Kinds of documents.
    pub kinds: &'a KindRegistry,
    /// Federal registers and rules; what is not there is not checked.
    pub data: &'a ReferenceData,
    /// Dictionaries (НСИ); without them values are taken as right.
    pub dictionaries: Option<&'a Store>,
    /// The moment.
    pub now: OffsetDateTime,
}

impl<'a> Knowledge<'a> {
    /// Rows of a table with a value in the first column.
    fn rows(&self, table: &str, key: &str) -> Vec<Row<'a>> {
        self.data.table(table).map(|table| table.find(key).collect()).unwrap_or_default()
    }

    /// Whether a table is known at all.
    fn knows(&self, table: &str) -> bool {
        self.data.table(table).is_some()
    }
}

/// An error in the words of the register.
fn refuse(errors: &mut Vec<RegisterError>, code: &str, message: String) {
    errors.push(RegisterError::new(code, message));
}

/// The day on which the document was made, in Moscow.
fn day_of(request: &RegisterDocumentRequest, now: OffsetDateTime) -> Date {
    let moment = timestamp::parse_xsd(&request.creation_date_time).unwrap_or(now);
    UtcOffset::from_hms(3, 0, 0).map_or(moment, |moscow| moment.to_offset(moscow)).date()
}

/// Texts that the register uses for more than one code.
mod text {
    /// Whose signature an error is about.
    pub(super) fn owner(signer: Option<&crate::message::Signer>) -> String {
        match signer {
            Some(signer) => format!("ЭП сотрудника с ролью [{}]", signer.role),
            None => "ЭП МО".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
