//! Documents that refer to other documents of the same journal.

use super::Shared;
use crate::journal::{Journal, JournalError, State};
use crate::message::RegisterDocumentRequest;

/// Whether a request can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Associations {
    /// Every target is a registration number.
    Known,
    /// A target is not registered yet; its document is on the way.
    Awaited,
}

impl Shared {
    /// Puts registration numbers in the place of `localUid`s. A new version, or an annex, may enter the journal before
    /// the document it refers to has a number; it waits until the register has issued it. The target of a document that
    /// will not be registered stays as it is: the register's refusal says what to mend.
    pub(super) async fn resolve_associations(
        &self,
        mut request: RegisterDocumentRequest,
    ) -> Result<(RegisterDocumentRequest, Associations), JournalError> {
        if request.associations.is_empty() {
            return Ok((request, Associations::Known));
        }
        let resolve = move |journal: &dyn Journal| {
            let mut outcome = Associations::Known;
            for association in &mut request.associations {
                let Some(target) = journal.document(&association.target)? else { continue };
                match target.emdr_id {
                    Some(emdr_id) => association.target = emdr_id,
                    None if target.state.is_settled() && target.state != State::NoAnswer => {}
                    None => outcome = Associations::Awaited,
                }
            }
            Ok((request, outcome))
        };
        self.exchange.with_journal(resolve).await
    }
}
