"""Organisations, chains, identity files, fingerprints, key authority, staff (Spec/manifest.md)."""

import cbor_strict as cbor
import cose
import suite
from cbor_strict import Refused

ISSUE, CONSENT, STATUS, LOG = 1, 2, 3, 4
ROLE_NUMBERS = {"issue": 1, "consent": 2, "status": 3, "log": 4, "exchange": 5, "witness": 6,
                "seal-net": 7, "seal-paper": 8}


class Line:
    """A role line: which key, for what, from when, until when, and how it ended."""

    def __init__(self, item):
        if type(item) is not list or len(item) not in (4, 5):
            raise Refused("coding.unexpectedItem", "a role line")
        self.role = cbor.uint(1, 8)(item[0])
        self.key_hash = cbor.digest(item[1])
        self.start, self.end = cbor.time(item[2]), cbor.time(item[3])
        if self.start > self.end:
            raise Refused("trust.malformed", "window of a role line")
        self.reason = self.since = None
        if len(item) == 5:
            if type(item[4]) is not list or len(item[4]) != 2:
                raise Refused("coding.unexpectedItem", "the end of a key")
            self.reason, self.since = cbor.uint(1, 3)(item[4][0]), cbor.time(item[4][1])

    def order(self):
        return (self.role, self.key_hash)

    def judge(self, claimed):
        """What the key was allowed to do at the moment that a signature claims."""
        if not self.start <= claimed <= self.end:
            return "outsideWindow"
        if self.reason is None:
            return "authorised"
        if claimed >= self.since:
            return "suspect"
        return "authorised" if self.reason == 1 else "ageUnproven"


def services(item):
    """Key −1: daemons, each address once, ascending."""
    def one(row):
        if type(row) is not list or len(row) != 3:
            raise Refused("coding.unexpectedItem", "a service")
        return cbor.text(256)(row[0]), cbor.digest(row[1]), cbor.bstr(32)(row[2])
    found = cbor.array(1, 4, one)(item)
    names = [address.encode() for address, _, _ in found]
    if any(a >= b for a, b in zip(names, names[1:])):
        raise Refused("trust.malformed", "order of services")
    return found


class Manifest:
    def __init__(self, data):
        self.data, signed = data, cose.SignedByMany(data)
        keys = cbor.array(1, 16, cbor.bstr(32), ascending=True)
        hashes = cbor.array(1, 16, cbor.digest, ascending=True)
        item = cbor.fields(cbor.decode(signed.payload), {
            1: cbor.exactly(1), 3: cbor.uint(1, 1_000_000), 4: cbor.uint(1, 1_000_000), 6: keys,
            7: cbor.uint(1, 16), 8: hashes, 9: cbor.uint(1, 16), 10: cbor.time, 11: cbor.time,
            12: cbor.array(0, 128, Line), 13: cbor.text(160),
        }, {2: cbor.digest, 5: cbor.digest, -1: services}, ignorable=True)
        self.services = item.get(-1, [])
        self.organisation, self.previous = item.get(2), item.get(5)
        self.epoch, self.number = item[3], item[4]
        self.roots, self.threshold = item[6], item[7]
        self.next_roots, self.next_threshold = item[8], item[9]
        self.issued, self.expires = item[10], item[11]
        self.lines, self.name = item[12], item[13]
        self.digest, self.payload = suite.sha256(signed.payload), signed.payload
        self._check(signed)

    def _check(self, signed):
        if self.threshold > len(self.roots) or self.next_threshold > len(self.next_roots):
            raise Refused("trust.malformed", "threshold")
        if self.expires < self.issued:
            raise Refused("trust.malformed", "expires")
        order = [line.order() for line in self.lines]
        if any(a >= b for a, b in zip(order, order[1:])):
            raise Refused("trust.malformed", "order of role lines")
        hashes = [line.key_hash for line in self.lines] + [suite.sha256(k) for k in self.roots]
        if len(set(hashes)) != len(hashes):
            raise Refused("trust.malformed", "one key twice")
        self.signatures = signed.count(self.roots)
        if self.signatures != len(signed.signers):
            raise Refused("trust.belowThreshold" if self.signatures < self.threshold
                          else "trust.malformed", "a signature by another key")
        if self.signatures < self.threshold:
            raise Refused("trust.belowThreshold")

    def epoch_terms(self):
        return (self.roots, self.threshold, self.next_roots, self.next_threshold)


class Chain:
    def __init__(self, manifests):
        if not 1 <= len(manifests) <= 1024:
            raise Refused("coding.overLimit", "manifestChain")
        self.manifests = [Manifest(one) for one in manifests]
        first = self.manifests[0]
        if (first.epoch, first.number, first.previous, first.organisation) != (1, 1, None, None):
            raise Refused("trust.brokenChain", "not a first manifest")
        self.organisation = first.digest
        for before, this in zip(self.manifests, self.manifests[1:]):
            self._follows(before, this)
        self.newest = self.manifests[-1]

    def _follows(self, before, this):
        if this.organisation != self.organisation:
            raise Refused("trust.wrongOrganisation")
        if this.epoch == before.epoch:
            if this.number != before.number + 1 or this.previous != before.digest:
                raise Refused("trust.brokenChain", "number or previous")
            if this.epoch_terms() != before.epoch_terms():
                raise Refused("trust.epochAltered")
            return
        if this.epoch != before.epoch + 1 or this.number != 1 or this.previous is None:
            raise Refused("trust.brokenChain", "epoch")
        if any(suite.sha256(key) not in before.next_roots for key in this.roots):
            raise Refused("trust.notCommitted", "a root key")
        if this.threshold != before.next_threshold:
            raise Refused("trust.notCommitted", "threshold")

    def of_epoch(self, epoch):
        return {one.number: one for one in self.manifests if one.epoch == epoch}


