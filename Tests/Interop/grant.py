"""Grants, their rules and authority, and withdrawals (Spec/grant.md)."""

import re

import cbor_strict as cbor
import cose
import manifest
import status
import suite
from cbor_strict import Refused

ONWARD_DEPTH = 3
HOLDER = 0


def country(value):
    if type(value) is not str or not re.fullmatch("[A-Z]{2}", value):
        raise Refused("coding.unexpectedItem", "a country of two letters")
    return value


class Guardian:
    def __init__(self, item):
        found = cbor.fields(item, {1: cbor.time, 2: cbor.time, 3: country},
                            {4: cbor.digest}, ignorable=True)
        self.start, self.end, self.country = found[1], found[2], found[3]


def statement(item):
    if type(item) is not list or len(item) != 4:
        raise Refused("coding.unexpectedItem", "a statement")
    return [check(one) for check, one in zip(
        (cbor.text(35), cbor.uint(1, 4), cbor.digest, cbor.boolean), item)]


class Grant:
    """The form of a grant; `check_rules` and `verify` judge it."""

    def __init__(self, data, depth=0):
        self.data, self.digest = data, suite.sha256(data)
        self.signed = cose.Signed(data, "grant", 16384)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: cbor.identifier, 3: cbor.digest, 4: cbor.zero_or_organisation,
            5: cbor.zero_or_organisation, 6: cbor.array(1, 255, cbor.uint(1, 255), True),
            7: cbor.array(1, 12, cbor.uint(1, 12), True), 8: cbor.uint(1, 6), 10: cbor.time,
            11: cbor.time, 12: cbor.uint(1, 7), 13: cbor.uint(0, 3),
            15: cbor.uint(0, ONWARD_DEPTH), 16: cbor.time, 17: statement, 18: status.reference,
            19: cbor.digest, 20: cbor.time,
        }, {9: cbor.uint(1, 4), 14: Guardian, 21: cbor.digest, 22: cbor.bstr(1, 16384)},
            ignorable=True)
        self.item = item
        self.id, self.passport, self.authority, self.recipient = (item[n] for n in (2, 3, 4, 5))
        self.sections, self.purposes, self.start, self.until = (item[n] for n in (6, 7, 10, 11))
        self.onward, self.retention, self.status = item[15], item[16], item[18]
        self.ring, self.issued, self.desk = item[19], item[20], item.get(21)
        self.parent = None
        if 22 in item:
            if depth >= ONWARD_DEPTH:
                raise Refused("coding.overLimit", "onwardDepth")
            self.parent = Grant(item[22], depth + 1)

    def line(self):
        """The grant and its parents, newest first."""
        return [self] + (self.parent.line() if self.parent else [])

    def check_rules(self):
        item = self.item
        if self.start > self.until or self.issued > self.until:
            raise Refused("passport.brokenTerms", "period")
        if (9 in item) != (item[8] == 1):
            raise Refused("passport.brokenTerms", "vital")
        if item[8] == 3 and item[12] == 7:
            raise Refused("passport.brokenTerms", "consent given")
        if (14 in item) != (2 <= item[12] <= 6):
            raise Refused("passport.brokenTerms", "proxy")
        if 14 in item and not item[14].start <= self.issued <= item[14].end:
            raise Refused("passport.brokenTerms", "guardian's day")
        if 14 in item and self.until > item[14].end:
            raise Refused("passport.brokenTerms", "guardian's end")
        if item[13] == 2 and item[8] == 3:
            raise Refused("passport.brokenTerms", "assent")
        if self.desk is not None and self.authority != HOLDER:
            raise Refused("passport.brokenTerms", "desk")
        if self.parent:
            self.parent.check_rules()

    def check_narrowing(self):
        above = self.parent
        narrower = (
            above.onward > self.onward and above.recipient != 0
            and self.authority == above.recipient
            and set(self.sections) <= set(above.sections)
            and set(self.purposes) <= set(above.purposes)
            and above.start <= self.start and self.until <= above.until
            and self.retention <= above.retention)
        if not narrower:
            raise Refused("passport.brokenTerms", "wider than its parent")

    def verify(self, passport, identities):
        """Rules, signature and authority of the whole line. Role lines of the organisations."""
        self.check_rules()
        for one in self.line():
            if status.keeper(one.status[1]) != one.keeper(passport):
                raise Refused("passport.brokenTerms", "status in another's list")
        return self._verify(passport, identities)

    def _verify(self, passport, identities):
        if self.passport != passport.digest:
            raise Refused("passport.mismatch")
        lines = []
        if self.authority == HOLDER:
            if self.parent:
                raise Refused("passport.notAuthentic", "the person passes nothing on")
            self.signed.verify(passport.holder)
        else:
            if self.authority not in passport.authorities and not self.parent:
                raise Refused("passport.notAuthentic", "no authority")
            lines.append((known(identities, self.authority).verify(
                self.signed, manifest.CONSENT), self.issued))
        self._verify_desk(identities)
        if self.parent:
            self.check_narrowing()
            lines += self.parent._verify(passport, identities)
        return lines

    def _verify_desk(self, identities):
        if (self.desk is None) != (self.signed.counter is None):
            raise Refused("passport.notAuthentic", "countersignature and desk")
        if self.desk is None:
            return
        desk = known(identities, self.desk)
        line = desk.line(manifest.CONSENT, self.signed.counter[1])
        self.signed.verify_countersignature(desk.keys[line.order()])
        if line.judge(self.issued) != "authorised":
            raise Refused("passport.notAuthentic", "key of the desk")

    def keeper(self, passport):
        """In whose list its status reference must be."""
        if self.authority != HOLDER:
            return self.authority
        return self.desk if self.desk is not None else passport.issuer


def known(identities, organisation):
    if organisation not in identities:
        raise Refused("trust.unknownKey", "an organisation that is not known")
    return identities[organisation]


class Withdrawal:
    def __init__(self, data):
        self.data = data
        self.signed = cose.Signed(data, "withdrawal", 8192)
        item = cbor.fields(cbor.decode(self.signed.payload), {
            1: cbor.exactly(1), 2: cbor.identifier, 3: cbor.digest,
            4: cbor.array(0, 64, cbor.identifier), 5: cbor.zero_or_organisation, 6: cbor.time,
            7: cbor.uint(1, 5)}, ignorable=True)
        self.id, self.passport, self.grants, self.authority, self.time, self.reason = (
            item[n] for n in (2, 3, 4, 5, 6, 7))

    def verify(self, passport, identities):
        if self.passport != passport.digest:
            raise Refused("passport.mismatch")
        if self.authority == HOLDER:
            self.signed.verify(passport.holder)
            return
        if self.authority not in passport.authorities:
            raise Refused("passport.notAuthentic", "no authority")
        known(identities, self.authority).verify(self.signed, manifest.CONSENT)

    def ends(self, grant):
        return not self.grants or any(one.id in self.grants for one in grant.line())
