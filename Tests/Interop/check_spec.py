"""The worked examples and tables of Spec/ against this reader."""

import re

import audit
import cbor_strict as cbor
import cose
import exchange_objects
import grant
import manifest
import passport
import section
import status
import structured
import suite
import verification
from cbor_strict import Refused

NOW = 1773478800


class Pages:
    def __init__(self, spec):
        self.spec = spec

    def text(self, page):
        return (self.spec / f"{page}.md").read_text()

    def example(self, page, name):
        return re.search(rf"<!-- example: {name} -->\n```\w*\n(.*?)```", self.text(page), re.S)[1]

    def hexes(self, page, name):
        """The byte strings that stand in an example over whole lines, in order."""
        runs = re.findall(r"(?:^[0-9a-f]{2,64}\n)+", self.example(page, name), re.M)
        return [bytes.fromhex(run.replace("\n", "")) for run in runs]

    def values(self, page, name):
        """name → value, for lines of a name, at least two spaces, and a value."""
        rows = re.findall(r"^(\S.*?) {2,}(\S.*)$", self.example(page, name), re.M)
        return {key.strip(): value for key, value in rows}


def same(found, wanted, what):
    if found != wanted:
        raise Refused("spec", f"{what}: {found!r} is not {wanted!r}"[:300])


def refused(call, what):
    try:
        call()
    except Refused:
        return
    raise Refused("spec", f"{what} was not refused")


def encoding(pages):
    given = bytes.fromhex(pages.values("encoding", "encoding")["bytes"])
    same(cbor.decode(given), {1: 1, 2: b"\x0a\x0b", 65535: "x", -1: True}, "item")
    same(cbor.encode(cbor.decode(given)), given, "bytes")
    table = re.findall(r"^\| `([0-9a-f]+)` \| refused", pages.text("encoding"), re.M)
    same(len(table), 7, "rows of the table")
    for row in table:
        refused(lambda: cbor.decode(bytes.fromhex(row)), row)


def suite_page(pages):
    rows = pages.values("suite", "sign1")
    _, _, signed, data = pages.hexes("suite", "sign1")
    public = bytes.fromhex(rows["public key"])
    same(suite.public_of(bytes.fromhex(rows["seed"])), public, "public key")
    found = grant.Withdrawal(data)
    same(found.signed.key_hash.hex(), rows["key hash"], "key hash")
    found.signed.verify(public)
    suite.verify(public, found.signed.signature, signed)
    rows = pages.values("suite", "hpke")
    key = suite.PaperKey(bytes.fromhex(rows["seal-paper seed (TEST)"]))
    same(key.public.hex(), rows["seal-paper public"], "public key")
    shared = key.decapsulate(bytes.fromhex(rows["encapsulated key"]))
    same(shared.hex(), rows["shared secret"], "shared secret")
    secret, nonce = suite.hpke_schedule(key.kem, shared)
    same((secret.hex(), nonce.hex()), (rows["HPKE key"], rows["HPKE base nonce"]), "schedule")
    net = suite.NetKey(bytes.fromhex(rows["seal-net seed (TEST)"]))
    same(suite.sha256(net.public).hex(), rows["SHA-256 of seal-net public"], "X-Wing key")
    rows = pages.values("suite", "label")
    same(suite.label_hash("ring", b"\x01\x02").hex(), rows["digest"], "labelled hash")


def manifest_page(pages):
    data = pages.hexes("manifest", "manifest")[0]
    rows, chain = pages.values("manifest", "manifest"), manifest.Chain([data])
    same(chain.organisation.hex(), rows["organisation"], "organisation")
    same(suite.base64url(chain.organisation), rows["as text"], "text")
    found = manifest.Identity.__new__(manifest.Identity)
    found.organisation, found.newest = chain.organisation, chain.newest
    same(found.fingerprint(), rows["fingerprint"], "fingerprint")
    certificate = manifest.StaffCertificate(pages.hexes("manifest", "staff")[0])
    same(certificate.organisation, chain.organisation, "organisation of staff")


