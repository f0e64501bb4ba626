//! `semd kinds show`.

use clap::{Args, ValueEnum};
use semd_core::kinds::{KIND_DICTIONARY, Kind};
use semd_core::package::PackageSummary;
use semd_core::report::{Lang, Message};
use serde_json::{Value, json};

use super::rows;
use super::sources::{Known, Sources, days};
use crate::commands::packages::parts;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// The tables of reference data that have rules of kinds, and what they are called in JSON.
const TABLES: [(&str, &str); 2] = [("kind-rules", "kind_rules"), ("signing-rules", "signing_rules")];

/// Flags of `semd kinds show`.
#[derive(Args, Debug)]
pub struct Show {
    /// Kind of documents, a code of НСИ 1.2.643.5.1.13.13.11.1520
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    sources: Sources,
    /// Format of the result
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Full,
    /// One JSON object, `semd.kind/1`
    Json,
}

impl Show {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let known = self.sources.open()?;
        let Some(kind) = known.kinds.find(&self.code) else { return Err(unknown(&self.code)) };
        let summaries = known.packages.summaries().map_err(|error| Failure::environment(error.message()))?;
        let packages: Vec<_> = summaries.iter().filter(|summary| summary.kind == kind.code).collect();
        console.data(&match self.format {
            Format::Full => full(kind, &known, &packages, console),
            Format::Json => format!("{}\n", object(kind, &known, &packages)),
        });
        Ok(Outcome::Good)
    }
}

fn unknown(code: &str) -> Failure {
    Failure::usage(Message::new(
        format!(
            "вид «{code}» неизвестен; коды справочника {KIND_DICTIONARY} покажет semd kinds list, новые виды добавит --kinds ПАПКА"
        ),
        format!(
            "there is no kind “{code}”; semd kinds list shows the codes of dictionary {KIND_DICTIONARY}, --kinds DIR adds new kinds"
        ),
    ))
}

fn full(kind: &Kind, known: &Known, packages: &[&PackageSummary], console: &Console) -> String {
    let none = || "—".to_owned();
    let listed = |values: &[String]| if values.is_empty() { none() } else { values.join(", ") };
    let asked = |asked: bool| match asked {
        true => console.text("нужна", "asked for"),
        false => console.text("не нужна", "not asked for"),
    };
    let other = match console.lang {
        Lang::Ru => &kind.title_en,
        Lang::En => &kind.title,
    };
    let rows = [
        (console.text("редакция", "edition"), kind.edition.map_or_else(none, |edition| edition.to_string())),
        (console.text("формат", "format"), kind.format.name().to_owned()),
        (
            console.text("тип документа (НСИ 1522)", "document type (НСИ 1522)"),
            kind.document_type.clone().unwrap_or_else(none),
        ),
        (console.text("руководство", "guide"), kind.guide.clone().unwrap_or_else(none)),
        ("templateId", listed(&kind.templates)),
        ("ClinicalDocument/code", listed(&kind.document_codes)),
        (console.text("регистрация", "registered"), days(known.window(kind))),
        (console.text("серия документа", "series of the document"), asked(kind.series_required).to_owned()),
        (
            console.text("подпись организации", "organisation's signature"),
            asked(kind.organization_signature).to_owned(),
        ),
    ];
    let mut out = format!("{}\n  {}\n", kind.code, kind.title_in(console.lang));
    if !other.is_empty() && other != kind.title_in(console.lang) {
        out.push_str(&format!("  {other}\n"));
    }
    for (name, value) in rows {
        out.push_str(&format!("  {name}: {value}\n"));
    }
    out.push_str(&format!("  {}:", console.text("пакеты правил", "rule packages")));
    if packages.is_empty() {
        out.push_str(console.text(" нет, см. --packages", " none, see --packages"));
    }
    out.push('\n');
    for package in packages {
        out.push_str(&format!("    {}  {}  [{}]\n", package.name, parts(package), package.origin));
    }
    for (table, _) in TABLES {
        out.push_str(&rows::text(&known.data, table, &kind.code, console.lang));
    }
    out
}

fn object(kind: &Kind, known: &Known, packages: &[&PackageSummary]) -> Value {
    // The names of the registry's own file, and what it does not know.
    let mut object = json!(kind);
    let window = known.window(kind);
    object["schema"] = json!("semd.kind/1");
    object["window"] = json!({
        "from": window.from.map(|day| day.to_string()),
        "to": window.to.map(|day| day.to_string()),
    });
    object["packages"] = packages
        .iter()
        .map(|package| {
            json!({
                "name": package.name,
                "schema": package.has_schema,
                "schematrons": package.schematrons,
                "origin": package.origin,
            })
        })
        .collect();
    for (table, name) in TABLES {
        object[name] = rows::json(&known.data, table, &kind.code);
    }
    object
}
