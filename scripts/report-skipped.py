#!/usr/bin/env python3
"""Runs a command, shows its output, and says in one last line what its tests skipped.

A run that skips every vector of others ends as green as one that read them all; the last line
tells them apart. Ends with the command's own exit code.
"""
import re
import subprocess
import sys

SKIPPED = re.compile(r'^\S+ (?:Suite|Test) (.+?) skipped(?:: "(.*)")?\.?$')


def main():
    skipped, reasons = [], []
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True,
                          encoding="utf-8", errors="replace") as child:
        for line in child.stdout:
            print(line, end="", flush=True)
            found = SKIPPED.match(line.rstrip())
            if found:
                skipped.append(found[1].strip('"'))
                if found[2] and found[2] not in reasons:
                    reasons.append(found[2])
    why = f" ({'; '.join(reasons)})" if reasons else ""
    print(f"{len(skipped)} skipped" + (f": {', '.join(skipped)}{why}" if skipped else ""))
    return child.returncode if child.returncode >= 0 else 1


if __name__ == "__main__":
    sys.exit(main())
