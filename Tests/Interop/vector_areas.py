"""TestVectors/: what this reader finds in the input of a vector, area by area."""

import cbor_strict as cbor
import cose
import envelope
import grant
import manifest
import paper
import passport
import section
import status
import suite
import vector_exchange
import vector_logs
import verification
from cbor_strict import Refused

PURPOSES = {name: number for number, name in enumerate(
    "TREAT ETREAT BTG ERTREAT COC CAREMGT PATRQT FAMRQT SUPNWK PUBHLTH THREAT DISASTER".split(),
    1)}
PURPOSE_NAMES = {number: name for name, number in PURPOSES.items()}
REASONS = {1: "person", 2: "guardian", 3: "safety", 4: "error", 5: "superseded"}
PROFILES = {"net": passport.NET, "paper": passport.PAPER}
TYPE_NAMES = {full: name for name, full in cose.TYPES.items()}
MOST = {"passport": 65536, "staff": 4096, "withdrawal": 8192, "status": 1048576, "act": 16384,
        "receipt": 1024}


class Negative(Exception):
    """A negative verdict, and whether it is *malformed* or *refused*, where Spec/ tells."""

    def __init__(self, why, verdict=None):
        super().__init__(why)
        self.verdict = verdict


def raw(text):
    return bytes.fromhex(text)


BY_AGE = {"authorised": "accept", "ageUnproven": "warn", "outsideWindow": "refused",
          "suspect": "refused"}


def identities(given):
    found = [manifest.Identity(raw(one)) for one in given]
    return {one.organisation: one for one in found}


def party(value, nobody):
    return nobody if value == 0 else value.hex()


def place(value):
    return {"index": value[0], "uri": value[1]}


def kind_of_item(item):
    names = {int: "unsigned" if type(item) is int and item >= 0 else "negative", bytes: "bytes",
             str: "text", list: "array", dict: "map", bool: "boolean", type(None): "null",
             cbor.Tag: "tag"}
    return names[type(item)]


def count_items(item):
    if type(item) is cbor.Tag:
        return 1 + count_items(item.content)
    if type(item) is list:
        return 1 + sum(count_items(one) for one in item)
    if type(item) is dict:
        keys = sum(count_items(cbor.decode(key.encoding)) if type(key) is cbor.OddKey
                   else count_items(key) for key in item)
        return 1 + keys + sum(count_items(one) for one in item.values())
    return 1


# --- Single objects -----------------------------------------------------------------------------


def area_cbor(given):
    item = cbor.decode(raw(given["bytes"]))
    return {"items": count_items(item), "type": kind_of_item(item)}


def area_sign1(given):
    name = TYPE_NAMES[given["type"]]
    signed = cose.Signed(raw(given["bytes"]), name, MOST.get(name, 16384))
    signed.verify(raw(given["key"]))
    found = {"digest": suite.sha256(signed.data).hex(), "keyHash": signed.key_hash.hex(),
             "payload": signed.payload.hex()}
    if ("countersigner" in given) != (signed.counter is not None):
        raise Refused("crypto.wrongKey", "countersigner")
    if signed.counter:
        signed.verify_countersignature(raw(given["countersigner"]))
        found["countersigner"] = signed.counter[1].hex()
    return found


def area_sign(given):
    signed = cose.SignedByMany(raw(given["bytes"]))
    if given["type"] != cose.TYPES["manifest"]:
        raise Refused("crypto.wrongType")
    keys = [raw(one) for one in given["keys"]]
    if len(set(keys)) != len(keys):
        raise Refused("trust.malformed", "a key listed twice")
    valid = signed.count(keys)
    if valid < given["threshold"]:
        raise Refused("trust.belowThreshold")
    return {"payload": signed.payload.hex(), "valid": valid,
            "signers": [one[1].hex() for one in signed.signers]}


class Bare:
    """A chain without the full keys beside it, as far as `manifest.update` looks."""

    def __init__(self, manifests):
        self.chain = manifest.Chain([raw(one) for one in manifests])
        self.organisation, self.newest = self.chain.organisation, self.chain.newest


def area_manifest(given):
    known = Bare(given["known"]) if "known" in given else None
    received = Bare(given["manifests"])
    newest = (manifest.update(known, received) if known else received).newest
    found = {"epoch": newest.epoch, "number": newest.number, "hash": newest.digest.hex(),
             "organisation": received.organisation.hex(), "roles": len(newest.lines)}
    if newest.services:
        found["services"] = [{"address": address, "pin": pin.hex(), "logKey": key.hex()}
                             for address, pin, key in newest.services]
    return found


def area_identity(given):
    identity = manifest.Identity(raw(given["bytes"]))
    found = {"fingerprint": identity.fingerprint(), "name": identity.newest.name,
             "organisation": identity.organisation.hex()}
    if "fingerprint" in given:
        identity.check_fingerprint(given["fingerprint"])
    if "sealing" in given:
        role = manifest.ROLE_NUMBERS[given["sealing"]]
        found["sealingKey"] = identity.sealing_key(role, given["time"]).hex()
    return found


