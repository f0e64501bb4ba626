//! Bundles with one planted defect each, and their twins without it: what preflight foresees and what the sandbox answers
//! must be the same codes.
//!
//! The cases are data: `fixtures/defects/*.toml`. Documents are made from the project's samples by small edits, and signed here
//! by a test authority.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod case;
mod clean;
#[path = "../common/mod.rs"]
mod common;
mod der;
mod hands;
mod page;
mod patterns;
mod register;
mod stock;
mod wire;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use semd_core::package::PackageStore;
use semd_core::validate::Validator;
use semd_exchange::codes::{Code, Offline};
use semd_exchange::message::RegisterDocumentRequest;
use semd_exchange::preflight::{CheckOutcome, Preflight, PreflightReport, Prepared};

use case::{Bundle, Case, Situation};
use hands::Hands;

/// Codes, each with the cause where the text tells one.
type Answer = BTreeSet<(String, Option<&'static str>)>;

struct Tried {
    foreseen: Answer,
    answered: Answer,
    report: PreflightReport,
    request: RegisterDocumentRequest,
}

/// The packages are compiled once for all cases.
fn validator() -> Validator {
    static SHARED: OnceLock<Validator> = OnceLock::new();
    SHARED.get_or_init(|| Validator::new(PackageStore::embedded())).clone()
}

fn attempt(bundle: &Bundle, hands: &Hands) -> Tried {
    let validator = validator();
    let preflight =
        Preflight::new(bundle.with_dictionaries(validator.clone()), hands.trust().clone(), bundle.data())
            .show_personal_data(true);
    let (report, prepared): (_, Prepared) =
        preflight.check_prepared(&bundle.files, None, bundle.as_of).unwrap();
    let foreseen =
        report.answer().into_iter().map(|one| (one.finding.code.to_owned(), one.sub_type)).collect();
    let answered = register::answer(bundle, &prepared, &validator, hands);
    Tried { foreseen, answered, report, request: prepared.request }
}

fn only_codes(answer: &Answer) -> BTreeSet<&str> {
    answer.iter().map(|(code, _)| code.as_str()).collect()
}

#[test]
fn preflight_and_sandbox_name_the_same_codes() {
    let hands = Hands::new();
    let cases = case::all();
    let mut wrong = Vec::new();
    let mut codes = BTreeSet::new();
    for case in &cases {
        let name = case.name();
        let tried = attempt(&case.bundle(Situation::Defect, &hands), &hands);
        let expected: BTreeSet<&str> = case.expected();
        if only_codes(&tried.foreseen) != expected || tried.foreseen != tried.answered {
            wrong.push(format!(
                "{name}: expected {expected:?}, foreseen {:?}, answered {:?}",
                tried.foreseen, tried.answered
            ));
        }
        let twin = attempt(&case.bundle(Situation::Twin, &hands), &hands);
        if !twin.foreseen.is_empty() || !twin.answered.is_empty() {
            wrong.push(format!("{name}, twin: foreseen {:?}, answered {:?}", twin.foreseen, twin.answered));
        }
        // The twin must be clean because it was checked, not because the data were not there.
        for found in tried.report.answer() {
            let state = twin.report.checks.iter().find(|(name, _)| *name == found.check);
            if state.is_none_or(|(_, outcome)| *outcome != CheckOutcome::Clean) {
                wrong.push(format!("{name}, twin: {state:?}"));
            }
        }
        codes.insert(case.code.clone());
    }
    println!("compared {} defects and {} twins of {} codes", cases.len(), cases.len(), codes.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_predictable_code_has_a_defect_and_a_twin() {
    let cases = case::all();
    let names: BTreeSet<String> = cases.iter().map(Case::name).collect();
    assert_eq!(names.len(), cases.len(), "names are unique");
    let without: Vec<&str> = Code::all()
        .iter()
        .filter(|code| code.offline != Offline::No)
        .map(|code| code.mnemonic)
        .filter(|code| cases.iter().all(|case| case.code != *code))
        .collect();
    assert_eq!(without, [""; 0]);
}

#[test]
fn messages_show_personal_data_only_when_asked() {
    let hands = Hands::new();
    let personal = ["Образцов", "Илья", "Тестова", "99900000115", "99900010118"];
    let mut shown = 0;
    for case in case::all() {
        let bundle = case.bundle(Situation::Defect, &hands);
        let masked = Preflight::new(validator(), hands.trust().clone(), bundle.data());
        let report = masked.check(&bundle.files, None, bundle.as_of).unwrap();
        for finding in &report.report.findings {
            let text = format!("{} {}", finding.message.ru, finding.message.en);
            for secret in personal {
                assert!(!text.contains(secret), "{}: {text}", case.name());
            }
            shown += 1;
        }
    }
    println!("looked at {shown} masked messages");
    assert!(shown > 0);
}
