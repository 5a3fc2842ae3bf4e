"""TestVectors/: what this reader finds in the vectors of requests, receipts, addresses,
invitations and notices; and in the examples of the RFCs that they stand on."""

import base64

import exchange_objects as exchange
import manifest
import structured
import suite

raw = bytes.fromhex


def area_request(given):
    upload = (given["uploadOffset"], given["uploadLength"]) if "uploadOffset" in given else None
    found = exchange.Request(given["method"], given["target"], given["contentDigest"], upload,
                             given["signatureInput"], given["signature"])
    found.verify(manifest.Identity(raw(given["identity"])), given["now"])
    return {"base": found.base, "organisation": found.organisation.hex(),
            "keyHash": found.key_hash.hex(), "nonce": found.nonce, "created": found.created,
            "expires": found.expires}


def area_receipt(given):
    found = exchange.Receipt(raw(given["bytes"]))
    found.verify(manifest.Identity(raw(given["recipient"])), raw(given["sender"]),
                 raw(given["parcel"]))
    return {"event": exchange.EVENTS[found.event], "recipient": found.recipient.hex(),
            "sender": found.sender.hex(), "parcel": found.parcel.hex(), "time": found.time,
            "digest": suite.sha256(found.data).hex(), "payload": found.signed.payload.hex()}


def area_address(given):
    found, pin = exchange.Address(given["text"]), raw(given["pin"])
    result = {"base": found.base(pin), "authority": found.authority(pin)}
    if found.path is None:
        return dict(result, host=found.host, port=found.port)
    return dict(result, path=found.path)


def area_invitation(given):
    found = exchange.Invitation(given["text"])
    return {"address": found.address.text, "pin": found.pin.hex(),
            "secret": found.secret.hex(), "expires": found.expires,
            "secretHash": found.secret_hash().hex()}


def area_notice(given):
    found = exchange.Notice(raw(given["bytes"]), raw(given["seed"]))
    return {"kind": found.kind, "object": found.object.hex(),
            "key": suite.sha256(found.key.public).hex(),
            "plaintext": suite.sha256(found.padded).hex()}


# --- The RFCs' own examples ---------------------------------------------------------------------

# RFC 9421 appendix B.1.4 and B.2.6: test-key-ed25519 over a request.
ED25519_KEY = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
ED25519_INPUT = ('sig-b26=("date" "@method" "@path" "@authority" "content-type" '
                 '"content-length");created=1618884473;keyid="test-key-ed25519"')
ED25519_VALUES = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT", "@method": "POST", "@path": "/foo",
    "@authority": "example.com", "content-type": "application/json", "content-length": "18"}
ED25519_SIGNATURE = ("sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4"
                     "A0w6vuQv5lIp5WPpBKRCw==:")


def rfc9421():
    """Our structured fields and signature base, over a request that others signed."""
    label, member = structured.one_member(ED25519_INPUT, "signature-input")
    lines = [f'"{name}": {ED25519_VALUES[name]}' for name, _ in member.items]
    base = "\n".join(lines + [f'"@signature-params": {member.text()}']).encode()
    other, (encoded, _) = structured.one_member(ED25519_SIGNATURE, "signature")
    key, signature = base64.b64decode(ED25519_KEY), structured.read_base64(encoded)
    suite.verify(key, signature, base)
    if label != other:
        return ["labels differ"]
    try:
        suite.verify(key, signature, base.replace(b"POST", b"PUT"))
    except suite.Refused:
        return []
    return ["a changed method was taken"]


def rfc9530():
    """Digests of the RFC's example bodies."""
    wrong = []
    for body, text in ((b'{"hello": "world"}\n', "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="),
                       (b'{"hello": "world"}', "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="),
                       (b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")):
        if exchange.content_digest(f"sha-256=:{text}:") != suite.sha256(body):
            wrong.append(text)
    return wrong


RFC_CHECKS = [rfc9421, rfc9530]
