"""Spec/cddl against objects, layer by layer, with pycddl."""

import cbor_strict as cbor
import manifest
import status
from cbor_strict import Refused

FILES = {
    "manifest": "manifest", "identity": "manifest", "staff-certificate": "manifest",
    "manifest-header": "manifest", "manifest-payload": "manifest", "staff-payload": "manifest",
    "passport": "passport", "passport-claims": "passport", "slot-binding": "passport",
    "ring-binding": "passport",
    "grant": "grant", "grant-terms": "grant", "withdrawal": "grant", "withdrawal-terms": "grant",
    "envelope": "envelope", "content": "envelope", "box-payload": "envelope",
    "disclosure": "envelope", "disclosure-terms": "envelope", "net-header": "envelope",
    "hpke-header": "envelope", "carry-header": "envelope",
    "status-list": "status", "status-claims": "status", "key-file": "keyfile",
    "sign1-header": "manifest", "second-header": "manifest",
    "services": "manifest", "receipt": "exchange", "receipt-terms": "exchange",
    "notice": "exchange", "notice-header": "exchange", "notice-content": "exchange",
    "invitation": "exchange",
    "section": "care-summary", "audit-export-header": "audit-log",
    "audit-export-entry": "audit-log", "audit-entry-proof": "audit-log",
    "audit-stored-entry": "audit-log", "audit-act": "audit-log", "audit-fields": "audit-log"}
ALONE = ("care-summary", "audit-log")
SIGNED = {"passport": "passport-claims", "withdrawal": "withdrawal-terms",
          "disclosure": "disclosure-terms", "status-list": "status-claims",
          "staff-certificate": "staff-payload", "grant": "grant-terms",
          "receipt": "receipt-terms"}


def layers(root, data):
    """(root rule, bytes) of an object and of everything inside it."""
    yield root, data
    item = cbor.decode(data)
    if root in SIGNED:
        yield from _signed(root, item.content)
    elif root == "manifest":
        protected, _, payload, signers = item.content
        yield "manifest-header", protected
        yield "manifest-payload", payload
        services = cbor.decode(payload).get(-1)
        if services is not None:
            yield "services", cbor.encode(services)
        for signer in signers:
            yield "second-header", signer[0]
    elif root == "identity":
        for one in item[2]:
            yield from layers("manifest", one)
    elif root == "envelope":
        names = {-65700: "net-header", 42: "hpke-header", 24: "carry-header"}
        for box in item[4]:
            yield names[cbor.decode(box.content[0])[1]], box.content[0]
    elif root == "content":
        for key, name in ((1, "passport"), (2, "identity"), (3, "status-list")):
            for one in item[key]:
                if name == "passport" or _is_evidence(name, one):
                    yield from layers(name, one)
    elif root == "notice":
        yield "notice-header", item.content[0]
    elif root == "notice-content":
        yield from layers({1: "withdrawal", 2: "receipt"}[item[1]], item[2])
    elif root == "box-payload":
        for pair in item[2]:
            yield from layers("grant", pair[0])
        yield from layers("disclosure", item[3])


def _is_evidence(name, data):
    """Evidence that is none is left out by readers; only what they look at has a form."""
    try:
        manifest.UnverifiedIdentity(data) if name == "identity" else status.StatusList(data)
    except Refused:
        return False
    return True


def _signed(root, parts):
    protected, unprotected, payload, _ = parts
    yield "sign1-header", protected
    if unprotected:
        yield "second-header", unprotected[11][0]
    yield SIGNED[root], payload
    if root == "grant":
        parent = cbor.decode(payload).get(22)
        if parent:
            yield from layers("grant", parent)


class Checker:
    def __init__(self, spec):
        from pycddl import Schema
        self.folder, self.make, self.schemas = spec / "cddl", Schema, {}
        self.checked = {root: 0 for root in FILES}

    def schema(self, root):
        if root not in self.schemas:
            name = FILES[root]
            text = (self.folder / f"{name}.cddl").read_text()
            if name not in ALONE:
                text += "\n" + (self.folder / "common.cddl").read_text()
            self.schemas[root] = self.make(f"start-here = {root}\n" + text)
        return self.schemas[root]

    def check(self, root, data):
        """Every layer's complaint; none when all fit."""
        wrong = []
        for name, inner in layers(root, data):
            self.checked[name] += 1
            try:
                self.schema(name).validate_cbor(inner)
            except Exception as cause:  # pycddl has one error for everything
                wrong.append(f"{name}: {str(cause)[:200]}")
        return wrong

    def check_export(self, data):
        if type(cbor.decode(data, trailing=True)[0][3]) is dict:
            return self.check("audit-entry-proof", data)
        wrong, at, root = [], 0, "audit-export-header"
        while at < len(data):
            _, length = cbor.decode(data[at:], trailing=True)
            wrong += self.check(root, data[at:at + length])
            at, root = at + length, "audit-export-entry"
        return wrong

    def refuses(self, root, data):
        """A complaint when a rule takes what it must not."""
        try:
            self.schema(root).validate_cbor(data)
        except Exception:  # refused, or the rule cannot be compiled: `check` tells which
            return []
        return [f"took {data.hex()}"]
