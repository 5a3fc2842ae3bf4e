"""Status references, lists and freshness (Spec/status.md)."""

import re
import zlib

import cbor_strict as cbor
import cose
import manifest
import suite
from cbor_strict import Refused

DAY = 86_400
INFLATED = 1048576


def ascii_text(value):
    if not cbor.text(256)(value).isascii():
        raise Refused("coding.malformedText", "not ASCII")
    return value


def reference(item):
    """(index, address)"""
    inner = cbor.fields(item, {"status_list": lambda value: cbor.fields(
        value, {"idx": cbor.uint(0, 4_194_303), "uri": ascii_text})})["status_list"]
    return inner["idx"], inner["uri"]


def keeper(address):
    """The organisation whose list has this address; None when it is no such address."""
    match = re.fullmatch(r"urn:carepass:status:([A-Za-z0-9_-]{43}):(0|[1-9][0-9]*)", address)
    if match and int(match[2]) >= 2**63:
        return None
    try:
        return suite.read_base64url(match[1]) if match else None
    except Refused:
        return None


def inflate(data):
    engine = zlib.decompressobj(zlib.MAX_WBITS)
    try:
        values = engine.decompress(data, INFLATED + 1)
    except zlib.error as cause:
        raise Refused("coding.malformedZlib", str(cause)) from None
    if len(values) > INFLATED:
        raise Refused("coding.overLimit", "statusListInflatedBytes")
    if not engine.eof or engine.unused_data or engine.unconsumed_tail:
        raise Refused("coding.malformedZlib", "not one whole stream")
    return values


class StatusList:
    def __init__(self, data):
        self.signed = cose.Signed(data, "status", 1048576)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            2: ascii_text, 4: cbor.time, 6: cbor.time,
            65533: lambda value: cbor.fields(
                value, {"bits": cbor.exactly(2), "lst": cbor.bstr(0, 1048576)}),
        }, {65534: cbor.uint(0, 2**63 - 1)}, ignorable=True)
        self.address, self.expires, self.issued = item[2], item[4], item[6]
        if self.expires < self.issued:
            raise Refused("trust.malformed", "exp before iat")
        self.organisation = keeper(self.address)
        self.values = inflate(item[65533]["lst"])

    def entry(self, index):
        if index >= 4 * len(self.values):
            return None
        return self.values[index // 4] >> (2 * (index % 4)) & 3

    def ends_more_than(self, other):
        return any(self.entry(index) and not other.entry(index)
                   for index in range(4 * len(self.values)))

    def check(self, identities, now):
        """Refuses a list that must not be used."""
        if self.organisation is None:
            raise Refused("trust.wrongList", "address")
        identity = identities.get(self.organisation)
        if identity is None:
            raise Refused("trust.unknownKey", "the organisation is not known")
        line = identity.verify(self.signed, manifest.STATUS)
        if line.judge(self.issued) != "authorised":
            raise Refused("trust.unknownKey", line.judge(self.issued))
        if self.issued > now + DAY:
            raise Refused("trust.wrongList", "from the future")


EARLIER_LISTS = 8


def take(knowledge, new):
    """Takes a list in: the newest counts, and what any ended that it does not stays ended."""
    new.check(knowledge.identities, knowledge.now)
    known = knowledge.lists.get(new.address)
    if known is None:
        knowledge.lists[new.address] = new
        return
    newest, older = (new, known) if new.issued > known.issued else (known, new)
    earlier = list(knowledge.earlier.get(new.address, []))
    if all(older.ends_more_than(one) for one in earlier):
        earlier.append(older)
    earlier = [one for one in earlier if one.ends_more_than(newest)]
    if len(earlier) > EARLIER_LISTS:
        return
    knowledge.lists[new.address], knowledge.earlier[new.address] = newest, earlier


def ask(known, place):
    """The entry of one list; refused for another address or past the end."""
    index, address = place
    if address != known.address:
        raise Refused("trust.wrongList", "another address")
    entry = known.entry(index)
    if entry is None:
        raise Refused("trust.outOfRange")
    return entry


def freshness(place, organisation, knowledge):
    """(state, days)"""
    ended_earlier = any(one.organisation == organisation and one.entry(place[0])
                        for one in knowledge.earlier.get(place[1], []))
    otherwise = ("endedEarlier" if ended_earlier else "unknown"), None
    known, now = knowledge.lists.get(place[1]), knowledge.now
    if known is None or known.organisation != organisation:
        return otherwise
    try:
        entry = ask(known, place)
    except Refused:
        return otherwise
    if entry:
        return "ended", None
    if ended_earlier or knowledge.behind():
        return otherwise
    # Less than one day ahead counts as day 0; a whole day or more is a negative count.
    ahead = known.issued - now
    days = abs(now - known.issued) // DAY
    if ahead > 0 and days > 0:
        return "unknown", None
    if days <= 7 and now <= known.expires:
        return "fresh", days
    return ("stale" if days <= 14 else "staleLong"), days
