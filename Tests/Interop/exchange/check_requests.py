"""Signatures by others' code: accepted as they are, refused when anything about them is not."""

import re

from house import envelope
from signing import Message, content_digest
from check_flow import inbox
from world import expect


def accepted(world):
    """With and without `alg`, under other labels, for 300 seconds, a minute old or ahead."""
    daemon, athens, wrong = world.daemon, world.athens, []
    options = [{}, {"alg": False}, {"label": "other"}, {"lifetime": 300}, {"age": 60},
               {"age": -60}, {"nonce": "sixteen-letters."}]
    for one in options:
        answer = daemon.ask(athens, "GET", f"{athens.path}/inbox", **one)
        wrong += [f"{one}: {text}" for text in expect(answer, 200)]
    page = daemon.ask(athens, "GET", f"{athens.path}/inbox?after=0")
    return wrong + expect(page, 200)


def deposit(world, **options):
    """A signed deposit that would be taken, to be spoiled. Its sender is not hosted here, so whether
    it is known at all must not show in the refusal."""
    parcel = envelope(300)
    return world.daemon.message("PUT", inbox(world.athens, parcel), parcel).signed(
        world.izmir, **options)


def replaced(message, field, pattern, by):
    changed = re.sub(pattern, by, message.headers[field], count=1)
    if changed == message.headers[field]:
        raise ValueError(f"{field} has no {pattern}")
    message.headers[field] = changed


def tamper_method(world):
    message = deposit(world)
    message.method = "DELETE"
    return message, 401, "unknown-key"


def tamper_path(world):
    message = deposit(world)
    message.path = message.path.replace(world.athens.text, world.munich.text)
    return message, 401, "unknown-key"


def tamper_query(world):
    message = world.daemon.message("GET", f"{world.athens.path}/inbox?after=0").signed(world.athens)
    message.path = message.path.replace("after=0", "after=1")
    return message, 401, "bad-signature"


def tamper_body(world):
    message = deposit(world)
    message.body = message.body[:-1] + bytes([message.body[-1] ^ 1])
    return message, 422, "wrong-digest"


def tamper_body_and_digest(world):
    message = deposit(world)
    message.body = message.body[:-1] + bytes([message.body[-1] ^ 1])
    message.headers["Content-Digest"] = content_digest(message.body)
    return message, 401, "unknown-key"


def tamper_created(world):
    message = deposit(world)
    replaced(message, "Signature-Input", r"created=(\d+)\d", r"created=\g<1>0"
             if not re.search(r"created=\d+0;", message.headers["Signature-Input"])
             else r"created=\g<1>1")
    return message, 401, "unknown-key"


def tamper_expires(world):
    message = deposit(world)
    found = int(re.search(r"expires=(\d+)", message.headers["Signature-Input"])[1])
    replaced(message, "Signature-Input", r"expires=\d+", f"expires={found + 60}")
    return message, 401, "unknown-key"


def tamper_nonce(world):
    message = deposit(world)
    replaced(message, "Signature-Input", r'nonce="[^"]+"', 'nonce="another-nonce-of-mine"')
    return message, 401, "unknown-key"


def tamper_key_id_to_another_house(world):
    message = deposit(world)
    replaced(message, "Signature-Input", r'keyid="[^"]+"', f'keyid="{world.athens.key_id()}"')
    return message, 401, "bad-signature"


def tamper_signature(world):
    message = deposit(world)
    first = re.search(r":(.)", message.headers["Signature"])[1]
    replaced(message, "Signature", ":.", ":" + ("A" if first != "A" else "B"))
    return message, 401, "unknown-key"


def tamper_order_of_components(world):
    message = deposit(world)
    replaced(message, "Signature-Input", r'"@method" "@target-uri"', '"@target-uri" "@method"')
    return message, 401, "unknown-key"


def uncovered_digest(world):
    return deposit(world, leave_out=("content-digest",)), 401, "unsigned"


def uncovered_method(world):
    return deposit(world, leave_out=("@method",)), 401, "unsigned"


def covered_too_much(world):
    return deposit(world, add=("@authority",)), 401, "unsigned"


def upload_fields_added_later(world):
    message = deposit(world)
    message.headers |= {"Upload-Offset": "0", "Upload-Length": "300"}
    return message, 401, "unsigned"


def one_upload_field(world):
    parcel = envelope(300)
    message = world.daemon.message(
        "PUT", inbox(world.athens, parcel), parcel, {"Upload-Offset": "0"})
    return message.signed(world.izmir), 400, "malformed"


