#!/usr/bin/env python3
"""Makes the worked examples of Spec/ from what Spec/ says. Shares no code with the Swift sources.

    spec-examples.py            print every example block
    spec-examples.py --write    put the blocks into Spec/*.md, below their markers
    spec-examples.py --check    fail when a block in Spec/*.md differs, or a CDDL rule refuses
    spec-examples.py --dump D   write the objects themselves into the folder D

Needs PyPI `cryptography`, `cbor2` and, for --check, `pycddl`. All keys are TEST KEYS: each is
SHA-256("care-passport test key: " + name). Never use one for anything else.
"""

import base64
import hashlib
import hmac
import pathlib
import re
import sys
import textwrap
import zlib

import cbor2
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SPEC = pathlib.Path(__file__).resolve().parent.parent / "Spec"
NOW = 1773478800  # 2026-03-14T09:00:00Z
DAY = 86_400
ZERO_NONCE = bytes(12)


# --- Encoding (encoding.md) ---------------------------------------------------------------------


class Tag:
    def __init__(self, number, content):
        self.number, self.content = number, content


def head(major, value):
    for limit, info, size in ((24, None, 0), (1 << 8, 24, 1), (1 << 16, 25, 2), (1 << 32, 26, 4)):
        if value < limit:
            if info is None:
                return bytes([major << 5 | value])
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    return bytes([major << 5 | 27]) + value.to_bytes(8, "big")


def cbor(item):
    """The one encoding of an item."""
    if item is True or item is False:
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(cbor, item))
    if isinstance(item, dict):
        rows = sorted((cbor(key), cbor(value)) for key, value in item.items())
        return head(5, len(rows)) + b"".join(key + value for key, value in rows)
    if isinstance(item, Tag):
        return head(6, item.number) + cbor(item.content)
    raise TypeError(type(item))


# --- Suite 1 (suite.md) -------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def label_hash(label, *parts):
    return sha256(label.encode() + b"\0" + b"".join(parts))


def hkdf(secret, label, salt=b"", count=32):
    prk = hmac.digest(salt or bytes(32), secret, "sha256")
    return expand(prk, ("care-passport/1 " + label).encode(), count)


def expand(prk, info, count):
    out, block, number = b"", b"", 1
    while len(out) < count:
        block = hmac.digest(prk, block + info + bytes([number]), "sha256")
        out, number = out + block, number + 1
    return out[:count]


def seal(key, plaintext, data):
    return ChaCha20Poly1305(key).encrypt(ZERO_NONCE, plaintext, data)


def unseal(key, ciphertext, data):
    return ChaCha20Poly1305(key).decrypt(ZERO_NONCE, ciphertext, data)


def test_seed(name):
    return sha256(b"care-passport test key: " + name.encode())


class Signer:
    def __init__(self, seed):
        self.secret = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.secret.public_key().public_bytes_raw()
        self.hash = sha256(self.public)

    def sign(self, message):
        return self.secret.sign(message)


# HPKE, RFC 9180, base mode, single shot, empty info. X-Wing: draft-connolly-cfrg-xwing-kem.


def labelled_extract(suite, salt, label, secret):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def labelled_expand(suite, prk, label, info, count):
    return expand(prk, count.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, count)


def hpke_key(kem, shared):
    suite = b"HPKE" + kem.to_bytes(2, "big") + b"\x00\x01" + b"\x00\x03"
    context = b"\0" + labelled_extract(suite, b"", b"psk_id_hash", b"")
    context += labelled_extract(suite, b"", b"info_hash", b"")
    secret = labelled_extract(suite, shared, b"secret", b"")
    return (
        labelled_expand(suite, secret, b"key", context, 32),
        labelled_expand(suite, secret, b"base_nonce", context, 12),
    )


def x25519_shared(secret, public):
    return secret.exchange(x25519.X25519PublicKey.from_public_bytes(public))


def dhkem_shared(exchange, enc, public):
    suite = b"KEM\x00\x20"
    prk = labelled_extract(suite, b"", b"eae_prk", exchange)
    return labelled_expand(suite, prk, b"shared_secret", enc + public, 32)


class PaperKey:
    kem = 0x0020

    def __init__(self, seed):
        self.secret = x25519.X25519PrivateKey.from_private_bytes(seed)
        self.public = self.secret.public_key().public_bytes_raw()

    @staticmethod
    def encapsulate(public, ephemeral_seed):
        ephemeral = PaperKey(ephemeral_seed)
        enc = ephemeral.public
        return enc, dhkem_shared(x25519_shared(ephemeral.secret, public), enc, public)

    def decapsulate(self, enc):
        return dhkem_shared(x25519_shared(self.secret, enc), enc, self.public)


