//! Judgement of the issuer by the list of accredited authorities: accredited when it issued the certificate (63-FZ
//! article 17 part 2).

use semd_core::report::Message;

use crate::certificate::Certificate;
use crate::tsl::AccreditationStatus;
use crate::verify::outcome::{self, Outcome, rule};
use crate::verify::path::{Control, Material};
use crate::verify::policy::Demand;

/// Judges the chain of a signer, leaf first.
pub(super) fn judge(chain: &[Certificate], material: &Material<'_>, control: Control, outcome: &mut Outcome) {
    let Some(accredited) = material.trust.accredited() else {
        outcome.ignored(
            rule::ACCREDITED,
            "аккредитация УЦ не проверялась: список не задан",
            "accreditation was not checked: no list was given",
        );
        return;
    };
    let mut lacking = |ru: &str, en: &str| {
        outcome.lacking(
            Demand::AccreditedAuthority,
            rule::ACCREDITED,
            outcome::NOT_ACCREDITED,
            Message::new(ru, en),
        );
    };
    let list = &accredited.list;
    if !accredited.vouched && material.chain(&list.signer, control).is_none() {
        lacking(
            "списку аккредитованных УЦ нет доверия: нет цепочки от его подписи до корня",
            "the list of accredited authorities is not trusted: there is no chain from its signature to a root",
        );
        return;
    }
    let Some(leaf) = chain.first() else { return };
    let Some(authority) = chain.iter().skip(1).find_map(|issuer| list.authority_of(issuer)) else {
        lacking(
            "издателя сертификата нет в списке аккредитованных УЦ",
            "the issuer of the certificate is not on the list of accredited authorities",
        );
        return;
    };
    match authority.status_at(leaf.not_before()) {
        Some(AccreditationStatus::Active) => outcome.ok(
            rule::ACCREDITED,
            "издатель был аккредитован, когда выпустил сертификат",
            "the issuer was accredited when it issued the certificate",
        ),
        Some(AccreditationStatus::Suspended) => lacking(
            "аккредитация издателя была приостановлена, когда он выпустил сертификат",
            "the issuer's accreditation was suspended when it issued the certificate",
        ),
        Some(AccreditationStatus::Ended) | None => lacking(
            "издатель не был аккредитован, когда выпустил сертификат",
            "the issuer was not accredited when it issued the certificate",
        ),
    }
}
