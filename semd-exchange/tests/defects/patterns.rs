//! The words: what preflight foresees and what the sandbox answers follows the known wordings of the register.

use std::collections::{BTreeMap, BTreeSet};

use semd_exchange::codes::Code;
use semd_exchange::preflight::Preflight;

use super::case::{self, Situation};
use super::hands::Hands;
use super::{register, validator};

const PATTERNS: &str = include_str!("../../../fixtures/register-replies/patterns.tsv");

fn patterns() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut patterns: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in PATTERNS.lines().filter(|row| !row.starts_with('#')) {
        let (code, pattern) = row.split_once('\t').unwrap();
        assert!(Code::find(code).is_some_and(|known| known.mnemonic == code), "{code}");
        patterns.entry(code).or_default().push(pattern);
    }
    patterns
}

/// The fixed parts of the pattern stand in the text in their order; at its ends, unless the pattern leaves them open.
fn follows(text: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('…').collect();
    let Some(mut rest) = text.strip_prefix(parts[0]) else { return false };
    for part in &parts[1..] {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    parts.last().is_some_and(|last| last.is_empty() || text.ends_with(last))
}

#[test]
fn patterns_are_strict() {
    assert!(follows("a [1] b [2]", "a […] b […]"));
    assert!(!follows("a [1] c [2]", "a […] b […]") && !follows("x a", "a") && !follows("a x", "a"));
    assert!(follows("x a y", "…a…"));
}

#[test]
fn messages_follow_the_known_wordings() {
    let (hands, patterns) = (Hands::new(), patterns());
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut texts = 0;
    for case in case::all() {
        let bundle = case.bundle(Situation::Defect, &hands);
        let validator = validator();
        let preflight =
            Preflight::new(bundle.with_dictionaries(validator.clone()), hands.trust().clone(), bundle.data());
        let (report, prepared) = preflight.check_prepared(&bundle.files, None, bundle.as_of).unwrap();
        let foreseen =
            report.answer().into_iter().map(|one| (one.finding.code, one.finding.message.ru.clone()));
        let answered = register::errors(&bundle, &prepared, &validator, &hands).into_iter();
        let answered = answered.filter_map(|one| Some((Code::find(&one.code)?.mnemonic, one.message)));
        for (code, text) in foreseen.chain(answered) {
            let Some(known) = patterns.get(code) else { continue };
            texts += 1;
            match known.iter().find(|pattern| follows(&text, pattern)) {
                Some(pattern) => drop(seen.insert((code, pattern))),
                None => wrong.push(format!("{}: {code}: {text}", case.name())),
            }
        }
        for one in report.answer().iter().filter(|one| one.finding.code == "VALIDATION_ERROR") {
            if one.sub_type.is_none() {
                wrong.push(format!("{}: no sub-type: {}", case.name(), one.finding.message.ru));
            }
        }
    }
    println!("{texts} messages of {} codes compared with their wordings", patterns.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused = patterns.iter().flat_map(|(code, known)| known.iter().map(move |one| (*code, *one)));
    let unused: Vec<_> = unused.filter(|one| !seen.contains(one)).collect();
    assert!(unused.is_empty(), "no message follows {unused:?}");
}
