//! `docs/register-codes.md` and `docs/reference-data.md`, made from the same data that the program uses.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use semd_exchange::codes::{Code, Offline};
use semd_exchange::preflight::checks;
use semd_exchange::reference::TableSpec;

use super::case::{self, Case};

const UPDATE: &str = "SEMD_UPDATE_DOCS";

fn is_current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "docs/{name} is not up to date: run this test with {UPDATE}=1");
}

#[test]
fn page_of_codes_is_current_and_complete() {
    let cases = case::all();
    let mut text = String::from(
        "# Codes of the register\n\nMade by `cargo test -p semd-exchange --test defects` with `SEMD_UPDATE_DOCS=1` from \
         `schemas/register-codes`, the registry of checks\nand `fixtures/defects`; the same test fails when a row lacks its check \
         or its fixtures, or when this page is not up to date.\n\n",
    );
    let count = |offline| Code::all().iter().filter(|code| code.offline == offline).count();
    let _ = writeln!(
        text,
        "{} codes: {} foreseen offline, {} foreseen with reference data ([reference-data.md](reference-data.md)), {} not \
         foreseeable.\nStages: S1a synchronous, S1b request, F file pull, S2 file, FRLLO, LATER, ORDER. Each case of \
         `fixtures/defects` is a bundle with the\ndefect and its twin without it.\n",
        Code::all().len(),
        count(Offline::Yes),
        count(Offline::WithData),
        count(Offline::No)
    );
    text.push_str("| id | code | stage | owner | resend | foreseen | check | cases |\n|---|---|---|---|---|---|---|---|\n");
    for code in Code::all() {
        let row = row(code, &cases);
        text.push_str(&row);
    }
    is_current("register-codes.md", &text);
}

fn row(code: &Code, cases: &[Case]) -> String {
    let own: Vec<_> = checks::all().filter(|check| check.code == code.mnemonic).collect();
    let of_code: Vec<&Case> = cases.iter().filter(|case| case.code == code.mnemonic).collect();
    let foreseen = match (code.offline, &code.unpredictable) {
        (Offline::Yes, _) => "offline".to_owned(),
        (Offline::WithData, _) => format!("with {}", code.needs.join(", ")),
        (Offline::No, reason) => format!("no: {}", reason.as_ref().unwrap().en),
    };
    if code.offline != Offline::No {
        assert!(!own.is_empty() && !of_code.is_empty(), "{} lacks its check or its cases", code.mnemonic);
    }
    let links: Vec<String> = own
        .iter()
        .map(|check| {
            let family = source(check.name);
            format!("[{}](../semd-exchange/src/preflight/checks/{family})", check.name)
        })
        .collect();
    let cases: Vec<String> = of_code
        .iter()
        .map(|case| {
            let about = if case.about.is_empty() { "defect and twin" } else { &case.about };
            format!("[{about}](../fixtures/defects/{})", case.file())
        })
        .collect();
    format!(
        "| {} | `{}` | {} | {:?} | {:?} | {foreseen} | {} | {} |\n",
        code.id,
        code.mnemonic,
        code.stage,
        code.owner,
        code.resend,
        links.join(" "),
        cases.join(" ")
    )
}

/// The file that has a check, found by its name.
fn source(check: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/preflight/checks");
    let quoted = format!("\"{check}\"");
    let mut files = Vec::new();
    for inner in ["", "llo"] {
        for entry in fs::read_dir(folder.join(inner)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let found = files.iter().find(|path| fs::read_to_string(path).unwrap().contains(&quoted));
    let found = found.unwrap_or_else(|| panic!("no file has the check {check}"));
    found.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/")
}

#[test]
fn page_of_reference_data_is_current() {
    let mut text = String::from(
        "# Reference data\n\n`semd preflight --data DIR` reads the tables below: `DIR/NAME.csv` (UTF-8 with or without a byte order \
         mark, `;` or `,` between\nfields, names of columns in the first line) or the first sheet of `DIR/NAME.xlsx`, and \
         `DIR/attributes/<kind>.xsd` for schemas of extra\nattributes. Dates are `YYYY-MM-DD` or `DD.MM.YYYY`; both ends of a \
         period are included, an empty one does not limit. Other columns are\nignored. A table that is not there is not checked, \
         and the report says so. Made as [register-codes.md](register-codes.md).\n",
    );
    for table in TableSpec::all() {
        let _ = writeln!(
            text,
            "\n## {}\n\n{} — {}. Source: {}.\n",
            table.name, table.title_en, table.title_ru, table.source
        );
        text.push_str("| column | required | meaning | значение |\n|---|---|---|---|\n");
        for column in &table.columns {
            let required = if column.required { "yes" } else { "" };
            let _ = writeln!(text, "| `{}` | {required} | {} | {} |", column.name, column.en, column.ru);
        }
        let unlocked: Vec<String> = checks::all()
            .filter(|check| check.needs.contains(&table.name.as_str()))
            .map(|check| format!("`{}`", check.code))
            .collect();
        if !unlocked.is_empty() {
            let _ = writeln!(text, "\nCodes: {}.", unlocked.join(", "));
        }
    }
    is_current("reference-data.md", &text);
}
