//! Dictionaries permitted for the kind.

use std::collections::BTreeSet;

use semd_core::xml::Document;

use super::{Knowledge, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};

/// Every `codeSystem` of the file must be among the dictionaries of the kind, in a permitted version.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    document: &Document<'_>,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let permitted = known.rows("guide-dictionaries", &request.kind);
    if permitted.is_empty() {
        return;
    }
    let mut seen = BTreeSet::new();
    for element in document.descendants(document.root()) {
        let value = |name| document.attribute(element, "", name).unwrap_or_default().trim();
        let (oid, version) = (value("codeSystem"), value("codeSystemVersion"));
        if !oid.starts_with("1.2.643.5.1.13.") || !seen.insert((oid, version)) {
            continue;
        }
        match permitted.iter().find(|row| row.get("oid") == oid) {
            None if seen.insert((oid, "*")) => refuse(
                errors,
                "INVALID_DICTIONARY",
                format!(
                    "Для документа вида [{}] недопустимо использование справочника [{oid}]",
                    request.kind
                ),
            ),
            // No version listed: any will do.
            Some(row)
                if !version.is_empty()
                    && row.words("versions").next().is_some()
                    && row.words("versions").all(|one| one != version) =>
            {
                let wanted = row.get("versions");
                refuse(
                    errors,
                    "INVALID_DICTIONARY_VERSION",
                    format!(
                        "Справочник OID [{oid}]. Версия [{version}] недопустима для документа вида [{}]. Требуется \
                             использовать версии: [{wanted}]",
                        request.kind
                    ),
                );
            }
            _ => {}
        }
    }
}
