#!/bin/sh
# Installs the MariaDB server that tests/lambda_src start for themselves; no service is started or enabled.
# Where it may not install, it says how, and the tests that need the server fail with the same sentence.
set -eu
PATH=$PATH:/usr/sbin:/usr/local/sbin

if command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null; then
    exit 0
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    # only where nobody is there to be asked
    if [ -n "${CI:-}" ] && sudo -n true 2>/dev/null; then as_root='sudo -n'; else as_root=none; fi
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null; then
    echo "The probe's tests need a MariaDB server: apt-get install mariadb-server-core (Debian, Ubuntu)," >&2
    echo "dnf install mariadb-server (Fedora) or brew install mariadb (macOS)." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -q -y --no-install-recommends mariadb-server-core mariadb-client-core
