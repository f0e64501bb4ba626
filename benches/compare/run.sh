#!/bin/sh
# Compares semd with Saxon-HE, Xerces-J, libxml2 and the crate `schematron` in one run, on the documents and packages in the
# folder `shared` beside the project (or $SEMD_TEST_DATA). Installs what is missing where it may. Usage: run.sh [ROUNDS]
set -eu
cd "$(dirname "$0")"
data=${SEMD_TEST_DATA:-../../../shared}
[ -d "$data/corpus" ] || { echo "skipped: no corpus at $data"; exit 0; }
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    for package in libsaxonhe-java libxerces2-java libxml2-dev default-jdk-headless gcc; do
        dpkg -s "$package" >/dev/null 2>&1 || case $package in
            default-jdk-headless) command -v javac >/dev/null ;;
            gcc) command -v cc >/dev/null ;;
            *) false ;;
        esac || apt-get install -y --no-install-recommends "$package" >/dev/null
    done
fi
CARGO_TARGET_DIR=$(pwd)/../../target
export CARGO_TARGET_DIR
build=$CARGO_TARGET_DIR/peers
mkdir -p "$build"
javac -cp /usr/share/java/Saxon-HE.jar:/usr/share/java/xercesImpl.jar -d "$build" java/Peer.java
cc -O2 -o "$build/libxml2-peer" c/libxml2.c $(xml2-config --cflags --libs)
# The crate asks for a newer compiler than it needs.
cargo build --release --ignore-rust-version --quiet
(cd ../.. && cargo build --release -p semd-cli --quiet)
exec "$CARGO_TARGET_DIR/release/semd-compare" "$data" "$build" "$CARGO_TARGET_DIR/release/semd" "$@"
