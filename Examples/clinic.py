#!/usr/bin/env python3
"""Send and open care passports through `carepass --json`: a proof for clinic systems.

Ends with the code of the command that ended it: 0 done, 77 refused, others as `carepass` has them.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FAULT, NO_PROGRAM = 70, 127


def stop(code, words):
    """Ends with a code, and with words on standard error."""
    print(f"clinic: {words}", file=sys.stderr)
    sys.exit(code)


def carepass(home, *arguments):
    """Runs one command; returns its code, 0 or 77, and its JSON. Any error ends the program."""
    try:
        done = subprocess.run(["carepass", *arguments, "--home", home, "--json"],
                              capture_output=True, text=True, check=False)
    except OSError as error:
        stop(NO_PROGRAM, f"cannot run carepass ({error.strerror}); is its folder on the PATH?")
    code = done.returncode if done.returncode >= 0 else FAULT
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        stop(code or FAULT, f"carepass {arguments[0]} ended with {code} and gave no answer")
    if "error" in answer:
        hint = answer["error"]["hint"]
        stop(code, answer["error"]["message"] + (f"\nhint: {hint}" if hint else ""))
    return code, answer


def send(options):
    """Imports, seals, grants and packs; every command must succeed."""
    def run(*arguments):
        return carepass(options.home, *arguments)[1]

    signed = ["--operator", options.operator]
    with tempfile.TemporaryDirectory() as folder:
        card = str(Path(folder) / "card")
        imported = run("summary", "import", options.summary, "--cadre", "general-doctor")
        run("card", "new", "--out", card)
        passport = run("seal", imported["summary"],
                       "--card", f"{card}/consent-half.txt", *signed)["passport"]
    granted = run("grant", passport, "--to", options.to,
                  "--sections", "emergency,medication", "--basis", "consent", "--days", "90",
                  "--language", "ar", "--method", "audio", "--statement", options.statement,
                  *signed)
    run("pack", passport, "--to", options.to, "--out", options.out, *signed)
    print(f"packed {options.out} under grant {granted['grant']}")


def read(options):
    """Opens an envelope; a refusal is an answer and not an error."""
    code, opened = carepass(options.home, "open", options.envelope,
                            "--operator", options.operator)
    if not opened["opened"]:
        stop(code, f"refused: {opened['reason']}")
    for section in opened["view"]:
        for item in section["items"]:
            source = ", ".join(source["issuer"] for source in item["sources"])
            print(f"{section['section']}: {item['lines'][0]} ({source})")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    ways = parser.add_subparsers(required=True)
    for name, act, arguments in (
            ("send", send, ("--to", "--summary", "--statement", "--out")),
            ("open", read, ("envelope",))):
        way = ways.add_parser(name, help=act.__doc__)
        way.set_defaults(act=act)
        for argument in ("--home", "--operator", *arguments):
            way.add_argument(argument, **({"required": True} if argument[0] == "-" else {}))
    options = parser.parse_args()
    options.act(options)


if __name__ == "__main__":
    main()
