#!/bin/sh
# Builds programs as they are shipped, and prints the folder that they are in. The runtime goes
# into the program, no library is looked for beside it, and addresses of libraries are fixed and
# made read-only at the start. Nothing looks for a program's own names: with them in a table, the
# linker keeps every function that there is, and an idle daemon takes 4 MB more.
#   scripts/build-release.sh carepass carepassd
set -eu
cd "$(dirname "$0")/.."
programs="$*"
set -- -c release --static-swift-stdlib --disable-local-rpath -Xswiftc -use-ld=lld \
    -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now \
    -Xlinker --no-export-dynamic -Xlinker --gc-sections
for program in $programs; do
    swift build "$@" --product "$program" >&2
done
swift build "$@" --show-bin-path
