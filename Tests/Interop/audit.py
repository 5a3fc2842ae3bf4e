"""Entries, tree, checkpoints, proofs and exports of an audit log (Spec/audit-log.md)."""

import base64
import binascii

import cbor_strict as cbor
import cose
import suite
from cbor_strict import Refused

MAX = 2**63 - 1
MAX_ENTRIES = 4194304
REASON = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")


def origin_of(organisation):
    return "carepass/" + suite.base64url(organisation)


# --- Entries ------------------------------------------------------------------------------------


def reason_code(value):
    if not set(cbor.text(64)(value)) <= REASON:
        raise Refused("coding.malformedText", "reason code")
    return value


number = cbor.uint(0, 2**32 - 1)
ascending_numbers = cbor.array(1, 65535, number, True)
FIELDS = {
    1: number, 2: cbor.time, 3: cbor.digest, 4: ascending_numbers, 5: cbor.digest,
    6: cbor.array(1, 65535, cbor.digest, True), 7: ascending_numbers, 8: cbor.digest,
    9: cbor.digest, 10: number, 11: reason_code, 12: cbor.uint(0, MAX), 13: cbor.digest,
    14: cbor.uint(0, 2**31 - 1), 15: cbor.bstr(0, 16384)}


def check_value(field, value):
    if field in FIELDS:
        FIELDS[field](value)


def salt(seed, field):
    return suite.label_hash("audit salt", seed, field.to_bytes(2, "big"))[:16]


def commitment(salt_bytes, field, value):
    return suite.label_hash("audit field", salt_bytes, cbor.encode([field, value]))


def leaf_data(commitments):
    return suite.label_hash("audit entry", cbor.encode(commitments))


def act_digest(commitments):
    return suite.label_hash("audit act", cbor.encode(
        {field: one for field, one in commitments.items() if field != 15}))


def leaf_hash(data):
    return suite.sha256(b"\x00" + data)


def field_number(value):
    return cbor.uint(1, 65535)(value)


class StoredEntry:
    """What a log keeps: seed and values, or, after erasure, commitments."""

    def __init__(self, data):
        cbor.limit(data, 16384, "auditEntryBytes")
        item = cbor.decode(data)
        if type(item) is dict and 5 in item:
            found = cbor.fields(item, {1: cbor.exactly(1), 2: cbor.digest, 5: _commitments})
            self.values, self.commitments = None, found[5]
        else:
            found = cbor.fields(item, {1: cbor.exactly(1), 2: cbor.digest, 3: cbor.bstr(32),
                                       4: self._values})
            self.values = found[4]
            self.commitments = {
                field: commitment(salt(found[3], field), field, value)
                for field, value in self.values.items()}
        self.leaf = found[2]
        if leaf_data(self.commitments) != self.leaf:
            raise Refused("audit.entryAltered")

    @staticmethod
    def _values(item):
        if type(item) is not dict:
            raise Refused("coding.unexpectedItem", "fields")
        for field, value in item.items():
            check_value(field_number(field), value)
        for field in (1, 2):
            if field not in item:
                raise Refused("coding.missingKey", str(field))
        return item


def _commitments(item):
    if type(item) is not dict:
        raise Refused("coding.unexpectedItem", "commitments")
    return {field_number(field): cbor.digest(value) for field, value in item.items()}


class ExportedEntry:
    """`shown` holds the values that are shown, `commitments` all fields."""

    def __init__(self, item):
        found = cbor.fields(item, {1: cbor.uint(0, MAX), 2: cbor.digest, 3: lambda value: value})
        self.index, self.leaf = found[1], found[2]
        if type(found[3]) is not dict:
            raise Refused("coding.unexpectedItem", "fields")
        self.shown, self.commitments = {}, {}
        for field, value in found[3].items():
            field_number(field)
            if type(value) is list and len(value) == 2:
                self.shown[field] = value[1]
                self.commitments[field] = commitment(cbor.bstr(16)(value[0]), field, value[1])
            else:
                self.commitments[field] = cbor.digest(value)

    def holds(self):
        return leaf_data(self.commitments) == self.leaf

    def erased(self):
        return bool(self.commitments) and not self.shown


# --- The tree of RFC 6962 -----------------------------------------------------------------------


def node(left, right):
    return suite.sha256(b"\x01" + left + right)


def tree_root(leaves):
    """Root over leaf hashes."""
    if not leaves:
        return suite.sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(tree_root(leaves[:split]), tree_root(leaves[split:]))


def check_inclusion(leaf, index, size, proof, root):
    if index >= size:
        raise Refused("audit.proof", "index")
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            raise Refused("audit.proof", "too long")
        if place & 1 or place == last:
            found = node(one, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, one)
        place, last = place >> 1, last >> 1
    if last != 0 or found != root:
        raise Refused("audit.proof", "root")


def check_consistency(old_size, new_size, path, old_root, new_root):
    """RFC 9162, 2.1.4.2; an older tree without entries needs an empty path only."""
    if old_size == new_size or old_size == 0:
        if path or (old_size and old_root != new_root):
            raise Refused("audit.proof", "roots")
        return
    if old_size > new_size or not path:
        raise Refused("audit.proof", "sizes")
    if old_size & (old_size - 1) == 0:
        path = [old_root] + list(path)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for one in path[1:]:
        if last == 0:
            raise Refused("audit.proof", "too long")
        if place & 1 or place == last:
            first, second = node(one, first), node(one, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, one)
        place, last = place >> 1, last >> 1
    if last or first != old_root or second != new_root:
        raise Refused("audit.proof", "roots")


# --- Signed notes and checkpoints (C2SP) --------------------------------------------------------


