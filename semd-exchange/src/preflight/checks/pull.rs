//! The file as the register would pull it.

use semd_core::kinds::Format;

use super::super::{Check, Stage};
use crate::checksum::Checksum;

pub(super) const CHECKS: [Check; 4] = [
    Check {
        name: "pull/checksum",
        code: "GET_DOCUMENT_FILE_ERROR",
        stage: Stage::Pull,
        clause: "registerDocument/docContent/checksum",
        needs: &[],
        run: |facts, found| {
            let Some(declared) = facts.request.doc_content.checksum else { return };
            if Checksum::matching(facts.bytes, declared).is_none() {
                found.error(
                    format!(
                        "Контрольная сумма полученного файла отличается от заявленной в запросе [{declared}]"
                    ),
                    format!("the file has another checksum than the declared [{declared}]"),
                );
            }
        },
    },
    Check {
        name: "pull/digest",
        code: "DIGEST_MISMATCH",
        stage: Stage::Pull,
        clause: "RFC 5652 11.2",
        needs: &[],
        run: |facts, found| {
            for one in facts.signatures.iter().filter(|one| one.has("DIGEST_MISMATCH")) {
                let (ru, en) = one.owner();
                found.error(
                    format!("{ru}: хеш-сумма документа не соответствует подписанной"),
                    format!("{en}: the file is not the one that was signed"),
                );
            }
        },
    },
    Check {
        name: "pull/well-formed",
        code: "INVALID_CONTENT",
        stage: Stage::Pull,
        clause: "XML 1.0",
        needs: &[],
        run: |facts, found| {
            let wants_xml = facts.kind.is_none_or(|kind| kind.format == Format::Cda);
            if wants_xml && facts.document.is_none() && !is_pdf(facts.bytes) {
                found.error(
                    "Переданный файл не является валидным XML файлом",
                    "the file is not well-formed XML",
                );
            } else if !wants_xml && facts.document.is_none() && !is_pdf(facts.bytes) {
                found.error("Переданный файл не является файлом PDF/A-1", "the file is not PDF/A-1");
            }
        },
    },
    Check {
        name: "pull/format",
        code: "INVALID_DOC_CONTENT_TYPE",
        stage: Stage::Pull,
        clause: "НСИ 1.2.643.5.1.13.13.11.1520, FORMAT",
        needs: &["kinds"],
        run: |facts, found| {
            let Some(kind) = facts.kind else { return };
            let (wanted, other) = match kind.format {
                Format::Cda => ("XML", is_pdf(facts.bytes)),
                Format::Pdf => ("PDF/A-1", facts.document.is_some()),
            };
            if other {
                found.error(
                    format!(
                        "Документ не соответствует допустимому формату вида [{}]: требуется {wanted}",
                        kind.code
                    ),
                    format!("documents of kind [{}] are {wanted}", kind.code),
                );
            }
        },
    },
];

fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}
