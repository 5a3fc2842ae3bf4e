"""What daemons and their callers exchange: addresses, requests, receipts, notices, invitations
(Spec/exchange.md)."""

import re

import cbor_strict as cbor
import cose
import structured
import suite
from cbor_strict import Refused

EXCHANGE, CONSENT = 5, 2
EVENTS = {1: "delivered", 2: "opened", 3: "purged"}
SKEW, LIFETIME = 120, 300
HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
                  r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*", re.A)


def malformed(what):
    raise Refused("exchange.malformed", what)


class Address:
    """Where a daemon is reached, in its one spelling."""

    def __init__(self, text):
        if not 1 <= len(text.encode()) <= 256:
            malformed("length of an address")
        self.text, self.host, self.port, self.path = text, None, None, None
        if text.startswith("unix:"):
            self.path = text[5:]
            if not re.fullmatch(r"/[\x21-\x7e]{0,106}", self.path):
                malformed("a socket")
            return
        found = re.fullmatch(r"https://(\[[0-9a-f:]+\]|[^:\[\]]+)(?::([1-9][0-9]{0,4}))?", text)
        if not found:
            malformed("an address")
        host, port = found[1], int(found[2] or 443)
        if port > 65535 or found[2] == "443":
            malformed("a port")
        if not host.startswith("[") and not HOST.fullmatch(host):
            malformed("a host")
        self.host, self.port = host.strip("[]"), port

    def base(self, pin):
        return self.text if self.path is None else f"https://{pin.hex()[:32]}.invalid"

    def authority(self, pin):
        return self.base(pin)[len("https://"):]


def content_digest(text):
    found = re.fullmatch(r"sha-256=:([A-Za-z0-9+/=]+):", text)
    if not found:
        malformed("content-digest")
    digest = structured.read_base64(found[1])
    if len(digest) != 32:
        malformed("content-digest")
    return digest


class Request:
    """The form of a signed request; `verify` judges it."""

    def __init__(self, method, target, digest, upload, field, signature):
        content_digest(digest)
        self.values = {"@method": method, "@target-uri": target, "content-digest": digest}
        if upload is not None:
            self.values.update(
                {"upload-offset": str(upload[0]), "upload-length": str(upload[1])})
        label, member = structured.one_member(field, "signature-input")
        if type(member) is not structured.InnerList:
            malformed("signature-input")
        self._components(member)
        self._parameters(dict(member.parameters))
        lines = [f'"{name}": {self.values[name]}' for name in self.covered]
        self.base = "\n".join(lines + [f'"@signature-params": {member.text()}'])
        other, value = structured.one_member(signature, "signature")
        if other != label or type(value) is not tuple or value[1] or (
                type(value[0]) is not structured.Encoded):
            malformed("signature")
        self.signature = structured.read_base64(value[0])
        if len(self.signature) != 64:
            malformed("length of a signature")

    def _components(self, member):
        if any(type(name) is not str or parameters for name, parameters in member.items):
            raise Refused("exchange.unsigned", "a component")
        self.covered = [name for name, _ in member.items]
        if len(set(self.covered)) != len(self.covered):
            malformed("a component twice")
        if set(self.covered) != set(self.values):
            raise Refused("exchange.unsigned", "covers too little or too much")

    def _parameters(self, found):
        def take(name, kind):
            value = found.pop(name, None)
            if type(value) is not kind:
                raise Refused("exchange.unsigned", name)
            return value
        self.created, self.expires = take("created", int), take("expires", int)
        if self.created < 0 or self.expires < 0:
            raise Refused("exchange.unsigned", "a time")
        self.nonce, key = take("nonce", str), take("keyid", str).split(".")
        if take("tag", str) != "care-passport/1":
            raise Refused("exchange.unsigned", "tag")
        if "alg" in found and take("alg", str) != "ed25519":
            raise Refused("exchange.unsigned", "alg")
        if found or not 16 <= len(self.nonce) <= 64:
            raise Refused("exchange.unsigned", "parameters")
        if len(key) != 2:
            malformed("keyid")
        self.organisation, self.key_hash = map(suite.read_base64url, key)
        if len(self.organisation) != 32 or len(self.key_hash) != 32:
            malformed("keyid")

    def verify(self, identity, now):
        if identity.organisation != self.organisation:
            raise Refused("exchange.unknownKey")
        line = identity.line(EXCHANGE, self.key_hash)
        if line.judge(now) != "authorised":
            raise Refused("exchange.unknownKey")
        suite.verify(identity.keys[line.order()], self.signature, self.base.encode())
        if abs(self.created - now) > SKEW:
            raise Refused("exchange.skewed")
        if not self.created <= self.expires <= self.created + LIFETIME or now > self.expires:
            raise Refused("exchange.skewed", "lifetime")


class Receipt:
    def __init__(self, data):
        self.data, self.signed = data, cose.Signed(data, "receipt", 1024)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: cbor.uint(1, 3), 3: cbor.digest, 4: cbor.digest,
            5: cbor.digest, 6: cbor.time}, ignorable=True)
        self.event, self.recipient, self.sender, self.parcel, self.time = (
            item[n] for n in range(2, 7))

    def verify(self, identity, sender, parcel):
        if (self.recipient, self.sender, self.parcel) != (identity.organisation, sender, parcel):
            raise Refused("exchange.mismatch")
        role = EXCHANGE if self.event == 1 else CONSENT
        if identity.verify(self.signed, role).judge(self.time) != "authorised":
            raise Refused("exchange.unknownKey")


class Invitation:
    START = "carepass-invitation-1."

    def __init__(self, text):
        words = text.split()
        if len(words) != 1 or len(words[0]) > 1024 or not words[0].startswith(self.START):
            malformed("an invitation")
        self.data = suite.read_base64url(words[0][len(self.START):])
        item = cbor.fields(cbor.decode(self.data), {
            1: cbor.text(256), 2: cbor.digest, 3: cbor.bstr(16), 4: cbor.time})
        self.address = Address(item[1])
        self.pin, self.secret, self.expires = item[2], item[3], item[4]

    def secret_hash(self):
        return suite.label_hash("invitation", self.secret)


NOTICE_HEADER = bytes.fromhex("a1013a000100a3")
NOTICE_SIZE = 8704


class Notice:
    KINDS = {1: "withdrawal", 2: "receipt"}

    def __init__(self, data, seed):
        cbor.limit(data, 16384, "noticeBytes")
        protected, unprotected, ciphertext = cbor.tagged(cbor.decode(data), 16, 3)
        if protected != NOTICE_HEADER:
            raise Refused("sealing.malformed", "header of a notice")
        encapsulated = cbor.fields(unprotected, {-4: cbor.bstr(1120)})[-4]
        cbor.bstr(NOTICE_SIZE + 16)(ciphertext)
        self.key = suite.NetKey(seed)
        binding = cbor.encode(["Encrypt0", NOTICE_HEADER, b"care-passport/1 notice"])
        self.padded = suite.open_hpke(self.key, encapsulated, ciphertext, binding)
        self.content = suite.unpad(self.padded)
        item = cbor.fields(cbor.decode(self.content), {
            1: cbor.uint(1, 2), 2: cbor.bstr(1, 8192)})
        self.kind, self.object = self.KINDS[item[1]], item[2]
