#!/usr/bin/env python3
"""Checks what swift-format does not: lengths of files and functions, and words that must not
stand in sources. `--self-test` feeds it broken text and fails unless each break is found."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES = 400, 70
# Word, and the only files in which it may stand, each with its reason beside it.
BANNED = {
    r"\btry!": set(), r"\bas!": set(), r"\bfatalError\(": set(),
    r"\bTODO\b|\bFIXME\b": set(), r"nonisolated\(unsafe\)": set(),
    r"@unchecked Sendable": {"Sources/PassportCrypto/SecretBytes.swift"},
}
FUNCTION = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:[a-z]+(?:\([a-z]+\))?\s+)*(?:func\s+(\S+?)|(init))[(<?]",
    re.M)


def check(name, text):
    broken = []
    whole = text
    lines = text.count("\n")
    if lines > FILE_LINES:
        broken.append(f"{name}: {lines} lines")
    # Braces inside literals and comments are no braces.
    text = re.sub(r"//[^\n]*", "", re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text))
    for match in FUNCTION.finditer(text):
        start = text.find("{", match.end())
        if start < 0:
            continue
        depth, end = 0, start
        while end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0:
                break
            end += 1
        length = text.count("\n", start, end) + 1
        if length > FUNCTION_LINES:
            broken.append(f"{name}: {match.group(1) or 'init'} has {length} lines")
    if name.startswith("Sources/"):
        text = whole
        for pattern, allowed in BANNED.items():
            if name not in allowed and re.search(pattern, text):
                broken.append(f"{name}: {re.search(pattern, text).group(0)}")
    return broken


def self_test():
    long_function = "func f() {\n" + "    x()\n" * 80 + "}\n"
    cases = ["a\n" * 401, long_function, "let x = try! y()\n", "// TODO: later\n",
             "extension A: @unchecked Sendable {}\n"]
    return [case[:20] for case in cases if not check("Sources/A/a.swift", case)]


def main():
    missed = self_test()
    if missed:
        print(f"self-test: not found: {missed}")
        return 1
    if "--self-test" in sys.argv:
        return 0
    files = subprocess.run(["git", "ls-files", "*.swift"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split()
    broken = [line for file in files if (ROOT / file).is_file()
              for line in check(file, (ROOT / file).read_text(encoding="utf-8"))]
    for line in broken:
        print(f"style: {line}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
