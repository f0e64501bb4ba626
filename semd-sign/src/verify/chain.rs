//! From a certificate to a trust anchor (RFC 5280 6.1); revocation is judged apart.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::certificate::{Certificate, CertificateError, constraints_are_obeyed};
use crate::revocation::{RevocationData, RevocationError};
use crate::tsl::TrustList;

/// Certificates in a chain, the signer's included.
const MAX_CHAIN: usize = 8;
/// Certificate signatures verified while one chain is sought: names repeat, and a hostile container may repeat them.
const MAX_SIGNATURES: usize = 32;

/// Trust anchors, intermediate certificates that help to reach them, and what is known of their revocation.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    revocation: RevocationData,
    accredited: Option<Accredited>,
}

/// The list of accredited authorities, and why it is believed.
#[derive(Clone, Debug)]
pub(super) struct Accredited {
    pub(super) list: Arc<TrustList>,
    /// The user vouches for the file; otherwise the certificate that signed it must have a chain to an anchor.
    pub(super) vouched: bool,
}

impl TrustStore {
    /// An empty store: nothing is trusted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds trust anchors, PEM (one or more) or DER; returns how many.
    ///
    /// # Errors
    /// The octets hold no certificate, or a damaged one; nothing is added then.
    pub fn add(&mut self, pem_or_der: &[u8]) -> Result<usize, CertificateError> {
        let found = Certificate::all_from_bytes(pem_or_der)?;
        let count = found.len();
        self.anchors.extend(found);
        Ok(count)
    }

    /// Adds intermediate certificates, which are trusted only through an anchor; returns how many.
    ///
    /// # Errors
    /// The octets hold no certificate, or a damaged one; nothing is added then.
    pub fn add_intermediates(&mut self, pem_or_der: &[u8]) -> Result<usize, CertificateError> {
        let found = Certificate::all_from_bytes(pem_or_der)?;
        let count = found.len();
        self.intermediates.extend(found);
        Ok(count)
    }

    /// Adds a revocation list, PEM or DER. It counts for certificates whose issuer signed it.
    ///
    /// # Errors
    /// The octets are not a list.
    pub fn add_crl(&mut self, pem_or_der: &[u8]) -> Result<(), RevocationError> {
        self.revocation.add_crl(pem_or_der)
    }

    /// Adds an OCSP response, DER. It counts for certificates whose issuer, or its delegate, signed it.
    ///
    /// # Errors
    /// The octets are not a response.
    pub fn add_ocsp(&mut self, der: &[u8]) -> Result<(), RevocationError> {
        self.revocation.add_ocsp(der)
    }

    /// Sets the list of accredited authorities: issuers must be on it. It counts when the certificate that signed it has a
    /// chain to a trust anchor.
    pub fn set_trust_list(&mut self, list: TrustList) {
        for authority in &list.authorities {
            self.intermediates.extend(authority.certificates.iter().cloned());
        }
        self.accredited = Some(Accredited { list: Arc::new(list), vouched: false });
    }

    /// Trusts the authorities of a list for which the caller vouches: their certificates become anchors, and issuers must
    /// have been accredited when they issued.
    pub fn trust_authorities_of(&mut self, list: TrustList) {
        for authority in &list.authorities {
            self.anchors.extend(authority.certificates.iter().cloned());
        }
        self.accredited = Some(Accredited { list: Arc::new(list), vouched: true });
    }

    /// The list of accredited authorities.
    pub(super) fn accredited(&self) -> Option<&Accredited> {
        self.accredited.as_ref()
    }

    /// Revocation lists and answers of the store.
    pub fn revocation(&self) -> &RevocationData {
        &self.revocation
    }

    /// The trust anchors.
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// Intermediate certificates of the store.
    pub(super) fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Whether there is no trust anchor.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Every certificate of the store, trusted or not: a signer may be among them.
    pub(super) fn certificates(&self) -> Vec<&Certificate> {
        self.intermediates.iter().chain(&self.anchors).collect()
    }

    /// The chain from `leaf` to an anchor, both included, every issuer good at `at`; `None` when there is none.
    /// `inside` are certificates of the container: they can link, never be trusted.
    ///
    /// The leaf's own validity is another check, with its own verdict.
    pub(crate) fn chain(
        &self,
        leaf: &Certificate,
        inside: &[Certificate],
        at: OffsetDateTime,
    ) -> Option<Vec<Certificate>> {
        if self.anchors.contains(leaf) {
            return Some(vec![leaf.clone()]);
        }
        let mut budget = MAX_SIGNATURES;
        let mut open = vec![vec![leaf.clone()]];
        while let Some(path) = open.pop() {
            let last = path.last()?;
            // Anchors first and the container last: what it brings must not use up the budget.
            let anchors = self.anchors.iter().map(|issuer| (issuer, true));
            let candidates =
                anchors.chain(self.intermediates.iter().chain(inside).map(|issuer| (issuer, false)));
            let mut longer = Vec::new();
            for (issuer, trusted) in candidates {
                if path.contains(issuer) || !may_issue(issuer, &path, at) {
                    continue;
                }
                budget = budget.checked_sub(1)?;
                if !last.is_signed_by(issuer) {
                    continue;
                }
                let mut extended = path.clone();
                extended.push(issuer.clone());
                if trusted {
                    if constraints_are_obeyed(&extended) {
                        return Some(extended);
                    }
                    continue;
                }
                if extended.len() < MAX_CHAIN {
                    longer.push(extended);
                }
            }
            // The last on the stack is followed first.
            open.extend(longer.into_iter().rev());
        }
        None
    }
}

/// Whether `issuer` may stand above `path`: name, authority, key usage, path length, validity.
fn may_issue(issuer: &Certificate, path: &[Certificate], at: OffsetDateTime) -> bool {
    let Some(last) = path.last() else { return false };
    let extensions = issuer.extensions();
    // Intermediate authorities between the issuer and the leaf; self-issued ones do not count (RFC 5280 4.2.1.9).
    let below = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    issuer.subject_raw() == last.issuer_raw()
        && extensions.is_ca
        && extensions.key_usage.is_none_or(|usage| usage.certificate_sign)
        && extensions.path_length.is_none_or(|limit| usize::try_from(limit).is_ok_and(|limit| below <= limit))
        && extensions.unknown_critical.is_empty()
        && (issuer.not_before()..=issuer.not_after()).contains(&at)
}
