"""Envelopes, boxes, content, disclosure, and opening in named steps (Spec/envelope.md)."""

import cbor_strict as cbor
import cose
import manifest
import passport
import status
import suite
import verification
from cbor_strict import Refused
from grant import HOLDER, Grant

EVIDENCE_SIGNATURES = 1024


def class_of(cause):
    """*malformed* or *refused* (Spec/verification.md, section 7), for what stops an opening."""
    refused = {"sealing.notForUs", "secrecy.cannotOpen", "crypto.badSignature"}
    return "refused" if cause.code in refused else "malformed"


class Box:
    def __init__(self, item, profile):
        protected, unprotected, self.ciphertext = cbor.tagged(item, 16, 3)
        self.protected = cbor.bstr(1, 16)(protected)
        header = cbor.fields(cbor.decode(self.protected), {1: cbor.uint_or_negative})
        self.algorithm = header[1]
        cbor.bstr(17, 262_144)(self.ciphertext)
        if (len(self.ciphertext) - 16) % profile.quantum:
            raise Refused("passport.malformed", "size of a box")
        if self.algorithm == profile.algorithm:
            size = 1120 if profile is passport.NET else 32
            self.parameter = cbor.fields(unprotected, {-4: cbor.bstr(size)})[-4]
        elif self.algorithm == 24 and profile is passport.PAPER:
            self.parameter = cbor.fields(unprotected, {-20: cbor.bstr(32)})[-20]
        else:
            raise Refused("passport.malformed", "algorithm of a box")
        self.carry = self.algorithm == 24


class Envelope:
    """What anybody can see."""

    def __init__(self, data):
        cbor.limit(data, 16777216, "envelopeBytes")
        item = cbor.fields(cbor.decode(data), {
            1: cbor.exactly(1), 2: cbor.uint(1, 2), 3: cbor.bstr(1, 16777216),
            4: cbor.array(4, 4, lambda box: box)})
        self.profile = passport.PROFILES[item[2]]
        self.content = item[3]
        if self.profile is passport.NET:
            size = 65536
            while size < len(self.content) - 16:
                size *= 2
            if size != len(self.content) - 16:
                raise Refused("passport.malformed", "size class")
        elif len(data) not in (8912, 11884, 13370, 17828):
            raise Refused("passport.malformed", "size class")
        self.boxes = [Box(box, self.profile) for box in item[4]]
        if sum(box.carry for box in self.boxes) != (0 if self.profile is passport.NET else 1):
            raise Refused("passport.malformed", "carry boxes")
        if len({len(box.ciphertext) for box in self.boxes}) != 1:
            raise Refused("passport.malformed", "sizes of boxes")

    def binding(self, box):
        return cbor.encode(["Encrypt0", box.protected, suite.sha256(self.content)])

    def open_boxes(self, opener):
        """The padded plaintext of each box that opens, in order."""
        for box in self.boxes:
            if box.carry != opener.bearer:
                continue
            try:
                yield opener.open(box, self.binding(box))
            except Refused:
                continue

    def open_content(self, key):
        data = cbor.encode(["care-passport/1 content", self.profile.number])
        return suite.unpad(suite.decrypt(key, self.content, data))


class Bearer:
    bearer, organisation = True, None

    def __init__(self, half):
        if half.kind != "carry":
            raise Refused("secrecy.wrongKey", "not a carry half")
        self.half = half

    def open(self, box, binding):
        key = suite.derive(self.half.secret, "carry box", box.parameter)
        return suite.decrypt(key, box.ciphertext, binding)


class House:
    """An organisation as opener, with its seal keys: seeds of the envelope's profile."""

    bearer = False

    def __init__(self, organisation, net=(), paper=()):
        self.organisation = organisation
        self.keys = {1120: [suite.NetKey(seed) for seed in net],
                     32: [suite.PaperKey(seed) for seed in paper]}

    def open(self, box, binding):
        for key in self.keys[len(box.parameter)]:
            try:
                return suite.open_hpke(key, box.parameter, box.ciphertext, binding)
            except Refused:
                continue
        raise Refused("secrecy.cannotOpen")


class Disclosure:
    def __init__(self, data):
        self.data, self.signed = data, cose.Signed(data, "disclosure", 16384)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: cbor.digest, 3: cbor.zero_or_organisation,
            4: cbor.array(1, 8, cbor.digest), 5: cbor.array(1, 8, cbor.digest),
            6: cbor.bstr(32), 7: cbor.time}, ignorable=True)
        self.sender, self.recipient, self.passports, self.grants, self.reference, self.time = (
            item[n] for n in range(2, 8))

    def reference_hash(self):
        return suite.label_hash("audit reference", self.reference)


class Content:
    def __init__(self, data, profile):
        byte_string = cbor.bstr(0, 16777216)
        item = cbor.fields(cbor.decode(data), {
            1: cbor.array(1, 8, byte_string), 2: cbor.array(0, 32, byte_string),
            3: cbor.array(0, 64, byte_string)}, ignorable=True)
        if len(set(item[1])) != len(item[1]):
            raise Refused("sealing.malformed", "one passport twice")
        self.passports = [passport.Passport(one) for one in item[1]]
        if any(one.profile is not profile for one in self.passports):
            raise Refused("sealing.malformed", "profile of a passport")
        self.identities, self.lists = item[2], item[3]


