//! One document, every layer, one report.

use std::sync::Arc;

use crate::digest;
use crate::header::{Header, Timestamp};
use crate::kinds::KindRegistry;
use crate::nsi;
use crate::package::{Package, PackageStore};
use crate::pool::Pool;
use crate::report::{Finding, Layer, Message, Owner, Report, Severity, Verdict};
use crate::rules::{self, Rule};
use crate::xml::{Document, Limits, LineIndex, Paths, Reader};

/// Kinds a document is checked as when its header leaves the choice. Three share one template at most; a document that names
/// a hundred must not cost a hundred checks.
const MAX_CANDIDATES: usize = 8;

/// Which layers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// XML Schema.
    pub xsd: bool,
    /// Schematron.
    pub schematron: bool,
    /// Dictionaries (НСИ), where the validator has them.
    pub nsi: bool,
    /// Rules of this project ([`crate::rules`]).
    pub rule: bool,
}

impl Default for Layers {
    fn default() -> Self {
        Self { xsd: true, schematron: true, nsi: true, rule: true }
    }
}

/// How to check one document.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Kind of the document; found from its templates when absent.
    pub kind: Option<String>,
    /// Layers to run.
    pub layers: Layers,
    /// Limits on untrusted bytes.
    pub limits: Limits,
    /// Day of registration, for rules that depend on it: periods of kinds, documents of the future. It also chooses the edition
    /// of the rules, which the date of the document does otherwise.
    pub as_of: Option<time::Date>,
}

/// Checks documents. Cheap to clone and to share between threads.
///
/// ```
/// use semd_core::package::PackageStore;
/// use semd_core::report::Verdict;
/// use semd_core::validate::{Options, Validator};
///
/// let validator = Validator::new(PackageStore::embedded());
/// let report = validator.validate(b"<note/>", &Options::default());
/// assert_eq!(report.verdict, Verdict::Undecided); // no package is for such a document
/// ```
#[derive(Clone, Debug)]
pub struct Validator {
    store: PackageStore,
    kinds: KindRegistry,
    dictionaries: Option<nsi::Store>,
    own_rules: Arc<[&'static Rule]>,
    readers: Arc<Pool<Reader>>,
}

impl Validator {
    /// A validator over the packages of a store and the built-in registry of kinds.
    pub fn new(store: PackageStore) -> Self {
        Self {
            store,
            kinds: KindRegistry::embedded(),
            dictionaries: None,
            own_rules: Arc::default(),
            readers: Arc::default(),
        }
    }

    /// The same validator with another registry of kinds.
    #[must_use]
    pub fn with_kinds(self, kinds: KindRegistry) -> Self {
        Self { kinds, ..self }
    }

    /// The same validator with dictionaries for the layer `nsi`.
    #[must_use]
    pub fn with_dictionaries(self, dictionaries: nsi::Store) -> Self {
        Self { dictionaries: Some(dictionaries), ..self }
    }

    /// The same validator with rules of the caller, which run in the layer `rule` after those of this project.
    #[must_use]
    pub fn with_rules(self, rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        Self { own_rules: rules.into_iter().collect(), ..self }
    }

    /// The dictionaries used.
    pub fn dictionaries(&self) -> Option<&nsi::Store> {
        self.dictionaries.as_ref()
    }

    /// The kinds known.
    pub fn kinds(&self) -> &KindRegistry {
        &self.kinds
    }

    /// The packages used.
    pub fn packages(&self) -> &PackageStore {
        &self.store
    }

    /// Checks one document. Nothing here fails: what cannot be checked is a finding, and the verdict is then at best
    /// [`Verdict::Undecided`].
    pub fn validate(&self, bytes: &[u8], options: &Options) -> Report {
        let lines = LineIndex::new(bytes);
        let mut check = Check::new(&lines);
        let mut report = Report {
            sha256: digest::sha256(bytes),
            kind: options.kind.clone(),
            edition: None,
            package: None,
            package_valid_from: None,
            verdict: Verdict::Undecided,
            rules_fired: 0,
            findings: Vec::new(),
        };
        let mut reader = self.readers.take().unwrap_or_default();
        match reader.read(bytes, &options.limits) {
            Err(fault) => check.findings.push(fault.finding(check.lines)),
            Ok(document) => {
                let remarks = document.remarks().iter().map(|fault| fault.finding(check.lines));
                check.findings.extend(remarks);
                let header = Header::read(&document);
                self.packaged(&document, &header, options, &mut check, &mut report);
                self.own(&document, &header, options, &mut check, &report);
            }
        }
        self.readers.give_back(reader);
        // Stable: findings of one place keep the order of the rules in the package.
        check.findings.sort_by_key(|finding| finding.offset);
        report.rules_fired = check.rules_fired;
        report.findings = check.findings;
        report.verdict = if report.count(Severity::Error) > 0 {
            Verdict::Invalid
        } else if check.undecided {
            Verdict::Undecided
        } else {
            Verdict::Valid
        };
        report
    }

