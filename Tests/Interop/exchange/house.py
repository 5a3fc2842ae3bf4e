"""An organisation made with no code of ours: keys, manifest, identity file, papers it signs."""

import os
import time
import zlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import cbor_strict as cbor
import cose
import suite

ROLES = {"issue": 1, "consent": 2, "status": 3, "log": 4, "exchange": 5}
YEAR = 31_536_000
RECEIPT_TYPE = "application/vnd.carepass.receipt+cose"
cose.TYPES.setdefault("receipt", RECEIPT_TYPE)


class Key:
    """An Ed25519 key from a seed, or one of which only the public half is known."""

    def __init__(self, seed=None, public=None):
        self.private = None if public else Ed25519PrivateKey.from_private_bytes(
            seed or os.urandom(32))
        self.public = public or self.private.public_key().public_bytes_raw()
        self.hash = suite.sha256(self.public)

    def sign(self, message):
        return self.private.sign(message)

    @property
    def seed(self):
        return self.private.private_bytes_raw()


def sign1(payload, kind, key):
    """A COSE_Sign1."""
    protected = cbor.encode({1: -19, 4: key.hash, 16: cose.TYPES[kind]})
    signature = key.sign(cbor.encode(["Signature1", protected, b"", payload]))
    return cbor.encode(cbor.Tag(18, [protected, {}, payload, signature]))


def sign_manifest(payload, roots):
    """A COSE_Sign by root keys, in the order of their hashes."""
    protected, signers = cbor.encode({16: cose.TYPES["manifest"]}), []
    for root in sorted(roots, key=lambda one: one.hash):
        second = cbor.encode({1: -19, 4: root.hash})
        structure = cbor.encode(["Signature", protected, second, b"", payload])
        signers.append([second, {}, root.sign(structure)])
    return cbor.encode(cbor.Tag(98, [protected, {}, payload, signers]))


class House:
    """One organisation. `daemon_key` is the exchange key of the daemon that acts for it."""

    def __init__(self, name, daemon_key=None):
        self.name, self.daemon_key = name, daemon_key
        self.root, self.next_root = Key(), Key()
        self.keys = {role: Key() for role in ROLES}
        self.start = int(time.time()) - 86_400
        self.payloads, self.manifests = [], []
        self.add_manifest()

    def listed(self):
        """(role number, key), in the order of manifests."""
        listed = [(ROLES[role], key) for role, key in self.keys.items()]
        if self.daemon_key:
            listed.append((ROLES["exchange"], self.daemon_key))
        return sorted(listed, key=lambda one: (one[0], one[1].hash))

    def add_manifest(self, name=None):
        """The next manifest of the first epoch."""
        number = len(self.payloads) + 1
        item = {1: 1, 3: 1, 4: number, 6: [self.root.public], 7: 1, 8: [self.next_root.hash], 9: 1,
                10: self.start + number, 11: self.start + YEAR,
                12: [[role, key.hash, self.start, self.start + YEAR]
                     for role, key in self.listed()],
                13: name or self.name}
        if number > 1:
            item[2], item[5] = self.id, suite.sha256(self.payloads[-1])
        self.payloads.append(cbor.encode(item))
        self.manifests.append(sign_manifest(self.payloads[-1], [self.root]))

    @property
    def id(self):
        return suite.sha256(self.payloads[0])

    @property
    def text(self):
        return suite.base64url(self.id)

    @property
    def path(self):
        return f"/v1/organisations/{self.text}"

    def identity(self):
        """The identity file."""
        return cbor.encode({1: 1, 2: list(self.manifests),
                            3: [key.public for _, key in self.listed()], 4: [], 5: []})

    def status_list(self, number=0, age=0):
        """A signed list of 32 entries, none of them ended, `age` seconds old."""
        now = int(time.time()) - age
        payload = cbor.encode({
            2: f"urn:carepass:status:{self.text}:{number}", 4: now + 86_400, 6: now,
            65533: {"bits": 2, "lst": zlib.compress(bytes(8))}})
        return sign1(payload, "status", self.keys["status"])

    def receipt(self, sender, parcel, event=1):
        """What this organisation says of a parcel that it collected."""
        payload = cbor.encode({1: 1, 2: event, 3: self.id, 4: sender.id, 5: parcel,
                               6: int(time.time())})
        return sign1(payload, "receipt", self.keys["exchange" if event == 1 else "consent"])

    def key_id(self, key=None):
        """`keyid` of requests that are made for this organisation."""
        return f"{self.text}.{suite.base64url((key or self.keys['exchange']).hash)}"


def read_receipt(data, key):
    """(event, recipient, sender, parcel) of a receipt whose signature holds under a key."""
    signed = cose.Signed(data, "receipt", 1024)
    signed.verify(key.public)
    item = cbor.fields(cbor.decode(signed.payload), {
        1: cbor.exactly(1), 2: cbor.uint(1, 3), 3: cbor.digest, 4: cbor.digest, 5: cbor.digest,
        6: cbor.time})
    return item[2], item[3], item[4], item[5]


def envelope(count, profile=1):
    """Bytes that look like an envelope to somebody who cannot open one."""
    return bytes([0xA4, 1, 1, 2, profile]) + os.urandom(count - 5)
