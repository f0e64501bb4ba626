//! From a certificate to a trust anchor (RFC 5280 6.1, without revocation and name constraints).

use time::OffsetDateTime;

use crate::certificate::{Certificate, CertificateError};

/// Certificates in a chain, the signer's included.
const MAX_CHAIN: usize = 8;
/// Certificate signatures verified while one chain is sought: names repeat, and a hostile container may repeat them.
const MAX_SIGNATURES: usize = 32;

/// Trust anchors, and intermediate certificates that help to reach them.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    intermediates: Vec<Certificate>,
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
    pub(super) fn chain(
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
                    return Some(extended);
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