    /// The layers of the rule package.
    fn packaged(
        &self,
        document: &Document<'_>,
        header: &Header,
        options: &Options,
        check: &mut Check<'_>,
        report: &mut Report,
    ) {
        let day = options.as_of.or_else(|| made(header));
        let candidates = match &options.kind {
            Some(kind) => vec![kind.clone()],
            None => self.kinds.candidates(header, day),
        };
        if !options.layers.xsd && !options.layers.schematron {
            report.kind = candidates.first().cloned();
            return;
        }
        if candidates.len() > MAX_CANDIDATES {
            check.undecided(Message::new(
                "Документ называет слишком много видов; укажите вид: --kind КОД",
                "The document names too many kinds; give the kind: --kind CODE",
            ));
            return;
        }
        let served: Vec<&String> = candidates.iter().filter(|kind| self.store.has(kind)).collect();
        if served.is_empty() {
            report.kind = candidates.first().cloned();
            check.undecided(no_package(&candidates));
            return;
        }
        // One template may serve several kinds: the one whose rules the document breaks least is meant.
        let mut best: Option<(Check<'_>, &str, Option<Arc<Package>>)> = None;
        for kind in served {
            let mut attempt = Check::new(check.lines);
            let package = match self.store.package_on(kind, day) {
                Some(Ok(package)) => {
                    attempt.package(&package, document, options.layers);
                    Some(package)
                }
                Some(Err(error)) => {
                    attempt.undecided(error.message());
                    None
                }
                None => continue,
            };
            let better = best.as_ref().is_none_or(|(known, ..)| attempt.weight() < known.weight());
            if better {
                best = Some((attempt, kind, package));
            }
        }
        let Some((attempt, kind, package)) = best else { return };
        check.undecided |= attempt.undecided;
        check.rules_fired = attempt.rules_fired;
        check.findings.extend(attempt.findings);
        report.kind = Some(kind.to_owned());
        report.edition =
            self.kinds.find(kind).and_then(|known| known.edition.map(|edition| edition.to_string()));
        report.package_valid_from =
            package.as_ref().and_then(|package| package.valid_from).map(|day| day.to_string());
        report.package = package.map(|package| package.reference());
    }
}

impl Validator {
    /// The layers that need no rule package.
    fn own(
        &self,
        document: &Document<'_>,
        header: &Header,
        options: &Options,
        check: &mut Check<'_>,
        report: &Report,
    ) {
        let Layers { xsd, schematron, nsi, rule } = options.layers;
        let kind = report.kind.as_deref().and_then(|kind| self.kinds.find(kind));
        let dictionaries = self.dictionaries.as_ref().filter(|_| nsi);
        if let Some(store) = dictionaries {
            let guide = kind.and_then(|kind| Some((&*kind.code, kind.guide.as_deref()?)));
            let outcome = nsi::check(document, store, guide);
            check.undecided |= outcome.truncated || outcome.checked == 0 && !(xsd || schematron || rule);
            check.findings.extend(outcome.findings(document, store, check.lines));
        }
        if rule {
            let as_of = options.as_of;
            check.findings.extend(rules::check(&self.own_rules, document, header, kind, as_of, check.lines));
        }
        if !(xsd || schematron || rule || dictionaries.is_some()) {
            check.undecided(Message::new(
                "Не выбран ни один слой проверки: документ не проверен",
                "No layer was chosen: the document was not checked",
            ));
        }
    }
}

/// What has been found so far.
struct Check<'a> {
    lines: &'a LineIndex<'a>,
    undecided: bool,
    findings: Vec<Finding>,
    rules_fired: u64,
}

impl<'a> Check<'a> {
    fn new(lines: &'a LineIndex<'a>) -> Self {
        Self { lines, undecided: false, findings: Vec::new(), rules_fired: 0 }
    }

    fn weight(&self) -> (bool, usize) {
        (self.undecided, self.findings.len())
    }

