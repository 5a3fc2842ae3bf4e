"""Opens what `carepass demo` made, with keys from the demo's own keystores."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import audit
import audit_reconcile
import audit_verify
import cbor_strict as cbor
import envelope
import passport
import status
import suite
import verification
from cbor_strict import Refused
from grant import Withdrawal
from manifest import Identity
from section import Section

ROOT = Path(__file__).resolve().parent.parent.parent
PASSPHRASE = "demo organisation passphrase"
TREAT = 1


def program():
    """The built program, or None."""
    given = os.environ.get("CAREPASS_BIN")
    if given:
        return given if Path(given).exists() else None
    if shutil.which("swift"):
        shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, text=True,
                               capture_output=True, check=False)
        folder = shown.stdout.strip().splitlines()[-1:] if shown.returncode == 0 else []
    else:
        folder = []
    for one in folder + [str(ROOT / ".build" / "debug")]:
        if (Path(one) / "carepass").exists():
            return str(Path(one) / "carepass")
    return None


def make(folder):
    binary = program()
    done = subprocess.run([binary, "demo", "--out", str(folder), "--input", str(ROOT / "Demo")],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused("demo", f"exit {done.returncode}: {done.stderr.strip()[:200]}")


class House:
    def __init__(self, folder, name):
        self.identity = Identity((folder / f"{name}.identity").read_bytes())
        self.organisation = self.identity.organisation
        keys = suite.open_key_file((folder / name / "keystore.key").read_bytes(), PASSPHRASE)
        self.seeds = {}
        for purpose, seed in keys:
            self.seeds.setdefault(purpose, []).append(seed)
        self.opener = envelope.House(
            self.organisation, self.seeds["seal-net"], self.seeds["seal-paper"])


class Demo:
    def __init__(self, folder):
        self.folder, self.now = folder, int(time.time())
        self.houses = {name: House(folder, name) for name in ("izmir", "athens", "munich")}

    def read(self, name):
        return (self.folder / name).read_bytes()

    def knowledge(self, name, withdrawals=(), lists=None):
        known = [house.identity for house in self.houses.values()]
        pins = {one.organisation: {"issue", "consent"} for one in known}
        return verification.Knowledge(
            self.now, self.houses[name].organisation, known, pins, lists, withdrawals)

    def open(self, name, file, **more):
        return envelope.Opening(self.read(file), self.houses[name].opener,
                                self.knowledge(name, **more), TREAT)


def expect(condition, what):
    if not condition:
        raise Refused("demo", what)


def logged_kinds(demo, name):
    """Kinds that the first finished opening announced, by the house's own log."""
    entries = dict(audit_verify.Report(demo.read(f"{name}.log"), demo.now).entries)
    for entry in entries.values():
        if entry.shown.get(1) == audit_verify.OUTCOME and entry.shown.get(10) == 0:
            return entries[entry.shown[12]].shown.get(7)
    return None


def check_opened(demo, name, file, kinds):
    opening = demo.open(name, file)
    found = opening.sections()
    sections = {key: Section(data) for key, data in found.items()}
    expect(sorted({kind for _, kind in found}) == kinds, f"{name} opened {sorted(found)}")
    expect(logged_kinds(demo, name) == kinds, f"{name}'s log says {logged_kinds(demo, name)}")
    expect(all(one.kind == key[1] for key, one in sections.items()), "kinds")
    expect(all(one.content for one in sections.values()), "content")
    expect(len({one.person for one in sections.values()}) == 1, "person reference")
    return opening


def athens_opens(demo):
    opening = check_opened(demo, "athens", "izmir-to-athens.envelope", [1, 2, 3])
    expect(all(state not in ("broken", "unknown") for _, state in opening.reports[0].lines),
           str(opening.reports[0].lines))


def risk_is_refused_at_athens(demo):
    opening = demo.open("athens", "izmir-to-athens.envelope")
    expect(opening.reports[0].decision(6) == "refuse" and not opening.request({6}), "risk")
    expect(opening.reports[0].reason(6) is None, "another reason than the grant")
    ring = opening.box.grants[0][1]
    try:
        opening.content.passports[0].open_section(ring, 6)
    except Refused as cause:
        expect(cause.code == "sealing.noSuchSection", cause.code)
    else:
        raise Refused("demo", "risk opened")


def other_purpose_is_refused(demo):
    opening = envelope.Opening(demo.read("izmir-to-athens.envelope"),
                               demo.houses["athens"].opener, demo.knowledge("athens"), 10)
    expect(not opening.request() and opening.reports[0].reason(1) == ("purpose", "notGranted"),
           "purpose")


def strangers_open_nothing(demo):
    first, second = "izmir-to-athens.envelope", "athens-to-munich.envelope"
    for name, file in (("munich", first), ("izmir", first), ("athens", second)):
        try:
            demo.open(name, file)
        except Refused as cause:
            expect(cause.code == "sealing.notForUs", cause.code)
        else:
            raise Refused("demo", f"{name} opened {file}")


def munich_opens_with_risk(demo):
    opening = demo.open("munich", "athens-to-munich.envelope")
    kinds = sorted({kind for _, kind in opening.sections()})
    expect(6 in kinds and {1, 2, 3} <= set(kinds), str(kinds))
    check_opened(demo, "munich", "athens-to-munich.envelope", kinds)
    expect(len(opening.content.passports) == 2, "two passports")
    expect(len({one.issuer for one in opening.content.passports}) == 2, "two issuers")


