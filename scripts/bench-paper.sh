#!/bin/sh
# Measures what comes back of damaged sheets, with the programs that are shipped, beside zbar and
# PyPI's zxing-cpp. Arguments go to bench-paper.py.
set -eu
cd "$(dirname "$0")/.."
command -v zbarimg >/dev/null || {
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get install -y -qq --no-install-recommends zbar-tools
}
python=.venv-bench/bin/python
[ -x "$python" ] || python3 -m venv .venv-bench
"$python" -m pip install --quiet --disable-pip-version-check \
    numpy==2.4.6 pillow==13.0.0 zxing-cpp==3.1.1
CAREPASS_BIN="${CAREPASS_BIN:-$(scripts/build-release.sh carepass carepass-scan)}"
export CAREPASS_BIN
"$python" scripts/bench-photographs.py
exec "$python" scripts/bench-paper.py "$@"
