//! A check of one's own beside those of the register: `example-own-check CLINIC_OID DOCUMENT…`
//!
//! The rule: no document leaves the clinic under the identifier of another one.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::sync::OnceLock;

use semd_core::package::PackageStore;
use semd_core::report::format::{Printed, concise};
use semd_core::report::{Lang, Message, Owner, Severity};
use semd_core::rules::{Context, Rule, Text};
use semd_core::validate::{Options, Validator};
use semd_core::xml::{HL7_V3, Node};

/// What the rule compares with: the configuration of the program.
static CLINIC: OnceLock<String> = OnceLock::new();

static FOREIGN_CLINIC: Rule = Rule {
    id: "foreign-clinic",
    title: Text {
        ru: "Документ выпущен нашей медицинской организацией",
        en: "The document is issued by our organisation",
    },
    why: Text {
        ru: "в шаблоне остался OID другой организации: документ зарегистрируют не за нами",
        en: "the template kept the OID of another organisation: the document would be registered as theirs",
    },
    clause: "регламент клиники, п. 4.2",
    code: "VALIDATION_ERROR",
    severity: Severity::Error,
    owner: Owner::Mis,
    check: foreign_clinic,
};

fn foreign_clinic(context: &mut Context<'_, '_>) {
    let Some(clinic) = CLINIC.get() else { return };
    let mut custodians = context.cda("representedCustodianOrganization");
    while let Some(custodian) = context.next(&mut custodians) {
        let document = context.document();
        let ids = document.children_named(custodian, HL7_V3, "id");
        if !ids.into_iter().any(|id| document.attribute(id, "", "root") == Some(clinic)) {
            let message = Message::new("OID не нашей организации", "not the OID of our organisation");
            context.report(Node::Element(custodian), message);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let clinic = arguments.next().ok_or("example-own-check CLINIC_OID DOCUMENT…")?;
    let _ = CLINIC.set(clinic);
    // Preflight and the sandbox take the validator with its rules, too.
    let validator = Validator::new(PackageStore::embedded()).with_rules([&FOREIGN_CLINIC]);
    for file in arguments {
        let source = std::fs::read(&file)?;
        let report = validator.validate(&source, &Options::default());
        let printed = Printed {
            file: &file,
            source: &source,
            report: &report,
            elapsed_us: 0,
            lang: Lang::En,
            show_personal_data: false,
        };
        print!("{}", concise::lines(&printed));
        println!("{file}: {}", report.verdict.word(Lang::En));
    }
    Ok(())
}