def read_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("audit.checkpointMalformed", "base64") from None
    if base64.b64encode(data).decode() != text:
        raise Refused("audit.checkpointMalformed", "base64")
    return data


def decimal(text, code="audit.checkpointMalformed"):
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise Refused(code, "a number")
    if int(text) > MAX:
        raise Refused(code, "a number")
    return int(text)


def note_key_id(name, public):
    return suite.sha256(name.encode() + b"\n\x01" + public)[:4]


class Checkpoint:
    """origin, size, root, and signatures: (name, key id, 64 bytes)."""

    def __init__(self, data):
        cbor.limit(data, 65536, "noteBytes")
        try:
            note = data.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Refused("audit.checkpointMalformed", "not UTF-8") from None
        if any((ord(one) < 0x20 and one != "\n") or 0x7F <= ord(one) <= 0x9F for one in note):
            raise Refused("audit.checkpointMalformed", "a control character")
        at = note.rfind("\n\n")
        if at < 0 or not note.endswith("\n"):
            raise Refused("audit.checkpointMalformed", "no signatures")
        self.text, lines = note[:at + 1], note[at + 2:-1].split("\n")
        if not 1 <= len(lines) <= 64:
            raise Refused("coding.overLimit", "noteSignatures")
        self.signatures = [self._signature(line) for line in lines]
        keys = [one[:2] for one in self.signatures]
        if len(set(keys)) != len(keys):
            raise Refused("audit.checkpointMalformed", "two lines by one key")
        body = self.text[:-1].split("\n")
        if len(body) < 3 or not body[0] or any(not one for one in body[3:]):
            raise Refused("audit.checkpointMalformed", "lines")
        self.origin, self.size, self.root = body[0], decimal(body[1]), read_base64(body[2])
        self.extensions = body[3:]
        if len(self.root) != 32:
            raise Refused("audit.checkpointMalformed", "root")

    @staticmethod
    def _signature(line):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not parts[1] or "+" in parts[1]:
            raise Refused("audit.checkpointMalformed", "a signature line")
        data = read_base64(parts[2])
        if len(data) < 5:
            raise Refused("audit.checkpointMalformed", "a signature")
        return parts[1], data[:4], data[4:]

    def verify(self, keys):
        """The public keys among `keys` that signed; `unchecked` counts all other lines."""
        found, self.unchecked = [], 0
        for name, key_id, signature in self.signatures:
            for public in keys:
                if name == self.origin and note_key_id(name, public) == key_id:
                    suite.verify(public, signature, self.text.encode())
                    found.append(public)
                    break
            else:
                self.unchecked += 1
        if not found:
            raise Refused("audit.checkpointUnsigned")
        return found


class Proof:
    """A tlog-proof without extra line; its note may be left for a verdict of its own."""

    def __init__(self, data, reads_note=True):
        head, mark, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Refused("audit.proof", "not a proof") from None
        if not mark or len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1":
            raise Refused("audit.proof", "not a proof")
        if not lines[1].startswith("index ") or len(lines) > 65:
            raise Refused("audit.proof", "index or length")
        self.index = decimal(lines[1][6:] or "x", "audit.proof")
        self.hashes = [read_base64(one) for one in lines[2:]]
        if any(len(one) != 32 for one in self.hashes):
            raise Refused("audit.proof", "a hash")
        self.note, self.checkpoint = note, Checkpoint(note) if reads_note else None

    def check(self, leaf, origin, keys):
        if self.checkpoint.origin != origin:
            raise Refused("audit.originMismatch")
        self.checkpoint.verify(keys)
        check_inclusion(leaf_hash(leaf), self.index, self.checkpoint.size, self.hashes,
                        self.checkpoint.root)


# --- Exports and staff signatures ---------------------------------------------------------------


class Header:
    def __init__(self, item):
        found = cbor.fields(item, {
            1: cbor.exactly(1), 2: _any_text, 3: cbor.uint(0, MAX_ENTRIES), 4: _note,
            5: cbor.bstr(0, 4194304), 6: cbor.array(0, 65535, cbor.bstr(0, 4096))})
        self.origin, self.size, self.note = found[2], found[3], found[4].encode()
        self.identity, self.certificates = found[5], found[6]

    def binding(self):
        return suite.label_hash("audit export", cbor.encode([self.identity, self.certificates]))


def _any_text(value):
    if type(value) is not str:
        raise Refused("coding.unexpectedItem", "text")
    return value


def _note(value):
    if type(value) is not str or len(value.encode()) > 65536:
        raise Refused("coding.unexpectedItem", "a note")
    return value


class EntryProof:
    """One entry, its proof, and what is needed to judge both."""

    def __init__(self, item):
        found = cbor.fields(item, {
            1: cbor.exactly(1), 2: _any_text, 3: ExportedEntry, 4: cbor.bstr(0, 4194304),
            5: cbor.array(0, 65535, cbor.bstr(1, 4096))})
        cbor.limit(cbor.encode(item[3]), 16384, "auditEntryBytes")
        self.proof, self.entry = Proof(found[2].encode(), reads_note=False), found[3]
        self.identity, self.certificates = found[4], found[5]
        self.note = self.proof.note


class StaffSignature:
    def __init__(self, data):
        self.signed = cose.Signed(data, "act", 16384)
        found = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: _any_text, 3: cbor.digest})
        self.origin, self.digest = found[2], found[3]

    def check(self, public, origin, commitments):
        self.signed.verify(public)
        if self.origin != origin or self.digest != act_digest(commitments):
            raise Refused("audit.staffSignatureBad", "another entry or log")