def area_staff(given):
    certificate = manifest.StaffCertificate(raw(given["bytes"]))
    age = certificate.check(manifest.Identity(raw(given["identity"])))
    return {"key": certificate.public.hex(), "notBefore": certificate.start,
            "notAfter": certificate.end, "organisation": certificate.organisation.hex(),
            "verdict": "accept" if age == "authorised" else "warn"}


def area_status(given):
    found = status.StatusList(raw(given["bytes"]))
    identity = manifest.Identity(raw(given["identity"]))
    found.check({identity.organisation: identity}, found.issued)  # no moment of taking it in
    if found.issued < given.get("newest", 0):
        raise Refused("trust.rollback")
    result = {"entries": 4 * len(found.values), "issued": found.issued,
              "expires": found.expires, "uri": found.address, "verdict": "accept"}
    if "reference" in given:
        wanted = (given["reference"]["index"], given["reference"]["uri"])
        status.ask(found, wanted)
        state, days = status.freshness(
            wanted, identity.organisation,
            verification.Knowledge(given["now"], lists={found.address: found}))
        result["freshness"] = "stale" if state == "staleLong" else state
        if state != "fresh":
            result["verdict"] = "refused" if state == "ended" else "warn"
        if days is not None:
            result["days"] = days
    return result


def area_passport(given):
    one = passport.Passport(raw(given["bytes"]))
    identity = manifest.Identity(raw(given["issuer"]))
    if identity.organisation != one.issuer:
        raise Refused("passport.mismatch")
    authority = one.verify(identity).judge(one.issued)
    return {
        "verdict": BY_AGE[authority], "authority": authority,
        "authorities": [known.hex() for known in one.authorities], "digest": one.digest.hex(),
        "expires": one.expires, "holderKey": one.holder.hex(), "id": one.id.hex(),
        "issued": one.issued, "issuer": one.issuer.hex(), "payload": one.signed.payload.hex(),
        "profile": "net" if one.profile is passport.NET else "paper", "status": place(one.status)}


def area_grant(given):
    one, known = passport.Passport(raw(given["passport"])), identities(given["identities"])
    found = grant.Grant(raw(given["bytes"]))
    one.verify(known[one.issuer])
    found.verify(one, known)
    result = {
        "authority": party(found.authority, "holder"), "digest": found.digest.hex(),
        "from": found.start, "until": found.until, "id": found.id.hex(),
        "lineage": [above.id.hex() for above in found.line()],
        "purposes": [PURPOSE_NAMES[number] for number in found.purposes],
        "recipient": party(found.recipient, "bearer"), "ring": found.ring.hex(),
        "sections": found.sections, "payload": found.signed.payload.hex()}
    if found.desk is not None:
        result["desk"] = found.desk.hex()
    return result


def area_withdrawal(given):
    one, known = passport.Passport(raw(given["passport"])), identities(given["identities"])
    found = grant.Withdrawal(raw(given["bytes"]))
    found.verify(one, known)
    result = {"authority": party(found.authority, "holder"), "grants": [
        ended.hex() for ended in found.grants], "id": found.id.hex(), "time": found.time,
        "digest": suite.sha256(found.data).hex(), "reason": REASONS[found.reason],
        "payload": found.signed.payload.hex()}
    if "grant" in given:
        result["ends"] = found.ends(grant.Grant(raw(given["grant"])))
    return result


def area_ring(given):
    ring = passport.Ring(raw(given["bytes"]), PROFILES[given["profile"]])
    return {"digest": ring.digest().hex(), "kinds": ring.kinds()}


def area_slot(given):
    secret = raw(given["secret"])
    if len(secret) != 32:
        raise Refused("sealing.brokenSlot", "length of a secret")
    if suite.derive(secret, "slot commitment") != raw(given["commitment"]):
        raise Refused("sealing.brokenSlot", "commitment")
    binding = cbor.encode([1, raw(given["issuer"]), raw(given["passport"]), given["slot"]])
    key = suite.derive(secret, "slot key")
    plain = suite.decrypt(key, raw(given["ciphertext"]), binding)
    return {"plaintext": plain.hex(), "binding": binding.hex(), "key": key.hex()}


def area_card(given):
    if given["half"] == "words":
        half = passport.Half.from_words(given["text"])
    else:
        half = passport.Half.read(given["text"], given["half"], given.get("pin"))
    found = {"text": half.text()}
    if half.kind == "consent":
        found["carry"] = half.carry().text()
        if "passport" in given:
            known = raw(given["passport"])
            found["holderKey"] = half.holder_public(known).hex()
            found["holderRingKey"] = suite.derive(half.secret, "holder ring", known).hex()
    if "salt" in given:
        carry = half if half.kind == "carry" else half.carry()
        found["boxKey"] = suite.derive(carry.secret, "carry box", raw(given["salt"])).hex()
    return found


