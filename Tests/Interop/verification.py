"""The report and the table (Spec/verification.md)."""

import manifest
import status
from cbor_strict import Refused
from grant import HOLDER

DAY = 86_400
VITAL, ORDINARY = (1, 2), (3, 4, 5, 8, 9)
OPEN, WARN, REFUSE = "open", "warn", "refuse"
RANK = (OPEN, WARN, REFUSE)

# Verdicts for vital, ordinary, sensitive: first for a standing issuer, then for an unknown one.
ALL_OPEN, ALL_REFUSE = "oooooo", "rrrrrr"
OLD = {"fresh": ALL_OPEN, "stale": "owwwwr", "staleLong": "wrrwrr", "unknown": "wrrwrr",
       "ended": ALL_REFUSE, "endedEarlier": ALL_REFUSE}
KEY = {"inForce": ALL_OPEN, "outsideWindow": ALL_REFUSE, "suspect": ALL_REFUSE,
       "ageUnproven": "wwrwrr"}
PERIOD = {"current": ALL_OPEN, "notYet": ALL_REFUSE, "over": ALL_REFUSE}
HOLDS = {"holds": ALL_OPEN, "broken": ALL_REFUSE}
GRANTED = {"granted": ALL_OPEN, "notGranted": ALL_REFUSE}
TABLE = {
    "issuerSignature": {**HOLDS, "unverifiable": ALL_REFUSE},
    "issuerKey": KEY,
    "issuerStanding": {"pinned": "ooorrr", "listed": "ooorrr", "unknown": "rrrwwr"},
    "manifest": {"current": ALL_OPEN, "over": "wwwwwr", "forked": "wrrwrr"},
    "clock": {"holds": ALL_OPEN, "behind": "wwwwwr"},
    "passportPeriod": PERIOD,
    "passportStatus": OLD,
    "grantSignature": HOLDS,
    "grantKey": {**KEY, "holder": ALL_OPEN},
    "card": {"none": ALL_OPEN, "presented": ALL_OPEN, "unwitnessed": "wwrwwr"},
    "grantPeriod": PERIOD,
    "grantStatus": OLD,
    "withdrawal": {"none": ALL_OPEN, "unverifiable": "wwrwwr", "withdrawn": ALL_REFUSE},
    "recipient": GRANTED,
    "purpose": GRANTED,
    "ring": HOLDS,
    "disclosure": {**HOLDS, "ageUnproven": "wwrwrr", "unverifiable": ALL_REFUSE},
    "senderStanding": {"pinned": ALL_OPEN, "listed": ALL_OPEN, "unknown": "wwwwwr"},
}
WORDS = {"o": OPEN, "w": WARN, "r": REFUSE}
KEYS_BY_WORSE = ("holder", "inForce", "ageUnproven", "suspect", "outsideWindow")
STATUS_BY_WORSE = ("fresh", "stale", "staleLong", "unknown", "endedEarlier", "ended")


def section_class(kind):
    return 0 if kind in VITAL else 1 if kind in ORDINARY else 2


def verdict(check, state, issuer_stands, kind):
    row = TABLE.get(check, {}).get(state, ALL_REFUSE)
    return WORDS[row[section_class(kind) + (0 if issuer_stands else 3)]]


def period(start, end, now):
    """(state, the moment that decided)"""
    if now + DAY < start:
        return "notYet", start
    return ("over", end) if now > end else ("current", None)


def of_key(line, claimed):
    """(state, since when the key is not trusted)"""
    found = line.judge(claimed)
    if found in ("suspect", "ageUnproven"):
        return found, line.since
    return ("inForce" if found == "authorised" else found), None


class Knowledge:
    """What a reader knows at one moment."""

    def __init__(self, now, ourselves=None, identities=(), pins=None, lists=None,
                 withdrawals=(), floor=0, forked=None, earlier=None):
        self.clock, self.floor, self.now = now, floor, max(now, floor)
        self.ourselves = ourselves
        self.identities = {one.organisation: one for one in identities}
        self.pins, self.lists = dict(pins or {}), dict(lists or {})
        self.earlier = dict(earlier or {})
        self.withdrawals, self.forked = list(withdrawals), dict(forked or {})

    def copy(self):
        return Knowledge(self.clock, self.ourselves, self.identities.values(), self.pins,
                         self.lists, self.withdrawals, self.floor, self.forked, self.earlier)

    def behind(self):
        return self.clock < self.floor

    def standing(self, organisation, role):
        pinned = role in self.pins.get(organisation, ()) and not self.frozen(organisation)
        return "pinned" if pinned or organisation == self.ourselves else "unknown"

    def frozen(self, organisation):
        """A fork stands against the organisation's present epoch."""
        known, forked = self.identities.get(organisation), self.forked.get(organisation)
        return known is not None and forked is not None and known.newest.epoch <= forked

    def freshness(self, place, organisation):
        return status.freshness(place, organisation, self)


