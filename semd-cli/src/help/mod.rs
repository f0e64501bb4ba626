//! The help and the complaints about the command line in Russian.
//!
//! English texts stand where the flags are; `ru.toml` has their translations. Nothing here runs unless help is asked for or
//! the arguments are wrong.

mod mistake;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Arg, Command};
use semd_core::report::Lang;

use crate::args;

pub use mistake::complaint;

/// Russian texts by English ones.
static RUSSIAN: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("ru.toml")).expect("a test reads the embedded file"));

const TEMPLATE: &str = "{before-help}{about-with-newline}\nВызов: {usage}\n\n{all-args}{after-help}";

/// The language asked for among the arguments. Looked up before they are parsed, because the answer may be the help.
pub fn language(arguments: impl IntoIterator<Item = OsString>, otherwise: Lang) -> Lang {
    match args::early(arguments, "--lang").as_deref().and_then(OsStr::to_str) {
        Some("ru") => Lang::Ru,
        Some("en") => Lang::En,
        _ => otherwise,
    }
}

/// The command with its help in a language.
pub fn spoken(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::Ru => in_russian(command),
        Lang::En => command,
    }
}

fn in_russian(mut command: Command) -> Command {
    // Adds what is the same for all commands: `--help`, `--version`, the command `help`.
    command.build();
    translated(command)
}

fn translated(mut command: Command) -> Command {
    if let Some(about) = command.get_about() {
        let about = russian(&about.to_string());
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about() {
        let about = russian(&about.to_string());
        command = command.long_about(about);
    }
    let usage = usage(&command.render_usage().to_string());
    command
        .override_usage(usage)
        .help_template(TEMPLATE)
        .subcommand_help_heading("Команды")
        .mut_args(argument)
        .mut_subcommands(translated)
}

/// A line of usage, without its heading.
fn usage(text: &str) -> String {
    let words =
        [("Usage: ", ""), ("[OPTIONS]", "[ФЛАГИ]"), ("<COMMAND>", "<КОМАНДА>"), ("[COMMAND]", "[КОМАНДА]")];
    words.into_iter().fold(text.to_owned(), |usage, (english, russian)| usage.replace(english, russian))
}

fn argument(argument: Arg) -> Arg {
    let heading = match argument.get_help_heading() {
        Some(heading) => russian(heading),
        None if argument.is_positional() => "Аргументы".to_owned(),
        None => "Флаги".to_owned(),
    };
    let values =
        if argument.get_action().takes_values() { argument.get_possible_values() } else { Vec::new() };
    let values: Vec<PossibleValue> = values.into_iter().filter(|value| !value.is_hide_set()).collect();
    let facts = facts(&argument);
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let choice =
        if names.is_empty() { String::new() } else { format!(" [значения: {}]", names.join(", ")) };

    let short = argument.get_help().map(|help| russian(&help.to_string()));
    let long = argument.get_long_help().map(|help| russian(&help.to_string()));
    let explained = values.iter().any(|value| value.get_help().is_some());
    let mut argument =
        argument.help_heading(heading).hide_default_value(true).hide_env(true).hide_possible_values(true);
    if explained || long.is_some() {
        let list: String = values.iter().map(value_line).collect();
        let list = if list.is_empty() { list } else { format!("\n\nЗначения:\n{list}") };
        let text = long.or_else(|| short.clone()).unwrap_or_default();
        argument = argument.long_help(format!("{text}{facts}{}", list.trim_end()));
    }
    match short {
        Some(short) => argument.help(format!("{short}{facts}{choice}")),
        None => argument,
    }
}

/// What clap would say of a flag in English: its default and its variable.
fn facts(argument: &Arg) -> String {
    let mut facts = String::new();
    let defaults = if argument.get_action().takes_values() { argument.get_default_values() } else { &[] };
    if !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let defaults: Vec<_> = defaults.iter().map(|value| value.to_string_lossy()).collect();
        facts.push_str(&format!(" [по умолчанию: {}]", defaults.join(", ")));
    }
    if let Some(variable) = argument.get_env().filter(|_| !argument.is_hide_env_set()) {
        facts.push_str(&format!(" [переменная: {}]", variable.to_string_lossy()));
    }
    facts
}

fn value_line(value: &PossibleValue) -> String {
    let help = value.get_help().map_or(String::new(), |help| format!(": {}", russian(&help.to_string())));
    format!("- {}{help}\n", value.get_name())
}

/// The translation of a text, or the text itself where there is none.
fn russian(text: &str) -> String {
    RUSSIAN.get(text).cloned().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;

    /// All texts of the help.
    fn texts(command: &Command, found: &mut BTreeSet<String>) {
        let about = [command.get_about(), command.get_long_about()];
        found.extend(about.into_iter().flatten().map(ToString::to_string));
        for argument in command.get_arguments() {
            let help = [argument.get_help(), argument.get_long_help()];
            found.extend(help.into_iter().flatten().map(ToString::to_string));
            found.extend(argument.get_help_heading().map(str::to_owned));
            let values = argument.get_possible_values();
            found.extend(values.iter().filter_map(|value| value.get_help()).map(ToString::to_string));
        }
        command.get_subcommands().for_each(|inner| texts(inner, found));
    }

    #[test]
    fn every_text_of_the_help_has_a_translation_and_every_translation_a_text() {
        let mut command = Cli::command();
        command.build();
        let mut found = BTreeSet::new();
        texts(&command, &mut found);
        let known: BTreeSet<String> = RUSSIAN.keys().cloned().collect();
        let missing: Vec<&String> = found.difference(&known).collect();
        assert!(missing.is_empty(), "not in ru.toml: {missing:#?}");
        let used = |text: &String| found.contains(text) || mistake::REASONS.contains(&text.as_str());
        let unused: Vec<&String> = known.iter().filter(|text| !used(text)).collect();
        assert!(unused.is_empty(), "in ru.toml for nothing: {unused:#?}");
    }

    #[test]
    fn language_is_read_before_the_arguments_are() {
        let asked = |text: &str| language(text.split(' ').map(OsString::from), Lang::Ru);
        assert_eq!(asked("semd --lang en validate"), Lang::En);
        assert_eq!(asked("semd validate --lang=en x"), Lang::En);
        assert_eq!(asked("semd validate -- --lang en"), Lang::Ru);
        assert_eq!(asked("semd --lang xx"), Lang::Ru);
    }
}
