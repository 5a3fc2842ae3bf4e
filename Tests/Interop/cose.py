"""COSE_Sign1, COSE_Sign and countersignatures, narrowed as Spec/suite.md says."""

import cbor_strict as cbor
import suite
from cbor_strict import Refused

TYPES = {name: f"application/vnd.carepass.{name}+cose" for name in (
    "manifest", "staff", "passport", "grant", "withdrawal", "disclosure", "act", "receipt")}
TYPES["status"] = "application/statuslist+cwt"


class Signed:
    """A COSE_Sign1 that was read; nothing is verified yet."""

    def __init__(self, data, kind, most):
        cbor.limit(data, most, kind)
        try:
            parts = cbor.tagged(cbor.decode(data), 18, 4)
            self.protected = cbor.bstr(1, 512)(parts[0])
            self.payload = cbor.bstr(0, most)(parts[2])
            self.signature = cbor.bstr(64)(parts[3])
            header = cbor.fields(cbor.decode(self.protected), {
                1: cbor.exactly(-19), 4: cbor.digest, 16: cbor.text(512)})
        except Refused as cause:
            if cause.code == "coding.unexpectedItem":
                raise Refused("crypto.malformedObject", str(cause)) from None
            raise
        if header[16] != TYPES[kind]:
            raise Refused("crypto.wrongType", header[16])
        self.data, self.key_hash = data, header[4]
        self.counter = _countersignature(parts[1], kind)

    def verify(self, public):
        if suite.sha256(public) != self.key_hash:
            raise Refused("crypto.wrongKey")
        structure = ["Signature1", self.protected, b"", self.payload]
        suite.verify(public, self.signature, cbor.encode(structure))

    def verify_countersignature(self, public):
        protected, key_hash, signature = self.counter
        if suite.sha256(public) != key_hash:
            raise Refused("crypto.wrongKey")
        structure = ["CounterSignatureV2", self.protected, protected, b"", self.payload,
                     [self.signature]]
        suite.verify(public, signature, cbor.encode(structure))


def _second(parts):
    """[protected, {}, signature] of a countersigner or of a manifest's signer."""
    if type(parts) is not list or len(parts) != 3:
        raise Refused("crypto.malformedObject", "a signer")
    protected = cbor.bstr(1, 128)(parts[0])
    header = cbor.fields(cbor.decode(protected), {1: cbor.exactly(-19), 4: cbor.digest})
    cbor.fields(parts[1], {})
    return protected, header[4], cbor.bstr(64)(parts[2])


def _countersignature(unprotected, kind):
    if unprotected == {} and type(unprotected) is dict:
        return None
    if kind != "grant":
        raise Refused("crypto.malformedObject", "unprotected header")
    return cbor.fields(unprotected, {11: _second})[11]


class SignedByMany:
    """A COSE_Sign."""

    def __init__(self, data):
        cbor.limit(data, 32768, "manifestBytes")
        parts = cbor.tagged(cbor.decode(data), 98, 4)
        self.protected = cbor.bstr(1, 512)(parts[0])
        header = cbor.fields(cbor.decode(self.protected), {16: cbor.text(512)})
        if header[16] != TYPES["manifest"]:
            raise Refused("crypto.wrongType")
        cbor.fields(parts[1], {})
        self.payload = cbor.bstr(0, 32768)(parts[2])
        self.signers = cbor.array(1, 32, _second)(parts[3])
        hashes = [one[1] for one in self.signers]
        if any(a >= b for a, b in zip(hashes, hashes[1:])):
            raise Refused("crypto.malformedObject", "order of signers")

    def count(self, keys):
        """How many of the listed keys signed; one signature of theirs that fails refuses all."""
        found = 0
        for public in keys:
            for protected, key_hash, signature in self.signers:
                if key_hash == suite.sha256(public):
                    structure = ["Signature", self.protected, protected, b"", self.payload]
                    suite.verify(public, signature, cbor.encode(structure))
                    found += 1
        return found
