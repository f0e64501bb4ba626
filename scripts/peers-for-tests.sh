# Sourced by .ci/run: installs, where that is possible, what the tests hold our work against, and exports where it is.
# Each test that needs a peer says that it skipped where the peer is absent.

updated=no
# Usage: provide WHAT-IS-THERE-THEN PACKAGE...; the first is a command or a file.
provide() {
    sign=$1
    shift
    if [ -e "$sign" ] || command -v "$sign" >/dev/null 2>&1; then
        return
    fi
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        [ "$updated" = yes ] || apt-get update >/dev/null 2>&1 || true
        updated=yes
        apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 || true
    fi
    if [ -e "$sign" ] || command -v "$sign" >/dev/null 2>&1; then
        echo "installed: $*"
    else
        echo "absent: $*"
    fi
}

engines=$(openssl version -e 2>/dev/null | cut -d '"' -f 2)
provide "${engines:-/usr/lib}/gost.so" libengine-gost-openssl openssl
provide softhsm2-util softhsm2
provide /usr/include/openssl/ssl.h libssl-dev pkg-config
provide javac default-jdk-headless
provide /usr/share/java/bcpkix.jar libbcpkix-java libbcprov-java libbcutil-java
provide valgrind valgrind
provide tidy tidy
provide chromedriver chromium chromium-driver
if [ -z "${SEMD_TEST_PYTHON:-}" ] && python=$(mktemp -d) && python3 -m venv "$python" >/dev/null 2>&1 \
    && "$python/bin/pip" install --quiet gostcrypto==1.2.5 >/dev/null 2>&1; then
    export SEMD_TEST_PYTHON="$python/bin/python"
else
    echo "absent: gostcrypto"
fi
