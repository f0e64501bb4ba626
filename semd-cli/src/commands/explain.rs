//! `semd explain`.

use clap::Args;
use semd_core::explain;
use semd_core::lint::{self, Check};
use semd_core::report::{Lang, Message};
use semd_core::rules::{self, Rule};
use semd_exchange::codes::{Code, Offline, Resend};

use crate::args::PackageFolders;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::packages;

/// Explain a code of the register, a finding's rule name, or a rule label of a package
#[derive(Args, Debug)]
pub struct Explain {
    /// `DIGEST_MISMATCH`, `cvc-complex-type.2.4.a`, `max-depth`, `У1-12`, …
    #[arg(value_name = "CODE")]
    code: String,
    /// Kind whose package has the rule label
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
    #[command(flatten)]
    folders: PackageFolders,
}

impl Explain {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let name = self.code.trim();
        let text = if let Some(code) = Code::find(&name.to_uppercase()) {
            register_code(code, console)
        } else if let Some(explanation) = explain::find(name) {
            let lang = console.lang;
            format!("{name}\n  {}\n  {}\n", explanation.meaning.text(lang), explanation.advice.text(lang))
        } else if let Some(rule) = rules::find(name) {
            own_rule(rule, console)
        } else if let Some(check) = lint::find(name) {
            lint_check(check, console)
        } else {
            self.label(name, console)?
        };
        console.data(&text);
        Ok(Outcome::Good)
    }

    /// The rules of a package that have a label.
    fn label(&self, name: &str, console: &Console) -> Result<String, Failure> {
        let store = packages::open(&self.folders)?;
        let kinds = match &self.kind {
            Some(kind) => vec![kind.as_str()],
            None => store.kinds(),
        };
        let mut out = String::new();
        for kind in kinds {
            let Some(package) = store.package_on(kind, None) else { continue };
            let package = package.map_err(|error| Failure::usage(error.message()))?;
            for assertion in package.plans.iter().flat_map(|plan| plan.assertions()) {
                if assertion.label() == Some(name) {
                    let word = console.text("вид", "kind");
                    out.push_str(&format!(
                        "{name}, {word} {kind}\n  {}\n  test: {}\n",
                        assertion.words(),
                        assertion.test()
                    ));
                }
            }
        }
        if out.is_empty() {
            return Err(Failure::usage(Message::new(
                format!(
                    "«{name}» — не код РЭМД, не правило semd и не метка правила в этих пакетах; см. --kind и --packages"
                ),
                format!(
                    "“{name}” is no register code, no rule of semd and no label in these packages; see --kind and --packages"
                ),
            )));
        }
        Ok(out)
    }
}

fn register_code(code: &Code, console: &Console) -> String {
    let lang = console.lang;
    let resend = match code.resend {
        Resend::Useless => console.text("без исправления не поможет", "useless without a correction"),
        Resend::MayHelp => console.text("может помочь", "may help"),
        Resend::StopQueue => console.text(
            "бесполезно для любого документа: остановите отправку",
            "useless for any document: stop sending",
        ),
    };
    let offline = match code.offline {
        Offline::Yes => console.text("да", "yes"),
        Offline::WithData => console.text("да, при наличии справочных данных", "yes, with reference data"),
        Offline::No => console.text("нет", "no"),
    };
    let rows = match lang {
        Lang::Ru => ["исправляет", "повторная отправка", "этап", "предсказуем до отправки", "что делать"],
        Lang::En => ["to be fixed by", "resend", "stage", "predictable before sending", "help"],
    };
    let values = [code.owner.word(lang), resend, code.stage, offline, code.advice.text(lang)];
    let mut out = format!("{} ({})\n  {}\n", code.mnemonic, code.id, code.title.text(lang));
    for (row, value) in rows.iter().zip(values) {
        out.push_str(&format!("  {row}: {value}\n"));
    }
    let aliases: Vec<_> = code.aliases().collect();
    if !aliases.is_empty() {
        out.push_str(&format!("  {}: {}\n", console.text("пишется и", "also spelt"), aliases.join(", ")));
    }
    if !code.needs.is_empty() {
        out.push_str(&format!(
            "  {}: {}\n",
            console.text("нужны данные", "data needed"),
            code.needs.join(", ")
        ));
    }
    if let Some(reason) = &code.unpredictable {
        out.push_str(&format!("  {}: {}\n", console.text("почему", "why not"), reason.text(lang)));
    }
    for sub_type in code.sub_types() {
        let (title, advice) = (sub_type.title.text(lang), sub_type.advice.text(lang));
        let fixed_by = sub_type.owner.word(lang);
        out.push_str(&format!(
            "  {}/{} (§ {}): {title} [{fixed_by}]\n    {advice}\n",
            code.mnemonic, sub_type.id, sub_type.source
        ));
    }
    out
}

fn own_rule(rule: &Rule, console: &Console) -> String {
    let lang = console.lang;
    let rows = match lang {
        Lang::Ru => ["вес", "исправляет", "код РЭМД", "источник"],
        Lang::En => ["weight", "to be fixed by", "register code", "source"],
    };
    let values = [rule.severity.word(lang), rule.owner.word(lang), rule.code, rule.clause];
    let (title, why) = (rule.title.message(), rule.why.message());
    let mut out = format!("{}\n  {}\n  {}\n", rule.id, title.text(lang), why.text(lang));
    for (row, value) in rows.iter().zip(values) {
        out.push_str(&format!("  {row}: {value}\n"));
    }
    out
}

fn lint_check(check: &Check, console: &Console) -> String {
    let [title, why, advice] =
        [check.title, check.why, check.advice].map(|text| console.text(text.ru, text.en));
    let weight = console.text("вес в оценке полноты", "weight in the score of completeness");
    let note = console.text(
        "замечание semd lint: регистрации не мешает",
        "a remark of semd lint: no reason against registration",
    );
    format!("{}\n  {title}\n  {why}\n  {advice}\n  {weight}: {}\n  {note}\n", check.id, check.weight)
}
