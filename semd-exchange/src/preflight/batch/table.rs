//! Tables with the headings that operators use.

use semd_core::report::{Owner, Severity};

use super::{Batch, Entry, OWNERS, Problem};
use crate::sheet::{Cell, Sheet};

/// Headings in both languages, with their widths.
const COLUMNS: [(&str, &str, u16); 14] = [
    ("Отделение МО", "Department", 28),
    ("Сотрудник, сформировавший СЭМД", "Employee", 30),
    ("Вид СЭМД", "Kind", 34),
    ("Статус передачи СЭМД", "Status", 22),
    ("Дата создания", "Created", 13),
    ("Описание", "Description", 60),
    ("Код ошибки", "Code", 34),
    ("Что делать", "What to do", 50),
    ("Кто исправляет", "Who mends it", 22),
    ("Поможет ли повторная отправка", "Does a resend help", 16),
    ("Важность", "Weight", 16),
    ("Место в документе", "Place", 40),
    ("Файл", "File", 30),
    ("Идентификатор документа", "Identifier", 38),
];

/// A row for every error and warning, and one for every bundle without any.
pub(super) fn findings(batch: &Batch) -> Sheet {
    let columns = COLUMNS.map(|(ru, en, width)| (batch.word(ru, en), width));
    let mut sheet = Sheet::new(batch.word("Документы", "Documents"), &columns);
    for entry in &batch.entries {
        let told: Vec<_> = entry.problems.iter().filter(|one| one.severity != Severity::Info).collect();
        if told.is_empty() {
            sheet.rows.push(row(batch, entry, None));
        }
        sheet.rows.extend(told.into_iter().map(|problem| row(batch, entry, Some(problem))));
    }
    for (file, reason) in &batch.unread {
        let mut row = vec![Cell::from(""); COLUMNS.len()];
        row[3] = batch.word("Не прочитан", "Not read").into();
        row[5] = reason.as_str().into();
        row[12] = file.as_str().into();
        sheet.rows.push(row);
    }
    sheet
}

fn row(batch: &Batch, entry: &Entry, problem: Option<&Problem>) -> Vec<Cell> {
    let text = |value: fn(&Problem) -> &str| Cell::from(problem.map_or("", value));
    let resend = problem.map_or("", |problem| match problem.retryable {
        true => batch.word("да", "yes"),
        false => batch.word("нет", "no"),
    });
    vec![
        entry.department.as_str().into(),
        entry.employee.as_str().into(),
        entry.kind.as_str().into(),
        entry.status(batch.lang).into(),
        Cell::Date(entry.created),
        text(|one| &one.message),
        text(|one| one.code),
        text(|one| &one.advice),
        problem.map_or("", |problem| problem.owner.word(batch.lang)).into(),
        resend.into(),
        problem.map_or("", |problem| problem.severity.word(batch.lang)).into(),
        text(|one| &one.place),
        entry.file.as_str().into(),
        entry.local_uid.as_str().into(),
    ]
}

/// The sheets of the workbook.
pub(super) fn workbook(batch: &Batch) -> Vec<Sheet> {
    vec![findings(batch), owners(batch), not_checked(batch)]
}

fn owners(batch: &Batch) -> Sheet {
    let columns = [
        (batch.word("Кто исправляет", "Who mends it"), 30),
        (batch.word("Документов", "Documents"), 14),
        (batch.word("Ошибок", "Errors"), 12),
    ];
    let mut sheet = Sheet::new(batch.word("По ответственным", "By owner"), &columns);
    for (owner, documents, errors) in counts(batch) {
        let number = |count: usize| Cell::Number(u32::try_from(count).unwrap_or(u32::MAX));
        sheet.rows.push(vec![owner.word(batch.lang).into(), number(documents), number(errors)]);
    }
    sheet
}

/// Owners with documents to mend: number of documents and of errors.
pub(super) fn counts(batch: &Batch) -> Vec<(Owner, usize, usize)> {
    let of = |owner| {
        let errors = batch.entries.iter().map(|entry| entry.errors_of(owner).count());
        (owner, errors.clone().filter(|count| *count > 0).count(), errors.sum())
    };
    OWNERS.map(of).into_iter().filter(|(_, documents, _)| *documents > 0).collect()
}

fn not_checked(batch: &Batch) -> Sheet {
    let columns = [
        (batch.word("Нужны данные", "Data needed"), 26),
        (batch.word("Не проверенные коды", "Codes not checked"), 90),
    ];
    let mut sheet = Sheet::new(batch.word("Не проверено", "Not checked"), &columns);
    for (need, codes) in &batch.not_checked {
        let codes = codes.iter().copied().collect::<Vec<_>>().join(", ");
        sheet.rows.push(vec![(*need).into(), Cell::Text(codes)]);
    }
    sheet
}
