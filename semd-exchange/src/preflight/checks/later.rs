//! Operations after the registration.

use super::super::{Check, Collector, Facts, Stage};
use crate::message::{creation_time, local_uid, timestamp};
use crate::soap::MessageId;

pub(super) const CHECKS: [Check; 3] = [
    Check {
        name: "later/same-document",
        code: "ATTRIBUTE_MISMATCH",
        stage: Stage::Later,
        clause: "1.4",
        needs: &[],
        run: same_document,
    },
    Check {
        name: "later/file-answer",
        code: "WRONG_MESSAGE_ID",
        stage: Stage::Pull,
        clause: "1.4",
        needs: &[],
        run: |facts, found| {
            let Some(answer) = &facts.extras.file_answer else { return };
            let relates_to = MessageId::normalise(&answer.relates_to_message);
            if facts.extras.pulls.iter().all(|pull| MessageId::normalise(pull) != relates_to) {
                let id = &answer.relates_to_message;
                found.error(
                    format!("Асинхронный запрос файла ЭМД с указанным messageID [{id}] не найден"),
                    format!("no pull with MessageID [{id}] waits for the file"),
                );
            }
        },
    },
    Check {
        name: "later/lookup",
        code: "REGISTRY_ITEM_NOT_FOUND",
        stage: Stage::Later,
        clause: "1.5",
        needs: &["history"],
        run: |facts, found| {
            let Some(history) = facts.data.table("history") else { return };
            for number in &facts.extras.lookups {
                if history.find_by("emdr_id", number).is_none() {
                    found.error(
                        format!("Запись [{number}] не найдена"),
                        format!("[{number}] is not among the own registered documents"),
                    );
                }
            }
        },
    },
];

/// A registered document is handed out as it was registered.
fn same_document(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let (Some(item), Some(_)) = (facts.registered, facts.document) else { return };
    let header = facts.header;
    let made = creation_time(header);
    let rows = [
        (
            "localUid",
            item.local_uid.clone().map(|uid| uid.to_lowercase()),
            local_uid(header).map(|uid| uid.to_lowercase()),
        ),
        ("organization", item.organization.clone(), header.organization.oid.clone()),
        ("kind", item.kind.clone(), facts.report.kind.clone()),
        (
            "creationDateTime",
            item.creation_date_time
                .as_deref()
                .and_then(timestamp::parse_xsd)
                .map(|time| time.unix_timestamp().to_string()),
            made.map(|time| time.unix_timestamp().to_string()),
        ),
    ];
    for (field, registered, inside) in rows {
        if registered.is_some() && registered != inside {
            found.error(
                format!("Метаописание документа не соответствует зарегистрированному: {field}"),
                format!("the file is not the registered one: {field} differs"),
            );
        }
    }
}
