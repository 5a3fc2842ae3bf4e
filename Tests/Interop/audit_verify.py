"""An auditor's verdicts on an export (Spec/audit-log.md, Verifying)."""

import audit
import cbor_strict as cbor
import manifest
from audit_keys import judge, keys_of, staff_of
from cbor_strict import Refused

INTENT, OUTCOME, EXPORTED, DISCLOSED, STAFF_ADDED, STAFF_ENDED = 14, 15, 18, 13, 2, 3
SIGNED = {2, 3, 4, 5, 9, 11, 12, 13, 14, 16, 21, 22}
ACTS = range(1, 29)
MAX_AGE = 604_800
LEVELS = {"openingInterrupted": "warn", "entryErased": "warn", "fieldWithheld": "warn",
          "clockBackwards": "warn", "timeAhead": "warn", "ageUnknown": "warn",
          "logKeyAgeUnproven": "warn", "staffAgeUnproven": "warn", "identityWaived": "warn"}
IDENTITY = {"unconfirmed": "identityUnconfirmed", "waived": "identityWaived",
            "differs": "identityDiffers"}
VERDICTS = ("integrity", "completeness", "freshness", "authority")


def formed(field, shown):
    """True when a field is shown and has its form."""
    try:
        return field in shown and audit.check_value(field, shown[field]) is not False
    except Refused:
        return False


