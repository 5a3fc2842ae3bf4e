#!/bin/sh
# Fuzzes every reader of untrusted bytes with libFuzzer, which the Swift toolchain brings along.
#   scripts/fuzz.sh                    every target for a few seconds
#   scripts/fuzz.sh TARGET [SECONDS]   one target (or `all`) for so long
# A crash, a hang of ten seconds, 1 GiB of memory or a property that does not hold ends the
# target; its input stays in fuzz-artifacts, what was learnt in .build-fuzz/corpus.
# Run one input again: scripts/fuzz.sh TARGET fuzz-artifacts/FILE
set -eu
cd "$(dirname "$0")/.."
wanted="${1:-all}"
seconds="${2:-5}"

# Only Swift knows where its runtime is; nothing here names a place of one machine.
resources="$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')"
runtime="$(find "$resources/.." -name "libclang_rt.fuzzer_no_main-$(uname -m).a" | head -n 1)"
[ -n "$runtime" ] || {
    echo "error: this toolchain has no libFuzzer (libclang_rt.fuzzer_no_main)" >&2
    exit 1
}

# The program has its own main and calls libFuzzer's driver, because the package manager renames
# the main of executables on Linux, where `--sanitize=fuzzer` expects to bring one itself.
# The linker warns about names that address checks export; that is noise.
export CAREPASS_FUZZ=1
set -- -c release --scratch-path .build-fuzz --product carepass-fuzz --sanitize=address \
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table \
    -Xlinker "$runtime" -Xlinker -lstdc++
mkdir -p .build-fuzz fuzz-artifacts
swift build "$@" >.build-fuzz/build.log 2>&1 || {
    grep -Ev 'Cannot export local symbol|^\[' .build-fuzz/build.log >&2
    exit 1
}
program="$(swift build "$@" --show-bin-path)/carepass-fuzz"

# Swift's own backtraces hang in a process that address checks have stopped.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:handle_abort=0

failed=""
printf '%-18s %12s %9s %10s %7s\n' target executions coverage features corpus
for row in $("$program" list | tr ' ' ':'); do
    name="${row%%:*}"
    [ "$wanted" = all ] || [ "$wanted" = "$name" ] || continue
    work=".build-fuzz/work/$name"
    corpus=".build-fuzz/corpus/$name"
    rm -rf "$work"
    mkdir -p "$work/seeds" "$corpus"
    set -- TestVectors Demo Tests
    corpora="${CAREPASS_CORPORA:-../shared/corpora}"
    [ ! -d "$corpora" ] || set -- "$@" "$corpora"
    "$program" seeds "$name" "$work/seeds" "$@"
    "$program" words "$name" "$work/words"
    set -- -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -detect_leaks=0 \
        -artifact_prefix="fuzz-artifacts/$name-" -max_len="${row##*:}"
    [ ! -s "$work/words" ] || set -- "$@" -dict="$work/words"
    export CAREPASS_FUZZ_TARGET="$name"
    if [ -f "$seconds" ]; then
        "$program" "$@" "$seconds"
        exit
    fi
    status=0
    "$program" "$@" -max_total_time="$seconds" -print_final_stats=1 "$corpus" "$work/seeds" \
        >"$work/log" 2>&1 || status=$?
    sum="$(grep ' cov: ' "$work/log" | tail -n 1)"
    figure() { echo "$sum" | sed -n "s/.* $1: \([0-9]*\).*/\1/p"; }
    runs="$(sed -n 's/stat::number_of_executed_units: *//p' "$work/log")"
    printf '%-18s %12s %9s %10s %7s\n' "$name" "${runs:-?}" "$(figure cov)" "$(figure ft)" \
        "$(figure corp)"
    [ "$status" = 0 ] || {
        failed="$failed $name"
        grep -E 'PROPERTY|ERROR|SUMMARY|Test unit written' "$work/log" >&2 || tail "$work/log" >&2
    }
done
[ -z "$failed" ] || {
    echo "failed:$failed" >&2
    exit 1
}
