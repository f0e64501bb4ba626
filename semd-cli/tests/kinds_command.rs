//! `semd kinds`, kinds of one's own (`--kinds`), `semd completions` and `semd man`.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::serve::Serve;
use support::{Run, Sandbox, finish, fixtures, http, run, semd, succeed};
use tempfile::TempDir;

const SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
    xmlns="urn:hl7-org:v3" elementFormDefault="qualified">
    <xs:complexType name="II"><xs:attribute name="root" type="xs:string"/></xs:complexType>
    <xs:complexType name="Document"><xs:sequence><xs:element name="templateId" type="II"/>
    <xs:element name="title" type="xs:string"/></xs:sequence></xs:complexType>
    <xs:element name="ClinicalDocument" type="Document"/></xs:schema>"#;
const RULES: &str = r#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"><pattern>
    <rule context="ClinicalDocument"><assert test="title!=''">У1-1. A title.</assert></rule></pattern></schema>"#;

const NEW: &str = "[[kind]]\ncode = '900'\ntitle = 'Новая форма'\ntitle_en = 'New form'\nedition = 7\nformat = 'cda'\n\
    templates = ['1.2.643.9.900']\n";
/// A built-in kind, closed before the sample documents were made.
const CLOSED: &str = "[[kind]]\ncode = '119'\ntitle = 'Своё название'\nedition = 4\nformat = 'cda'\n\
    templates = ['1.2.643.5.1.13.2.7.5.1.5.9.4']\nvalid_to = '2024-12-31'\n";

/// A folder with files of the given names and texts.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn path(folder: &TempDir, name: &str) -> String {
    text(&folder.path().join(name)).to_owned()
}

fn consultation() -> PathBuf {
    fixtures().join("documents/consultation.xml")
}

