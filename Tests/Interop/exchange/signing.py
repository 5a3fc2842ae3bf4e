"""Requests, signed by `http-message-signatures` from PyPI and by nothing else."""

import base64
import datetime
import hashlib
import secrets
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

COMPONENTS = ("@method", "@target-uri", "content-digest")
UPLOAD = ("upload-offset", "upload-length")
TAG = "care-passport/1"


def content_digest(body):
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, seed):
        self.key = Ed25519PrivateKey.from_private_bytes(seed)

    def resolve_private_key(self, key_id):
        return self.key

    def resolve_public_key(self, key_id):
        return self.key.public_key()


def _moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def sign(message, key_id, seed, *, age=0, lifetime=120, nonce=None, tag=TAG, alg=True,
         leave_out=(), add=(), append=False, label="sig1"):
    """Signs anything that has `method`, `url` and `headers`, which hold the digest already."""
    names = {name.lower() for name in message.headers}
    components = COMPONENTS + tuple(name for name in UPLOAD if name in names) + tuple(add)
    created = int(time.time()) - age
    HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(seed),
    ).sign(message, key_id=key_id, created=_moment(created),
           expires=_moment(created + lifetime) if lifetime is not None else None,
           nonce=secrets.token_urlsafe(18) if nonce is None else nonce or None, tag=tag,
           include_alg=alg, label=label, append_if_signature_exists=append,
           use_existing_digest=True,
           covered_component_ids=tuple(name for name in components if name not in leave_out))


class Message:
    """A request before it is written to the line."""

    def __init__(self, base, method, path, body=b"", headers=None):
        self.base, self.method, self.path, self.body = base, method, path, body
        self.headers = {"Content-Digest": content_digest(body), **(headers or {})}

    @property
    def url(self):
        return self.base + self.path

    def signed(self, house, key=None, **options):
        key = key or house.keys["exchange"]
        sign(self, house.key_id(key), key.seed, **options)
        return self

    def wire(self, close=True):
        """HTTP/1.1, exactly as it is said."""
        fields = {"Host": self.base.removeprefix("https://"), **self.headers}
        if self.body or self.method in ("PUT", "POST"):
            fields.setdefault("Content-Length", str(len(self.body)))
        if close:
            fields["Connection"] = "close"
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(lines + ["", ""]).encode() + self.body
