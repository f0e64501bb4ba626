#!/bin/sh
# Makes sure that a PostgreSQL server for tests is there: the one in SEMD_TEST_POSTGRES, the one on this machine, or one
# of its own in a temporary folder. Prints the URL on stdout, or nothing when it cannot; then the tests say that they skip.
#   export SEMD_TEST_POSTGRES="$(sh scripts/postgres-for-tests.sh)"
set -eu
here=postgres://postgres@127.0.0.1:5432/test
reachable() { psql -w "$1" -qtAc 'select 1' >/dev/null 2>&1; }

if ! command -v psql >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get install -y --no-install-recommends postgresql >/dev/null 2>&1 || true
fi
command -v psql >/dev/null 2>&1 || exit 0
for url in "${SEMD_TEST_POSTGRES:-}" "$here"; do
    if [ -n "$url" ] && reachable "$url"; then
        echo "$url"
        exit 0
    fi
done

bin=$(find /usr/lib/postgresql -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || exit 0
bin=$(dirname "$bin")
folder=$(mktemp -d)
port=${SEMD_TEST_POSTGRES_PORT:-54329}
# The server refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as='runuser -u postgres --'
fi
$as "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 >/dev/null 2>&1 || exit 0
$as "$bin/pg_ctl" -D "$folder/data" -o "-p $port -k $folder -c listen_addresses=127.0.0.1" -w -l "$folder/log" start >/dev/null 2>&1 || exit 0
url=postgres://postgres@127.0.0.1:$port/test
$as "$bin/createdb" -h "$folder" -p "$port" -U postgres test >/dev/null 2>&1 || true
if reachable "$url"; then
    echo "$url"
fi
