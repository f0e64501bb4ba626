//! Stage 2: the file.

use semd_core::header::Header;
use semd_core::kinds::Format;
use semd_core::report::{Finding, Layer, Report, Severity, Verdict};
use semd_core::xml::{self, Limits};

use super::{Knowledge, address, cross, dictionary, llo, organization, recipient, signature};
use crate::checksum::Checksum;
use crate::message::{RegisterDocumentRequest, RegisterError};

/// What the file check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileVerdict {
    /// Why the document is refused; empty means it is registered.
    pub errors: Vec<RegisterError>,
    /// Remarks that do not prevent registration.
    pub warnings: Vec<RegisterError>,
    /// The way of computing the checksum that gave the declared number.
    pub checksum: Option<Checksum>,
}

/// Checks the pulled file against the request, its signatures and the rules of its kind.
///
/// `report` is what the rule packages say about the same bytes; without one, the rules are not applied and a warning
/// says so.
pub fn file(
    request: &RegisterDocumentRequest,
    bytes: &[u8],
    report: Option<&Report>,
    known: &Knowledge<'_>,
) -> FileVerdict {
    let mut verdict = FileVerdict::default();
    let declared = request.doc_content.checksum.unwrap_or_default();
    verdict.checksum = Checksum::matching(bytes, declared);
    if verdict.checksum.is_none() {
        let text =
            format!("Контрольная сумма полученного файла отличается от заявленной в запросе [{declared}]");
        verdict.errors.push(RegisterError::new("GET_DOCUMENT_FILE_ERROR", text));
        // Another file than the announced one: nothing more can be said about it.
        return verdict;
    }
    for (signer, data) in request.signatures() {
        verdict
            .errors
            .extend(signature::judge(signer, data, bytes, known.trust, known.now).errors_with_document());
    }
    let parsed = xml::parse(bytes, &Limits::default());
    let wanted = known.kinds.find(&request.kind).map(|kind| kind.format);
    match (wanted, parsed.is_ok(), bytes.starts_with(b"%PDF-")) {
        (Some(Format::Pdf), true, _) | (Some(Format::Cda), _, true) => {
            let text = "Документ не соответствует допустимому формату (для вида документов)";
            verdict.errors.push(RegisterError::new("INVALID_DOC_CONTENT_TYPE", text));
        }
        (Some(Format::Pdf), false, false) => {
            verdict
                .errors
                .push(RegisterError::new("INVALID_CONTENT", "Переданный файл не является файлом PDF/A-1"));
        }
        (Some(Format::Cda) | None, false, false) => {
            let text = "Переданный файл не является валидным XML файлом";
            verdict.errors.push(RegisterError::new("INVALID_CONTENT", text));
        }
        _ => {}
    }
    // The content is looked at only when it is the file that was signed, in the format of the kind.
    let Some(document) = parsed.ok().filter(|_| verdict.errors.is_empty()) else { return verdict };
    let header = Header::read(&document);
    verdict.errors.extend(cross::cross_check(request, &document, &header, known));
    match report {
        Some(report) => rules(report, &mut verdict),
        None => verdict.warnings.push(not_checked("пакеты правил не подключены")),
    }
    let errors = &mut verdict.errors;
    if let Some(asked) = &request.recipient {
        recipient::judge(asked, &document, errors);
    }
    dictionary::judge(request, &document, known, errors);
    address::judge(&document, known, errors);
    organization::judge_file(request, &document, &header, known, errors);
    llo::Recipe { request, document: &document, header: &header, report, known }.judge(errors);
    verdict
}

fn rules(report: &Report, verdict: &mut FileVerdict) {
    // Values are judged against the dictionaries apart, see `dictionary`; what could be read is XML.
    let counts = |finding: &&Finding| {
        finding.severity == Severity::Error && matches!(finding.layer, Layer::Xsd | Layer::Schematron)
    };
    let errors = report.findings.iter().filter(counts);
    verdict.errors.extend(errors.map(rule_error));
    if report.verdict == Verdict::Undecided {
        let kind = report.kind.as_deref().unwrap_or("?");
        verdict.warnings.push(not_checked(&format!("для вида [{kind}] нет пакета правил или он неполон")));
    }
}

fn not_checked(why: &str) -> RegisterError {
    RegisterError::new("XML_VALIDATOR_ERROR", format!("Правила вида документа не проверялись: {why}"))
}

/// A finding in the words in which the register reports it.
fn rule_error(finding: &Finding) -> RegisterError {
    let text = &finding.message.ru;
    let rule = finding.rule.as_deref().unwrap_or_default();
    let message = match finding.layer {
        Layer::Schematron => {
            let path = finding.path.as_deref().unwrap_or("/");
            let labelled = if text.starts_with(rule) { text.clone() } else { format!("{rule}. {text}") };
            format!("Ошибка валидации Schematron: {labelled} Путь: {path}")
        }
        Layer::Xsd => format!("Ошибка валидации СЭМД: {rule}: {text}"),
        Layer::Admission | Layer::Xml | Layer::Nsi | Layer::Rule => text.clone(),
    };
    RegisterError::new(finding.code, message)
}
