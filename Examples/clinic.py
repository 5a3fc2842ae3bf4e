#!/usr/bin/env python3
"""Import, seal, grant, pack and open through `carepass --json`: a proof for clinic systems."""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def carepass(home, *arguments):
    """Runs one command and returns its JSON; raises with the program's own words."""
    done = subprocess.run(["carepass", *arguments, "--home", home, "--json"],
                          capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout or "{}")
    if done.returncode not in (0, 77) or "error" in answer:
        raise SystemExit(done.stderr.strip() or f"carepass ended with {done.returncode}")
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("from", "from-operator", "to", "to-operator", "recipient", "summary",
                 "statement"):
        parser.add_argument(f"--{name}", required=True)
    options = vars(parser.parse_args())
    sender, reader = options["from"], options["to"]
    signed = ["--operator", options["from_operator"]]
    with tempfile.TemporaryDirectory() as folder:
        envelope = str(Path(folder) / "envelope")
        card = str(Path(folder) / "card")
        imported = carepass(sender, "summary", "import", options["summary"],
                            "--cadre", "general-doctor")
        carepass(sender, "card", "new", "--out", card)
        passport = carepass(sender, "seal", imported["summary"],
                            "--card", f"{card}/consent-half.txt", *signed)["passport"]
        carepass(sender, "grant", passport, "--to", options["recipient"],
                 "--sections", "emergency,medication", "--basis", "consent", "--days", "90",
                 "--language", "ar", "--method", "audio", "--statement", options["statement"],
                 *signed)
        carepass(sender, "pack", passport, "--to", options["recipient"], "--out", envelope,
                 *signed)
        opened = carepass(reader, "open", envelope, "--operator", options["to_operator"])
    for section in opened["view"]:
        for item in section["items"]:
            source = ", ".join(source["issuer"] for source in item["sources"])
            print(f"{section['section']}: {item['lines'][0]} ({source})")
    return 0 if opened["opened"] else 77


if __name__ == "__main__":
    sys.exit(main())
