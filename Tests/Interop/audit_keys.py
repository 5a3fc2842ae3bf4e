"""Keys that sign logs and entries, and what they are worth when (Spec/audit-log.md, Verifying)."""

import manifest
import suite
from cbor_strict import Refused


class Key:
    """A log or staff key, from when to when it counts, and since when somebody else had it."""

    def __init__(self, public, start, end, since=None):
        self.public, self.start, self.end, self.since = public, start, end, since
        self.hash = suite.sha256(public)


def judge(keys, claimed, proven=None):
    """`proven`: a moment before which the signed thing is known to have existed, or None."""
    keys = [key for key in keys if key.start <= claimed <= key.end]
    if not keys:
        return "OutsideWindow"
    since = min((key.since for key in keys if key.since is not None), default=None)
    if since is None:
        return None
    if claimed >= since:
        return "Suspect"
    return None if proven is not None and proven < since else "AgeUnproven"


def keys_of(identity):
    """Log keys that an identity lists."""
    return [Key(identity.keys[line.order()], line.start,
                min(line.end, line.since) if line.reason == 1 else line.end,
                None if line.reason == 1 else line.since)
            for line in identity.newest.lines if line.role == manifest.LOG]


def staff_of(identity, certificates):
    """Staff keys that are certified; one of unproven age counts as lost when its issue key was."""
    keys = []
    for data in certificates:
        certificate = manifest.StaffCertificate(data)
        try:
            age = certificate.check(identity)
            line = identity.verify(certificate.signed, manifest.ISSUE)
        except Refused:
            continue  # an uncertified key: staffUnknown where it signs
        since = None if age == "authorised" else line.since
        keys.append(Key(certificate.public, certificate.start, certificate.end, since))
    return keys
