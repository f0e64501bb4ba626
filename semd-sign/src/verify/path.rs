//! A certificate at a moment: its chain, and the status of every certificate of it.

use time::OffsetDateTime;

use super::TrustStore;
use crate::certificate::Certificate;
use crate::revocation::{Evidence, Moment, RevocationData, RevocationFinding, evidence_status};

/// What proves the moment at which certificates are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing: it is the moment of looking.
    None,
    /// A time stamp, or the caller's word for a moment in the past.
    Proven,
    /// The signer's own claim.
    Claimed,
}

/// The moment certificates are judged at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub(super) at: OffsetDateTime,
    pub(super) proof: Proof,
    /// The moment of looking, when known.
    pub(super) now: Option<OffsetDateTime>,
}

/// What is at hand to judge certificates with.
pub(super) struct Material<'a> {
    pub(super) trust: &'a TrustStore,
    /// Certificates of the container.
    pub(super) inside: &'a [Certificate],
    /// Revocation data of the store and the container.
    pub(super) revocation: &'a RevocationData,
}

impl Material<'_> {
    /// The chain at the control time, leaf first; `None` when there is none.
    pub(super) fn chain(&self, leaf: &Certificate, control: Control) -> Option<Vec<Certificate>> {
        self.trust.chain(leaf, self.inside, control.at)
    }

    /// Whether there are any revocation data.
    pub(super) fn has_revocation(&self) -> bool {
        !self.revocation.is_empty()
    }

    /// The status of every certificate of a chain but the anchor, leaf first.
    pub(super) fn statuses(&self, chain: &[Certificate], control: Control) -> Vec<RevocationFinding> {
        let responders: Vec<_> = self.inside.iter().chain(self.trust.intermediates()).cloned().collect();
        let evidence = Evidence {
            crls: self.revocation.crls(),
            responses: self.revocation.responses(),
            responders: &responders,
        };
        let moment = Moment { at: control.at, now: control.now };
        chain.windows(2).map(|pair| evidence_status(&evidence, &pair[0], &pair[1], moment)).collect()
    }
}