def without_signature(world):
    message = deposit(world)
    del message.headers["Signature"]
    return message, 401, "unsigned"


def without_digest(world):
    message = deposit(world)
    del message.headers["Content-Digest"]
    return message, 401, "unsigned"


def without_nonce(world):
    return deposit(world, nonce=""), 401, "unsigned"


def short_nonce(world):
    return deposit(world, nonce="fifteen-letters"), 401, "unsigned"


def without_expires(world):
    return deposit(world, lifetime=None), 401, "unsigned"


def for_another_protocol(world):
    return deposit(world, tag="other/1"), 401, "unsigned"


def two_signatures(world):
    message = deposit(world)
    return message.signed(world.izmir, append=True, label="sig2"), 400, "malformed"


def two_labels(world):
    message = deposit(world)
    replaced(message, "Signature", "^sig1", "sig2")
    return message, 400, "malformed"


def digest_in_sha512(world):
    parcel = envelope(300)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel)
    message.headers["Content-Digest"] = "sha-512=:" + "A" * 86 + "==:"
    return message.signed(world.izmir), 400, "malformed"


def too_old(world):
    return deposit(world, age=180, lifetime=300), 401, "skewed"


def from_the_future(world):
    return deposit(world, age=-180), 401, "skewed"


def expired(world):
    return deposit(world, age=60, lifetime=30), 401, "skewed"


def lasts_too_long(world):
    return deposit(world, lifetime=301), 401, "skewed"


def by_a_key_for_another_purpose(world):
    return deposit(world, key=world.izmir.keys["consent"]), 401, "unknown-key"


def by_a_root_key(world):
    return deposit(world, key=world.izmir.root), 401, "unknown-key"


def by_nobody_known(world):
    parcel = envelope(300)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel)
    return message.signed(world.lund), 401, "unknown-key"


def for_another_host(world):
    parcel = envelope(300)
    message = Message("https://athens.example", "PUT", inbox(world.athens, parcel), parcel)
    message.signed(world.izmir)
    return message, 401, "unknown-key"  # and `Host` says athens.example, as it would


def for_another_port(world):
    parcel = envelope(300)
    message = Message(world.daemon.base + "1", "PUT", inbox(world.athens, parcel), parcel)
    message.signed(world.izmir)
    message.base = world.daemon.base
    return message, 401, "unknown-key"


REFUSED = [
    tamper_method, tamper_path, tamper_query, tamper_body, tamper_body_and_digest, tamper_created,
    tamper_expires, tamper_nonce, tamper_key_id_to_another_house, tamper_signature,
    tamper_order_of_components, uncovered_digest, uncovered_method, covered_too_much,
    upload_fields_added_later, one_upload_field, without_signature, without_digest, without_nonce,
    short_nonce, without_expires, for_another_protocol, two_signatures, two_labels,
    digest_in_sha512, too_old, from_the_future, expired, lasts_too_long,
    by_a_key_for_another_purpose, by_a_root_key, by_nobody_known, for_another_host,
    for_another_port,
]


def refused(world, spoil):
    message, status, problem = spoil(world)
    answer = world.daemon.say(message.wire(), method=message.method)
    wrong = expect(answer, status, problem)
    if status == 401 and "www-authenticate" not in answer.headers:
        wrong.append("no WWW-Authenticate")
    if problem == "skewed" and spoil in (too_old, from_the_future):
        skew = answer.json.get("skew", 0)
        if not (-185 <= skew <= -175 if spoil is too_old else 175 <= skew <= 185):
            wrong.append(f"the skew is not 180 seconds but {skew}")
    return wrong


def replayed(world):
    """The same bytes again: taken once. Also for what changes nothing."""
    wrong = []
    for message, status in ((deposit(world), 201), (world.daemon.message(
            "GET", f"{world.athens.path}/inbox").signed(world.athens), 200)):
        wire = message.wire()
        wrong += expect(world.daemon.say(wire), status)
        wrong += expect(world.daemon.say(wire), 401, "replayed")
    return wrong


def replayed_after_restart(world):
    """A request that was seen before the daemon was stopped is seen still."""
    wire = world.daemon.message("GET", f"{world.athens.path}/inbox").signed(world.athens).wire()
    wrong = expect(world.daemon.say(wire), 200)
    code = world.daemon.stop()
    if code != 0:
        wrong.append(f"SIGTERM ended it with {code}")
    world.daemon.start()
    return wrong + expect(world.daemon.say(wire), 401, "replayed")


CHECKS = [accepted, replayed, replayed_after_restart]