class UnverifiedIdentity:
    """An identity file of which the form was read: whose it claims to be, and what it costs."""

    def __init__(self, data):
        cbor.limit(data, 4194304, "identityBytes")
        file = cbor.fields(cbor.decode(data), {
            1: cbor.exactly(1), 2: cbor.array(1, 1024, cbor.bstr(1, 32768)),
            3: cbor.array(0, 128, cbor.bstr(32)), 4: cbor.array(0, 128, cbor.bstr(1216)),
            5: cbor.array(0, 128, cbor.bstr(32))})
        self.data, self.manifests = data, list(file[2])
        self.organisation = suite.sha256(cose.SignedByMany(self.manifests[0]).payload)

    def cost(self, known, budget):
        """How many signatures stand in the manifests that are not those of a known chain."""
        prefix = [one.data for one in known.chain.manifests] if known else []
        unknown = self.manifests
        if prefix and unknown[:len(prefix)] == prefix:
            unknown = unknown[len(prefix):]
        if len(unknown) > budget:
            return len(unknown)
        count = 0
        for one in unknown:
            if count > budget:
                break
            count += len(cose.SignedByMany(one).signers)
        return count


class Identity:
    """An identity file. `keys` maps (role, key hash) to the full public key."""

    def __init__(self, data):
        cbor.limit(data, 4194304, "identityBytes")
        file = cbor.fields(cbor.decode(data), {
            1: cbor.exactly(1), 2: cbor.array(1, 1024, cbor.bstr(1, 32768)),
            3: cbor.array(0, 128, cbor.bstr(32)), 4: cbor.array(0, 128, cbor.bstr(1216)),
            5: cbor.array(0, 128, cbor.bstr(32))})
        self.data, self.chain = data, Chain(file[2])
        self.organisation, self.newest = self.chain.organisation, self.chain.newest
        self.keys, given = {}, {3: list(file[3]), 4: list(file[4]), 5: list(file[5])}
        for line in self.newest.lines:
            keys = given[{7: 4, 8: 5}.get(line.role, 3)]
            if not keys or suite.sha256(keys[0]) != line.key_hash:
                raise Refused("trust.unknownKey", "full keys differ from the role lines")
            self.keys[line.order()] = keys.pop(0)
        if any(given.values()):
            raise Refused("trust.unknownKey", "more keys than role lines")

    def fingerprint(self):
        newest = self.newest
        digest = suite.label_hash("fingerprint", self.organisation, newest.digest,
                                  cbor.encode([newest.epoch, newest.number]))
        text = suite.base32(digest[:20])[:30]
        return "-".join(text[at:at + 5] for at in range(0, 30, 5))

    def check_fingerprint(self, typed):
        plain = suite.base32_characters(typed)
        if len(plain) != 30 or plain != self.fingerprint().replace("-", ""):
            raise Refused("trust.fingerprintMismatch")

    def line(self, role, key_hash):
        for line in self.newest.lines:
            if line.order() == (role, key_hash):
                return line
        raise Refused("trust.unknownKey")

    def verify(self, signed, role):
        """The role line of the key under which a signed object verifies."""
        line = self.line(role, signed.key_hash)
        signed.verify(self.keys[line.order()])
        return line

    def sealing_key(self, role, now):
        """The key a writer seals to."""
        if now > self.newest.expires:
            raise Refused("trust.unknownKey", "the manifest is over")
        usable = [line for line in self.newest.lines if line.role == role
                  and line.reason is None and line.start <= now <= line.end]
        if not usable:
            raise Refused("trust.unknownKey")
        return self.keys[max(usable, key=lambda line: line.end).order()]


def parting(known, received):
    """A fork begins in the known chain's last epoch; before it, retired roots were at work."""
    differ = [known.chain.of_epoch(epoch)[1].epoch_terms()
              != received.chain.of_epoch(epoch)[1].epoch_terms()
              for epoch in range(1, known.newest.epoch + 1)]
    return "trust.retiredRoots" if differ[-1] and any(differ[:-1]) else "trust.fork"


def update(known, received):
    """The identity to keep of two of one organisation, or a refusal."""
    if known.organisation != received.organisation:
        raise Refused("trust.wrongOrganisation")
    epoch = known.newest.epoch
    if received.newest.epoch < epoch:
        raise Refused("trust.rollback")
    ours, theirs = known.chain.of_epoch(epoch), received.chain.of_epoch(epoch)
    if received.newest.epoch > epoch:
        if theirs[1].epoch_terms() != ours[1].epoch_terms():
            raise Refused(parting(known, received))
        return received
    if any(theirs[number].digest != ours[number].digest for number in set(ours) & set(theirs)):
        raise Refused(parting(known, received))
    if len(theirs) < len(ours):
        raise Refused("trust.rollback")
    return received


class StaffCertificate:
    def __init__(self, data):
        self.signed = cose.Signed(data, "staff", 4096)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: cbor.digest, 3: cbor.bstr(32), 4: cbor.time, 5: cbor.time,
        }, ignorable=True)
        self.organisation, self.public, self.start, self.end = (item[n] for n in (2, 3, 4, 5))
        if self.start > self.end:
            raise Refused("trust.malformed", "window of a certificate")

    def check(self, identity):
        """authorised or ageUnproven; everything else is refused."""
        if self.organisation != identity.organisation:
            raise Refused("trust.wrongOrganisation")
        verdict = identity.verify(self.signed, ISSUE).judge(self.start)
        if verdict not in ("authorised", "ageUnproven"):
            raise Refused("trust.unknownKey", verdict)
        return verdict
