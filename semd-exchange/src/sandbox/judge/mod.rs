//! The sandbox's verdicts: what the register would answer, decided from data alone.
//!
//! Three checks, as in the register's own sequence: [`coarse()`] (synchronous), [`full()`] (the request before the file is
//! asked for) and [`file()`] (everything that needs the file). Each returns all errors it finds.

mod coarse;
mod cross;
mod file;
mod full;
mod signature;

pub use coarse::coarse;
pub use file::{FileVerdict, file};
pub(super) use full::already_registered;
pub use full::full;

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
