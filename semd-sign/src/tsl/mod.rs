//! The list of accredited certification authorities (Минцифры, `TSLExt`): who may issue qualified certificates, and since
//! and until when (63-FZ article 16).
//!
//! The list is a document signed with XMLDSig. [`TrustList::read`] checks the signature over the whole document and gives
//! the certificate that made it; whose signature is to be believed is decided by who uses the list.

mod error;
mod read;
mod status;

use time::OffsetDateTime;

use crate::certificate::Certificate;

pub use error::TrustListError;
pub use status::AccreditationStatus;

/// A list of accredited authorities.
#[derive(Clone, Debug)]
pub struct TrustList {
    /// Версия: grows with every list.
    pub version: u64,
    /// Дата: when the list was made.
    pub date: Option<OffsetDateTime>,
    /// The authorities.
    pub authorities: Vec<Authority>,
    /// The certificate whose key signed the list. Not judged here.
    pub signer: Certificate,
}

/// One authority.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Название.
    pub name: String,
    /// ОГРН.
    pub ogrn: Option<String>,
    /// РеестровыйНомер.
    pub number: Option<String>,
    /// Statuses with the moments they began, oldest first.
    pub statuses: Vec<(OffsetDateTime, AccreditationStatus)>,
    /// Certificates of its keys. Entries that hold no readable certificate are left out.
    pub certificates: Vec<Certificate>,
    /// Addresses of its revocation lists.
    pub crl_urls: Vec<String>,
}

impl Authority {
    /// The status at a moment; `None` before the first one.
    pub fn status_at(&self, moment: OffsetDateTime) -> Option<AccreditationStatus> {
        self.statuses.iter().rev().find(|(since, _)| *since <= moment).map(|(_, status)| *status)
    }
}

impl TrustList {
    /// The authority that holds a certificate.
    pub fn authority_of(&self, certificate: &Certificate) -> Option<&Authority> {
        self.authorities.iter().find(|authority| authority.certificates.contains(certificate))
    }

    /// Refuses to be replaced by an older list: whoever shows it hides what has changed since.
    ///
    /// # Errors
    /// `newer` has a lower version.
    pub fn check_replacement(&self, newer: &Self) -> Result<(), TrustListError> {
        if newer.version < self.version {
            Err(TrustListError::Rollback { known: self.version, offered: newer.version })
        } else {
            Ok(())
        }
    }
}
