#!/usr/bin/env python3
"""A reader of care passports that shares no code with the Swift one, written from Spec/ alone.

    reader.py show KIND FILE                      read one object, say what it is
    reader.py open ENVELOPE --home FOLDER --identity FILE [--known FILE]… [--list FILE]…
              [--withdrawal FILE]… [--purpose N] [--section N]…
    reader.py log FILE                            an auditor's verdicts

KIND is one of the names in READERS. The passphrase is in CAREPASS_PASSPHRASE. All identities that
are named count as pinned for issue and consent: this is a test tool, not a program for clinics.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import audit
import audit_verify
import cbor_strict as cbor
import envelope
import exchange_objects
import grant
import manifest
import passport
import section
import status
import suite
import verification
from cbor_strict import Refused


def read_ring(data):
    for profile in passport.PROFILES.values():
        if len(data) == profile.ring:
            return passport.Ring(data, profile)
    raise Refused("passport.malformed", "length of a ring")


READERS = {
    "cbor": cbor.decode,
    "manifest": lambda data: manifest.Chain([data]),
    "identity": manifest.Identity,
    "staff-certificate": manifest.StaffCertificate,
    "passport": passport.Passport,
    "ring": read_ring,
    "card": lambda data: passport.Half.read(data.decode("ascii", "replace")),
    "grant": grant.Grant,
    "withdrawal": grant.Withdrawal,
    "disclosure": envelope.Disclosure,
    "envelope": envelope.Envelope,
    "status-list": status.StatusList,
    "section": section.Section,
    "receipt": exchange_objects.Receipt,
    "checkpoint": audit.Checkpoint,
    "proof": audit.Proof,
    "stored-entry": audit.StoredEntry,
}


def read(kind, data):
    """The object in `data`, or Refused. Nothing that needs other objects is checked."""
    return READERS[kind](data)


def opener_of(home, organisation):
    passphrase = os.environ.get("CAREPASS_PASSPHRASE", "")
    seeds = {}
    for purpose, seed in suite.open_key_file((home / "keystore.key").read_bytes(), passphrase):
        seeds.setdefault(purpose, []).append(seed)
    return envelope.House(organisation, seeds.get("seal-net", ()), seeds.get("seal-paper", ()))


def open_envelope(options):
    ours = manifest.Identity(options.identity.read_bytes())
    known = [ours] + [manifest.Identity(one.read_bytes()) for one in options.known]
    knowledge = verification.Knowledge(
        int(time.time()), ours.organisation, known,
        {one.organisation: {"issue", "consent"} for one in known},
        withdrawals=[grant.Withdrawal(one.read_bytes()) for one in options.withdrawal])
    for one in options.list:
        status.take(knowledge, status.StatusList(one.read_bytes()))
    opening = envelope.Opening(options.envelope.read_bytes(),
                               opener_of(options.home, ours.organisation), knowledge,
                               options.purpose)
    for report in opening.reports:
        for check, state in report.lines:
            print(f"{check:16} {state}")
    found = opening.sections(set(options.section) or None)
    for (digest, kind), data in found.items():
        one = section.Section(data)
        print(f"{digest.hex()[:16]} {section.NAMES.get(kind, kind)}: {len(data)} bytes, "
              f"{len(one.content)} parts, {len(one.unknown)} not understood")
    return 0 if found else 77


def show_log(path):
    report = audit_verify.Report(path.read_bytes(), int(time.time()))
    for verdict in audit_verify.VERDICTS:
        print(f"{verdict:12} {report.standing(verdict)}")
        for code, entry in report.findings[verdict]:
            print(f"             {code}" + (f", entry {entry}" if entry is not None else ""))
    return 77 if any(report.standing(one) == "fail" for one in audit_verify.VERDICTS) else 0


def main():
    parser = argparse.ArgumentParser(description="A second reader of care passports.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show")
    show.add_argument("kind", choices=READERS)
    show.add_argument("file", type=Path)
    opening = commands.add_parser("open")
    opening.add_argument("envelope", type=Path)
    for name in ("home", "identity"):
        opening.add_argument(f"--{name}", type=Path, required=True)
    for name in ("known", "list", "withdrawal"):
        opening.add_argument(f"--{name}", type=Path, action="append", default=[])
    opening.add_argument("--purpose", type=int, default=1)
    opening.add_argument("--section", type=int, action="append", default=[])
    commands.add_parser("log").add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        if options.command == "open":
            return open_envelope(options)
        if options.command == "log":
            return show_log(options.file)
        print(f"{options.kind}: {type(read(options.kind, options.file.read_bytes())).__name__}")
        return 0
    except Refused as cause:
        print(f"refused: {cause}", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