class Report:
    """`lines` is a list of (check, state) in order; `details` tells people more, by check."""

    def __init__(self, passport, grant, ring, disclosure, passports, grants, carry, knowledge,
                 purpose):
        self.lines, self.details, self.knowledge, self.grant = [], {}, knowledge, grant
        verified = self._issuer(passport)
        self.say("clock", "behind" if knowledge.behind() else "holds")
        state, moment = period(passport.issued, passport.expires, knowledge.now)
        self.say("passportPeriod", state, time=moment)
        state, days = knowledge.freshness(passport.status, passport.issuer)
        self.say("passportStatus", state, days=None if state == "fresh" else days)
        lines = self._grant_signature(passport, grant, verified)
        if lines is not None:
            self._grant(passport, grant, ring, lines, carry, purpose)
        self._disclosure(disclosure, passports, grants, carry)

    def say(self, check, state, **details):
        self.lines.append((check, state))
        self.details[check] = {key: one for key, one in details.items() if one is not None}

    def _issuer(self, passport):
        identity = self.knowledge.identities.get(passport.issuer)
        if identity is None:
            self.say("issuerSignature", "unverifiable")
            return False
        try:
            line = passport.verify(identity)
        except Refused:
            self.say("issuerSignature", "broken")
            return False
        self.say("issuerSignature", "holds")
        state, since = of_key(line, passport.issued)
        self.say("issuerKey", state, time=since)
        self.say("issuerStanding", self.knowledge.standing(passport.issuer, "issue"))
        over = self.knowledge.now > identity.newest.expires
        forked = self.knowledge.frozen(passport.issuer)
        self.say("manifest", "forked" if forked else "over" if over else "current",
                 time=identity.newest.expires if over and not forked else None)
        return True

    def _grant_signature(self, passport, grant, verified):
        try:
            if grant is None or not verified:
                raise Refused("passport.notAuthentic")
            lines = grant.verify(passport, self.knowledge.identities)
        except Refused:
            self.say("grantSignature", "broken")
            return None
        self.say("grantSignature", "holds")
        return lines

    def _grant(self, passport, grant, ring, lines, carry, purpose):
        states = [of_key(line, claimed) for line, claimed in lines] or [("holder", None)]
        state, since = max(states, key=lambda one: KEYS_BY_WORSE.index(one[0]))
        self.say("grantKey", state, time=since)
        oldest = grant.line()[-1]
        if oldest.authority != HOLDER:
            self.say("card", "none")
        else:
            known = (oldest.desk is not None
                     and self.knowledge.standing(oldest.desk, "consent") != "unknown")
            self.say("card", "presented" if known else "unwitnessed", organisation=oldest.desk)
        now = self.knowledge.now
        periods = [period(one.start, one.until, now) for one in grant.line()]
        state, moment = next((one for one in periods if one[0] != "current"), periods[0])
        self.say("grantPeriod", state, time=moment)
        found = [self.knowledge.freshness(one.status, one.keeper(passport))
                 for one in grant.line()]
        state, days = max(
            found, key=lambda one: (STATUS_BY_WORSE.index(one[0]), one[1] or 0))
        self.say("grantStatus", state, days=None if state == "fresh" else days)
        self._withdrawal(passport, grant)
        self.say("recipient", "granted" if self._is_us(grant.recipient, carry) else "notGranted")
        self.say("purpose", "granted" if purpose in grant.purposes else "notGranted")
        whole = ring.digest() == grant.ring and ring.kinds() == grant.sections
        self.say("ring", "holds" if whole else "broken")

    def _is_us(self, recipient, carry):
        if carry:
            return recipient == 0
        return recipient != 0 and recipient == self.knowledge.ourselves

    def _withdrawal(self, passport, grant):
        ending, doubtful = [], False
        for one in self.knowledge.withdrawals:
            try:
                one.verify(passport, self.knowledge.identities)
            except Refused:
                doubtful |= (
                    one.passport == passport.digest and one.ends(grant)
                    and one.authority in passport.authorities
                    and one.authority not in self.knowledge.identities)
                continue
            if one.ends(grant):
                ending.append(one)
        first = min(ending, key=lambda one: one.time, default=None)
        if first is not None:
            self.say("withdrawal", "withdrawn", time=first.time, reason=first.reason)
        else:
            self.say("withdrawal", "unverifiable" if doubtful else "none")

    def _disclosure(self, disclosure, passports, grants, carry):
        identity = self.knowledge.identities.get(disclosure.sender)
        if identity is None:
            self.say("disclosure", "unverifiable")
            return
        try:
            line = identity.verify(disclosure.signed, manifest.CONSENT)
        except Refused:
            self.say("disclosure", "broken")
            return
        age = line.judge(disclosure.time)
        holds = (age in ("authorised", "ageUnproven")
                 and self._is_us(disclosure.recipient, carry)
                 and disclosure.passports == passports and disclosure.grants == grants)
        if not holds:
            self.say("disclosure", "broken")
        elif age == "authorised":
            self.say("disclosure", "holds")
        else:
            self.say("disclosure", "ageUnproven", time=line.since)
        self.say("senderStanding", self.knowledge.standing(disclosure.sender, "consent"))

    # --- From lines to a decision ---------------------------------------------------------------

    def stands(self):
        return dict(self.lines).get("issuerStanding") in ("pinned", "listed")

    def decision(self, kind):
        """open, warn or refuse."""
        if self.grant is None or kind not in self.grant.sections:
            return REFUSE
        return self.worst(kind)

    def worst(self, kind):
        """The worst verdict of all lines for a kind, whatever the grant names."""
        verdicts = [verdict(check, state, self.stands(), kind) for check, state in self.lines]
        return max(verdicts, key=RANK.index)

    def reason(self, kind):
        """The withdrawal line if it refuses, else the first refusing line."""
        for check, state in sorted(self.lines, key=lambda line: line[0] != "withdrawal"):
            if verdict(check, state, self.stands(), kind) == REFUSE:
                return check, state
        return None
