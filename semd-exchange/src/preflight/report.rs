//! What preflight says about one bundle.

use std::collections::BTreeSet;

use semd_core::header::Staff;
use semd_core::report::format::json::FindingObject;
use semd_core::report::{Finding, Lang, Layer, Report, Severity, Verdict};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use super::check::{CheckOutcome, Collector, Predicted, Stage};
use super::facts::moscow_day;
use super::{Facts, checks};
use crate::codes::Code;
use crate::message::{Signer, private_debug};

/// What can be said about one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// The register would refuse with it.
    Found,
    /// It would not come.
    Clean,
    /// Not checked, or not in every respect: these data are not at hand.
    NotChecked(Vec<&'static str>),
    /// It depends on what only the register knows.
    Unpredictable,
}

/// A code and what can be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOutcome {
    /// The code.
    pub code: &'static Code,
    /// What can be said.
    pub state: CodeState,
}

/// Whose document it is, for reports that group by people and places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// OID of the organisation.
    pub organization: String,
    /// OID of the department: the document's, else the signer's.
    pub department: Option<String>,
    /// Name of the department, when the request or the extract of ФРМО tells it.
    pub department_name: Option<String>,
    /// Who signed first; the first author of an unsigned document.
    pub doctor: Option<Doctor>,
    /// The day of creation in Moscow.
    pub created: Option<Date>,
}

/// A medical worker. Holds personal data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Doctor {
    /// Identifier in the МИС.
    pub local_id: String,
    /// Family name, given name, patronymic.
    pub name: String,
    /// СНИЛС, digits only.
    pub snils: String,
}

private_debug!(Doctor { local_id });

/// What preflight says about one bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreflightReport {
    /// `localUid` of the request.
    pub local_uid: String,
    /// The moment of the foreseen check.
    pub as_of: OffsetDateTime,
    /// Whose document it is.
    pub about: About,
    /// The findings in the form of a validation: kind, package, verdict, and everything found, by place.
    pub report: Report,
    /// The findings with stage and cause, in the order of the checks.
    pub predicted: Vec<Predicted>,
    /// Every code of the classifier.
    pub outcomes: Vec<CodeOutcome>,
    /// Every check by name, in the order of running.
    pub checks: Vec<(&'static str, CheckOutcome)>,
}

impl PreflightReport {
    /// Runs every check.
    pub(super) fn run(facts: &Facts<'_>) -> Self {
        let mut predicted = Vec::new();
        let mut outcomes: Vec<CodeOutcome> = Code::all()
            .iter()
            .map(|code| CodeOutcome {
                code,
                state: if code.unpredictable.is_some() { CodeState::Unpredictable } else { CodeState::Clean },
            })
            .collect();
        let mut done = Vec::new();
        for check in checks::all() {
            let outcome = Collector::run(check, facts, &mut predicted);
            done.push((check.name, outcome.clone()));
            if let Some(slot) = outcomes.iter_mut().find(|one| one.code.mnemonic == check.code) {
                slot.merge(outcome);
            }
        }
        let mut report = facts.report.clone();
        report.kind = Some(facts.request.kind.clone()).filter(|kind| !kind.is_empty());
        // What the validator could not check stays; everything else was taken over by a check.
        let taken: BTreeSet<_> =
            predicted.iter().map(|one| (one.finding.offset, one.finding.rule.clone())).collect();
        report.findings.retain(|finding| !taken.contains(&(finding.offset, finding.rule.clone())));
        for finding in &mut report.findings {
            finding.severity = match (finding.layer, facts.document) {
                // Said by the code for files that are not XML.
                (_, None) => Severity::Info,
                // XML 1.0 (4.3.3) lets a document begin with a byte order mark: other systems stumble over it, the register reads it.
                (Layer::Admission | Layer::Xml, Some(_)) => Severity::Warning,
                _ => finding.severity,
            };
        }
        report.findings.extend(predicted.iter().map(|one| one.finding.clone()));
        report.findings.sort_by_key(|finding| finding.offset);
        report.verdict = match facts.report.verdict {
            _ if report.count(Severity::Error) > 0 => Verdict::Invalid,
            Verdict::Invalid => Verdict::Valid,
            verdict => verdict,
        };
        Self {
            local_uid: facts.request.local_uid.clone(),
            as_of: facts.as_of,
            about: About::of(facts),
            report,
            predicted,
            outcomes,
            checks: done,
        }
    }

    /// The errors of the first answer that refuses: the register goes no further than the first stage with an error. ФРЛЛО
    /// answers together with the check of the file.
    pub fn answer(&self) -> Vec<&Predicted> {
        let rank = |stage| if stage == Stage::Llo { Stage::File } else { stage };
        let errors = || self.predicted.iter().filter(|one| one.finding.severity == Severity::Error);
        let first = errors().map(|one| rank(one.stage)).min();
        errors().filter(|one| Some(rank(one.stage)) == first).collect()
    }