def passport_page(pages):
    rows = pages.values("passport", "slot")
    _, plain, sealed = pages.hexes("passport", "slot")[-3:]
    binding = next(one for one in pages.hexes("passport", "slot") if one[:2] == b"\x84\x01")
    secret = bytes.fromhex(rows["secret"])
    same(suite.derive(secret, "slot key").hex(), rows["slot key"], "slot key")
    same(suite.derive(secret, "slot commitment").hex(), rows["commitment"], "commitment")
    same(suite.decrypt(suite.derive(secret, "slot key"), sealed, binding), plain, "slot")
    section.Section(suite.unpad(plain))
    text = pages.example("passport", "card")
    halves = re.findall(r"secret \(TEST\) +(\w+)\nas text +(\S+)", text)
    for wanted, typed in halves:
        half = passport.Half.read(typed)
        same((half.secret.hex(), half.text()), (wanted, typed), "half")
    rows, consent = pages.values("passport", "card"), passport.Half.read(halves[0][1], "consent")
    same(consent.carry().text(), halves[1][1], "carry half")
    known = bytes.fromhex(rows["passport id"])
    same(consent.holder_public(known).hex(), rows["holder public key"], "holder key")
    same(suite.derive(consent.secret, "holder ring", known).hex(), rows["holder ring key"], "ring")


def grant_page(pages):
    data = next(one for one in pages.hexes("grant", "grant") if one[:1] == b"\xd2")
    found = grant.Grant(data)
    found.check_rules()
    same((found.sections, found.purposes, found.authority), ([1, 3], [1], 0), "terms")
    start = pages.hexes("grant", "ring")[0]
    ring = passport.Ring(start + bytes(424 - len(start)), passport.PAPER)
    same(ring.digest().hex(), pages.values("grant", "ring")["digest"], "ring")
    same(ring.kinds(), [1], "kinds")


def status_page(pages):
    found = status.StatusList(next(
        one for one in pages.hexes("status", "status") if one[:1] == b"\xd2"))
    same([index for index in range(32) if found.entry(index)], [5, 9], "ended")
    same(found.entry(32), None, "beyond the end")


def envelope_page(pages):
    rows = pages.values("envelope", "box")
    carry = passport.Half.read(re.findall(
        r"as text +(\S+)", pages.example("passport", "card"))[1], "carry")
    key = suite.derive(carry.secret, "carry box", bytes.fromhex(rows["carry box: salt"]))
    same(key.hex(), rows["carry box: key"], "key of the carry box")
    binding = next(one for one in pages.hexes("envelope", "box") if one[:1] == b"\x83")
    digest = pages.values("envelope", "envelope")["SHA-256 of the content"]
    same(binding, cbor.encode(["Encrypt0", cbor.encode({1: 42}), bytes.fromhex(digest)]), "binding")


def exchange_page(pages):
    text = re.sub(r"\n  ", "", pages.example("exchange", "request"))
    fields = dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", text, re.M))
    method, target = re.match(r"(\S+) (\S+)", text).groups()
    found = exchange_objects.Request(
        method, target, fields["Content-Digest"],
        (int(fields["Upload-Offset"]), int(fields["Upload-Length"])),
        fields["Signature-Input"], fields["Signature"])
    same(found.base.encode(), pages.hexes("exchange", "request")[-1], "signature base")
    body = pages.hexes("exchange", "request")[0]
    same(exchange_objects.content_digest(fields["Content-Digest"]), suite.sha256(body), "body")
    # The key stands in the identity file of the page on manifests only by its first bytes.
    seed = suite.sha256(b"care-passport test key: izmir exchange")
    public = suite.public_of(seed)
    same(suite.sha256(public), found.key_hash, "key of the request")
    suite.verify(public, found.signature, found.base.encode())
    receipt = exchange_objects.Receipt(pages.hexes("exchange", "receipt")[-1])
    same((receipt.event, receipt.sender), (1, found.organisation), "receipt")
    receipt.signed.verify(suite.public_of(
        suite.sha256(b"care-passport test key: athens exchange")))
    services = manifest.services(cbor.decode(pages.hexes("exchange", "service")[-1]))
    exchange_objects.Address(services[0][0])
    line = re.search(r"carepass-invitation-1\.\S+", pages.example("exchange", "invitation"))[0]
    same(exchange_objects.Invitation(line).pin, services[0][1], "pin")
    binding = cbor.encode(["Encrypt0", exchange_objects.NOTICE_HEADER, b"care-passport/1 notice"])
    same(pages.hexes("exchange", "notice")[-1], binding, "binding of a notice")
    same(structured.Parser("a=1, a=2").dictionary()["a"][0], 2, "the last counts")