fn codes(run: &Run) -> Vec<String> {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.json_lines().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn kinds_are_listed_in_both_languages_and_as_json() {
    let english = succeed(&["kinds", "list"]);
    let russian = succeed(&["kinds", "list", "--lang", "ru"]);
    assert!(english.starts_with("code") && english.contains("Consultation"), "{english}");
    assert!(russian.starts_with("код") && russian.contains("Протокол консультации"), "{russian}");
    let listed = run(["kinds", "list", "--format", "jsonl"]);
    let rows = listed.json_lines();
    let row = |code: &str| rows.iter().find(|row| row["code"] == code).unwrap();
    assert_eq!((&row("119")["format"], &row("119")["package"]), (&"cda".into(), &true.into()));
    assert_eq!((&row("5")["edition"], &row("5")["package"]), (&serde_json::Value::Null, &false.into()));
    assert_eq!(row("5")["valid_to"], "2024-01-01");
}

#[test]
fn list_of_a_day_has_the_kinds_registered_then() {
    let on = |day| codes(&run(["kinds", "list", "--format", "jsonl", "--on", day]));
    let (last, after) = (on("2024-01-01"), on("2024-01-02"));
    assert!(last.contains(&"5".to_owned()) && !after.contains(&"5".to_owned()));
    assert!(after.contains(&"119".to_owned()));
    let data = folder(&[("kind-rules.csv", "kind;valid_to\n119;31.12.2023\n")]);
    let narrowed = ["kinds", "list", "--format", "jsonl", "--on", "2024-01-02", "--data", text(data.path())];
    assert!(!codes(&run(narrowed)).contains(&"119".to_owned()), "the table of kinds outweighs the registry");
    assert_eq!(run(["kinds", "list", "--on", "01.01.2024"]).code, Some(2));
}

#[test]
fn kind_is_shown_with_packages_and_says_where_rules_of_signing_come_from() {
    let english = succeed(&["kinds", "show", "119"]);
    for expected in [
        "1.2.643.5.1.13.13.14.85.9.4",
        "Протокол консультации",
        "XSD + 1 Schematron",
        "[embedded]",
        "signing-rules: --data DIR",
    ] {
        assert!(english.contains(expected), "{expected}: {english}");
    }
    let russian = succeed(&["kinds", "show", "119", "--lang", "ru"]);
    for expected in ["подпись организации: нужна", "НСИ 1.2.643.5.1.13.13.99.2.42", "--data ПАПКА"]
    {
        assert!(russian.contains(expected), "{expected}: {russian}");
    }
    let object = run(["kinds", "show", "119", "--format", "json"]).json_lines().remove(0);
    assert_eq!(object["schema"], "semd.kind/1");
    assert_eq!((&object["code"], &object["edition"]), (&"119".into(), &4.into()));
    assert_eq!(object["packages"][0]["schematrons"], 1);
    assert!(object["signing_rules"].is_null() && object["kind_rules"].is_null());
    assert!(succeed(&["kinds", "show", "5"]).contains("none, see --packages"));
}

#[test]
fn rules_of_signing_are_shown_with_the_names_of_roles() {
    let data = folder(&[
        (
            "signing-rules.csv",
            "kind;role;minimum;maximum;posts\n119;AUTHOR;1;;7 8\n119;HEAD;0;1;\n118;OTHER;1;1;\n",
        ),
        ("roles.csv", "code;name\nAUTHOR;Автор\n"),
        ("kind-rules.csv", "kind;org_signature;valid_to\n119;required;31.12.2030\n"),
    ]);
    let shown =
        |flags: &[&str]| run([&["kinds", "show", "119", "--data", text(data.path())], flags].concat());
    let people = shown(&["--lang", "ru"]).stdout;
    for expected in [
        "Автор (AUTHOR)\n      наименьшее число подписей: 1\n      коды должностей через пробел: 7 8\n",
        "    HEAD\n",
        "    подпись организации: required\n",
        "– 2030-12-31",
    ] {
        assert!(people.contains(expected), "{expected}: {people}");
    }
    assert!(!people.contains("OTHER"), "{people}");
    let object = shown(&["--format", "json"]).json_lines().remove(0);
    assert_eq!(object["signing_rules"][0]["role_name"], "Автор");
    assert_eq!(object["signing_rules"].as_array().unwrap().len(), 2);
    assert_eq!(object["kind_rules"][0]["org_signature"], "required");
    assert_eq!(object["window"]["to"], "2030-12-31");
    let other = run(["kinds", "show", "5", "--data", text(data.path())]);
    assert!(other.stdout.contains("table signing-rules has no row of this kind"), "{other:?}");
}

#[test]
fn unknown_code_is_wrong_usage_and_names_the_list() {
    for (language, words) in [("ru", "вид «99999» неизвестен"), ("en", "there is no kind “99999”")]
    {
        let refused = run(["kinds", "show", "99999", "--lang", language]);
        assert!(refused.code == Some(2) && refused.stdout.is_empty(), "{refused:?}");
        assert!(refused.stderr.contains(words) && refused.stderr.contains("semd kinds list"), "{refused:?}");
    }
}

#[test]
fn new_kind_is_recognised_by_its_template_and_checked_by_its_package() {
    let place = folder(&[
        ("kinds/new.toml", NEW),
        ("packages/900/xsd/CDA.xsd", SCHEMA),
        ("packages/900/schematron.sch", RULES),
        (
            "a.xml",
            "<ClinicalDocument xmlns='urn:hl7-org:v3'><templateId root='1.2.643.9.900'/><title>t</title></ClinicalDocument>",
        ),
    ]);
    let (kinds, packages, document) =
        (path(&place, "kinds"), path(&place, "packages"), path(&place, "a.xml"));
    let validate = ["validate", &document, "--packages", &packages, "--format", "jsonl"];
    let without = run(validate);
    assert_eq!((without.code, &without.json_lines()[0]["kind"]), (Some(3), &serde_json::Value::Null));
    let with = run([&validate[..], &["--kinds", &kinds]].concat());
    assert_eq!(with.code, Some(0), "{with:?}");
    let report = &with.json_lines()[0];
    assert_eq!((&report["kind"], &report["edition"]), (&"900".into(), &"7".into()));
    let listed = succeed(&["packages", "list", "--packages", &packages, "--kinds", &kinds, "--lang", "ru"]);
    assert!(listed.contains("Новая форма"), "{listed}");
    let shown = succeed(&["packages", "show", "900", "--packages", &packages, "--kinds", &kinds]);
    assert!(shown.contains("New form"), "{shown}");
    let ready = run(["doctor", "--packages", &packages, "--kinds", &kinds]);
    assert!(ready.stdout.contains("kind 900 ed. 7: New form"), "{ready:?}");
}

#[test]
fn folder_is_named_by_flag_environment_or_configuration() {
    let place = folder(&[("kinds/new.toml", NEW)]);
    let kinds = path(&place, "kinds");
    fs::write(place.path().join("semd.toml"), format!("kinds = '{kinds}'\n")).unwrap();
    let show = ["kinds", "show", "900"];
    assert_eq!(run(show).code, Some(2));
    assert_eq!(run([&show[..], &["--kinds", &kinds]].concat()).code, Some(0));
    assert_eq!(run([&show[..], &["--config", &path(&place, "semd.toml")]].concat()).code, Some(0));
    assert_eq!(finish(semd().args(show).env("SEMD_KINDS", &kinds)).code, Some(0));
    let listed = run(["kinds", "list", "--kinds", &kinds, "--format", "jsonl"]);
    assert_eq!(codes(&listed).last().unwrap(), "900", "it stands after those built in");
}

#[test]
fn changed_window_is_seen_by_validate_and_preflight() {
    let kinds = folder(&[("closed.toml", CLOSED)]);
    let (document, kinds) = (consultation(), ["--kinds", text(kinds.path())]);
    let outside = |arguments: &[&str]| run(arguments).stdout.contains("NO_DOCUMENT_KIND_ON_DATE");
    let validate = ["validate", text(&document), "--as-of", "2025-12-01", "--format", "jsonl"];
    let preflight = ["preflight", text(&document), "--as-of", "2025-12-01"];
    for command in [&validate[..], &preflight] {
        assert!(!outside(command), "{command:?}");
        assert!(outside(&[command, &kinds].concat()), "{command:?}");
    }
    let table = run([&preflight[..], &kinds, &["--format", "csv"]].concat());
    assert!(table.stdout.contains("Своё название (119)"), "{table:?}");
    let checked = run([&["lint", text(&document), text(&document)][..], &kinds].concat());
    assert!(checked.stderr.contains("Своё название"), "{checked:?}");
}

/// Sends the signed consultation to a sandbox with the given flags; answers the run and the journal, which lies in `place`.
fn registered(place: &TempDir, flags: &[&str]) -> (Run, String) {
    let pki = support::authority(place.path(), &["--from", "2025-01-01", "--days", "3650"]);
    let document = place.path().join("consultation.xml");
    fs::copy(consultation(), &document).unwrap();
    support::sign(&document, &pki, "doctor", "doctor");
    support::sign(&document, &pki, "clinic", "organization");
    let sandbox = Sandbox::start(&pki.join("root.crt"), flags);
    let journal = format!("sqlite:{}", path(place, "journal.db"));
    let sent = ["register", text(&document), "--register", &sandbox.url, "--journal", &journal];
    (run([&sent[..], &["--format", "jsonl"]].concat()), journal)
}

#[test]
fn changed_window_is_seen_by_the_sandbox() {
    let (place, kinds) = (folder(&[]), folder(&[("closed.toml", CLOSED)]));
    let (refused, _) = registered(&place, &["--kinds", text(kinds.path())]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stdout.contains("NO_DOCUMENT_KIND_ON_DATE"), "{refused:?}");
}

#[test]
fn changed_title_is_seen_in_the_journal_and_on_its_page() {
    let (place, kinds) = (folder(&[]), folder(&[("closed.toml", CLOSED)]));
    let (sent, journal) = registered(&place, &[]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let kinds = ["--kinds", text(kinds.path())];
    let counted = run([&["journal", "stats", "--by", "kind", "--journal", &journal][..], &kinds].concat());
    assert!(counted.stdout.contains("Своё название"), "{counted:?}");
    let serve = Serve::start(&journal, &kinds, None);
    let page = http::get(&serve.at("documents"), &[]).text();
    assert!(page.contains("119 Своё название"), "{page}");
}

#[test]
fn folder_that_cannot_be_used_is_wrong_usage_and_named() {
    let misspelt = NEW.replace("title =", "titel =");
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[], "no file *.toml"),
        (&[("a.toml", &misspelt)], "a.toml:3:1: "),
        (&[("a.toml", &CLOSED.replace("2024-12-31", "31.12.2024"))], "a.toml:7:"),
        (&[("a.toml", NEW), ("b.toml", NEW)], "b.toml: kind 900 is described in"),
    ];
    for (files, words) in cases {
        let kinds = folder(files);
        for command in [&["kinds", "list"][..], &["validate", text(&consultation())]] {
            let refused = run([command, &["--kinds", text(kinds.path())]].concat());
            assert!(refused.code == Some(2) && refused.stderr.contains(words), "{words}: {refused:?}");
            assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
        }
    }
    let absent = path(&folder(&[]), "absent");
    for language in ["ru", "en"] {
        let refused = run(["kinds", "list", "--kinds", &absent, "--lang", language]);
        assert!(refused.code == Some(2) && refused.stderr.contains(&absent), "{refused:?}");
    }
}

