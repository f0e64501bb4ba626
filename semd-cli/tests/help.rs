//! Help and complaints about the command line, in the language asked for.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

use std::process::{Command, Output};

fn semd(lang: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_semd"));
    for variable in ["SEMD_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "SEMD_CONFIG"] {
        command.env_remove(variable);
    }
    command.env("LANG", lang).args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_speaks_the_language_of_the_locale_unless_another_is_asked_for() {
    let russian = out(&semd("C", &["validate", "--help"]));
    assert!(russian.starts_with("Проверить документы"), "{russian}");
    for part in
        ["Вызов: semd validate [ФЛАГИ]", "Флаги:", "- junit: JUnit XML", "[переменная: SEMD_PACKAGES]"]
    {
        assert!(russian.contains(part), "{part} in {russian}");
    }
    for english in ["Options:", "[default", "[env", "[possible values", "Usage", "Print"] {
        assert!(!russian.contains(english), "{english} in {russian}");
    }
    let english = out(&semd("en_GB.UTF-8", &["validate", "--help"]));
    assert!(english.starts_with("Check documents") && english.contains("Usage: semd validate"), "{english}");
    assert_eq!(out(&semd("C", &["validate", "--help", "--lang", "en"])), english);
    assert_eq!(out(&semd("en_GB.UTF-8", &["--lang=ru", "validate", "--help"])), russian);
    assert_eq!(out(&semd("C", &["help", "validate"])), russian);
    assert!(out(&semd("C", &["validate", "-h"])).len() < russian.len());
    assert_eq!(out(&semd("C", &["--version"])), format!("semd {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mistakes_in_the_command_line_are_told_in_russian() {
    for (arguments, what) in [
        (
            &["validate", "a.xml", "--formt", "json"][..],
            "неизвестный аргумент «--formt»\n  похоже на: --format",
        ),
        (&["jurnal"], "неизвестная команда «jurnal»\n  похоже на: journal"),
        (
            &["validate", "a.xml", "--format", "xml"],
            "«xml» у «--format <FORMAT>» не подходит; возможны: full, ",
        ),
        (&["validate", "a.xml", "--jobs", "x"], "«x» у «--jobs <N>» не понято: нужно целое число"),
        (&["validate", "a.xml", "--as-of", "1.2.2026"], "не понято: день пишется ГГГГ-ММ-ДД"),
        (&["validate", "a.xml", "--as-of"], "у «--as-of <DATE>» нет значения"),
        (&["validate", "a.xml", "--jobs", "1", "--jobs", "2"], "«--jobs <N>» указан больше одного раза"),
        (&["validate", "a.xml", "--no-cache", "--cache-dir", "c"], "нельзя указать вместе с"),
        (&["validate"], "не указано обязательное: <PATH>..."),
    ] {
        let text = complaint(&semd("C", arguments));
        assert!(text.starts_with("ошибка: ") && text.contains(what), "{arguments:?}: {text}");
        let english = complaint(&semd("en_US.UTF-8", arguments));
        assert!(english.starts_with("error: "), "{english}");
    }
    // A command without a command of its own shows what there is.
    let text = complaint(&semd("C", &["journal"]));
    assert!(text.starts_with("Что известно журналу") && text.contains("reconcile"), "{text}");
}

#[test]
fn completions_and_manual_pages_speak_the_language_too() {
    for (lang, words) in [("C", "Проверить документы"), ("en_US.UTF-8", "Check documents")]
    {
        for arguments in [&["completions", "zsh"][..], &["completions", "fish"], &["man"]] {
            let text = out(&semd(lang, arguments));
            assert!(text.contains(words), "{lang} {arguments:?}");
        }
    }
}
