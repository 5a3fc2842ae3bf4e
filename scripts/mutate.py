#!/usr/bin/env python3
"""Mutation testing: breaks the library in small ways and looks whether a test notices.

    scripts/mutate.py [--count 20] [--seed 1] [--module PassportTrust] [--list]

Each mutant is one change in one line: a comparison turned, a guard that never throws, a number
off by one, "and" for "or". It is built and tested in a copy under .build-mutants, so that the
working tree is never touched. A survivor is a rule that no fast test holds; some are harmless
(a bound that another rule implies), most are missing tests. One seed, one list of mutants.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".build-mutants" / "tree"
# Which tests speak for a module. They are named here, and not found, because a mutant of a low
# row is worth finding by its own tests: whoever breaks a codec should not need a story to see it.
TESTS = {
    "PassportCoding": ["PassportCodingTests"],
    "PassportCrypto": ["PassportCryptoTests"],
    "PassportTrust": ["PassportTrustTests"],
    "PassportAudit": ["PassportAuditTests"],
    "CarePassport": ["CareSummaryTests", "ConformanceTests"],
    "PassportSealing": ["ConformanceTests"],
    "PassportExchange": ["PassportExchangeTests"],
    "PassportPaper": ["PassportPaperTests"],
}
TEST_SECONDS = 300
NEVER = re.compile(r"^\s*(//|import |public import |internal import |package import |@|\})")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

# Name, pattern, replacement. Spaces around operators keep generics and arrows out; `[true][0]`
# is true in a way that the compiler does not look through, so that it warns of nothing.
OPERATORS = [
    ("bound", r" <= ", " < "), ("bound", r" >= ", " > "),
    ("bound", r" < (?![A-Z])", " <= "), ("bound", r" > (?![A-Z])", " >= "),
    ("equality", r" == ", " != "), ("equality", r" != ", " == "),
    ("logic", r" && ", " || "), ("logic", r" \|\| ", " && "),
    ("off by one", r" \+ 1\b", " + 2"), ("off by one", r" - 1\b", " - 0"),
    ("range", r"\.\.<", "..."),
    ("truth", r"\breturn true\b", "return false"),
    ("truth", r"\breturn false\b", "return true"),
]
GUARD = re.compile(r"^(\s*guard )((?:(?! else \{)[^,{])+)( else \{.*)$")
NUMBER = re.compile(r"(?<![\w.$#x_])(\d{1,5})(?![\w.]|_\d)")


def sites(module):
    """Every possible mutant of a module as (file, line number, name, new line)."""
    found = []
    for file in sorted((ROOT / "Sources" / module).rglob("*.swift")):
        for index, line in enumerate(file.read_text(encoding="utf-8").split("\n")):
            if NEVER.match(line) or re.search(r"\bwhere [A-Z]|\bfunc [<=>]", line):
                continue
            code = line.split(" // ")[0]
            texts = [match.span() for match in TEXT.finditer(code)]

            def outside(match):
                return not any(a <= match.start() < b for a, b in texts)
            for name, pattern, new in OPERATORS:
                for match in filter(outside, re.finditer(pattern, code)):
                    changed = code[:match.start()] + new + code[match.end():]
                    found.append((file, index, name, changed))
            guard = GUARD.match(code)
            if guard and not re.search(r"\b(let|var|case)\b", guard[2]):
                changed = f"{guard[1]}({guard[2]}) || [true][0]{guard[3]}"
                found.append((file, index, "guard", changed))
            for match in filter(outside, NUMBER.finditer(code)):
                changed = code[:match.start()] + str(int(match[1]) + 1) + code[match.end():]
                found.append((file, index, "number", changed))
    return found


def choose(modules, count, seed):
    """Mutants in turn from each module and kind, so that numbers do not crowd out guards."""
    generator = random.Random(seed)
    groups = {}
    for module in modules:
        for site in sites(module):
            groups.setdefault((module, site[2]), []).append(site)
    for group in groups.values():
        generator.shuffle(group)
    order = sorted(groups)
    generator.shuffle(order)
    chosen = []
    while len(chosen) < count and any(groups.values()):
        for key in order:
            if groups[key] and len(chosen) < count:
                chosen.append((key[0], *groups[key].pop()))
    return sorted(chosen, key=lambda mutant: (mutant[0], str(mutant[1]), mutant[2]))


def refresh_copy():
    """Brings the copy up to date; files that did not change keep their time and stay built."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\n")
    wanted = {name for name in names if name and (ROOT / name).is_file()}
    if (ROOT / "Package.resolved").is_file():
        wanted.add("Package.resolved")
    for name in wanted:
        target = COPY / name
        if not target.is_file() or target.read_bytes() != (ROOT / name).read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    for file in list((COPY / "Sources").rglob("*")) + list((COPY / "Tests").rglob("*")):
        if file.is_file() and str(file.relative_to(COPY)) not in wanted:
            file.unlink()


def run(command, seconds):
    """Exit status, or None after `seconds`; what the command started ends with it."""
    log = open(COPY.parent / "log", "wb")
    # Test data that lies beside the project lies beside it for the copy too.
    environment = {"CAREPASS_CORPORA": str(ROOT.parent / "shared" / "corpora"), **os.environ}
    process = subprocess.Popen(command, cwd=COPY, stdout=log, stderr=log, env=environment,
                               start_new_session=True)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def test(filters):
    present = [name for name in filters if (COPY / "Tests" / name).is_dir()]
    command = ["swift", "test", "--skip-build"]
    for name in present:
        command += ["--filter", name]
    return run(command, TEST_SECONDS)


def judge(module, file, index, changed):
    """What became of one mutant."""
    target = COPY / file.relative_to(ROOT)
    original = target.read_text(encoding="utf-8")
    lines = original.split("\n")
    lines[index] = changed
    try:
        target.write_text("\n".join(lines), encoding="utf-8")
        if run(["swift", "build", "--build-tests"], 1800) != 0:
            return "does not build"
        status = test(TESTS[module])
        return {0: "SURVIVED", None: "killed (hangs)"}.get(status, "killed")
    finally:
        target.write_text(original, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", choices=sorted(TESTS), action="append")
    parser.add_argument("--list", action="store_true", help="show the mutants and stop")
    options = parser.parse_args()
    mutants = choose(options.module or sorted(TESTS), options.count, options.seed)
    if not options.list:
        refresh_copy()
        if run(["swift", "build", "--build-tests"], 3600) != 0:
            print(f"the copy does not build; see {COPY.parent / 'log'}", file=sys.stderr)
            return 1
        for module in sorted({mutant[0] for mutant in mutants}):
            if test(TESTS[module]) != 0:
                print(f"the tests of {module} fail without a mutant", file=sys.stderr)
                return 1
    counts = {}
    for module, file, index, name, changed in mutants:
        began = time.monotonic()
        outcome = "listed" if options.list else judge(module, file, index, changed)
        counts[outcome] = counts.get(outcome, 0) + 1
        print(f"{outcome}: {file.relative_to(ROOT)}:{index + 1} ({name}, "
              f"{time.monotonic() - began:.0f} s)\n    {changed.strip()}", flush=True)
    print(", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
