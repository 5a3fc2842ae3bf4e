#!/bin/sh
# Checks a real carepassd with others' programs, on loopback only: schemathesis and
# http-message-signatures from PyPI, curl, openssl, and attackers of our own.
#
#     scripts/check-exchange.sh [--only WORD]... [--keep]
#
# Ends with `N passed, N failed`. CAREPASS_BIN: a folder with another carepassd than the
# checkout's. CAREPASS_CI: what cannot be checked for want of a tool is a failure.
set -eu
cd "$(dirname "$0")/.."
scripts/venv.sh
# A proxy that is set for the rest of the machine has no business on loopback.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY 2>/dev/null || :
exec .venv/bin/python Tests/Interop/exchange/run.py "$@"