def care_summary_page(pages):
    data = bytes.fromhex(re.search(r"```hex\n(.*?)```", pages.text("care-summary"), re.S)[1])
    same(len(data), 111, "bytes")
    found = section.Section(data)
    same((found.kind, found.unknown), (3, []), "section")
    cddl = (pages.spec / "cddl" / "care-summary.cddl").read_text()
    for name, last in section.WORDS.items():
        rule = re.search(rf"^{name.replace('_', '-')}-word = &\((.*?)\)", cddl, re.S | re.M)[1]
        same([int(one) for one in re.findall(r": (\d+)", rule)], list(range(1, last + 1)), name)
    numbered = re.search(r"\*\*Code systems by number\*\*.*", pages.text("care-summary"))[0]
    same(re.findall(r"\d+ `([^`]+)`", numbered), section.SYSTEMS, "code systems")


def audit_page(pages):
    text = pages.text("audit-log").split("## Rules")[0]
    runs = [bytes.fromhex("".join(run.split())) for run in
            re.findall(r"(?:^    [0-9a-f]{8,}\n)+", text, re.M)]
    stored = audit.StoredEntry(next(run for run in runs if run[:3] == b"\xa4\x01\x01"))
    public = bytes.fromhex("927308f53d6765503d2b64c103ab5aa47206ab39502cfe8f98442fdb543100b7")
    proof = re.search(r"    c2sp.org/tlog-proof@v1\n.*?Egs=\n", text, re.S)[0]
    proof = re.sub(r"^    ", "", proof, flags=re.M).encode()
    origin = audit.origin_of(suite.sha256(b"example organisation"))
    audit.Proof(proof).check(stored.leaf, origin, [public])
    item, at = cbor.decode(runs[-2], trailing=True)
    same((audit.Header(item).origin, at), (origin, len(runs[-2])), "header")
    binding = suite.label_hash("audit export", bytes.fromhex("8241a080"))
    first, at = cbor.decode(runs[-1], trailing=True)
    entries = [audit.ExportedEntry(first), audit.ExportedEntry(cbor.decode(runs[-1][at:]))]
    same([one.holds() for one in entries], [True, True], "leaves")
    same(entries[0].leaf, stored.leaf, "stored and exported leaf")
    same(entries[1].shown[13], binding, "binding of the header")
    root = audit.tree_root([audit.leaf_hash(one.leaf) for one in entries])
    same(root, audit.Proof(proof).checkpoint.root, "root")


def verification_table(pages):
    rows = re.findall(r"^\| (\w+) \| (\w+) \|" + r" (open|warn|refuse) \|" * 6,
                      pages.text("verification"), re.M)
    page = {(row[0], row[1]): "".join(one[0] for one in row[2:]) for row in rows}
    mine = {(check, state): verdicts for check, states in verification.TABLE.items()
            for state, verdicts in states.items()}
    same({key: page.get(key) for key in set(page) | set(mine) if page.get(key) != mine.get(key)},
         {}, "rows that differ")
    same(verification.verdict("ring", "unheard-of", True, 1), "refuse", "a state without a row")


def limits_table(pages):
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", pages.text("limits"), re.M))
    mine = {"cborDepth": cbor.MAX_DEPTH, "cborItems": cbor.MAX_ITEMS,
            "noticeBytes": 16384, "receiptBytes": 1024, "services": 4, "pageItems": 100,
            "onwardDepth": grant.ONWARD_DEPTH, "statusListInflatedBytes": status.INFLATED}
    same({key: int(rows[key]) for key in mine}, mine, "limits")


def types(pages):
    found = set(re.findall(r"^\| `(application/\S+)` \|", pages.text("suite"), re.M))
    same(found, set(cose.TYPES.values()), "types")


CHECKS = [encoding, suite_page, manifest_page, passport_page, grant_page, status_page,
          envelope_page, exchange_page, care_summary_page, audit_page, verification_table, limits_table, types]
