"""TestVectors/: what this reader finds in the vectors of the audit log."""

import audit
import audit_keys
import audit_verify
import suite
from cbor_strict import Refused

raw = bytes.fromhex


def area_audit_entry(given):
    found = audit.StoredEntry(raw(given["bytes"]))
    result = {"erased": found.values is None, "leaf": found.leaf.hex(),
              "leafHash": audit.leaf_hash(found.leaf).hex()}
    if found.values is not None:
        result.update(act=found.values[1], time=found.values[2])
    return result


def checked_note(note, given):
    if note.origin != given["origin"]:
        raise Refused("audit.originMismatch")
    keys = note.verify([raw(one) for one in given["keys"]])
    return {"root": note.root.hex(), "size": note.size,
            "signers": [suite.sha256(one).hex() for one in keys]}


def area_audit_checkpoint(given):
    return checked_note(audit.Checkpoint(given["note"].encode()), given)


def area_audit_proof(given):
    proof = audit.Proof(given["proof"].encode())
    proof.check(raw(given["leaf"]), given["origin"], [raw(one) for one in given["keys"]])
    return checked_note(proof.checkpoint, given)


def area_audit_consistency(given):
    audit.check_consistency(given["oldSize"], given["newSize"], [raw(one) for one in given["path"]],
                            raw(given["oldRoot"]), raw(given["newRoot"]))
    return {}


def key_windows(given):
    return [audit_keys.Key(raw(one["key"]), one["notBefore"], one["notAfter"],
                           one.get("compromisedSince")) for one in given]


def area_audit_export(given):
    kept = [(one["note"].encode(), one.get("seenAt"))
            for one in given.get("kept", ())]
    report = audit_verify.Report(
        raw(given["bytes"]), given["now"], given["origin"], key_windows(given["logKeys"]),
        key_windows(given["staffKeys"]), kept,
        identity=given.get("identity", "confirmed"))
    result = {"notChecked": sorted(report.not_checked)}
    for verdict in audit_verify.VERDICTS:
        findings = [{"code": code} if entry is None else {"code": code, "entry": entry}
                    for code, entry in report.findings[verdict]]
        result[verdict] = {"standing": report.standing(verdict), "findings": findings}
    worst = {report.standing(verdict) for verdict in audit_verify.VERDICTS}
    result["verdict"] = "refused" if "fail" in worst else "warn" if "warn" in worst else "accept"
    return result