    /// The codes of [`PreflightReport::answer`], each once.
    pub fn codes(&self) -> BTreeSet<&'static str> {
        self.answer().into_iter().map(|one| one.finding.code).collect()
    }

    /// The codes that could not be checked, with the data they lack.
    pub fn not_checked(&self) -> impl Iterator<Item = (&'static Code, &[&'static str])> {
        self.outcomes.iter().filter_map(|one| match &one.state {
            CodeState::NotChecked(needs) => Some((one.code, needs.as_slice())),
            _ => None,
        })
    }

    /// The object of `json` and `jsonl`, schema `semd.preflight/1`, on one line without its end.
    #[expect(clippy::missing_panics_doc, reason = "plain data always serialises")]
    pub fn json(&self, file: &str, elapsed_us: u64, lang: Lang) -> String {
        let count =
            |wanted: fn(&CodeState) -> bool| self.outcomes.iter().filter(|one| wanted(&one.state)).count();
        let object = Object {
            schema: "semd.preflight/1",
            file,
            sha256: &self.report.sha256,
            local_uid: &self.local_uid,
            kind: self.report.kind.as_deref(),
            edition: self.report.edition.as_deref(),
            package: self.report.package.as_deref(),
            as_of: self.as_of.format(&Rfc3339).unwrap_or_default(),
            verdict: self.report.verdict,
            codes: self.codes(),
            rules_fired: self.report.rules_fired,
            elapsed_us,
            checked: count(|state| matches!(state, CodeState::Found | CodeState::Clean)),
            unpredictable: count(|state| *state == CodeState::Unpredictable),
            not_checked: self
                .not_checked()
                .map(|(code, needs)| NotChecked { code: code.mnemonic, needs })
                .collect(),
            findings: self.findings(lang),
        };
        serde_json::to_string(&object).expect("strings, numbers and enums only")
    }

    fn findings(&self, lang: Lang) -> Vec<PredictedObject<'_>> {
        let taken = |finding: &Finding| self.predicted.iter().find(|one| one.finding == *finding);
        self.report
            .findings
            .iter()
            .map(|finding| {
                let predicted = taken(finding);
                PredictedObject {
                    stage: predicted.map(|one| one.stage),
                    sub_type: predicted.and_then(|one| one.sub_type),
                    finding: FindingObject::new(finding, lang),
                }
            })
            .collect()
    }
}

impl About {
    fn of(facts: &Facts<'_>) -> Self {
        let signer = facts.signers().next();
        let own = facts.request.department.as_ref();
        let department = own.or(signer.and_then(|signer| signer.department.as_ref()));
        let oid = department.map(|department| department.local_id.clone()).filter(|oid| !oid.is_empty());
        let known = oid.as_deref().and_then(|oid| facts.rows("departments", oid).next());
        let known = known.map(|row| row.get("name").to_owned()).filter(|name| !name.is_empty());
        Self {
            organization: facts.request.organization.clone(),
            department_name: department.and_then(|department| department.name.clone()).or(known),
            department: oid,
            doctor: signer
                .map(Doctor::of_signer)
                .or_else(|| facts.header.authors.first().map(Doctor::of_author)),
            created: facts.created().map(moscow_day),
        }
    }
}

impl Doctor {
    fn of_signer(signer: &Signer) -> Self {
        let patronymic = signer.patr_name.as_deref().unwrap_or_default();
        Self {
            local_id: signer.local_id.clone(),
            name: [signer.surname.as_str(), &signer.name, patronymic].join(" ").trim().to_owned(),
            snils: signer.snils.clone(),
        }
    }

    fn of_author(author: &Staff) -> Self {
        let person = &author.person;
        let parts = [&person.family, &person.given, &person.patronymic];
        Self {
            local_id: author.local_id.clone().unwrap_or_default(),
            name: parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "),
            snils: person.snils.clone().unwrap_or_default(),
        }
    }
}

impl CodeOutcome {
    /// Several checks may stand for one code: an error outweighs, and what was not checked is not clean.
    fn merge(&mut self, outcome: CheckOutcome) {
        match (&mut self.state, outcome) {
            (CodeState::Found, _) | (_, CheckOutcome::Clean) => {}
            (state, CheckOutcome::Found) => *state = CodeState::Found,
            (CodeState::Unpredictable, CheckOutcome::NotChecked(_)) => {}
            (CodeState::NotChecked(known), CheckOutcome::NotChecked(needs)) => {
                known.extend(needs);
                known.sort_unstable();
                known.dedup();
            }
            (state, CheckOutcome::NotChecked(needs)) => *state = CodeState::NotChecked(needs),
        }
    }
}

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    file: &'a str,
    sha256: &'a str,
    local_uid: &'a str,
    kind: Option<&'a str>,
    edition: Option<&'a str>,
    package: Option<&'a str>,
    as_of: String,
    verdict: Verdict,
    codes: BTreeSet<&'static str>,
    rules_fired: u64,
    elapsed_us: u64,
    checked: usize,
    unpredictable: usize,
    not_checked: Vec<NotChecked<'a>>,
    findings: Vec<PredictedObject<'a>>,
}

#[derive(Serialize)]
struct NotChecked<'a> {
    code: &'static str,
    needs: &'a [&'static str],
}

#[derive(Serialize)]
struct PredictedObject<'a> {
    stage: Option<Stage>,
    sub_type: Option<&'static str>,
    #[serde(flatten)]
    finding: FindingObject<'a>,
}
