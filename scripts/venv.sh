#!/bin/sh
# Makes the Python environment of the interoperability tests: a reader that shares no code.
set -eu
python=.venv/bin/python
[ -x "$python" ] || python3 -m venv .venv
stamp=.venv/requirements.stamp
if ! cmp -s Tests/Interop/requirements.txt "$stamp"; then
    "$python" -m pip install --quiet --disable-pip-version-check -r Tests/Interop/requirements.txt
    cp Tests/Interop/requirements.txt "$stamp"
fi
