//! Replies of the register and what they mean.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use semd_core::report::{Lang, Owner};
use semd_exchange::codes::{Resend, classify};
use semd_exchange::message::RegisterError;
use semd_exchange::retry::{Judgement, judge};

const REPLIES: &str = include_str!("../../fixtures/register-replies/replies.tsv");

fn rows() -> Vec<[&'static str; 5]> {
    let rows = REPLIES.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split('\t').collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn owner(word: &str) -> Owner {
    match word {
        "clinic" => Owner::Clinic,
        "mis" => Owner::Mis,
        "integrator" => Owner::Integrator,
        "register" => Owner::Register,
        "mixed" => Owner::Mixed,
        _ => panic!("{word}"),
    }
}

#[test]
fn every_reply_is_classified_to_its_cause_and_owner() {
    let rows = rows();
    for [code, sub_type, fixed_by, resend, text] in &rows {
        let classified = classify(code, text);
        let found = match (classified.code, classified.sub_type) {
            (None, _) => "?",
            (Some(_), None) => "-",
            (Some(_), Some(found)) => found.id,
        };
        assert_eq!(found, *sub_type, "{code}: {text}");
        assert_eq!(classified.owner(), owner(fixed_by), "{code}: {text}");
        let expected = match *resend {
            "no" => Resend::Useless,
            "yes" => Resend::MayHelp,
            "stop" => Resend::StopQueue,
            _ => panic!("{resend}"),
        };
        assert_eq!(classified.resend(), expected, "{code}: {text}");
        assert_eq!(classified.title().is_some(), classified.code.is_some());
        let advice = classified.advice().map(|advice| (advice.text(Lang::Ru), advice.text(Lang::En)));
        assert!(advice.is_none_or(|(ru, en)| !ru.is_empty() && ru != en), "{code}: {text}");
    }
    println!("classified {} replies", rows.len());
    assert!(rows.len() >= 120);
}

#[test]
fn words_of_an_unknown_reply_are_kept() {
    for [code, sub_type, _, _, text] in rows() {
        let error = RegisterError::new(code, text);
        let Judgement::Refused { facts, .. } = judge(vec![error.clone()]) else {
            assert_eq!(code, "NOT_UNIQUE_PROVIDED_ID");
            continue;
        };
        assert_eq!(facts.errors, [error]);
        assert!(sub_type != "?" || (!facts.retryable && facts.owner == Owner::Mixed), "{code}");
    }
}