class OpenedBox:
    def __init__(self, data, profile):
        item = cbor.fields(cbor.decode(data), {
            1: cbor.bstr(32), 2: cbor.array(1, 8, lambda pair: pair), 3: cbor.bstr(1, 16384)})
        self.key, self._pairs, self._disclosure = item[1], item[2], item[3]
        self._profile = profile

    def read(self):
        """What the box holds; read after the content, whose key is checked first."""
        def pair(item):
            if type(item) is not list or len(item) != 2:
                raise Refused("coding.unexpectedItem", "a pair")
            return (Grant(cbor.bstr(1, 16384)(item[0])),
                    passport.Ring(cbor.bstr(self._profile.ring)(item[1]), self._profile))
        self.disclosure = Disclosure(self._disclosure)
        self.grants = [pair(one) for one in self._pairs]
        named = [grant.passport for grant, _ in self.grants]
        if len(set(named)) != len(named):
            raise Refused("sealing.malformed", "two grants for one passport")


class Opening:
    """Steps *envelope* to *report*; `request` and `sections` are made from it."""

    def __init__(self, data, opener, knowledge, purpose):
        self.envelope = Envelope(data)
        failure = Refused("sealing.notForUs")
        for first, padded in enumerate(self.envelope.open_boxes(opener)):
            try:
                self._read(padded)
                break
            except Refused as cause:
                failure = failure if first else cause
        else:
            raise failure
        self.knowledge = knowledge.copy()
        self._learn_all()
        self.grants = {grant.passport: (grant, ring) for grant, ring in self.box.grants}
        passports = [one.digest for one in self.content.passports]
        grants = [grant.digest for grant, _ in self.box.grants]
        self.reports = [
            verification.Report(
                one, *self.grants.get(one.digest, (None, None)), self.box.disclosure,
                passports, grants, opener.bearer, self.knowledge, purpose)
            for one in self.content.passports]

    def _read(self, padded):
        self.box_bytes = suite.unpad(padded)
        self.box = OpenedBox(self.box_bytes, self.envelope.profile)
        self.content_bytes = self.envelope.open_content(self.box.key)
        self.content = Content(self.content_bytes, self.envelope.profile)
        self.box.read()

    def _named(self):
        """Organisations and addresses of lists that passports, grants and disclosure name."""
        organisations, addresses = {self.box.disclosure.sender}, set()
        for one in self.content.passports:
            organisations |= {one.issuer, *one.authorities}
            addresses.add(one.status[1])
        for grant, _ in self.box.grants:
            for one in grant.line():
                organisations |= {one.authority, one.desk} - {None, HOLDER}
                addresses.add(one.status[1])
        return organisations, addresses

    def _learn_all(self):
        """Evidence: only what is named, once each, and within the budget of signatures."""
        organisations, addresses = self._named()
        budget = EVIDENCE_SIGNATURES
        for data in dict.fromkeys(self.content.identities):
            try:
                one = manifest.UnverifiedIdentity(data)
                if one.organisation not in organisations:
                    continue
                cost = one.cost(self.knowledge.identities.get(one.organisation), budget)
            except Refused:
                continue
            if cost > budget:
                break
            budget -= cost
            try:
                self.learn(manifest.Identity(data))
            except Refused:
                continue
        for data in self.content.lists:
            try:
                one = status.StatusList(data)
                if one.address in addresses:
                    status.take(self.knowledge, one)
            except Refused:
                continue

    def learn(self, identity):
        known = self.knowledge.identities.get(identity.organisation)
        try:
            kept = manifest.update(known, identity) if known else identity
        except Refused as cause:
            if cause.code == "trust.fork":
                forked = self.knowledge.forked
                forked[identity.organisation] = max(
                    forked.get(identity.organisation, 0), known.newest.epoch)
            return
        if (self.knowledge.frozen(identity.organisation)
                and kept.newest.epoch <= self.knowledge.forked[identity.organisation]):
            return  # nothing new until a new epoch
        self.knowledge.identities[identity.organisation] = kept

    def request(self, wanted=None):
        """(passport, kind) of everything that may be opened."""
        chosen = []
        for one, report in zip(self.content.passports, self.reports):
            grant, ring = self.grants.get(one.digest, (None, None))
            if grant is None:
                continue
            chosen += [(one, kind) for kind in grant.sections
                       if (wanted is None or kind in wanted) and kind in ring.kinds()
                       and report.decision(kind) != "refuse"]
        return chosen

    def binding(self, wanted=None):
        return suite.label_hash("opening", cbor.encode(
            [[one.digest, kind] for one, kind in self.request(wanted)]))

    def sections(self, wanted=None):
        """Bytes of sections by (passport digest, kind); one failure refuses all."""
        return {(one.digest, kind): one.open_section(self.grants[one.digest][1], kind)
                for one, kind in self.request(wanted)}
