#!/bin/sh
# The C interface as its users meet it: the examples in C and Python against the built library, under valgrind.
#
# Valgrind and not a sanitizer: it watches the release library itself, C, Python and Rust alike. Sanitizers of Rust code need
# an unstable compiler, and one in the C part alone would not see what the library does to memory.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}/release
cargo build --release -p semd-ffi -p semd-cli
for name in libsemd_ffi.so libsemd_ffi.dylib semd_ffi.dll; do
    [ -f "$target/$name" ] && library=$(cd "$target" && pwd)/$name
done
semd=$target/semd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$semd" -q pki init "$work" --from 2025-01-01 --days 3650
"$semd" -q pki issue "$work" --from 2025-01-01 --days 3650 --name doctor --surname Тестова --given-name 'Вера Андреевна' --snils 99900000115
keys="$work/doctor.key $work/doctor.crt $work/root.crt"
card=fixtures/cards/119.json

watched=
if command -v valgrind >/dev/null 2>&1; then
    watched='valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible --suppressions=scripts/ffi-valgrind.supp'
else
    echo 'valgrind is not installed: memory was not watched'
fi

if command -v "${CC:-cc}" >/dev/null 2>&1; then
    "${CC:-cc}" -std=c11 -g -Wall -Wextra -Werror -pedantic -I semd-ffi/include -o "$work/example" examples/c/example.c "$library" "-Wl,-rpath,$(dirname "$library")"
    # shellcheck disable=SC2086
    $watched "$work/example" "$card" $keys "$work/page.html"
    echo "the C example ran ${watched:+under valgrind }without an error"
else
    echo 'no C compiler: the C example was not run'
fi


# An interpreter that valgrind has complaints about when it runs nothing of ours cannot witness anything: one that is clean by
# itself is looked for.
python=
for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
    [ -x "$candidate" ] || continue
    python=$candidate
    # The interpreter's own allocator would hide what ctypes does with memory.
    export PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1
    [ -n "$watched" ] && $watched --errors-for-leak-kinds=definite "$python" -c 'import base64, ctypes, json, pathlib, threading' >/dev/null 2>&1 && break
    python=
done
if [ -n "$python" ]; then
    # Of an interpreter's memory at its end only what nothing points to is a leak.
    $watched --errors-for-leak-kinds=definite --show-leak-kinds=definite "$python" examples/python/example.py "$library" "$card" $keys
    echo "the Python example ran under valgrind without an error"
elif command -v python3 >/dev/null 2>&1; then
    python3 examples/python/example.py "$library" "$card" $keys
    echo 'the Python example ran; no interpreter here is clean under valgrind by itself, so memory was not watched'
else
    echo 'no Python: its example was not run'
fi
