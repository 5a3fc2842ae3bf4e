"""What honest organisations do all day, done with no code of ours."""

import hashlib
import time

import audit
import suite
from house import RECEIPT_TYPE, House, envelope, read_receipt
from world import expect


def digest(data):
    return hashlib.sha256(data).digest()


def inbox(house, parcel):
    return f"{house.path}/inbox/{digest(parcel).hex()}"


def outbox(house, recipient, parcel):
    return f"{house.path}/outbox/{recipient.text}/{digest(parcel).hex()}"


def deposit_and_fetch(world):
    """Deposit, the same again, list, fetch, go on from the middle, erase."""
    daemon, athens, izmir, parcel = world.daemon, world.athens, world.izmir, envelope(20_000)
    path, wrong = inbox(athens, parcel), []
    first = daemon.ask(izmir, "PUT", path, parcel)
    wrong += expect(first, 201)
    if first.headers.get("content-type") != RECEIPT_TYPE:
        return wrong + ["no receipt"]
    if read_receipt(first.body, athens.daemon_key) != (1, athens.id, izmir.id, digest(parcel)):
        wrong.append("a receipt for something else")
    again = daemon.ask(izmir, "PUT", path, parcel)
    wrong += expect(again, 200)
    if again.body != first.body:
        wrong.append("another receipt for the same parcel")
    page = daemon.ask(athens, "GET", f"{athens.path}/inbox").json
    entry = [one for one in page["parcels"] if one["parcel"] == digest(parcel).hex()]
    if [one["sender"] for one in entry] != [izmir.text]:
        wrong.append(f"listed {len(entry)} times")
    whole = daemon.ask(athens, "GET", path)
    wrong += expect(whole, 200)
    part = daemon.ask(athens, "GET", path, headers={"Range": "bytes=19000-"})
    wrong += expect(part, 206)
    if whole.body != parcel or part.body != parcel[19_000:]:
        wrong.append("other bytes")
    beyond = daemon.ask(athens, "GET", path, headers={"Range": "bytes=20000-"})
    wrong += expect(beyond, 416, "wrong-range")
    wrong += expect(daemon.ask(athens, "DELETE", path), 204)
    wrong += expect(daemon.ask(athens, "DELETE", path), 404, "not-found")
    wrong += expect(daemon.ask(athens, "GET", path), 404, "not-found")
    late = daemon.ask(izmir, "PUT", path, parcel)
    wrong += expect(late, 200)
    wrong += expect(daemon.ask(athens, "GET", path), 404, "not-found")
    return wrong


def upload_in_parts(world):
    """A large parcel in two parts, with a part in the wrong place between them."""
    daemon, athens, izmir, parcel = world.daemon, world.athens, world.izmir, envelope(3_000_000)
    path, wrong = inbox(athens, parcel), []

    def part(start, end):
        return daemon.ask(izmir, "PUT", path, parcel[start:end], {
            "Upload-Offset": str(start), "Upload-Length": str(len(parcel))})

    first = part(0, 1_000_000)
    wrong += expect(first, 202)
    state = daemon.ask(izmir, "GET", path + "/upload")
    if state.json != {"offset": 1_000_000, "isComplete": False}:
        wrong.append(f"the upload stands at {state.json}")
    misplaced = part(2_000_000, 3_000_000)
    wrong += expect(misplaced, 409, "conflict")
    if misplaced.json.get("offset") != 1_000_000:
        wrong.append("the conflict does not say where to go on")
    wrong += expect(part(1_000_000, 3_000_000), 201)
    if daemon.ask(athens, "GET", path).body != parcel:
        wrong.append("other bytes")
    return wrong


def hand_over_and_collect(world):
    """Athens hands over, Bern (which nobody can reach) collects and leaves its receipt."""
    daemon, athens, bern, parcel = world.daemon, world.athens, world.bern, envelope(5_000)
    path, wrong = outbox(athens, bern, parcel), []
    wrong += expect(daemon.ask(athens, "PUT", path, parcel), 201)
    wrong += expect(daemon.ask(athens, "PUT", path, parcel), 200)
    waiting = daemon.ask(bern, "GET", f"{athens.path}/outbox/{bern.text}")
    if [one["parcel"] for one in waiting.json["parcels"]] != [digest(parcel).hex()]:
        wrong.append("it does not wait for its recipient")
    if daemon.ask(bern, "GET", path).body != parcel:
        wrong.append("other bytes")
    foreign = bern.receipt(world.munich, digest(parcel))
    wrong += expect(daemon.ask(bern, "PUT", path + "/receipt", foreign), 403, "forbidden")
    receipt = bern.receipt(athens, digest(parcel))
    wrong += expect(daemon.ask(bern, "PUT", path + "/receipt", receipt), 204)
    page = daemon.ask(athens, "GET", f"{athens.path}/outbox").json["parcels"]
    if [one["state"] for one in page if one["parcel"] == digest(parcel).hex()] != ["delivered"]:
        wrong.append("not delivered after the receipt")
    wrong += expect(daemon.ask(bern, "GET", path), 404, "not-found")
    return wrong


