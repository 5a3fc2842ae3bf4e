"""Suite 1: hashes, labels, signatures, encryption, boxes, key files, texts (Spec/suite.md)."""

import base64
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

import cbor_strict as cbor
from cbor_strict import Refused

ZERO_NONCE = bytes(12)
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = {bytes.fromhex(one) for one in """
    0000000000000000000000000000000000000000000000000000000000000000
    0100000000000000000000000000000000000000000000000000000000000000
    26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05
    c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a
    ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
    edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
    eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f""".split()}


def sha256(data):
    return hashlib.sha256(data).digest()


def label_hash(label, *parts):
    return sha256(("care-passport/1 " + label).encode() + b"\0" + b"".join(parts))


def derive(secret, label, salt=None, count=32):
    info = ("care-passport/1 " + label).encode()
    return HKDF(hashes.SHA256(), count, salt, info).derive(secret)


def _small(point):
    return point[:31] + bytes([point[31] & 0x7F]) in SMALL_ORDER


def verify(public, signature, message):
    """Strict Ed25519. pyca compares the encoded [S]B - [k]A with R; the rest is checked here."""
    if len(public) != 32 or len(signature) != 64:
        raise Refused("crypto.badSignature", "length")
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER or y >= 2**255 - 19:
        raise Refused("crypto.badSignature", "not canonical")
    if _small(public) or _small(signature[:32]):
        raise Refused("crypto.badSignature", "small order")
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Refused("crypto.badSignature") from None


def public_of(seed):
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def decrypt(key, ciphertext, data):
    try:
        return ChaCha20Poly1305(key).decrypt(ZERO_NONCE, ciphertext, data)
    except InvalidTag:
        raise Refused("secrecy.cannotOpen") from None


def unpad(padded):
    if len(padded) < 4:
        raise Refused("sealing.malformed", "no length")
    size = int.from_bytes(padded[:4], "big")
    if size > len(padded) - 4 or any(padded[4 + size:]):
        raise Refused("sealing.malformed", "padding")
    return padded[4:4 + size]


# --- Boxes: HPKE (RFC 9180), base mode, single shot, empty info ---------------------------------


def _extract(suite_id, salt, label, secret):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite_id + label + secret, "sha256")


def _expand(suite_id, key, label, info, count):
    info = count.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info
    return HKDFExpand(hashes.SHA256(), count, info).derive(key)


def _exchange(secret, public):
    return secret.exchange(x25519.X25519PublicKey.from_public_bytes(public))  # refuses all zeros


class PaperKey:
    """X25519 from a 32-byte seed."""

    kem = 0x0020

    def __init__(self, seed):
        self.secret = x25519.X25519PrivateKey.from_private_bytes(seed)
        self.public = self.secret.public_key().public_bytes_raw()

    def decapsulate(self, encapsulated):
        suite_id = b"KEM" + self.kem.to_bytes(2, "big")
        key = _extract(suite_id, b"", b"eae_prk", _exchange(self.secret, encapsulated))
        return _expand(suite_id, key, b"shared_secret", encapsulated + self.public, 32)


class NetKey:
    """X-Wing from a 32-byte seed."""

    kem = 0x647A

    def __init__(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        self.lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.curve_public = self.curve.public_key().public_bytes_raw()
        self.public = self.lattice.public_key().public_bytes_raw() + self.curve_public

    def decapsulate(self, encapsulated):
        lattice, curve = encapsulated[:1088], encapsulated[1088:]
        parts = (self.lattice.decapsulate(lattice) + _exchange(self.curve, curve) + curve
                 + self.curve_public)
        return hashlib.sha3_256(parts + bytes.fromhex("5c2e2f2f5e5c")).digest()


def hpke_schedule(kem, shared):
    """(key, base nonce)"""
    suite_id = b"HPKE" + kem.to_bytes(2, "big") + b"\x00\x01\x00\x03"
    context = b"\x00" + _extract(suite_id, b"", b"psk_id_hash", b"")
    context += _extract(suite_id, b"", b"info_hash", b"")
    secret = _extract(suite_id, shared, b"secret", b"")
    return (_expand(suite_id, secret, b"key", context, 32),
            _expand(suite_id, secret, b"base_nonce", context, 12))


def open_hpke(key, encapsulated, ciphertext, data):
    try:
        secret, nonce = hpke_schedule(key.kem, key.decapsulate(encapsulated))
        return ChaCha20Poly1305(secret).decrypt(nonce, ciphertext, data)
    except (InvalidTag, ValueError):
        raise Refused("secrecy.cannotOpen") from None


# --- Key files ----------------------------------------------------------------------------------

PURPOSES = {1: "issue", 2: "consent", 3: "status", 4: "log", 5: "exchange", 6: "witness",
            7: "seal-net", 8: "seal-paper", 9: "root", 10: "staff", 11: "holder", 12: "vault"}


def stretch(secret, salt, count):
    """Argon2id at the one cost there is."""
    return Argon2id(salt=salt, length=count, iterations=3, lanes=1, memory_cost=65536).derive(secret)


def open_key_file(data, passphrase):
    """A list of (purpose, seed), in the order of the file."""
    cbor.limit(data, 65536, "keyFileBytes")
    file = cbor.fields(cbor.decode(data), {
        1: cbor.exactly(1), 2: cbor.identifier, 3: cbor.bstr(16, 65536)})
    secret = passphrase.encode() if isinstance(passphrase, str) else passphrase
    secret = secret.rstrip(b"\r\n")
    if not 1 <= len(secret) <= 1024:
        raise Refused("secrecy.wrongPassphrase", "passphraseBytes")
    key = stretch(secret, file[2], 32)
    try:
        plain = ChaCha20Poly1305(key).decrypt(ZERO_NONCE, file[3], b"care-passport/1 key file")
    except InvalidTag:
        raise Refused("secrecy.wrongPassphrase") from None
    if not plain or len(plain) % 33:
        raise Refused("secrecy.malformedKeyFile", "records")
    records = [(plain[at], plain[at + 1:at + 33]) for at in range(0, len(plain), 33)]
    if any(purpose not in PURPOSES for purpose, _ in records):
        raise Refused("secrecy.malformedKeyFile", "purpose")
    return [(PURPOSES[purpose], seed) for purpose, seed in records]


# --- Texts (encoding.md, Texts for people and addresses) ----------------------------------------

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_base64url(value):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if any(one not in alphabet for one in value) or len(value) % 4 == 1:
        raise Refused("coding.malformedText", "base64url")
    data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    if base64url(data) != value:
        raise Refused("coding.malformedText", "unused bits")
    return data


def base32(data):
    bits = "".join(f"{one:08b}" for one in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(CROCKFORD[int(bits[at:at + 5], 2)] for at in range(0, len(bits), 5))


def base32_characters(value):
    plain = value.replace("-", "").replace(" ", "")
    if not plain.isascii():
        raise Refused("coding.malformedText", "base32")
    plain = plain.upper().replace("I", "1").replace("L", "1").replace("O", "0")
    if any(one not in CROCKFORD for one in plain):
        raise Refused("coding.malformedText", "base32")
    return plain


def read_base32(value):
    bits = "".join(f"{CROCKFORD.index(one):05b}" for one in base32_characters(value))
    whole = len(bits) // 8 * 8
    if len(bits) - whole >= 5 or "1" in bits[whole:]:
        raise Refused("coding.malformedText", "stray bits")
    return bytes(int(bits[at:at + 8], 2) for at in range(0, whole, 8))