/// The names of the commands, from the help.
fn commands() -> BTreeSet<String> {
    let help = succeed(&["--help"]);
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let named = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn completions_of_every_shell_know_the_commands() {
    let commands = commands();
    assert!(commands.contains("validate") && commands.contains("kinds"), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(&["completions", shell]);
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
    }
    assert_eq!(run(["completions", "cmd.exe"]).code, Some(2));
}

#[test]
fn completions_of_bash_are_a_script_of_bash() {
    let place = folder(&[("semd.bash", &succeed(&["completions", "bash"]))]);
    match Command::new("bash").arg("-n").arg(place.path().join("semd.bash")).output() {
        Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
        Err(error) => println!("skipped: completions_of_bash_are_a_script_of_bash: no bash: {error}"),
    }
}

#[test]
fn manual_has_a_page_for_every_command() {
    let page = succeed(&["man"]);
    assert!(page.contains(".TH"), "{page}");
    let place = folder(&[]);
    let pages = path(&place, "man/man1");
    let written = run(["man", "--out", &pages]);
    assert!(written.code == Some(0) && written.stdout.is_empty(), "{written:?}");
    for command in commands() {
        assert!(page.contains(&format!("semd\\-{command}(1)")), "{command}");
        let own = fs::read_to_string(Path::new(&pages).join(format!("semd-{command}.1"))).unwrap();
        assert!(own.contains(".SH SYNOPSIS"), "{command}");
    }
    assert_eq!(fs::read_to_string(Path::new(&pages).join("semd.1")).unwrap(), page);
    let inner = fs::read_to_string(Path::new(&pages).join("semd-kinds-list.1")).unwrap();
    assert!(inner.contains("SEMD_KINDS"), "{inner}");
    fs::write(place.path().join("file"), "").unwrap();
    assert_eq!(run(["man", "--out", &path(&place, "file")]).code, Some(4));
}