def deliver_here(world):
    """Athens hands over for Munich, whose mailbox is on the same daemon."""
    daemon, athens, munich, parcel = world.daemon, world.athens, world.munich, envelope(900)
    wrong = expect(daemon.ask(athens, "PUT", outbox(athens, munich, parcel), parcel), 201)
    for _ in range(100):
        found = daemon.ask(munich, "GET", inbox(munich, parcel))
        if found.status == 200:
            return wrong + ([] if found.body == parcel else ["other bytes"])
        time.sleep(0.1)
    return wrong + ["not delivered within ten seconds"]


def papers(world):
    """Identity, list, entity tags; others' papers for those who follow them and nobody else."""
    daemon, athens, munich, wrong = world.daemon, world.athens, world.munich, []
    path = f"{athens.path}/identity"
    open_to_all = daemon.get(path)
    if open_to_all.body != athens.identity():
        wrong.append("another identity file")
    tag = {"If-None-Match": open_to_all.headers.get("etag", "")}
    wrong += expect(daemon.get(path, tag), 304)
    older, newer = athens.status_list(age=60), athens.status_list()
    for listed in (newer, newer):
        wrong += expect(daemon.ask(athens, "PUT", f"{athens.path}/status-lists/0", listed), 204)
    wrong += expect(
        daemon.ask(athens, "PUT", f"{athens.path}/status-lists/0", older), 409, "conflict")
    if daemon.get(f"{athens.path}/status-lists/0").body != newer:
        wrong.append("another list")
    followed = f"{world.izmir.path}/identity"
    wrong += expect(daemon.get(followed), 404, "not-found")
    wrong += expect(daemon.ask(munich, "GET", followed), 404, "not-found")
    if daemon.ask(athens, "GET", followed).body != world.izmir.identity():
        wrong.append("no identity of a followed organisation")
    return wrong


def newer_manifest(world):
    """A second manifest is taken, the first one does not come back, another's is refused."""
    daemon, munich, wrong = world.daemon, world.munich, []
    old = munich.identity()
    munich.add_manifest("Munich by the Isar")
    path = f"{munich.path}/identity"
    wrong += expect(daemon.ask(munich, "PUT", path, munich.identity()), 204)
    wrong += expect(daemon.ask(munich, "PUT", path, old), 409, "conflict")
    wrong += expect(daemon.ask(munich, "PUT", path, world.athens.identity()), 403, "forbidden")
    if daemon.get(path).body != munich.identity():
        wrong.append("another identity file")
    return wrong


def invitations(world):
    """An invitation works once; an identity without the daemon's key gets no mailbox."""
    daemon, wrong = world.daemon, []
    invitation = daemon.invite()
    keyless = House("Without the daemon's key")
    wrong += expect(daemon.pair(keyless, invitation), 409, "conflict")
    wrong += expect(daemon.pair(House("Turin", world.athens.daemon_key), invitation), 204)
    wrong += expect(
        daemon.pair(House("Nice", world.athens.daemon_key), invitation), 403, "forbidden")
    return wrong


def log_and_tile(world):
    """The checkpoint is signed by the log's key, and its root is that of the tile's hashes."""
    service, note = world.daemon.service(), world.daemon.get("/v1/log/checkpoint")
    wrong, checkpoint = expect(note, 200), audit.Checkpoint(note.body)
    public = suite.read_base64url(service["logKey"])
    signatures = [signature for name, key_id, signature in checkpoint.signatures
                  if (name, key_id) == (service["logOrigin"],
                                        audit.note_key_id(service["logOrigin"], public))]
    if checkpoint.origin != service["logOrigin"] or len(signatures) != 1:
        return wrong + ["another log's checkpoint"]
    suite.verify(public, signatures[0], checkpoint.text.encode())
    hashes = b""
    for tile in range(checkpoint.size // 256):
        hashes += world.daemon.get(f"/v1/log/tile/0/{tile:03}").body
    if rest := checkpoint.size % 256:
        tile = world.daemon.get(f"/v1/log/tile/0/{checkpoint.size // 256:03}.p/{rest}")
        wrong += expect(tile, 200)
        hashes += tile.body
    leaves = [hashes[at:at + 32] for at in range(0, len(hashes), 32)]
    if not wrong and audit.tree_root(leaves) != checkpoint.root:
        wrong.append("the tiles have another root")
    return wrong


CHECKS = [deposit_and_fetch, upload_in_parts, hand_over_and_collect, deliver_here, papers,
          newer_manifest, invitations, log_and_tile]
