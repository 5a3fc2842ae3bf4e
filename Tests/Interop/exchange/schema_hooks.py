"""What schemathesis is told: houses that exist, parcels that have a digest, bodies of our kinds,
and, for the signed run, a signature over whatever it sends."""

import base64
import hashlib
import json
import os
import zlib

import requests
import schemathesis
from hypothesis import strategies as st

from signing import content_digest, sign

STATE = json.loads(os.environ["CAREPASS_EXCHANGE_STATE"])
HOUSES, SIGNED, INVITATIONS = STATE["houses"], STATE["signed"], STATE["invitations"]
PARCELS = STATE["parcels"]
IDENTITIES = [bytes.fromhex(one["identity"]) for one in HOUSES]
LISTS = [bytes.fromhex(one["list"]) for one in HOUSES]
HEADS = [bytes([0xA4, 1, 1, 2, 1]), bytes([0xA4, 1, 1, 2, 2]), bytes([0xD0, 0x83]), b""]


def bodies(whole, heads=(b"",)):
    """Right bytes, right bytes with something behind them, beginnings, and garbage."""
    garbage = st.binary(min_size=1, max_size=400)
    kinds = [st.builds(bytes.__add__, st.sampled_from(list(heads)), garbage)]
    if whole:
        kinds += [st.sampled_from(whole), st.builds(bytes.__add__, st.sampled_from(whole), garbage),
                  st.sampled_from([one[:-1] for one in whole])]
    return st.one_of(kinds)


for name, strategy in {
    "application/vnd.carepass.identity+cbor": bodies(IDENTITIES),
    "application/statuslist+cwt": bodies(LISTS),
    "application/vnd.carepass.receipt+cose": bodies([]),
    "application/vnd.carepass.envelope+cbor": bodies([], HEADS),
    "application/vnd.carepass.notice+cbor": bodies([], HEADS),
}.items():
    schemathesis.openapi.media_type(name, strategy)


def dice(value, sides):
    """The same number for the same value: a run can be repeated."""
    return zlib.crc32(repr(value).encode()) % sides


def places(case, seed):
    """Mostly houses that are there: an invented one only ever meets 401 and 404."""
    path = case.path_parameters
    for name in ("organisation", "peer", "recipient"):
        at = dice((name, seed), 8)
        if name not in path or at == 0:
            continue
        if name == "organisation":
            # The one that signs owns most of the paths; deposits go to another's as well.
            path[name] = HOUSES[0 if at < 6 else at - 5]["id"]
        else:
            path[name] = HOUSES[1 + at % 2]["id"]
    if "number" in path and dice(seed, 3):
        path["number"] = 0
    if "level" in path and dice(seed, 2):
        # The log is short: only the beginning of its first tile is there.
        path.update({name: value for name, value in
                     (("level", 0), ("index", "000"), ("width", 1 + dice(seed, 3)))
                     if name in path})


def right_bodies(case, seed):
    """Mostly what fits the path: of any house's by chance, none of fifty was taken."""
    if case.method.upper() != "PUT" or not isinstance(case.body, bytes) or not dice(seed, 4):
        return
    kind = case.path.partition("{organisation}/")[2]
    found = [one for one in HOUSES
             if one["id"] == case.path_parameters["peer" if kind == "peers/{peer}"
                                                  else "organisation"]]
    name = {"identity": "identity", "peers/{peer}": "identity",
            "status-lists/{number}": "list"}.get(kind)
    if found and name:
        case.body = bytes.fromhex(found[0][name])
    elif kind.endswith("/{parcel}") and "envelope" in (case.media_type or ""):
        case.body = HEADS[0] + case.body


@schemathesis.hook
def map_case(context, case):
    """Mostly parcels of the digest in their path, or one that is there."""
    if not case.path_parameters:
        return case
    headers = dict(case.headers or {})
    seed = (case.path_parameters, headers, dict(case.query or {}), case.body)
    places(case, seed)
    right_bodies(case, seed)
    if "parcel" in case.path_parameters and dice(seed, 5):
        if isinstance(case.body, bytes):
            case.path_parameters["parcel"] = hashlib.sha256(case.body).hexdigest()
            if dice(seed, 3):
                case.headers = {name: value for name, value in headers.items()
                                if not name.lower().startswith("upload-")}
        elif case.method.upper() == "GET":
            case.path_parameters["parcel"] = PARCELS[dice(seed, 2)]
    return case


@schemathesis.hook
def before_call(context, case, kwargs):
    """Invitations: good ones as long as there are any, then one that never was. And whoever is
    followed stays so, or everything after it would only be refused."""
    if case.path == "/v1/pair" and dice(case.body, 4):
        secret = bytes.fromhex(INVITATIONS.pop()) if INVITATIONS else bytes(16)
        case.headers = dict(case.headers or {})
        case.headers["Authorization"] = (
            "Carepass-Invitation " + base64.urlsafe_b64encode(secret).decode().rstrip("="))
    peer = (case.path_parameters or {}).get("peer")
    if case.method.upper() == "DELETE" and peer in [one["id"] for one in HOUSES]:
        case.path_parameters["peer"] = HOUSES[3]["id"]


class Signature(requests.auth.AuthBase):
    """Signs the request as it will be sent, body and all."""

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        house = HOUSES[0]
        turn = dice((request.url, body), 3)
        if "/outbox/" + HOUSES[2]["id"] in request.url and turn:
            house = HOUSES[2]  # who collects
        elif "/inbox/" in request.url and request.method == "PUT" and turn:
            house = HOUSES[2]  # who deposits
        for name in ("Signature", "Signature-Input", "Content-Digest"):
            request.headers.pop(name, None)
        request.headers["Content-Digest"] = content_digest(body)
        try:
            sign(request, house["key_id"], bytes.fromhex(house["seed"]))
        except Exception:  # a path or field that nobody can sign is sent as it is
            pass
        return request


if SIGNED:
    schemathesis.auth.set_from_requests(Signature())
