#!/bin/sh
# Runs every test and prints how many ran. Needs no file outside the project; tests on outside data say what they skip.
set -eu
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# A file and not a pipe: a pipe would hide the exit status of cargo.
cargo test --release --workspace "$@" -- --show-output >"$log" 2>&1 || status=$?
grep -E '^(test result|error|warning: unused|failures:|skipped|compared|thread )|FAILED|panicked' "$log" || true
[ "$status" -eq 0 ] || tail -n 60 "$log"
awk '/^test result:/ { passed += $4; failed += $6; ignored += $8 }
     END { printf "%d tests passed, %d failed, %d ignored\n", passed, failed, ignored }' "$log"
exit "$status"
