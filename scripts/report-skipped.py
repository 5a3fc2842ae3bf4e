#!/usr/bin/env python3
"""Runs a command, shows its output, and says in one last line what its tests skipped.

A run that skips every vector of others ends as green as one that read them all; the last line
tells them apart. Ends with the command's own exit code.
"""
import re
import subprocess
import sys
from collections import Counter

# A skipped suite says so itself and then for each of its tests: only tests count.
SKIPPED = re.compile(r'^\S+ Test .+? skipped(?:: "(.*)")?\.?$')


def main():
    reasons = Counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True,
                          encoding="utf-8", errors="replace") as child:
        for line in child.stdout:
            print(line, end="", flush=True)
            found = SKIPPED.match(line.rstrip())
            if found:
                reasons[found[1] or "no reason given"] += 1
    why = "; ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    print(f"{reasons.total()} tests skipped" + (f": {why}" if why else ""))
    return child.returncode if child.returncode >= 0 else 1


if __name__ == "__main__":
    sys.exit(main())
