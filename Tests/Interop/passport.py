"""Passports, rings, slots and the key card (Spec/passport.md)."""

import hmac
import unicodedata
from pathlib import Path

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


WORD_LISTS = ["en", "fr", "tr", "numbers"]
DIGITS = {chr(zero + value): value for zero in (0x30, 0x660, 0x6F0) for value in range(10)}
WORDS = Path(__file__).resolve().parents[2] / "Sources/PassportSecrecy/Words"


def read_pin(text):
    """The digits of a PIN, whatever script they are in."""
    digits = [DIGITS.get(one) for one in text if not one.isspace()]
    if not 4 <= len(digits) <= 12 or None in digits:
        raise Refused("secrecy.wrongPIN", "not 4 to 12 digits")
    return "".join(map(str, digits)).encode()


def typed_parts(text):
    """What was typed, without what separates it: white space, what is not seen, and dashes."""
    separators = {one for one in text
                  if one.isspace() or one == "\u2212" or unicodedata.category(one) in ("Pd", "Cf")}
    return "".join(" " if one in separators else one for one in text).split()


def words_in(words, name):
    """The ten bytes that words of a list stand for, or None."""
    if name == "numbers":
        places = [number(word) - 1 for word in words]
    else:
        listed = (WORDS / f"words.{name}.txt").read_text("utf-8").split()
        listed = [plain(word) for word in listed]
        places = [one_place(plain(word), listed) for word in words]
    if any(not 0 <= place < 2048 for place in places) or len(places) != 8:
        return None
    whole = 0
    for place in places:
        whole = whole << 11 | place
    data = whole.to_bytes(11, "big")
    return data[:10] if suite.label_hash("words", data[:10])[0] == data[10] else None


def number(word):
    digits = [DIGITS.get(one) for one in word]
    return -1 if None in digits or len(digits) > 4 else int("".join(map(str, digits)) or 0)


def plain(word):
    """A word without case and accents."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(one for one in parts if unicodedata.category(one) != "Mn").replace("ı", "i")


def one_place(word, listed):
    if word in listed:
        return listed.index(word)
    begun = [at for at, one in enumerate(listed) if one.startswith(word)]
    return begun[0] if len(word) >= 4 and len(begun) == 1 else -1


class Half:
    """Half a key card."""

    KINDS = {0x11: "consent", 0x12: "carry"}
    WITH_PIN = {0x13: "consent", 0x14: "carry"}

    def __init__(self, kind, printed, stretched=None):
        self.kind, self.printed, self.stretched = kind, printed, stretched

    @property
    def secret(self):
        if self.stretched is None:
            return self.printed
        return suite.derive(self.printed + self.stretched, "card with PIN", count=16)

    @classmethod
    def read(cls, text, wanted=None, pin=None):
        if len(text.encode()) > 256:
            raise Refused("secrecy.mistypedCard", "too long")
        try:
            data = suite.read_base32("".join(typed_parts(text)))
        except Refused:
            raise Refused("secrecy.mistypedCard", "not base32") from None
        if len(data) != 20 or data[0] not in cls.KINDS | cls.WITH_PIN:
            raise Refused("secrecy.mistypedCard", "length or kind")
        if suite.label_hash("card", data[:17])[:3] != data[17:]:
            raise Refused("secrecy.mistypedCard", "checksum")
        kind = (cls.KINDS | cls.WITH_PIN)[data[0]]
        if wanted and kind != wanted:
            raise Refused("secrecy.mistypedCard", "the other half")
        if (data[0] in cls.WITH_PIN) != (pin is not None):
            raise Refused("secrecy.needsPIN", "a PIN is missing, or one too many")
        half = cls(kind, data[1:17])
        if pin is not None:
            carry = half.printed if kind == "carry" else half.carry().printed
            half.stretched = suite.stretch(
                read_pin(pin), suite.derive(carry, "PIN salt", count=16), 32)
        return half

    @classmethod
    def from_words(cls, text):
        """The consent half that stands for eight words."""
        words = [word for part in typed_parts(text.lower()) for word in part.split(",") if word]
        found = {one for one in (words_in(words, name) for name in WORD_LISTS) if one}
        if len(words) != 8 or len(found) != 1:
            raise Refused("secrecy.mistypedWords", "none or several readings")
        salt = suite.label_hash("words salt", b"")[:16]
        return cls("consent", suite.stretch(found.pop(), salt, 16))

    def text(self):
        kinds = self.KINDS if self.stretched is None else self.WITH_PIN
        number = {name: byte for byte, name in kinds.items()}[self.kind]
        body = bytes([number]) + self.printed
        text = suite.base32(body + suite.label_hash("card", body)[:3])
        return "-".join(text[at:at + 4] for at in range(0, 32, 4))

    def carry(self):
        return Half("carry", suite.derive(self.printed, "carry half", count=16), self.stretched)

    def holder_seed(self, passport_id):
        return suite.derive(self.secret, "holder key", passport_id)

    def holder_public(self, passport_id):
        return suite.public_of(self.holder_seed(passport_id))
