"""Comparing the ends of disclosures in several logs (Spec/audit-evidence.md, 5)."""

import audit
from audit_verify import DISCLOSED


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
            elif all(8 in shown and shown.get(6) for _, shown in [senders[0], *recipients]):
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
