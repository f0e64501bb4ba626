//! Organisations and departments against an extract of ФРМО.

use super::super::tree::{descend, identifiers};
use super::super::{Check, Collector, Facts, Run, Stage};

const FRMO: &str = "5.4; ФРМО, НСИ 1.2.643.5.1.13.13.11.1461";

pub(super) const CHECKS: [Check; 6] = [
    row(
        "organizations/known",
        "ORG_NOT_FOUND_IN_FRMO",
        Stage::Request,
        &["organizations"],
        |facts, found| {
            let organization = &facts.request.organization;
            if facts.rows("organizations", organization).next().is_none() {
                found.error(
                    format!("Организация [{organization}] не найдена в ФРМО"),
                    format!("the organisation [{organization}] is not in ФРМО"),
                );
            }
        },
    ),
    row("organizations/on-date", "NO_ORG_ON_DATE", Stage::Request, &["organizations"], on_date),
    row(
        "organizations/region",
        "RMIS_REGION_MISMATCH",
        Stage::Request,
        &["organizations", "system"],
        |facts, found| {
            let organization = facts.rows("organizations", &facts.request.organization).next();
            let system = facts.data.table("system").and_then(|table| table.rows().next());
            let (Some(organization), Some(system)) = (organization, system) else { return };
            let (theirs, ours) = (organization.get("region"), system.get("region"));
            if !theirs.is_empty() && !ours.is_empty() && theirs != ours {
                found.error(
                    format!("Регион организации [{theirs}] не соответствует региону РМИС/МИС [{ours}]"),
                    format!("the organisation is of region [{theirs}], the system of region [{ours}]"),
                );
            }
        },
    ),
    row("organizations/ogrn", "VALIDATION_ERROR", Stage::File, &["organizations"], |facts, found| {
        let known =
            facts.rows("organizations", &facts.request.organization).next().map(|row| row.get("ogrn"));
        let inside = facts.header.organization.ogrn.as_deref();
        if let Some((known, inside)) = known.filter(|known| !known.is_empty()).zip(inside)
            && known != inside
        {
            found.error(
                format!("ОГРН МО из СЭМД [{inside}] не совпадает с ОГРН МО в ФРМО [{known}]"),
                format!("the ОГРН is [{inside}] in the document and [{known}] in ФРМО"),
            );
        }
    }),
    row("departments/signer", "SIGNER_ORG_MISMATCH", Stage::Request, &["departments"], |facts, found| {
        for department in facts.signers().filter_map(|signer| signer.department.as_ref()) {
            let owner =
                facts.rows("departments", &department.local_id).next().map(|row| row.get("organization"));
            let ours = &facts.request.organization;
            if let Some(owner) = owner.filter(|owner| owner != ours) {
                found.error(
                    format!("Организация подписанта [{owner}] отлична от организации, регистрирующей документ [{ours}]"),
                    format!("the signer works for [{owner}], the document is registered by [{ours}]"),
                );
            }
        }
    }),
    row("departments/own", "OBJECT_NOT_FOUND", Stage::Request, &["departments"], departments),
];

const fn row(
    name: &'static str,
    code: &'static str,
    stage: Stage,
    needs: &'static [&'static str],
    run: Run,
) -> Check {
    Check { name, code, stage, clause: FRMO, needs, run }
}

/// The organisation of the request; another one named as provider is checked with the file, and named by its node.
fn on_date(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let mut named = vec![("organization", facts.request.organization.clone())];
    if let Some(document) = facts.document
        && let Some(provider) =
            descend(document, document.root(), &["recordTarget", "patientRole", "providerOrganization"])
    {
        named.extend(identifiers(document, provider).into_iter().map(|id| ("providerOrganization", id.root)));
    }
    named.dedup_by(|later, first| later.1 == first.1);
    for (node, oid) in named {
        let mut rows = facts.rows("organizations", &oid).peekable();
        let Some(row) = rows.peek().copied() else { continue };
        if !rows.any(|row| row.is_valid_on(facts.day())) {
            let until = row.date("valid_to").map(|date| date.to_string()).unwrap_or_default();
            found.error(
                format!("Element {node}. MO code: [{oid}] is not actual. Delete date is {until}"),
                format!("{node} [{oid}] was not in force on the document's date (last day {until})"),
            );
        }
    }
}

fn departments(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(department) = &facts.request.department else { return };
    let oid = &department.local_id;
    let organization = &facts.request.organization;
    let rows: Vec<_> = facts.rows("departments", oid).collect();
    if rows.is_empty() {
        found.error(
            format!("Запись справочника [ФРМО] с идентификатором [{oid}] не найдена"),
            format!("the department [{oid}] is not in ФРМО"),
        );
    } else if rows.iter().all(|row| row.get("organization") != organization) {
        found.error(
            format!("Подразделение с идентификатором [{oid}] не соответствует организации [{organization}]"),
            format!("the department [{oid}] is not of the organisation [{organization}]"),
        );
    } else if !rows.iter().any(|row| row.is_valid_on(facts.day())) {
        found.error(
            format!("Подразделение с идентификатором [{oid}] не существовало на дату создания документа"),
            format!("the department [{oid}] did not exist on the document's date"),
        );
    }
}
