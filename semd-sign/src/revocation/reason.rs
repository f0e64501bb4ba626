//! Why a certificate was revoked.

use crate::asn1::{Element, tag};

/// CRLReason (RFC 5280 5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationReason {
    /// unspecified, or no reason given.
    #[default]
    Unspecified,
    /// keyCompromise.
    KeyCompromise,
    /// cACompromise.
    CaCompromise,
    /// affiliationChanged.
    AffiliationChanged,
    /// superseded.
    Superseded,
    /// cessationOfOperation.
    CessationOfOperation,
    /// certificateHold: not usable now, and may become usable again.
    CertificateHold,
    /// removeFromCRL: only in delta lists.
    RemoveFromCrl,
    /// privilegeWithdrawn.
    PrivilegeWithdrawn,
    /// aACompromise.
    AaCompromise,
}

const CODES: [(RevocationReason, u8, &str); 10] = [
    (RevocationReason::Unspecified, 0, "unspecified"),
    (RevocationReason::KeyCompromise, 1, "keyCompromise"),
    (RevocationReason::CaCompromise, 2, "cACompromise"),
    (RevocationReason::AffiliationChanged, 3, "affiliationChanged"),
    (RevocationReason::Superseded, 4, "superseded"),
    (RevocationReason::CessationOfOperation, 5, "cessationOfOperation"),
    (RevocationReason::CertificateHold, 6, "certificateHold"),
    (RevocationReason::RemoveFromCrl, 8, "removeFromCRL"),
    (RevocationReason::PrivilegeWithdrawn, 9, "privilegeWithdrawn"),
    (RevocationReason::AaCompromise, 10, "aACompromise"),
];

impl RevocationReason {
    /// Reads an ENUMERATED; a number the standard does not know is as bad as any reason.
    pub(super) fn read(element: &Element<'_>) -> Self {
        match (element.tag, element.content) {
            (tag::ENUMERATED, [code]) => {
                CODES.iter().find(|row| row.1 == *code).map_or(Self::Unspecified, |row| row.0)
            }
            _ => Self::Unspecified,
        }
    }

    /// The number of the standard.
    pub(crate) fn code(self) -> u8 {
        CODES.iter().find(|row| row.0 == self).map_or(0, |row| row.1)
    }

    /// The name of the standard.
    pub fn name(self) -> &'static str {
        CODES.iter().find(|row| row.0 == self).map_or("unspecified", |row| row.2)
    }

    /// The reason of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        CODES.iter().find(|row| row.2 == name).map(|row| row.0)
    }
}