def public_half(purpose, seed):
    if purpose == "vault":
        return {"purpose": purpose}
    made = {"seal-net": lambda one: suite.NetKey(one).public,
            "seal-paper": lambda one: suite.PaperKey(one).public}.get(purpose, suite.public_of)
    return {"purpose": purpose, "publicKey": made(seed).hex()}


def area_keyfile(given):
    keys = suite.open_key_file(raw(given["bytes"]), given["passphrase"])
    return {"keys": [public_half(purpose, seed) for purpose, seed in keys]}


def area_disclosure(given):
    found = envelope.Disclosure(raw(given["bytes"]))
    sender = manifest.Identity(raw(given["sender"]))
    if sender.organisation != found.sender:
        raise Refused("passport.mismatch")
    age = sender.verify(found.signed, manifest.CONSENT).judge(found.time)
    return {
        "verdict": BY_AGE[age], "grants": [one.hex() for one in found.grants],
        "payload": found.signed.payload.hex(),
        "passports": [one.hex() for one in found.passports],
        "recipient": party(found.recipient, "bearer"), "reference": found.reference.hex(),
        "referenceHash": found.reference_hash().hex(), "sender": found.sender.hex(),
        "time": found.time}


def area_section(given):
    found = section.Section(raw(given["bytes"]))
    result = {"content": cbor.encode(found.content).hex(), "kind": found.kind,
              "notUnderstood": len(found.unknown), "person": found.person.hex()}
    if found.supersedes is not None:
        result["supersedes"] = found.supersedes.hex()
    return result


# --- Openings -----------------------------------------------------------------------------------


def knowledge_of(given):
    lists = {}
    found = verification.Knowledge(
        given["clock"], raw(given["ourselves"]) if "ourselves" in given else None,
        identities(given["identities"]).values(),
        {raw(pin["organisation"]): set(pin["purposes"]) for pin in given["pins"]}, lists,
        [grant.Withdrawal(raw(one)) for one in given["withdrawals"]], given["floor"])
    for one in given["statusLists"]:
        try:
            status.take(found, status.StatusList(raw(one)))
        except Refused:
            continue  # a list that fails is not used
    return found


def opener_of(given, ourselves):
    if given["kind"] == "carry":
        return envelope.Bearer(passport.Half.read(given["text"], "carry"))
    seeds = [raw(given["seed"])]
    if given["kind"] == "seal-net":
        return envelope.House(ourselves, net=seeds)
    return envelope.House(ourselves, paper=seeds)


def line_of(report, check, state):
    line = {"check": check, "state": state}
    for key, value in report.details[check].items():
        line[key] = value.hex() if key == "organisation" else (
            REASONS[value] if key == "reason" else value)
    return line


def report_of(one, report):
    return {
        "granted": report.grant.sections if report.grant else [], "issuer": one.issuer.hex(),
        "lines": [line_of(report, check, state) for check, state in report.lines],
        "passport": one.digest.hex(),
        "sections": [{"kind": kind, "verdict": report.decision(kind)} for kind in range(1, 7)],
        "standing": report.knowledge.standing(one.issuer, "issue")}


def area_envelope(given):
    known = knowledge_of(given["knowledge"])
    try:
        opening = envelope.Opening(
            raw(given["envelope"]), opener_of(given["opener"], known.ourselves), known,
            PURPOSES[given["purpose"]])
    except Refused as cause:
        raise Negative(str(cause), envelope.class_of(cause)) from None
    wanted = set(given["wanted"]) if "wanted" in given else None
    found = {
        "box": opening.box_bytes.hex(), "contentKey": opening.box.key.hex(),
        "content": suite.sha256(opening.content_bytes).hex(),
        "sender": opening.box.disclosure.sender.hex(),
        "passports": [report_of(one, report) for one, report in
                      zip(opening.content.passports, opening.reports)]}
    try:
        sections = opening.sections(wanted)
    except Refused:
        return {**found, "verdict": "refused"}
    found["opened"] = [{"kind": kind, "passport": digest.hex(), "plaintext": data.hex()}
                       for (digest, kind), data in sections.items()]
    for data in sections.values():
        section.Section(data)
    warned = any(report.decision(kind) == "warn" for one, report in
                 zip(opening.content.passports, opening.reports)
                 for digest, kind in sections if digest == one.digest)
    asked = wanted if wanted is not None else set()
    complete = asked <= {kind for _, kind in sections}
    found["verdict"] = "refused" if not sections or not complete else (
        "warn" if warned else "accept")
    return found


AREAS = {name[5:].replace("_", "-"): call for name, call in
         list(globals().items()) + list(vars(vector_logs).items())
         + list(vars(vector_exchange).items()) + list(vars(paper).items())
         if name.startswith("area_")}
AREAS["swaps"] = AREAS["verification"] = area_envelope
