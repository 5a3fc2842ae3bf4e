#!/bin/sh
# Builds programs as they are shipped, and prints the folder that they are in. The runtime goes
# into the program, no library is looked for beside it, and addresses of libraries are fixed and
# made read-only at the start.
#   scripts/build-release.sh carepass carepassd
set -eu
cd "$(dirname "$0")/.."
programs="$*"
set -- -c release --static-swift-stdlib --disable-local-rpath \
    -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now
for program in $programs; do
    swift build "$@" --product "$program" >&2
done
swift build "$@" --show-bin-path