class Report:
    """`findings[verdict]` is a list of (code, entry or None).

    Without `log_keys` and `staff_keys` they are taken from the identity file and the certificates
    in the header. `identity` says how the caller knows whose they are. `kept` is a list of
    (note, when it was first seen, or None).
    """

    def __init__(self, data, now, origin=None, log_keys=None, staff_keys=None, kept=(),
                 max_age=MAX_AGE, identity="confirmed"):
        self.findings = {name: [] for name in VERDICTS}
        self.doubted = set()  # findings that what is not shown may explain
        self.now, self.max_age, self.kept = now, max_age, kept
        self.entries, self.origin, self.signers = [], origin, []
        self.leaves, self.checkpoint, self.rooted, self.trailing = [], None, False, False
        self.stranger = False
        self.not_checked = {"witnesses", "unloggedActs", "otherEnds", "clock",
                            "keptCheckpoints"}
        self.proof = None
        if identity in IDENTITY:
            self.say("authority", IDENTITY[identity])
        cbor.limit(data, 1073741824, "auditExportBytes")
        try:
            item, at = cbor.decode(data[:16777216], trailing=True)
            if type(item) is dict and type(item.get(3)) is dict:
                self.proof = self.header = audit.EntryProof(item)
                if at < len(data):
                    raise Refused("audit.malformed", "bytes after a proof")
            else:
                self.header = audit.Header(item)
            self.identity = None
            if log_keys is None:
                self.identity = manifest.Identity(self.header.identity)
                log_keys = keys_of(self.identity)
                staff_keys = staff_of(self.identity, self.header.certificates)
                self.origin = origin or audit.origin_of(self.identity.organisation)
            self.log_keys, self.staff = log_keys, {}
            for key in staff_keys:
                self.staff.setdefault(key.hash, []).append(key)
        except Refused:
            self.say("integrity", "headerUnreadable")
            for name in VERDICTS[1:]:
                if self.standing(name) != "fail":
                    self.say(name, "notReached")
            self.origin, self.log_keys, self.checkpoint = origin, log_keys or [], None
            self._kept()
            return
        self._checkpoint()
        if self.proof:
            self._one_entry()
            return
        self._read_entries(data, at)
        self._root()
        self._kept()
        self._completeness()
        self._times()
        self._log_key()
        self._staff()
        self._not_reached()

    def _one_entry(self):
        """A proof: the age of the log does not show, nor what belongs to the entry."""
        entry, proof = self.proof.entry, self.proof.proof
        self.not_checked |= {"otherEntries", "staffEnds"}
        if entry.index != proof.index:
            self.say("integrity", "entryOutOfOrder", min(entry.index, proof.index))
        if not entry.holds():
            self.say("integrity", "entryAltered", entry.index)
        if self.checkpoint:
            try:
                audit.check_inclusion(audit.leaf_hash(entry.leaf), proof.index,
                                      self.checkpoint.size, proof.hashes, self.checkpoint.root)
            except Refused:
                self.say("integrity", "proofMismatch", entry.index)
        self.gaps, self.not_reached = [], []
        if self.standing("integrity") == "fail":
            self.latest = None
            self.say("completeness", "notReached", entry.index)
        else:
            self.entries = [(entry.index, entry)]
            self._completeness(alone=True)
        self._kept()
        self.say("freshness", "ageUnknown")
        if self.latest is not None and self.latest > self.now:
            self.say("freshness", "timeAhead")
        self._log_key()
        self._staff()
        self._not_reached()

    def say(self, verdict, code, entry=None):
        if entry is None or (code, entry) not in self.findings[verdict]:
            self.findings[verdict].append((code, entry))

    def codes(self, verdict):
        return {code for code, _ in self.findings[verdict]}

    def standing(self, verdict):
        levels = {"warn" if one in self.doubted else LEVELS.get(one[0], "fail")
                  for one in self.findings[verdict]}
        return "fail" if "fail" in levels else "warn" if levels else "pass"

    # --- Integrity ------------------------------------------------------------------------------

    def _checkpoint(self):
        header = self.header
        if not self.proof and header.origin != self.origin:
            self.say("integrity", "originMismatch")
        try:
            note = audit.Checkpoint(header.note)
        except Refused:
            self.say("integrity", "checkpointMalformed")
            return
        if note.origin != self.origin:
            self.say("integrity", "originMismatch")
            return
        keys = {key.public: key for key in self.log_keys}
        try:
            self.signers = [keys[public] for public in note.verify(list(keys))]
        except Refused as cause:
            self.say("integrity", "checkpointUnsigned")
            self.stranger = cause.code == "audit.checkpointUnsigned"
            return
        if note.unchecked:
            self.say("integrity", "checkpointUnchecked")
        if not self.proof and note.size != header.size:
            self.say("integrity", "sizeMismatch")
        self.checkpoint = note

    def _read_entries(self, data, at):
        """By the size that was signed; an entry stands where its own index says."""
        size = self.checkpoint.size if self.checkpoint else self.header.size
        if size > audit.MAX_ENTRIES:
            size = self.header.size
        self.expected, self.gaps, self.not_reached = 0, [], []
        whole = True  # every item was an entry
        while at < len(data) and len(self.leaves) < size:
            length = 0
            try:
                item, length = cbor.decode(data[at:at + 16384], trailing=True)
                entry = audit.ExportedEntry(item)
            except Refused:
                self.say("integrity", "entryUnreadable", self.expected)
                self.not_reached.append(self.expected)
                self.expected += 1
                whole = False
                if not length:
                    break  # no way to find the next entry
                at += length
                continue
            at += length
            self.leaves.append(audit.leaf_hash(entry.leaf))
            if entry.index < self.expected or entry.index >= size:
                self.say("integrity", "entryOutOfOrder", min(entry.index, self.expected))
                continue
            if entry.index > self.expected:
                self._missing(self.expected, entry.index)
            self.expected = entry.index + 1
            if entry.holds():
                self.entries.append((entry.index, entry))
            else:
                self.say("integrity", "entryAltered", entry.index)
                self.not_reached.append(entry.index)
        else:
            if at < len(data):
                self.trailing = True
        if self.expected < size:
            self._missing(self.expected, size)
        if self.trailing:
            self.say("integrity", "trailingBytes")
        self.whole = whole and len(self.leaves) == size

    def _missing(self, place, end):
        self.say("integrity", "entriesMissing", place)
        self.gaps.append((place, end))

    def _root(self):
        if self.checkpoint and self.whole:
            self.rooted = audit.tree_root(self.leaves) == self.checkpoint.root
            if not self.rooted:
                self.say("integrity", "rootMismatch")
        shown = self.entries[-1][1].shown if self.entries else {}
        bound = (shown.get(1) == EXPORTED and formed(2, shown)
                 and shown.get(13) == self.header.binding())
        if not bound:
            self.say("integrity", "headerNotBound")

    def _kept(self):
        self.seen = []  # (size, moment): so many entries existed before that moment
        for note, moment in self.kept:
            kept = self._usable(note)
            if not kept or not self.checkpoint:
                continue
            if kept.size > self.checkpoint.size:
                self.say("integrity", "rollback")
            elif kept.size == self.checkpoint.size:
                if kept.root != self.checkpoint.root:
                    self.say("integrity", "splitView")
                else:
                    self._agrees(kept, moment)
            elif self.proof:
                self.say("integrity", "keptNotCompared")
            elif self.rooted and audit.tree_root(self.leaves[:kept.size]) != kept.root:
                self.say("integrity", "splitView")
            elif self.rooted:
                self._agrees(kept, moment)

    def _usable(self, note):
        """A kept checkpoint that this log signed; what is none is told."""
        try:
            kept = audit.Checkpoint(note)
            if kept.origin != self.origin:
                self.not_checked.add("keptOtherLog")
                return None
            kept.verify([key.public for key in self.log_keys])
            return kept
        except Refused:
            self.say("integrity", "keptUnusable")
            return None

    def _agrees(self, kept, moment):
        self.not_checked.discard("keptCheckpoints")
        if moment is not None:
            self.seen.append((kept.size, moment))

    def proven(self, place):
        """The earliest moment before which an entry is known to have been in the log."""
        return min((moment for size, moment in self.seen if place < size), default=None)

    # --- Completeness ---------------------------------------------------------------------------

    def _completeness(self, alone=False):
        intents, answered, self.latest, self.unknown = {}, set(), None, set()
        staffed = False
        for place, entry in self.entries:
            first = not alone and not staffed and entry.shown.get(1) == STAFF_ADDED
            staffed = staffed or first or 15 in entry.commitments
            if entry.erased():
                self.say("completeness", "entryErased", place)
                self.not_checked.add("erasedEntries")
                self.unknown.add(place)
                continue
            self._fields(place, entry)
            self._not_checked(entry)
            act, time = entry.shown.get(1), entry.shown.get(2)
            if formed(2, entry.shown):
                if self.latest is not None and time < self.latest:
                    self.say("completeness", "clockBackwards", place)
                self.latest = time
            if not formed(1, entry.shown):
                self.unknown.add(place)
                continue
            if act == INTENT:
                intents[place] = entry
            if act in SIGNED and 15 not in entry.commitments and not first:
                self.say("completeness", "signatureMissing", place)
            if act == OUTCOME and formed(12, entry.shown) and not alone:
                self._outcome(place, entry, intents, answered)
        for place, _ in self.gaps:
            self.say("completeness", "entriesMissing", place)
        for place in self.not_reached:
            if place - 1 not in self.not_reached:
                self.say("completeness", "notReached", place)
        for place in intents:
            if place not in answered and not alone:
                self.say("completeness", "openingInterrupted", place)

    def _not_checked(self, entry):
        if len(entry.shown) < len(entry.commitments):
            self.not_checked.add("withheldFields")
        if entry.shown.get(1) == DISCLOSED and not formed(9, entry.shown):
            self.not_checked.add("referenceNotShown")
        if any(field > 15 for field in entry.shown) or entry.shown.get(1, 1) not in ACTS:
            self.not_checked.add("unknownNumbers")

    def _fields(self, place, entry):
        needed = [1, 2] + {OUTCOME: [10, 12], STAFF_ENDED: [13]}.get(entry.shown.get(1), [])
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
        lost = target in self.unknown or target in self.not_reached or any(
            first <= target < end for first, end in self.gaps if end <= place)
        if target in answered:
            self.say("completeness", "intentAnsweredTwice", place)
        elif target in intents:
            answered.add(target)
        elif not lost or target >= place:
            self.say("completeness", "outcomeWithoutIntent", place)

    # --- Freshness and authority ----------------------------------------------------------------

    def _times(self):
        last = self.latest
        if last is None:
            self.say("freshness", "ageUnknown")
        elif last > self.now:
            self.say("freshness", "timeAhead")
        elif self.now - last > self.max_age:
            self.say("freshness", "stale")

    def _log_key(self):
        last = self.latest
        if self.stranger:
            self.say("authority", "logKeyUnknown")
        if self.checkpoint is None:
            return
        if last is None:
            self.say("authority", "ageUnknown")
            return
        found = judge(self.signers, last, self.proven(self.checkpoint.size - 1))
        if found:
            self.say("authority", f"logKey{found}")

    def _not_reached(self):
        """Without a checkpoint nobody is known to have signed anything."""
        if self.checkpoint is None and self.standing("authority") != "fail":
            self.say("authority", "notReached")

    def _staff(self):
        self.acts, self.ended, self.added, self.may_have_added = set(), set(), set(), False
        lost = min([first for first, _ in self.gaps] + self.not_reached, default=None)
        for place, entry in self.entries:
            if lost is not None and lost < place:
                self.may_have_added = True
            if 15 not in entry.commitments:
                if 3 in entry.commitments:
                    self.not_checked.add("unsignedStaff")
            elif 15 not in entry.shown:
                if entry.shown.get(1) in SIGNED:
                    self.say("authority", "fieldWithheld", place)
            elif formed(15, entry.shown):
                self._staff_signature(place, entry)
            if entry.shown.get(1) == STAFF_ENDED and formed(13, entry.shown):
                self.ended.add(entry.shown[13])
            if entry.shown.get(1) == STAFF_ADDED and formed(13, entry.shown):
                self.added.add(entry.shown[13])
            hidden = set(entry.commitments) - set(entry.shown)
            if 1 in hidden or (entry.shown.get(1) == STAFF_ADDED and 13 in hidden):
                self.may_have_added = True

    def _staff_signature(self, place, entry):
        """The first fault of the signature, then who is named and the window."""
        try:
            signature = audit.StaffSignature(entry.shown[15])
        except Refused:
            self.say("authority", "staffSignatureBad", place)
            return
        signer = signature.signed.key_hash
        if signer not in self.staff:
            self.say("authority", "staffUnknown", place)
            return
        keys = self.staff[signer]
        try:
            signature.check(keys[0].public, self.origin, entry.commitments)
        except Refused:
            self.say("authority", "staffSignatureBad", place)
            return
        if entry.shown[15] in self.acts:
            self.say("authority", "staffSignatureReused", place)
            return
        self.acts.add(entry.shown[15])
        if formed(3, entry.shown) and entry.shown[3] != signer:
            self.say("authority", "staffMismatch", place)
        if not self.proof and signer not in self.added:
            self.say("authority", "staffUnannounced", place)
            if self.may_have_added:
                self.doubted.add(("staffUnannounced", place))
        if signer in self.ended:
            self.say("authority", "staffOutsideWindow", place)
        elif formed(2, entry.shown):
            found = judge(keys, entry.shown[2], self.proven(place))
            if found:
                name = {"Suspect": "staffKeySuspect"}.get(found, f"staff{found}")
                self.say("authority", name, place)
