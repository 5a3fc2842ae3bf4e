"""An auditor's verdicts on an export, and reconciling (Spec/audit-log.md, Verifying)."""

import audit
import cbor_strict as cbor
import manifest
import suite
from cbor_strict import Refused

INTENT, OUTCOME, EXPORTED, DISCLOSED = 14, 15, 18, 13
LEVELS = {"openingInterrupted": "warn", "entryErased": "warn", "fieldWithheld": "warn",
          "clockBackwards": "warn", "timeAhead": "warn", "ageUnknown": "warn",
          "logKeyAgeUnproven": "warn", "staffAgeUnproven": "warn"}
VERDICTS = ("integrity", "completeness", "freshness", "authority")


class Report:
    """`findings[verdict]` is a list of (code, entry or None)."""

    def __init__(self, data, now, origin=None, identity=None, max_age=None, kept=()):
        self.findings = {name: [] for name in VERDICTS}
        self.now, self.max_age, self.kept = now, max_age, kept
        self.entries, self.staff, self.origin, self.log_lines = [], {}, origin, []
        cbor.limit(data, 1073741824, "auditExportBytes")
        try:
            item, at = cbor.decode(data, trailing=True)
            self.header = audit.Header(item)
            self.identity = identity or manifest.Identity(self.header.identity)
            self._certificates()
        except Refused:
            self.say("integrity", "headerUnreadable")
            for name in VERDICTS[1:]:
                self.say(name, "notReached")
            return
        self.origin = origin or audit.origin_of(self.identity.organisation)
        self._checkpoint()
        self._read_entries(data, at)
        self._root()
        self._kept()
        self._completeness()
        self._times()
        self._staff()

    def say(self, verdict, code, entry=None):
        if (code, entry) not in self.findings[verdict]:
            self.findings[verdict].append((code, entry))

    def codes(self, verdict):
        return {code for code, _ in self.findings[verdict]}

    def standing(self, verdict):
        levels = {LEVELS.get(code, "fail") for code in self.codes(verdict)}
        return "fail" if "fail" in levels else "warn" if levels else "pass"

    # --- Integrity ------------------------------------------------------------------------------

    def _certificates(self):
        for data in self.header.certificates:
            certificate = manifest.StaffCertificate(data)
            try:
                age = certificate.check(self.identity)
            except Refused:
                continue  # an uncertified key: staffUnknown where it signs
            self.staff[suite.sha256(certificate.public)] = (certificate, age)

    def _checkpoint(self):
        self.checkpoint, header = None, self.header
        if header.origin != self.origin:
            self.say("integrity", "originMismatch")
        try:
            note = audit.Checkpoint(header.note)
        except Refused:
            self.say("integrity", "checkpointMalformed")
            return
        if note.origin != header.origin:
            self.say("integrity", "originMismatch")
        keys = {self.identity.keys[line.order()]: line for line in self.identity.newest.lines
                if line.role == manifest.LOG}
        try:
            self.log_lines = [keys[public] for public in note.verify(list(keys))]
        except Refused:
            self.say("integrity", "checkpointUnsigned")
            return
        if note.unchecked or note.extensions:
            self.say("integrity", "checkpointUnchecked")
        if note.size != header.size:
            self.say("integrity", "sizeMismatch")
        self.checkpoint = note

    def _read_entries(self, data, at):
        size, self.leaves = self.header.size, []
        while at < len(data) and len(self.leaves) < size:
            place = len(self.leaves)
            try:
                item, length = cbor.decode(data[at:at + 16384], trailing=True)
                entry = audit.ExportedEntry(item)
            except Refused:
                self.say("integrity", "entryUnreadable", place)
                self.say("completeness", "notReached", place)
                break
            at += length
            self.leaves.append(audit.leaf_hash(entry.leaf))
            if entry.index != place:
                self.say("integrity", "entryOutOfOrder", place)
            if not entry.holds():
                self.say("integrity", "entryAltered", place)
                self.say("completeness", "notReached", place)
                continue
            self.entries.append((place, entry))
        if len(self.leaves) < size:
            self._missing(len(self.leaves))
        elif at < len(data):
            self.say("integrity", "trailingBytes")

    def _missing(self, place):
        if ("entryUnreadable", place) in self.findings["integrity"]:
            place += 1
        if place < self.header.size:
            self.say("integrity", "entriesMissing", place)
            self.say("completeness", "entriesMissing", place)

    def _root(self):
        self.rooted = False
        if self.checkpoint and len(self.leaves) == self.checkpoint.size:
            self.rooted = audit.tree_root(self.leaves) == self.checkpoint.root
            if not self.rooted:
                self.say("integrity", "rootMismatch")
        last = self.entries[-1] if self.entries else None
        bound = (last is not None and last[0] == self.header.size - 1
                 and last[1].shown.get(1) == EXPORTED
                 and last[1].shown.get(13) == self.header.binding())
        if not bound:
            self.say("integrity", "headerNotBound")

    def _kept(self):
        for kept in self.kept:
            if not self.checkpoint or kept.origin != self.checkpoint.origin:
                continue
            if kept.size > self.checkpoint.size:
                self.say("integrity", "rollback")
            elif kept.size == self.checkpoint.size:
                if kept.root != self.checkpoint.root:
                    self.say("integrity", "splitView")
            elif self.rooted and audit.tree_root(self.leaves[:kept.size]) != kept.root:
                self.say("integrity", "splitView")

    # --- Completeness ---------------------------------------------------------------------------

    def _completeness(self):
        intents, answered, latest = {}, set(), None
        for place, entry in self.entries:
            if entry.erased():
                self.say("completeness", "entryErased", place)
                continue
            self._fields(place, entry)
            act, time = entry.shown.get(1), entry.shown.get(2)
            if type(time) is int:
                if latest is not None and time < latest:
                    self.say("completeness", "clockBackwards", place)
                latest = max(time, latest or 0)
            if act == INTENT:
                intents[place] = entry
                if 15 not in entry.commitments:
                    self.say("completeness", "signatureMissing", place)
            if act == OUTCOME and 12 in entry.shown:
                self._outcome(place, entry, intents, answered)
        for place in intents:
            if place not in answered:
                self.say("completeness", "openingInterrupted", place)

    def _fields(self, place, entry):
        needed = [1, 2] + ([10, 12] if entry.shown.get(1) == OUTCOME else [])
        needed += [3] if entry.shown.get(1) == INTENT else []
        for field in needed:
            if field not in entry.commitments:
                self.say("completeness", "fieldMissing", place)
            elif field not in entry.shown:
                self.say("completeness", "fieldWithheld", place)
        for field, value in entry.shown.items():
            try:
                audit.check_value(field, value)
            except Refused:
                self.say("completeness", "fieldMalformed", place)

    def _outcome(self, place, entry, intents, answered):
        target = entry.shown[12]
        by_place = {one: found for one, found in self.entries}
        if target in answered:
            self.say("completeness", "intentAnsweredTwice", place)
        elif target in intents:
            answered.add(target)
        elif target >= place or (target in by_place and not by_place[target].erased()
                                 and 1 in by_place[target].shown):
            self.say("completeness", "outcomeWithoutIntent", place)

    # --- Freshness and authority ----------------------------------------------------------------

    def _times(self):
        last = self.entries[-1][1].shown.get(2) if self.entries else None
        if self.checkpoint is None or type(last) is not int:
            self.say("freshness", "ageUnknown")
            self.say("authority", "notReached" if self.checkpoint is None else "ageUnknown")
            return
        if last > self.now:
            self.say("freshness", "timeAhead")
        elif self.max_age is not None and self.now - last > self.max_age:
            self.say("freshness", "stale")
        for line in self.log_lines:
            code = {"outsideWindow": "logKeyOutsideWindow", "suspect": "logKeySuspect",
                    "ageUnproven": "logKeyAgeUnproven"}.get(line.judge(last))
            if code:
                self.say("authority", code)

    def _staff(self):
        for place, entry in self.entries:
            if 15 not in entry.commitments or entry.erased():
                continue
            if 15 not in entry.shown or 2 not in entry.shown or 3 not in entry.shown:
                self.say("authority", "fieldWithheld" if 3 in entry.commitments
                         else "staffMismatch", place)
                continue
            self._staff_signature(place, entry)

    def _staff_signature(self, place, entry):
        try:
            signature = audit.StaffSignature(cbor.bstr(0, 16384)(entry.shown[15]))
        except Refused:
            self.say("authority", "staffSignatureBad", place)
            return
        if signature.signed.key_hash != entry.shown[3]:
            self.say("authority", "staffMismatch", place)
            return
        if entry.shown[3] not in self.staff:
            self.say("authority", "staffUnknown", place)
            return
        certificate, age = self.staff[entry.shown[3]]
        try:
            signature.check(certificate.public, self.origin, entry.commitments)
        except Refused:
            self.say("authority", "staffSignatureBad", place)
        if not certificate.start <= entry.shown[2] <= certificate.end:
            self.say("authority", "staffOutsideWindow", place)
        elif age == "ageUnproven":
            self.say("authority", "staffAgeUnproven", place)


