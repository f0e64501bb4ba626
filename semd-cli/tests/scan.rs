//! `semd scan`: numbers of real people in files that must not have any.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;

use support::run;
use tempfile::TempDir;

/// Valid numbers that belong to nobody this test knows: СНИЛС of the handbook of its check digits, a passport in its form.
const TEXT: &str = "фамилия: Образцов\nСНИЛС 112-233-445 95, паспорт 4510 123456\n";

#[test]
fn numbers_are_found_with_their_place_and_shown_masked() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, TEXT).unwrap();
    fs::write(folder.path().join("picture.png"), b"\x89PNG\0 112-233-445 95").unwrap();
    let found = run(["scan", folder.path().to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    let rows = found.json_lines();
    let row = |index: usize| {
        let row = &rows[index];
        (row["kind"].as_str().unwrap(), row["line"].as_u64().unwrap(), row["column"].as_u64().unwrap())
    };
    assert_eq!(rows.len(), 2, "{}", found.stdout);
    assert_eq!((row(0), row(1)), (("snils", 2, 7), ("passport", 2, 31)));
    assert_eq!(rows[0]["number"], "000-000-000 00");
    assert!(!found.stdout.contains("112") && !found.stderr.contains("112"), "{found:?}");
    let shown = run(["scan", file.to_str().unwrap(), "--show-pii"]);
    assert!(shown.stdout.contains("112-233-445 95"), "{}", shown.stdout);
}

#[test]
fn list_of_known_numbers_and_ranges_never_issued_are_passed_over() {
    let folder = TempDir::new().unwrap();
    let (file, list) = (folder.path().join("notes.txt"), folder.path().join("known.list"));
    fs::write(&file, format!("{TEXT} 999-000-001 15 0000000000002001\n")).unwrap();
    fs::write(&list, "11223344595 # handbook\n4510*\n").unwrap();
    let arguments = ["scan", file.to_str().unwrap(), "--allow", list.to_str().unwrap()];
    assert_eq!(run(arguments).code, Some(0), "{:?}", run(arguments));
    fs::write(&list, "11223344595\nabc\n").unwrap();
    let refused = run(arguments);
    assert!(refused.code == Some(2) && refused.stderr.contains(":2:"), "{}", refused.stderr);
}

#[test]
fn fixtures_of_this_project_have_no_number_of_a_real_person() {
    let fixtures = support::fixtures();
    let run = run(["scan", fixtures.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stdout);
}