class NetKey:
    kem = 0x647A

    def __init__(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        self.lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public = self.lattice.public_key().public_bytes_raw()
        self.public += self.curve.public_key().public_bytes_raw()

    @staticmethod
    def combine(lattice, curve, enc, public):
        return hashlib.sha3_256(lattice + curve + enc + public + b"\\.//^\\").digest()

    @staticmethod
    def encapsulate(public, ephemeral_seed):
        lattice = mlkem.MLKEM768PublicKey.from_public_bytes(public[:1184])
        shared, ciphertext = lattice.encapsulate()  # random: net boxes differ in every run
        ephemeral = PaperKey(ephemeral_seed)
        curve = x25519_shared(ephemeral.secret, public[1184:])
        enc = ciphertext + ephemeral.public
        return enc, NetKey.combine(shared, curve, ephemeral.public, public[1184:])

    def decapsulate(self, enc):
        public = self.public[1184:]
        curve = x25519_shared(self.curve, enc[1088:])
        return self.combine(self.lattice.decapsulate(enc[:1088]), curve, enc[1088:], public)


# --- COSE (suite.md) ----------------------------------------------------------------------------


def media_type(name):
    return "application/statuslist+cwt" if name == "status" else (
        f"application/vnd.carepass.{name}+cose")


def sign1(payload, name, signer, desk=None):
    protected = cbor({1: -19, 4: signer.hash, 16: media_type(name)})
    signature = signer.sign(cbor(["Signature1", protected, b"", payload]))
    unprotected = {}
    if desk:
        second = cbor({1: -19, 4: desk.hash})
        structure = ["CounterSignatureV2", protected, second, b"", payload, [signature]]
        unprotected = {11: [second, {}, desk.sign(cbor(structure))]}
    return cbor(Tag(18, [protected, unprotected, payload, signature]))


def sign_manifest(payload, roots):
    body = cbor({16: media_type("manifest")})
    rows = []
    for root in sorted(roots, key=lambda key: key.hash):
        header = cbor({1: -19, 4: root.hash})
        rows.append([header, {}, root.sign(cbor(["Signature", body, header, b"", payload]))])
    return cbor(Tag(98, [body, {}, payload, rows]))


# --- Organisations (manifest.md) ----------------------------------------------------------------

ROLES = {1: "issue", 2: "consent", 3: "status", 4: "log", 5: "exchange", 6: "witness",
         7: "seal-net", 8: "seal-paper"}


class Organisation:
    def __init__(self, short, name):
        self.keys = {}
        for number, role in ROLES.items():
            made = {7: NetKey, 8: PaperKey}.get(number, Signer)
            self.keys[role] = made(test_seed(f"{short} {role}"))
        self.root = Signer(test_seed(f"{short} root 1"))
        next_root = Signer(test_seed(f"{short} root 2"))
        lines = sorted(
            [number, sha256(self.keys[role].public), NOW, NOW + 730 * DAY]
            for number, role in ROLES.items())
        self.payload = cbor({
            1: 1, 3: 1, 4: 1, 6: [self.root.public], 7: 1, 8: [next_root.hash], 9: 1,
            10: NOW, 11: NOW + 365 * DAY, 12: lines, 13: name})
        self.manifest = sign_manifest(self.payload, [self.root])
        self.id = sha256(self.payload)
        self.text = base64.urlsafe_b64encode(self.id).decode().rstrip("=")
        by_hash = {sha256(key.public): key.public for key in self.keys.values()}
        self.identity = cbor({
            1: 1, 2: [self.manifest],
            3: [by_hash[line[1]] for line in lines if line[0] < 7],
            4: [by_hash[line[1]] for line in lines if line[0] == 7],
            5: [by_hash[line[1]] for line in lines if line[0] == 8]})

    def fingerprint(self):
        digest = label_hash("care-passport/1 fingerprint", self.id, self.id, cbor([1, 1]))
        return grouped(base32(digest[:20])[:30], 5)

    def status(self, index):
        return {"status_list": {"idx": index, "uri": f"urn:carepass:status:{self.text}:1"}}


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def base32(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(CROCKFORD[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


def grouped(text, size):
    return "-".join(text[i:i + size] for i in range(0, len(text), size))


# --- Passport (passport.md) ---------------------------------------------------------------------

PROFILES = {
    "net": dict(number=1, slots=24, slot=1024, quantum=4096, content=65_536, alg=-65_700),
    "paper": dict(number=2, slots=12, slot=160, quantum=256, content=4096, alg=42),
}
PAPER = PROFILES["paper"]


class Card:
    def __init__(self, secret):
        self.consent = secret
        self.carry = hkdf(secret, "carry half", count=16)

    @staticmethod
    def text(kind, secret):
        body = bytes([kind]) + secret
        return grouped(base32(body + label_hash("care-passport/1 card", body)[:3]), 4)

    def holder(self, passport):
        return Signer(hkdf(self.consent, "holder key", passport))


def pad(data, size):
    return len(data).to_bytes(4, "big") + data + bytes(size - 4 - len(data))


def ring_bytes(salt, records, profile):
    body = salt + b"".join(bytes([kind, slot]) + secret for kind, slot, secret in records)
    return body + bytes(16 + 34 * profile["slots"] - len(body))


def random_bytes(name, count):
    """Stands for random bytes, so that the examples repeat."""
    return hashlib.shake_256(b"care-passport test randomness: " + name.encode()).digest(count)


class Passport:
    """Sections in ascending order of kind; slots taken in a fixed order instead of a random one."""

    def __init__(self, issuer, card, sections, profile, order):
        size, self.id = profile["slot"], random_bytes("passport id", 16)
        slots = [random_bytes(f"decoy slot {i}", size + 16) for i in range(profile["slots"])]
        commitments = [random_bytes(f"decoy commitment {i}", 32) for i in range(profile["slots"])]
        self.records, self.plain, places = [], {}, iter(order)
        for kind, section in sections:
            padded = pad(section, -(-(len(section) + 4) // size) * size)
            for start in range(0, len(padded), size):
                slot = next(places)
                secret = random_bytes(f"slot secret {slot}", 32)
                data = cbor([1, issuer.id, self.id, slot])
                self.plain[slot] = padded[start:start + size]
                slots[slot] = seal(hkdf(secret, "slot key"), self.plain[slot], data)
                commitments[slot] = hkdf(secret, "slot commitment")
                self.records.append((kind, slot, secret))
        full = ring_bytes(random_bytes("full ring salt", 16), self.records, profile)
        self.holder = card.holder(self.id)
        self.ring_key = hkdf(card.consent, "holder ring", self.id)
        self.holder_ring = seal(self.ring_key, full, cbor([1, issuer.id, self.id]))
        self.slots, self.commitments = slots, commitments
        self.payload = cbor({
            1: issuer.text, 4: NOW + 365 * DAY, 6: NOW, 7: self.id,
            8: {1: {1: 1, -1: 6, -2: self.holder.public}}, 65535: issuer.status(17),
            -65537: profile["number"], -65538: [issuer.id], -65539: b"".join(slots),
            -65540: b"".join(commitments), -65541: self.holder_ring})
        self.bytes = sign1(self.payload, "passport", issuer.keys["issue"])
        self.digest = sha256(self.bytes)

    def ring(self, kinds, name):
        chosen = [record for record in self.records if record[0] in kinds]
        return ring_bytes(random_bytes(f"ring salt {name}", 16), chosen, PAPER)


# --- Grant, withdrawal, disclosure, status list -------------------------------------------------


def grant(name, passport, issuer, recipient, sections, signer, status, authority=0, desk=None):
    ring = passport.ring(sections, name)
    terms = {
        1: 1, 2: random_bytes(f"grant id {name}", 16), 3: passport.digest, 4: authority,
        5: recipient, 6: sections, 7: [1], 8: 3, 10: NOW, 11: NOW + 180 * DAY, 12: 1, 13: 0,
        15: 0, 16: NOW + 365 * DAY,
        17: ["ar", 4, sha256(b"the statement that was shown"), True],
        18: issuer.status(status), 19: label_hash("care-passport/1 ring", ring), 20: NOW}
    if desk:
        terms[21] = desk.id
    payload = cbor(terms)
    return payload, sign1(payload, "grant", signer, desk and desk.keys["consent"]), ring


def disclosure(sender, recipient, passports, grants, name):
    payload = cbor({
        1: 1, 2: sender.id, 3: recipient, 4: [sha256(one) for one in passports],
        5: [sha256(one) for one in grants], 6: random_bytes(f"reference {name}", 32), 7: NOW})
    return payload, sign1(payload, "disclosure", sender.keys["consent"])


def status_list(organisation, count, ended):
    values = bytearray(count // 4)
    for index in ended:
        values[index // 4] |= 1 << index % 4 * 2
    payload = cbor({
        2: f"urn:carepass:status:{organisation.text}:1", 4: NOW + 30 * DAY, 6: NOW,
        65533: {"bits": 2, "lst": zlib.compress(bytes(values), 9)}, 65534: 7 * DAY})
    return bytes(values), payload, sign1(payload, "status", organisation.keys["status"])


# --- Envelope (envelope.md) ---------------------------------------------------------------------


def size_class(count, profile):
    size = profile["content"]
    while size < count + 4:
        size *= 2
    return size


def enc_structure(alg, content):
    return cbor(["Encrypt0", cbor({1: alg}), sha256(content)])


def hpke_box(padded, kind, public, content, profile, ephemeral):
    enc, shared = kind.encapsulate(public, ephemeral)
    key, nonce = hpke_key(kind.kem, shared)
    data = enc_structure(profile["alg"], content)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, padded, data)
    return Tag(16, [cbor({1: profile["alg"]}), {-4: enc}, sealed])


def open_hpke_box(box, key, content):
    protected, unprotected, sealed = box.content
    secret, nonce = hpke_key(key.kem, key.decapsulate(unprotected[-4]))
    data = cbor(["Encrypt0", protected, sha256(content)])
    return ChaCha20Poly1305(secret).decrypt(nonce, sealed, data)


def carry_box(padded, card, content, salt):
    sealed = seal(hkdf(card.carry, "carry box", salt), padded, enc_structure(24, content))
    return Tag(16, [cbor({1: 24}), {-20: salt}, sealed])


class Envelope:
    def __init__(self, profile, passports, identities, lists, parcels, card=None):
        inside = cbor({1: passports, 2: identities, 3: lists})
        self.inside, self.key = inside, random_bytes("content key", 32)
        data = cbor(["care-passport/1 content", profile["number"]])
        self.content = seal(self.key, pad(inside, size_class(len(inside), profile)), data)
        payloads = [cbor({1: self.key, 2: grants, 3: statement})
                    for _, grants, statement in parcels]
        quantum = profile["quantum"]
        size = -(-(max(map(len, payloads)) + 4) // quantum) * quantum
        self.payloads, self.size, boxes = payloads, size, []
        kind = NetKey if profile["number"] == 1 else PaperKey
        for index, (key, _, _) in enumerate(parcels):
            padded = pad(payloads[index], size)
            if key is None:
                boxes.append(carry_box(padded, card, self.content, random_bytes("salt", 32)))
            else:
                boxes.append(hpke_box(
                    padded, kind, key, self.content, profile, test_seed(f"ephemeral {index}")))
        for index in range(len(boxes), 4):
            discarded = kind(test_seed(f"decoy {index}")).public
            boxes.append(hpke_box(
                random_bytes(f"decoy box {index}", size), kind, discarded, self.content, profile,
                test_seed(f"ephemeral {index}")))
        self.boxes = [boxes[2], boxes[0], boxes[3], boxes[1]]
        self.bytes = cbor({1: 1, 2: profile["number"], 3: self.content, 4: self.boxes})


# --- The examples -------------------------------------------------------------------------------

CARE = bytes.fromhex("""
    a401030250a0a1a2a3a4a5a6a7a8a9aaabacadaeaf03a30102021a013525da04
    0104a20181a8010302a301090263382e32040203643230313204020504066254
    520781a8010d03030405051a01352584061a013525da0702086261720902081a
    013525840281a20107021a0003176a""")
PERSON = bytes(range(0xA0, 0xB0))
EMERGENCY = cbor({
    1: 1, 2: PERSON, 3: {1: 2, 2: 20260314, 4: 1},
    4: {1: {1: "Sami", 2: 2011, 4: 1}, 2: [{1: "ar", 2: [1, 2], 3: True}, {1: "tr", 2: [1]}],
        3: 2, 5: [{1: 1, 2: [{1: 4, 2: "91936005", 3: "Allergy to penicillin", 4: 3}],
                   3: 1, 5: 2, 9: 20260314}],
        4: [{1: 2, 2: 1}], 6: [2], 7: [{1: 20260409, 2: 2}, {1: 20260511, 2: 8}]}})


class Exchange:
    """exchange.md: a part of a deposit, the receipt of the whole, a service, a notice."""

    address = "https://daemon.example:8443"

    def __init__(self, sender, recipient, withdrawal):
        self.body, self.length = bytes.fromhex("a401010201"), 1_114_402
        self.parcel = sha256(b"care-passport test: a parcel")
        self.pin = sha256(b"care-passport test: the TLS key of a daemon")
        log = Signer(test_seed("athens daemon log"))
        self.services = cbor([[self.address, self.pin, log.public]])
        signer = sender.keys["exchange"]
        nonce, key = text64(random_bytes("nonce", 18)), text64(signer.hash)
        self.values = {
            "@method": "PUT", "@target-uri": f"{self.address}/v1/organisations/{recipient.text}"
            f"/inbox/{self.parcel.hex()}",
            "content-digest": f"sha-256=:{base64.b64encode(sha256(self.body)).decode()}:",
            "upload-offset": "0", "upload-length": str(self.length)}
        names = " ".join(f'"{name}"' for name in self.values)
        self.parameters = (
            f'({names});created={NOW};expires={NOW + 120};nonce="{nonce}"'
            f';keyid="{sender.text}.{key}";alg="ed25519";tag="care-passport/1"')
        lines = [f'"{name}": {value}' for name, value in self.values.items()]
        self.base = "\n".join(lines + [f'"@signature-params": {self.parameters}'])
        self.signature = base64.b64encode(signer.sign(self.base.encode())).decode()
        self.receipt_payload = cbor({
            1: 1, 2: 1, 3: recipient.id, 4: sender.id, 5: self.parcel, 6: NOW + 5})
        self.receipt = sign1(self.receipt_payload, "receipt", recipient.keys["exchange"])
        self.notice = cbor({1: 1, 2: withdrawal})
        self.notice_header = cbor({1: PROFILES["net"]["alg"]})
        self.notice_binding = cbor(
            ["Encrypt0", self.notice_header, b"care-passport/1 notice"])
        self.invitation = cbor({
            1: self.address, 2: self.pin, 3: random_bytes("invitation", 16), 4: NOW + DAY})

    def request(self):
        wide = textwrap.TextWrapper(92, break_on_hyphens=False, subsequent_indent="  ").wrap
        fields = [
            self.values["@target-uri"].join(("PUT ", "")), "Content-Length: 5",
            f"Content-Digest: {self.values['content-digest']}", "Upload-Offset: 0",
            f"Upload-Length: {self.length}", f"Signature-Input: carepass={self.parameters}",
            f"Signature: carepass=:{self.signature}:"]
        return "\n".join(
            [line for field in fields for line in wide(field)] + [
                "body", self.body.hex(), f"signature base, {len(self.base)} bytes",
                wrap(self.base.encode())])


def text64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class World:
    def __init__(self):
        self.izmir = Organisation("izmir", "TEST Aid Izmir")
        self.athens = Organisation("athens", "TEST Clinic Athens")
        self.card = Card(random_bytes("consent half", 16))
        self.passport = Passport(
            self.izmir, self.card, [(1, EMERGENCY), (3, CARE)], PAPER, [7, 2, 10])
        holder = self.passport.holder
        self.grant = grant(
            "athens", self.passport, self.izmir, self.athens.id, [1, 3], holder, 20,
            desk=self.izmir)
        self.bearer = grant(
            "bearer", self.passport, self.izmir, 0, [1], self.izmir.keys["consent"], 3,
            authority=self.izmir.id)
        self.values, self.list_payload, self.list = status_list(self.izmir, 32, [5, 9])
        self.withdrawal_payload = cbor({
            1: 1, 2: random_bytes("withdrawal id", 16), 3: self.passport.digest,
            4: [random_bytes("grant id athens", 16)], 5: 0, 6: NOW + DAY, 7: 1})
        self.withdrawal = sign1(self.withdrawal_payload, "withdrawal", holder)
        staff = Signer(test_seed("izmir staff 1"))
        self.staff_payload = cbor(
            {1: 1, 2: self.izmir.id, 3: staff.public, 4: NOW, 5: NOW + 365 * DAY})
        self.staff = sign1(self.staff_payload, "staff", self.izmir.keys["issue"])
        passports = [self.passport.bytes]
        self.to_athens = disclosure(
            self.izmir, self.athens.id, passports, [self.grant[1]], "athens")
        self.to_bearer = disclosure(self.izmir, 0, passports, [self.bearer[1]], "bearer")
        parcels = [
            (self.athens.keys["seal-paper"].public, [[self.grant[1], self.grant[2]]],
             self.to_athens[1]),
            (None, [[self.bearer[1], self.bearer[2]]], self.to_bearer[1])]
        self.envelope = Envelope(
            PAPER, passports, [self.izmir.identity], [self.list], parcels, self.card)
        self.exchange = Exchange(self.izmir, self.athens, self.withdrawal)
        self.check_opening()

    def check_opening(self):
        """Opens both boxes again, by trial, as a reader does."""
        envelope, found = self.envelope, []
        for box in envelope.boxes:
            try:
                if -4 in box.content[1]:
                    key = self.athens.keys["seal-paper"]
                    found.append(open_hpke_box(box, key, envelope.content))
                else:
                    key = hkdf(self.card.carry, "carry box", box.content[1][-20])
                    found.append(unseal(key, box.content[2], enc_structure(24, envelope.content)))
            except Exception:  # not ours
                continue
        assert sorted(found) == sorted(pad(one, envelope.size) for one in envelope.payloads)
        net = self.athens.keys["seal-net"]
        content = b"any content"
        box = hpke_box(
            b"net", NetKey, net.public, content, PROFILES["net"], test_seed("ephemeral net"))
        assert open_hpke_box(box, net, content) == b"net"


def wrap(data):
    return "\n".join(textwrap.wrap(data.hex(), 64))


def short(data, count=8):
    return f"h'{data.hex()}'" if len(data) <= count + 2 else (
        f"h'{data[:count].hex()}…' ({len(data)} bytes)")


def rows(*pairs):
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in pairs)


def diagnostic(item, level=0):
    """Diagnostic notation; long byte strings are cut and their length is given."""
    inner = "  " * (level + 1)
    if isinstance(item, bytes):
        return short(item)
    if isinstance(item, cbor2.CBORTag):
        return f"{item.tag}({diagnostic(item.value, level)})"
    if isinstance(item, str):
        return f'"{item}"'
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (list, tuple)):
        line = "[" + ", ".join(diagnostic(one, level) for one in item) + "]"
        if len(line) <= 96 - 2 * level and "\n" not in line:
            return line
        body = (",\n" + inner).join(diagnostic(one, level + 1) for one in item)
        return "[\n" + inner + body + "]"
    if hasattr(item, "items"):
        pairs = [f"{diagnostic(key)}: {diagnostic(value, level + 1)}"
                 for key, value in item.items()]
        line = "{" + ", ".join(pairs) + "}"
        if len(line) <= 96 - 2 * level and "\n" not in line:
            return line
        return "{\n" + inner + (",\n" + inner).join(pairs) + "}"
    return str(item)


def diag(data):
    return diagnostic(cbor2.loads(data))


def blocks(world):
    izmir, athens, passport, envelope = world.izmir, world.athens, world.passport, world.envelope
    card = world.card
    slot, secret = 10, random_bytes("slot secret 10", 32)
    first, other = world.envelope.boxes[1], world.envelope.boxes[3]
    paper = athens.keys["seal-paper"]
    made = {}
    made["encoding"] = rows(
        ("item", '{1: 1, 2: h\'0a0b\', 65535: "x", -1: true}'),
        ("bytes", cbor({1: 1, 2: b"\x0a\x0b", 65535: "x", -1: True}).hex()))
    made["label"] = rows(
        ("label", '"care-passport/1 ring"'), ("part", "h'0102'"),
        ("hashed", (b"care-passport/1 ring\0" + b"\x01\x02").hex()),
        ("digest", label_hash("care-passport/1 ring", b"\x01\x02").hex()))
    header = cbor({1: -19, 4: passport.holder.hash, 16: media_type("withdrawal")})
    made["sign1"] = "\n".join([
        "TEST KEY, a holder key", rows(
            ("seed", hkdf(card.consent, "holder key", passport.id).hex()),
            ("public key", passport.holder.public.hex()),
            ("key hash", passport.holder.hash.hex())),
        "protected header", wrap(header), "payload", wrap(world.withdrawal_payload),
        "bytes that are signed", wrap(cbor(["Signature1", header, b"", world.withdrawal_payload])),
        f"the object, {len(world.withdrawal)} bytes", wrap(world.withdrawal)])
    made["hpke"] = rows(
        ("seal-paper seed (TEST)", test_seed("athens seal-paper").hex()),
        ("seal-paper public", paper.public.hex()),
        ("ephemeral seed (TEST)", test_seed("ephemeral 0").hex()),
        ("encapsulated key", first.content[1][-4].hex()),
        ("shared secret", paper.decapsulate(first.content[1][-4]).hex()),
        ("HPKE key", hpke_key(0x20, paper.decapsulate(first.content[1][-4]))[0].hex()),
        ("HPKE base nonce", hpke_key(0x20, paper.decapsulate(first.content[1][-4]))[1].hex()),
        ("seal-net seed (TEST)", test_seed("athens seal-net").hex()),
        ("SHA-256 of seal-net public", sha256(athens.keys["seal-net"].public).hex()))
    made["manifest"] = "\n".join([
        "payload", diag(izmir.payload), f"the object, {len(izmir.manifest)} bytes",
        wrap(izmir.manifest), rows(
            ("organisation", izmir.id.hex()), ("as text", izmir.text),
            ("fingerprint", izmir.fingerprint()))])
    made["identity"] = "\n".join([
        diag(izmir.identity),
        rows(("length", f"{len(izmir.identity)} bytes"),
             ("SHA-256", sha256(izmir.identity).hex()))])
    made["staff"] = wrap(world.staff)
    made["passport"] = "\n".join([
        "claims", diag(passport.payload), rows(
            ("length of the object", f"{len(passport.bytes)} bytes"),
            ("SHA-256 of the object", passport.digest.hex()))])
    made["slot"] = "\n".join([
        rows(("slot", "10, the care section"), ("secret", secret.hex()),
             ("slot key", hkdf(secret, "slot key").hex()),
             ("commitment", hkdf(secret, "slot commitment").hex())),
        "bound to", wrap(cbor([1, izmir.id, passport.id, slot])),
        "plaintext, 160 bytes", wrap(passport.plain[slot]),
        "ciphertext, 176 bytes", wrap(passport.slots[slot])])
    made["card"] = rows(
        ("consent secret (TEST)", card.consent.hex()), ("as text", Card.text(0x11, card.consent)),
        ("carry secret (TEST)", card.carry.hex()), ("as text", Card.text(0x12, card.carry)),
        ("passport id", passport.id.hex()),
        ("holder public key", passport.holder.public.hex()),
        ("holder ring key", passport.ring_key.hex()))
    made["grant"] = "\n".join([
        "payload", diag(world.grant[0]), f"the object, {len(world.grant[1])} bytes",
        wrap(world.grant[1])])
    ring = world.bearer[2]
    made["ring"] = "\n".join([
        wrap(ring[:16 + 34 * 3]), "… and zeros, 424 bytes in all",
        rows(("digest", label_hash("care-passport/1 ring", ring).hex()))])
    made["status"] = "\n".join([
        "payload", diag(world.list_payload), rows(
            ("entries 0 to 31", world.values.hex()), ("ended", "5 and 9")),
        f"the object, {len(world.list)} bytes", wrap(world.list)])
    made["envelope"] = "\n".join([
        diag(envelope.bytes), rows(
            ("length", f"{len(envelope.bytes)} bytes"),
            ("content, opened", f"{len(envelope.inside)} bytes, padded to "
             f"{len(envelope.content) - 16}"),
            ("content key", envelope.key.hex()),
            ("SHA-256 of the content", sha256(envelope.content).hex()),
            ("every box, opened", f"{envelope.size} bytes"))])
    made["box"] = "\n".join([
        "the box for Athens, opened and its padding taken off", diag(envelope.payloads[0]),
        "its authenticated data", wrap(enc_structure(42, envelope.content)),
        "its disclosure", diag(world.to_athens[0]),
        rows(("carry box: salt", other.content[1][-20].hex()),
             ("carry box: key",
              hkdf(card.carry, "carry box", other.content[1][-20]).hex()))])
    made.update(exchange_blocks(world.exchange))
    return made


def exchange_blocks(exchange):
    return {
        "request": exchange.request(),
        "receipt": "\n".join([
            "payload", diag(exchange.receipt_payload),
            f"the object, {len(exchange.receipt)} bytes", wrap(exchange.receipt)]),
        "service": "\n".join([diag(exchange.services), wrap(exchange.services)]),
        "notice": "\n".join([
            "a withdrawal, before padding", diag(exchange.notice), "authenticated data",
            wrap(exchange.notice_binding)]),
        "invitation": "\n".join([
            diag(exchange.invitation),
            f"carepass-invitation-1.{text64(exchange.invitation)}"])}


def artefacts(world):
    return {
        "izmir.identity": world.izmir.identity, "athens.identity": world.athens.identity,
        "passport": world.passport.bytes, "grant": world.grant[1], "bearer-grant": world.bearer[1],
        "ring": world.grant[2], "status-list": world.list, "withdrawal": world.withdrawal,
        "staff": world.staff, "disclosure": world.to_athens[1], "envelope": world.envelope.bytes,
        "fingerprint": world.izmir.fingerprint().encode(),
        "consent": Card.text(0x11, world.card.consent).encode(),
        "carry": Card.text(0x12, world.card.carry).encode(),
        "athens.seal-paper": test_seed("athens seal-paper"),
        "athens.seal-net": test_seed("athens seal-net"),
        "net-box": net_box(world)[0], "net-content": net_box(world)[1],
        "receipt": world.exchange.receipt, "signature-base": world.exchange.base.encode(),
        "section": CARE}


NET_BOX = []


def net_box(world):
    if not NET_BOX:
        content = b"any content"
        box = hpke_box(bytes(4096), NetKey, world.athens.keys["seal-net"].public, content,
                       PROFILES["net"], test_seed("ephemeral net"))
        NET_BOX.extend([cbor([box.content[1][-4], box.content[2]]), content])
    return NET_BOX


# --- Checking the pages -------------------------------------------------------------------------

MARKER = re.compile(r"(<!-- example: ([a-z0-9]+) -->\n```[a-z]*\n)((?:(?!```).*\n)*)(```)")


def pages(made, write):
    wrong, used = [], set()
    for page in sorted(SPEC.glob("*.md")):
        text = page.read_text()

        def replace(match):
            used.add(match[2])
            if match[2] not in made:
                wrong.append(f"{page.name}: no example '{match[2]}'")
                return match[0]
            if match[3] != made[match[2]] + "\n":
                wrong.append(f"{page.name}: the example '{match[2]}' is not what the script makes")
            return match[1] + made[match[2]] + "\n" + match[4]

        text = MARKER.sub(replace, text)
        if write:
            page.write_text(text)
    return ([] if write else wrong) + [f"unused example '{one}'" for one in set(made) - used]


def cddl(name, *roots):
    text = "".join((SPEC / "cddl" / f"{one}.cddl").read_text() + "\n" for one in (name, "common"))
    from pycddl import Schema
    return {root: Schema(f"start-here = {root}\n" + text) for root in roots}


def check_cddl(world):
    wrong = []
    izmir, envelope = world.izmir, world.envelope

    def part(data, index):
        return cbor2.loads(data).value[index]

    countersignature = part(world.grant[1], 1)[11]
    plan = {
        "manifest": {"manifest": izmir.manifest, "manifest-header": part(izmir.manifest, 0),
                     "manifest-payload": izmir.payload,
                     "second-header": part(izmir.manifest, 3)[0][0],
                     "identity": izmir.identity, "staff-certificate": world.staff,
                     "sign1-header": part(world.staff, 0),
                     "staff-payload": world.staff_payload},
        "passport": {"passport": world.passport.bytes,
                     "sign1-header": part(world.passport.bytes, 0),
                     "passport-claims": world.passport.payload},
        "grant": {"grant": world.grant[1], "sign1-header": part(world.grant[1], 0),
                  "second-header": countersignature[0], "grant-terms": world.grant[0],
                  "withdrawal": world.withdrawal, "withdrawal-terms": world.withdrawal_payload},
        "envelope": {"envelope": envelope.bytes, "content": envelope.inside,
                     "hpke-header": envelope.boxes[0].content[0],
                     "carry-header": envelope.boxes[3].content[0],
                     "box-payload": envelope.payloads[0], "disclosure": world.to_athens[1],
                     "disclosure-terms": world.to_athens[0]},
        "status": {"status-list": world.list, "sign1-header": part(world.list, 0),
                   "status-claims": world.list_payload},
        "exchange": {"receipt": world.exchange.receipt,
                     "sign1-header": part(world.exchange.receipt, 0),
                     "receipt-terms": world.exchange.receipt_payload,
                     "notice": cbor(Tag(16, [
                         world.exchange.notice_header, {-4: bytes(1120)}, bytes(8720)])),
                     "notice-header": world.exchange.notice_header,
                     "notice-content": world.exchange.notice,
                     "invitation": world.exchange.invitation},
        "keyfile": {"key-file": cbor({1: 1, 2: bytes(16), 3: bytes(49)})},
    }
    for name, objects in plan.items():
        schemas = cddl(name, *objects)
        for root, data in objects.items():
            try:
                schemas[root].validate_cbor(data)
            except Exception as error:  # pycddl has one exception for everything
                wrong.append(f"{name}.cddl: {root}: {error}")
            for spoiled in spoil(data):
                try:
                    schemas[root].validate_cbor(spoiled)
                except Exception:
                    continue
                wrong.append(f"{name}.cddl: {root} takes a spoiled object")
    return wrong


def spoil(data):
    """An object without its first field; and, for a tagged one, with another tag."""
    item = cbor2.loads(data)
    if isinstance(item, cbor2.CBORTag):
        return [cbor2.dumps(cbor2.CBORTag(item.tag, list(item.value)[1:])),
                cbor2.dumps(cbor2.CBORTag(item.tag + 1, item.value))]
    item = dict(item)
    first = min(item, key=abs)
    return [cbor2.dumps({key: value for key, value in item.items() if key != first})]


def main(arguments):
    world = World()
    made = blocks(world)
    if arguments[:1] == ["--dump"]:
        folder = pathlib.Path(arguments[1])
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in artefacts(world).items():
            (folder / name).write_bytes(data)
        return 0
    if arguments in (["--write"], ["--check"]):
        wrong = pages(made, arguments == ["--write"])
        if arguments == ["--check"]:
            wrong += check_cddl(world)
        print("\n".join(wrong) or f"{len(made)} examples")
        return 1 if wrong else 0
    if arguments:
        print(__doc__)
        return 64
    for name, text in made.items():
        print(f"=== {name}\n{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
