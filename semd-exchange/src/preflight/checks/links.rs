//! Links to registered documents.

use std::collections::HashSet;

use super::super::{Check, Collector, Facts, Stage};
use crate::message::Association;

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "links/possible",
        code: "CAN_NOT_ASSOCIATE",
        stage: Stage::Request,
        clause: "НСИ 1.2.643.5.1.13.13.99.2.122",
        needs: &["association-types"],
        run: possible,
    },
    Check {
        name: "links/unique",
        code: "NOT_UNIQUE_ASSOCIATION",
        stage: Stage::Request,
        clause: "1.3",
        needs: &["history"],
        run: unique,
    },
];

fn possible(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for link in &facts.request.associations {
        let Association { target, kind } = link;
        let Some(known) = facts.rows("association-types", kind).next() else {
            found.error(
                format!("Невозможно связать документы: тип связи [{kind}] отсутствует"),
                format!("there is no link of type [{kind}]"),
            );
            continue;
        };
        // Numbers are opaque except that every known form is groups of digits parted by points.
        let is_number = target.split('.').count() > 2
            && target
                .split('.')
                .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
        let allowed = |column: &str, kind: &str| {
            known.get(column).is_empty() || known.words(column).any(|one| one == kind)
        };
        let target_kind = facts
            .data
            .table("history")
            .and_then(|history| history.find_by("emdr_id", target))
            .map(|row| row.get("kind"));
        if !is_number {
            found.error(
                format!("Невозможно связать документы: [{target}] не является номером документа"),
                format!("[{target}] is no registration number"),
            );
        } else if !allowed("source_kinds", &facts.request.kind)
            || target_kind.is_some_and(|target| !allowed("target_kinds", target))
        {
            found.error(
                format!("Невозможно связать документы: связь типа [{kind}] с [{target}] для этих видов недопустима"),
                format!("a link of type [{kind}] to [{target}] is not allowed between these kinds"),
            );
        }
    }
}

/// The same link twice in the request, or registered before.
fn unique(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let mut seen = HashSet::new();
    for link in &facts.request.associations {
        let Association { target, kind } = link;
        let known = facts
            .rows("links", &facts.request.local_uid)
            .any(|row| row.get("target") == target && row.get("type") == kind);
        if !seen.insert((target, kind)) || known {
            found.error(
                format!("Регистрируемая связь документов [{target}] типа [{kind}] уже существует"),
                format!("the link of type [{kind}] to [{target}] exists already"),
            );
        }
    }
}
