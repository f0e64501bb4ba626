//! Statuses of accreditation.

/// Статус of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccreditationStatus {
    /// Действует.
    Active,
    /// Приостановлена.
    Suspended,
    /// Прекращена, or any word nobody knows: it does not say that the authority may issue.
    Ended,
}

impl AccreditationStatus {
    /// The status of a word.
    pub(super) fn by_word(word: &str) -> Self {
        match word.trim().to_lowercase().as_str() {
            "действует" => Self::Active,
            "приостановлена" | "приостановлен" => Self::Suspended,
            _ => Self::Ended,
        }
    }
}