def reconcile(reports):
    """(matched, missing at sender, missing at recipient, mismatched) over references."""
    ends, given = {}, {report.origin for report in reports}
    for report in reports:
        for _, entry in report.entries:
            if 9 in entry.shown:
                end = "sender" if entry.shown.get(1) == DISCLOSED else "recipient"
                ends.setdefault(entry.shown[9], {"sender": [], "recipient": []})[end].append(
                    (report.origin, entry.shown))
    matched, no_sender, no_recipient, wrong = [], [], [], []
    for reference, both in ends.items():
        senders = both["sender"]
        recipients = [one for one in both["recipient"]
                      if one[0] not in {origin for origin, _ in senders}]
        if len(senders) > 1 or len({origin for origin, _ in recipients}) > 1:
            wrong.append((reference, "referenceReused"))
        elif not recipients:
            named = senders and senders[0][1].get(8)
            if named and audit.origin_of(named) in given:
                no_recipient.append(reference)
        elif not senders:
            named = {audit.origin_of(one[8]) for _, one in recipients if 8 in one}
            if named & given:
                no_sender.append(reference)
        else:
            wrong_end = _compare(senders[0], recipients)
            if wrong_end:
                wrong.append((reference, wrong_end))
            else:
                matched.append(reference)
    return matched, no_sender, no_recipient, wrong


def _compare(sender, recipients):
    for origin, shown in recipients:
        if 8 in sender[1] and audit.origin_of(sender[1][8]) != origin:
            return "counterpartMismatch"
        if 8 in shown and audit.origin_of(shown[8]) != sender[0]:
            return "counterpartMismatch"
        if 6 in shown and 6 in sender[1] and not set(shown[6]) <= set(sender[1][6]):
            return "grantMismatch"
    return None
