#!/bin/sh
# Builds every fuzz target and runs each for a short while, from the project's fixtures as seeds.
# SECONDS_EACH sets the time per target (default 20). Needs cargo-fuzz; on a stable toolchain the sanitizer flags are
# unlocked for this build alone.
set -eu
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
for target in $(cargo fuzz list); do
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus"
    case $target in
        document | lint | model | validate | canonical | bundle) cp fixtures/documents/*.xml fixtures/lint/*.xml "$corpus" ;;
        signature) cp fixtures/keys/*.pfx "$corpus" ;;
        schematron)
            for rules in schemas/packages/*/schematron.sch; do
                cp "$rules" "$corpus/$(basename "$(dirname "$rules")").sch"
            done
            ;;
        schema) cp schemas/packages/_common/*.xsd "$corpus" ;;
        evaluator) printf "ClinicalDocument/id\nmatches(@root, '^[0-2](\\.[0-9]+)*$') and count(../id)=[1, 2]" >"$corpus/rule" ;;
        archive | nsi_store) cp fuzz/seeds/"$target"/* "$corpus" ;;
        texts) cp fixtures/known-differences/*.toml "$corpus" ;;
        nsi_import) cp fixtures/nsi/*_passport fixtures/nsi/*_part1 "$corpus" ;;
    esac
    cargo fuzz run "$target" "$corpus" -- -max_total_time="${SECONDS_EACH:-20}" -timeout=10 -rss_limit_mb=2048
done
