"""Passports, rings, slots and the key card (Spec/passport.md)."""

import hmac

import cbor_strict as cbor
import cose
import manifest
import status
import suite
from cbor_strict import Refused


class Profile:
    def __init__(self, number, slots, slot, quantum, algorithm, role):
        self.number, self.slots, self.slot, self.quantum = number, slots, slot, quantum
        self.algorithm, self.role = algorithm, role
        self.ring = 16 + 34 * slots


NET = Profile(1, 24, 1024, 4096, -65700, "seal-net")
PAPER = Profile(2, 12, 160, 256, 42, "seal-paper")
PROFILES = {1: NET, 2: PAPER}


def issuer_text(value):
    if type(value) is not str or len(value) != 43:
        raise Refused("coding.unexpectedItem", "text of 43 characters")
    return suite.read_base64url(value)


def holder_key(item):
    key = cbor.fields(item, {1: lambda value: cbor.fields(value, {
        1: cbor.exactly(1), -1: cbor.exactly(6), -2: cbor.bstr(32)})})
    return key[1][-2]


class Passport:
    def __init__(self, data):
        self.data, self.digest = data, suite.sha256(data)
        self.signed = cose.Signed(data, "passport", 65536)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: issuer_text, 4: cbor.time, 6: cbor.time, 7: cbor.identifier, 8: holder_key,
            65535: status.reference, -65537: cbor.uint(1, 2),
            -65538: cbor.array(0, 8, cbor.digest, ascending=True),
            -65539: cbor.bstr(0, 65536), -65540: cbor.bstr(0, 65536), -65541: cbor.bstr(0, 65536)})
        self.profile = PROFILES[item[-65537]]
        count, size = self.profile.slots, self.profile.slot + 16
        wanted = (count * size, count * 32, self.profile.ring + 16)
        if tuple(len(item[key]) for key in (-65539, -65540, -65541)) != wanted:
            raise Refused("passport.malformed", "sizes of the profile")
        self.issuer, self.expires, self.issued, self.id = (item[key] for key in (1, 4, 6, 7))
        if self.expires < self.issued:
            raise Refused("passport.malformed", "exp before iat")
        self.holder, self.status, self.authorities = item[8], item[65535], item[-65538]
        self.slots = [item[-65539][at:at + size] for at in range(0, count * size, size)]
        self.commitments = [item[-65540][at:at + 32] for at in range(0, count * 32, 32)]
        self.holder_ring = item[-65541]

    def verify(self, identity):
        """The role line that signed; the status must stand in a list of the issuer."""
        line = identity.verify(self.signed, manifest.ISSUE)
        if status.keeper(self.status[1]) != self.issuer:
            raise Refused("passport.brokenTerms", "status in another's list")
        return line

    def open_slot(self, number, secret):
        if not hmac.compare_digest(suite.derive(secret, "slot commitment"),
                                   self.commitments[number]):
            raise Refused("sealing.brokenSlot", "commitment")
        binding = cbor.encode([1, self.issuer, self.id, number])
        try:
            return suite.decrypt(suite.derive(secret, "slot key"), self.slots[number], binding)
        except Refused:
            raise Refused("sealing.brokenSlot", "does not decrypt") from None

    def open_section(self, ring, kind):
        """The bytes of a section."""
        records = [record for record in ring.records if record[0] == kind]
        if not records:
            raise Refused("sealing.noSuchSection")
        plain = b"".join(self.open_slot(slot, secret) for _, slot, secret in records)
        try:
            data = suite.unpad(plain)
        except Refused:
            raise Refused("sealing.brokenSlot", "padding") from None
        cbor.limit(data, 24572, "sectionBytes")
        section = cbor.decode(data)
        if type(section) is not dict or section.get(1) != kind or type(section.get(1)) is not int:
            raise Refused("sealing.brokenSlot", "kind")
        return data

    def open_holder_ring(self, card):
        if card.holder_public(self.id) != self.holder:
            raise Refused("sealing.wrongCard")
        key = suite.derive(card.secret, "holder ring", self.id)
        binding = cbor.encode([1, self.issuer, self.id])
        return Ring(suite.decrypt(key, self.holder_ring, binding), self.profile)


class Ring:
    def __init__(self, data, profile):
        if len(data) != profile.ring:
            raise Refused("passport.malformed", "length of a ring")
        self.data, self.records, unused = data, [], False
        kinds = []
        for at in range(16, len(data), 34):
            kind, slot, secret = data[at], data[at + 1], data[at + 2:at + 34]
            if kind == 0:
                if slot or any(secret):
                    raise Refused("passport.malformed", "an unused record that is not zero")
                unused = True
                continue
            if unused or slot >= profile.slots or any(slot == one[1] for one in self.records):
                raise Refused("passport.malformed", "records of a ring")
            if kind in kinds and kinds[-1] != kind:
                raise Refused("passport.malformed", "records of one kind apart")
            kinds.append(kind)
            self.records.append((kind, slot, secret))

    def digest(self):
        return suite.label_hash("ring", self.data)

    def kinds(self):
        return sorted({record[0] for record in self.records})


class Half:
    """Half a key card."""

    KINDS = {0x11: "consent", 0x12: "carry"}

    def __init__(self, kind, secret):
        self.kind, self.secret = kind, secret

    @classmethod
    def read(cls, text, wanted=None):
        if len(text.encode()) > 128:
            raise Refused("secrecy.mistypedCard", "too long")
        try:
            data = suite.read_base32(text.strip())
        except Refused:
            raise Refused("secrecy.mistypedCard", "not base32") from None
        if len(data) != 20 or data[0] not in cls.KINDS:
            raise Refused("secrecy.mistypedCard", "length or kind")
        if suite.label_hash("card", data[:17])[:3] != data[17:]:
            raise Refused("secrecy.mistypedCard", "checksum")
        if wanted and cls.KINDS[data[0]] != wanted:
            raise Refused("secrecy.mistypedCard", "the other half")
        return cls(cls.KINDS[data[0]], data[1:17])

    def text(self):
        number = {name: byte for byte, name in self.KINDS.items()}[self.kind]
        body = bytes([number]) + self.secret
        text = suite.base32(body + suite.label_hash("card", body)[:3])
        return "-".join(text[at:at + 4] for at in range(0, 32, 4))

    def carry(self):
        return Half("carry", suite.derive(self.secret, "carry half", count=16))

    def holder_seed(self, passport_id):
        return suite.derive(self.secret, "holder key", passport_id)

    def holder_public(self, passport_id):
        return suite.public_of(self.holder_seed(passport_id))