    fn package(&mut self, package: &Package, document: &Document<'_>, layers: Layers) {
        if layers.xsd {
            match &package.schema {
                Some(schema) => {
                    let mut violations = Vec::new();
                    schema.validate(document, &mut violations);
                    let mut paths = Paths::new(document);
                    let findings = violations.iter();
                    self.findings.extend(
                        findings
                            .map(|one| one.finding_at(schema, document, paths.path(one.node), self.lines)),
                    );
                }
                None => self.undecided(missing_part("схем XML", "XML schemas")),
            }
        }
        if layers.schematron {
            if package.plans.is_empty() {
                self.undecided(missing_part("правил Schematron", "Schematron rules"));
                return;
            }
            for plan in &package.plans {
                let outcome = plan.evaluate(document);
                self.rules_fired += outcome.fired;
                self.undecided |= outcome.stopped || outcome.truncated || !outcome.errors.is_empty();
                self.findings.extend(outcome.findings(plan, document, self.lines));
            }
            if self.rules_fired == 0 {
                self.undecided(Message::new(
                    "Ни одно правило пакета не сработало: документ не того вида или в другом пространстве имён",
                    "No rule of the package fired: the document is of another kind or in another namespace",
                ));
            }
        }
    }

    /// A check that could not be done: never an error of the document, never a valid verdict.
    fn undecided(&mut self, message: Message) {
        self.undecided = true;
        self.findings.push(Finding {
            layer: Layer::Rule,
            code: "VALIDATION_ERROR",
            rule: Some("not-checked".to_owned()),
            severity: Severity::Warning,
            message,
            hint: None,
            test: None,
            assertion: None,
            path: None,
            line: 0,
            column: 0,
            offset: 0,
            owner: Owner::Mixed,
            retryable: false,
        });
    }
}

/// The day on which a document was made, if it says one.
fn made(header: &Header) -> Option<time::Date> {
    header.effective_time.filter(Timestamp::has_day).map(|time| time.date())
}

fn no_package(candidates: &[String]) -> Message {
    if candidates.is_empty() {
        return Message::new(
            "Вид документа не определён по templateId; укажите его: --kind КОД",
            "The kind of the document cannot be told from its templateId; give it: --kind CODE",
        );
    }
    let kinds = candidates.join(", ");
    Message::new(
        format!("Нет пакета правил для вида {kinds}; укажите папку пакетов: --packages ПАПКА"),
        format!("There is no rule package for kind {kinds}; give a folder of packages: --packages DIR"),
    )
}

fn missing_part(ru: &str, en: &str) -> Message {
    Message::new(
        format!("В пакете правил нет {ru}: этот слой не проверен"),
        format!("The rule package has no {en}: this layer was not checked"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &[u8] = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>";

    #[test]
    fn validator_is_shared_by_cloning() {
        fn shared<T: Clone + Send + Sync + 'static>(value: &T) -> T {
            value.clone()
        }
        let validator = shared(&Validator::new(PackageStore::embedded()));
        let kind = validator.packages().kinds()[0].to_owned();
        let [first, second] = [&validator, &validator.clone()].map(|one| one.packages().package(&kind));
        let [first, second] = [first, second].map(|package| package.unwrap().unwrap());
        assert!(Arc::ptr_eq(&first, &second), "a package is compiled once for all clones");
    }

    #[test]
    fn document_without_a_layer_is_not_valid() {
        let validator = Validator::new(PackageStore::embedded());
        let kind = validator.packages().kinds().first().map(|kind| (*kind).to_owned());
        assert!(kind.is_some());
        let layers = Layers { xsd: false, schematron: false, nsi: true, rule: false };
        let report = validator.validate(DOCUMENT, &Options { kind, layers, ..Options::default() });
        assert_eq!(report.verdict, Verdict::Undecided);
    }

    #[test]
    fn document_that_names_every_kind_is_not_checked_as_each() {
        let validator = Validator::new(PackageStore::embedded());
        let templates: String = KindRegistry::embedded()
            .kinds()
            .iter()
            .flat_map(|kind| &kind.templates)
            .map(|root| format!("<templateId root='{root}'/>"))
            .collect();
        let text = format!("<ClinicalDocument xmlns='urn:hl7-org:v3'>{templates}</ClinicalDocument>");
        let report = validator.validate(text.as_bytes(), &Options::default());
        assert_eq!((report.verdict, report.rules_fired), (Verdict::Undecided, 0));
    }
}
