//! Every code of the register is explained, in both languages, under every spelling.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use semd_core::report::Lang;
use semd_exchange::codes::Code;

#[test]
fn every_code_is_explained_in_both_languages_under_every_spelling() {
    let mut explained = 0;
    for code in Code::all() {
        for (lang, flag) in [(Lang::Ru, "ru"), (Lang::En, "en")] {
            for spelling in std::iter::once(code.mnemonic).chain(code.aliases()) {
                let run = support::run(["explain", spelling, "--lang", flag]);
                assert_eq!(run.code, Some(0), "{spelling}: {}", run.stderr);
                let parts =
                    [code.mnemonic, code.title.text(lang), code.advice.text(lang), code.owner.word(lang)];
                for part in parts {
                    assert!(
                        !part.trim().is_empty() && run.stdout.contains(part),
                        "{spelling} {flag}: {part}"
                    );
                }
                for sub_type in code.sub_types() {
                    assert!(
                        run.stdout.contains(sub_type.advice.text(lang)),
                        "{spelling} {flag}: {}",
                        sub_type.id
                    );
                }
                explained += 1;
            }
        }
        assert_ne!(code.title.ru, code.title.en, "{}", code.mnemonic);
    }
    let aliases: usize = Code::all().iter().map(|code| code.aliases().count()).sum();
    println!("{} codes and {aliases} other spellings, {explained} explanations", Code::all().len());
    assert_eq!((Code::all().len(), explained), (127, 2 * (127 + aliases)));
}
