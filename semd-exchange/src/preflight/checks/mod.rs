//! The registry of checks.
//!
//! Families stand in the order in which the checks run: what is cheap and certain first.

mod addresses;
mod certificates;
mod cross;
mod dates;
mod dictionaries;
mod doctors;
mod envelope;
mod history;
mod kind_rules;
mod later;
mod links;
mod llo;
mod orders;
mod organizations;
mod pull;
mod recipient;
mod roles;
mod rules;
mod signatures;
mod staff;

use super::Check;

/// Every check, in the order of running.
pub fn all() -> impl Iterator<Item = &'static Check> {
    let families: [&[Check]; 23] = [
        &envelope::CHECKS,
        &dates::CHECKS,
        &signatures::CHECKS,
        &certificates::CHECKS,
        &pull::CHECKS,
        &cross::CHECKS,
        &doctors::CHECKS,
        &recipient::CHECKS,
        &rules::CHECKS,
        &dictionaries::CHECKS,
        &addresses::CHECKS,
        &kind_rules::CHECKS,
        &roles::CHECKS,
        &organizations::CHECKS,
        &staff::CHECKS,
        &history::CHECKS,
        &links::CHECKS,
        &llo::CHECKS,
        &llo::citizen::CHECKS,
        &llo::prescription::CHECKS,
        &llo::dispense::CHECKS,
        &later::CHECKS,
        &orders::CHECKS,
    ];
    families.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::codes::{Code, Offline};

    #[test]
    fn names_are_unique_and_every_check_has_a_code_and_a_clause() {
        let names: BTreeSet<_> = all().map(|check| check.name).collect();
        assert_eq!(names.len(), all().count());
        for check in all() {
            assert!(Code::find(check.code).is_some_and(|code| code.mnemonic == check.code), "{}", check.name);
            assert!(!check.clause.is_empty(), "{}", check.name);
        }
    }

    #[test]
    fn every_predictable_code_has_a_check_that_needs_what_the_catalogue_says() {
        for code in Code::all().iter().filter(|code| code.offline != Offline::No) {
            let checks: Vec<_> = all().filter(|check| check.code == code.mnemonic).collect();
            assert!(!checks.is_empty(), "{}", code.mnemonic);
            let needs: BTreeSet<_> = checks.iter().flat_map(|check| check.needs).copied().collect();
            let listed: BTreeSet<_> = code.needs.iter().copied().collect();
            assert!(listed.is_subset(&needs), "{}: {needs:?} but {listed:?} in the catalogue", code.mnemonic);
        }
    }
}