def withdrawal_ends(demo):
    withdrawal = Withdrawal(demo.read("withdrawal"))
    opening = demo.open("athens", "izmir-to-athens.envelope", withdrawals=[withdrawal])
    expect(not opening.sections(), "opened in spite of the withdrawal")
    expect(opening.reports[0].reason(1) == ("withdrawal", "withdrawn"), "reason")
    expect(opening.reports[0].details["withdrawal"]["time"] == withdrawal.time, "time")
    munich = demo.open("munich", "athens-to-munich.envelope", withdrawals=[withdrawal])
    expect(munich.sections(), "Munich's own grant ended too")


def status_list_ends(demo):
    one = status.StatusList(demo.read("izmir.status"))
    house = demo.houses["izmir"]
    one.check({house.organisation: house.identity}, demo.now)
    opening = demo.open("athens", "izmir-to-athens.envelope", lists={one.address: one})
    expect(dict(opening.reports[0].lines)["grantStatus"] == "ended", "grantStatus")
    expect(dict(opening.reports[0].lines)["passportStatus"] == "fresh", "passportStatus")
    expect(not opening.sections(), "opened in spite of the list")


def card_opens_holder_rings(demo):
    consent = passport.Half.read(demo.read("card/consent-half.txt").decode(), "consent")
    carry = passport.Half.read(demo.read("card/carry-half.txt").decode(), "carry")
    expect(consent.carry().secret == carry.secret, "halves")
    opening = demo.open("munich", "athens-to-munich.envelope")
    for one in opening.content.passports:
        ring = one.open_holder_ring(consent)
        expect(all(one.open_section(ring, kind) for kind in ring.kinds()), "holder ring")


def logs_hold(demo):
    reports = []
    for name in demo.houses:
        report = audit_verify.Report(demo.read(f"{name}.log"), demo.now, max_age=86_400)
        wrong = {one: report.findings[one] for one in audit_verify.VERDICTS
                 if report.standing(one) != "pass"}
        expect(not wrong, f"{name}: {wrong}")
        reports.append(report)
    matched, no_sender, no_recipient, wrong = audit_reconcile.reconcile(reports)
    expect(len(matched) == 2 and not (no_sender or no_recipient or wrong), "reconciling")


def damage_is_found(demo):
    for name, house in (("cut", "izmir"), ("changed", "athens")):
        report = audit_verify.Report(demo.read(f"{name}.log"), demo.now)
        expect(report.identity.organisation == demo.houses[house].organisation, "whose log")
        expect(report.standing("integrity") == "fail", name)


def every_byte_counts(demo):
    """Forty changed bytes and ten cuts of each log, evenly spread; each is found."""
    for name in demo.houses:
        whole = demo.read(f"{name}.log")
        for step in range(40):
            at = step * len(whole) // 40
            data = bytearray(whole)
            data[at] ^= 1 << step % 8
            _found(bytes(data), demo, f"{name}: byte {at}")
        for step in range(10):
            _found(whole[:step * len(whole) // 10], demo, f"{name}: cut {step}")


def _found(data, demo, what):
    report = audit_verify.Report(data, demo.now)
    expect(report.standing("integrity") == "fail", what)


def scanned_sheets_open(demo):
    """From three pictures, one of them stained, to the bearer's two sections; risk stays shut."""
    scanned = demo.read("scanned.envelope")
    expect(scanned == demo.read("izmir-paper.envelope"), "other bytes than were printed")
    carry = passport.Half.read(demo.read("card/carry-half.txt").decode(), "carry")
    nobody = verification.Knowledge(demo.now, None, [], {}, None, ())
    opening = envelope.Opening(scanned, envelope.Bearer(carry), nobody, TREAT)
    expect(sorted({kind for _, kind in opening.sections()}) == [1, 2], "sections")
    expect(dict(opening.reports[0].lines)["issuerStanding"] == "unknown", "standing")


def wrong_passphrase_is_refused(demo):
    try:
        suite.open_key_file(demo.read("izmir/keystore.key"), PASSPHRASE + "x")
    except Refused as cause:
        expect(cause.code == "secrecy.wrongPassphrase", cause.code)
    else:
        raise Refused("demo", "opened")


CHECKS = [athens_opens, risk_is_refused_at_athens, other_purpose_is_refused,
          strangers_open_nothing, munich_opens_with_risk, withdrawal_ends, status_list_ends,
          card_opens_holder_rings, logs_hold, damage_is_found, every_byte_counts,
          scanned_sheets_open,
          wrong_passphrase_is_refused]


def cddl_objects(demo):
    """(root rule, bytes) of everything the demo made."""
    for name in demo.houses:
        yield "identity", demo.read(f"{name}.identity")
        yield "key-file", demo.read(f"{name}/keystore.key")
        for one in cbor.decode(demo.read(f"{name}.log"), trailing=True)[0][6]:
            yield "staff-certificate", one
    yield "withdrawal", demo.read("withdrawal")
    yield "status-list", demo.read("izmir.status")
    for name, file in (("athens", "izmir-to-athens.envelope"),
                       ("munich", "athens-to-munich.envelope")):
        opening = demo.open(name, file)
        yield "envelope", demo.read(file)
        yield "box-payload", opening.box_bytes
        yield "content", opening.content_bytes
        for data in opening.sections().values():
            yield "section", data
        one = opening.content.passports[0]
        yield "slot-binding", cbor.encode([1, one.issuer, one.id, 0])
        yield "ring-binding", cbor.encode([1, one.issuer, one.id])
    for _, entry in audit_verify.Report(demo.read("munich.log"), demo.now).entries:
        yield "audit-fields", cbor.encode(entry.shown)
        if 15 in entry.shown:
            yield "audit-act", audit.StaffSignature(entry.shown[15]).signed.payload
