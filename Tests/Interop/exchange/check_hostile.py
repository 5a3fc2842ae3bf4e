"""What attackers do on the line: each ends as it should, while honest requests are answered."""

import http.client
import select
import time

import hostile_http2
import hostile_slow
import suite
from check_flow import digest, inbox, outbox
from daemon import STRANGER
from honest import Honest
from house import House, envelope
from world import expect


# --- Too much ----------------------------------------------------------------------------------


def answers(world, data, most=3):
    """What comes back for raw bytes, until the line is closed or silent for five seconds."""
    found = []
    with world.daemon.connect(STRANGER, timeout=5) as line:
        try:
            line.sendall(data)
        except OSError:
            pass  # hung up while we were still talking
        # One reader for all: what it has read ahead belongs to the next answer.
        reader = line.makefile("rb")
        shared = type("Shared", (), {"makefile": lambda self, mode: _Open(reader)})()
        for _ in range(most):
            try:
                found.append(world.daemon.hear(shared))
            except (OSError, http.client.HTTPException):
                break
    return found


class _Open:
    """A reader that an answer does not close."""

    def __init__(self, reader):
        self.reader = reader

    def __getattr__(self, name):
        return getattr(self.reader, name)

    def close(self):
        pass


def only(world, data, status, problem):
    found = answers(world, data)
    if len(found) != 1:
        return [f"{[one.brief for one in found]} and not one {status}"]
    return expect(found[0], status, problem)


GET = b"GET /.well-known/carepass HTTP/1.1\r\nHost: x\r\n"


def headers_too_long(world):
    """One field of 20 kB, many that are 20 kB together, 200 short ones, one endless name."""
    wrong = []
    long = b"\r\n".join(b"a%d: " % number + b"x" * 300 for number in range(70))
    short = b"\r\n".join(b"a%d: b" % number for number in range(200))
    for fields in (b"a: " + b"x" * 20_000, long, short, b"a" * 20_000 + b": x"):
        wrong += only(world, GET + fields + b"\r\n\r\n", 431, "headers-too-large")
    return wrong


def path_too_long(world):
    """A path of 100 kB."""
    return only(world, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431,
                "headers-too-large")


def body_too_long(world):
    """Announced: refused before a byte of it. Not announced: refused where it gets too long."""
    wrong, parcel = [], envelope(100)
    for house, method, path, length in (
            (world.izmir, "PUT", inbox(world.athens, parcel), 16_777_217),
            (world.athens, "PUT", f"{world.athens.path}/identity", 4_194_305),
            (world.athens, "PUT", f"{world.athens.path}/status-lists/0", 1_048_577),
            (world.athens, "PUT", outbox(world.athens, world.bern, parcel), 1 << 62)):
        message = world.daemon.message(method, path, b"", {"Content-Length": str(length)})
        wrong += only(world, message.signed(house).wire(), 413, "too-large")
    message = world.daemon.message("PUT", f"{world.athens.path}/status-lists/0", b"", {
        "Transfer-Encoding": "chunked"}).signed(world.athens)
    head = message.wire().replace(b"Content-Length: 0\r\n", b"")
    found = answers(world, head + (b"10000\r\n" + bytes(65_536) + b"\r\n") * 20 + b"0\r\n\r\n")
    # The answer may be lost with the line when it is closed while we still talk.
    return wrong + [one for answer in found for one in expect(answer, 413, "too-large")]


def parcel_too_long(world):
    """Parts of a parcel that is announced as too long, or that do not lie within it."""
    wrong, parcel = [], envelope(100)
    for offset, length, status in ((0, 16_777_217, 413), (0, 50, 400), (60, 100, 400),
                                   (2**63 - 1, 2**63 - 1, 413), (0, 0, 400)):
        answer = world.daemon.ask(
            world.izmir, "PUT", inbox(world.athens, parcel), parcel,
            {"Upload-Offset": str(offset), "Upload-Length": str(length)})
        wrong += [f"{offset}/{length}: {one}" for one in expect(answer, status)]
    for odd in ("-1", "01", "1e3", "+0", "9" * 30, "\u0663"):
        message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel)
        message.signed(world.izmir).headers |= {"Upload-Offset": odd, "Upload-Length": "100"}
        answer = world.daemon.say(message.wire())
        wrong += [f"{odd}: {one}" for one in expect(answer, 400, "malformed")]
    return wrong


def without_length(world):
    """A deposit that does not say how long it is."""
    parcel = envelope(100)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel, {
        "Transfer-Encoding": "chunked", "Content-Length": ""}).signed(world.izmir)
    wire = message.wire().replace(b"Content-Length: \r\n", b"")[:-100]
    return only(world, wire + b"64\r\n" + parcel + b"\r\n0\r\n\r\n", 411, "length-required")


def cut_body(world):
    """A deposit that breaks off: what came is kept, and the rest makes it whole."""
    daemon, parcel = world.daemon, envelope(200_000)
    path = inbox(world.athens, parcel)
    message = daemon.message("PUT", path, parcel).signed(world.izmir)
    with daemon.connect(STRANGER) as line:
        line.sendall(message.wire()[:-80_000])
    for _ in range(100):
        state = daemon.ask(world.izmir, "GET", path + "/upload").json
        if state["offset"] == 120_000:
            break
        time.sleep(0.1)
    else:
        return [f"the upload stands at {state}"]
    rest = daemon.ask(world.izmir, "PUT", path, parcel[120_000:], {
        "Upload-Offset": "120000", "Upload-Length": "200000"})
    wrong = expect(rest, 201)
    return wrong + ([] if daemon.ask(world.athens, "GET", path).body == parcel
                    else ["other bytes"])


# --- Ambiguous ---------------------------------------------------------------------------------


def smuggled(world):
    """Two lengths, a length and chunks, odd lengths: never two answers, never a second request."""
    wrong, inner = [], GET + b"\r\n"
    for fields in (
            b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(inner),
            b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(inner),
            b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding: xchunked\r\n",
            b"Content-Length: +4\r\n", b"Content-Length: 4, 4\r\n", b"Content-Length: 0x4\r\n",
            b"Content-Length : 4\r\n"):
        found = answers(world, b"POST /v1/pair HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n" + inner)
        if len(found) > 1 or any(one.status != 400 for one in found):
            wrong.append(f"{fields}: {[one.brief for one in found]}")
    return wrong


def garbage_as_http(world):
    """Garbage instead of a request: 400 or nothing. Behind a good one: never taken for a second."""
    wrong = []
    for data in (b"\x00" * 64, b"\xff\xfe" * 500, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", GET + b"a\x00b: c\r\n\r\n",
                 GET + b"a: b\r\n c: folded\r\n\r\n", b"\r\n" * 5_000):
        found = answers(world, data)
        if len(found) > 1 or any(not 400 <= one.status < 500 for one in found):
            wrong.append(f"{data[:20]}: {[one.brief for one in found]}")
    found = answers(world, GET + b"\r\n" + b"\x01garbage\r\n\r\n")
    if [one.status for one in found] not in ([200], [200, 400], [400]):
        wrong.append(f"behind a good request: {[one.brief for one in found]}")
    return wrong


def pipelined(world):
    """Five requests at once: five answers in order, HEAD and what is not there among them."""
    data = b"".join(line + b"Host: x\r\n\r\n" for line in (
        b"GET /.well-known/carepass HTTP/1.1\r\n", b"GET /nothing HTTP/1.1\r\n",
        b"DELETE /.well-known/carepass HTTP/1.1\r\n", b"GET //v1/pair HTTP/1.1\r\n",
        b"GET /.well-known/carepass HTTP/1.1\r\nConnection: close\r\n"))
    found = [one.status for one in answers(world, data, most=6)]
    return [] if found == [200, 404, 405, 404, 200] else [f"{found}"]


def head_has_no_body(world):
    """HEAD: an answer without a body, or the next answer would be read out of it."""
    with world.daemon.connect(STRANGER) as line:
        line.sendall(b"HEAD /.well-known/carepass HTTP/1.1\r\nHost: x\r\n\r\n" + GET
                     + b"Connection: close\r\n\r\n")
        data = b""
        while part := line.recv(65_536):
            data += part
    first, _, rest = data.partition(b"\r\n\r\n")
    if not first.startswith(b"HTTP/1.1 405"):
        return [f"{first[:40]}"]
    return [] if rest.startswith(b"HTTP/1.1 200") else [f"after the head: {rest[:40]}"]


def other_spellings(world):
    """Every path has one spelling: what was signed is what is looked up."""
    wrong, athens = [], world.athens
    box, name = f"{athens.path}/inbox", athens.text
    for path in (box + "/", "/" + box, "/v1/." + box[3:], f"/v1/organisations/./{name}/inbox",
                 f"/v1/organisations/{name}/../{name}/inbox", athens.path + "/%69nbox",
                 "/V1" + box[3:],
                 athens.path + "%00/inbox", athens.path + "=/inbox", box + ";a=b", box + "%2F"):
        wrong += [f"{path}: {one}" for one in expect(
            world.daemon.ask(athens, "GET", path), 404, "not-found")]
    for query in ("?after=0&after=1", "?after=-1", "?after=x", "?other=1", "?after=" + "9" * 30):
        wrong += [f"{query}: {one}" for one in expect(
            world.daemon.ask(athens, "GET", f"{athens.path}/inbox{query}"), 400, "malformed")]
    return wrong


# --- By organisations --------------------------------------------------------------------------


def wrong_organisation(world):
    """Others' mailboxes: by one that is hosted beside it, one that is followed, one unknown."""
    wrong, athens, parcel = [], world.athens, envelope(100)
    for who, status, problem in ((world.munich, 403, "forbidden"), (world.izmir, 403, "forbidden"),
                                 (world.lund, 401, "unknown-key")):
        for method, path in (
                ("GET", f"{athens.path}/inbox"), ("GET", f"{athens.path}/outbox"),
                ("GET", inbox(athens, parcel)), ("DELETE", inbox(athens, parcel)),
                ("GET", f"{athens.path}/outbox/{world.bern.text}"),
                ("GET", f"{athens.path}/peers/{world.bern.text}"),
                ("DELETE", f"{athens.path}/peers/{world.bern.text}")):
            wrong += [f"{who.name} {method} {path[62:]}: {one}" for one in expect(
                world.daemon.ask(who, method, path), status, problem)]
        wrong += expect(world.daemon.ask(
            who, "PUT", outbox(athens, world.bern, parcel), parcel), status, problem)
        wrong += expect(world.daemon.ask(
            who, "PUT", f"{athens.path}/peers/{who.text}", who.identity()), status, problem)
    for who, problem in ((world.oslo, "forbidden"), (world.lund, "unknown-key")):
        answer = world.daemon.ask(who, "PUT", inbox(athens, parcel), parcel)
        wrong += expect(answer, 403 if problem == "forbidden" else 401, problem)
    return wrong


def digest_guessing(world):
    """Whether somebody else has a parcel cannot be told, in any of the ways to ask."""
    daemon, athens, wrong = world.daemon, world.athens, []
    theirs, unknown = envelope(400), envelope(400)
    wrong += expect(daemon.ask(world.izmir, "PUT", inbox(athens, theirs), theirs), 201)
    for who, method, place, body, status in (
            (world.munich, "GET", lambda one: inbox(world.munich, one), b"", 404),
            (world.munich, "DELETE", lambda one: inbox(world.munich, one), b"", 404),
            (world.munich, "GET", lambda one: inbox(athens, one), b"", 403),
            (world.munich, "GET", lambda one: inbox(athens, one) + "/upload", b"", 200),
            (world.munich, "PUT", lambda one: inbox(athens, one), b"no parcel", 422),
            (world.bern, "GET", lambda one: outbox(athens, world.bern, one), b"", 404),
            (world.bern, "GET", lambda one: outbox(world.munich, world.bern, one), b"", 404),
            (world.lund, "GET", lambda one: inbox(athens, one), b"", 401)):
        found = [daemon.ask(who, method, place(one), body) for one in (theirs, unknown)]
        wrong += [f"{who.name} {method}: {answer.brief}, not {status}" for answer in found
                  if answer.status != status]
        if found[0].body != found[1].body:
            wrong.append(f"{who.name} {method}: the two bodies differ")
    return wrong


def garbage_as_papers(world):
    """Garbage where a parcel, an identity, a list or a receipt belongs; never more than refused."""
    daemon, athens, wrong = world.daemon, world.athens, []
    for body, status, problem in ((b"\x00" * 300, 400, "malformed"), (b"{}", 400, "malformed"),
                                  (envelope(300, profile=2), 415, "wrong-type"),
                                  (b"", 400, "malformed")):
        wrong += expect(
            daemon.ask(world.izmir, "PUT", inbox(athens, body), body), status, problem)
        wrong += expect(daemon.ask(
            athens, "PUT", outbox(athens, world.bern, body), body), status, problem)
    good = athens.identity()
    for path in (f"{athens.path}/identity", f"{athens.path}/status-lists/0",
                 f"{athens.path}/peers/{world.bern.text}"):
        for body in (b"", b"\xa0", b"\x9b" + b"\xff" * 8, b"\x81" * 5_000, good[:-1],
                     good + b"\x00", bytes(1_000_000)):
            wrong += [f"{path[62:]}: {one}" for one in expect(
                daemon.ask(athens, "PUT", path, body), 400, "malformed")]
    for at in range(20, len(good), 97):
        damaged = good[:at] + bytes([good[at] ^ 1]) + good[at + 1:]
        answer = daemon.ask(athens, "PUT", f"{athens.path}/identity", damaged)
        if answer.status not in (400, 403, 409) or not answer.problem:
            wrong.append(f"an identity damaged at {at}: {answer.brief}")
    stray = envelope(300)
    wrong += expect(daemon.ask(world.izmir, "PUT", inbox(athens, stray), stray + b"x"), 422,
                    "wrong-digest")
    return wrong


def too_many_uploads(world):
    """A ninth upload of one organisation waits until its others are over; another's does not."""
    daemon, wrong, begun, found = world.daemon, [], [], []
    graz = House("Graz")
    daemon.follow(world.athens, graz)
    for _ in range(9):
        parcel = envelope(1_000_000)
        begun.append(parcel)
        found.append(daemon.ask(graz, "PUT", inbox(world.athens, parcel), parcel[:1_000], {
            "Upload-Offset": "0", "Upload-Length": "1000000"}).status)
    if found != [202] * 8 + [429]:
        wrong.append(f"{found}")
    other = envelope(500_000)
    wrong += expect(daemon.ask(world.bern, "PUT", inbox(world.athens, other), other), 201)
    for parcel in begun[:8]:
        wrong += expect(daemon.ask(graz, "PUT", inbox(world.athens, parcel), parcel[1_000:], {
            "Upload-Offset": "1000", "Upload-Length": "1000000"}), 201)
    return wrong


def guessed_invitations(world):
    """Forty guesses: all alike, and before a body is read."""
    wrong = []
    for number in range(40):
        secret = digest(bytes([number]))[:16]
        message = world.daemon.message("POST", "/v1/pair", b"", {
            "Authorization": "Carepass-Invitation " + suite.base64url(secret),
            "Content-Length": "4000000"})
        del message.headers["Content-Digest"]
        wrong += only(world, message.wire(), 403, "forbidden")
    return wrong[:3]



def crowd(world):
    """More connections from one address than it may have: the rest are turned away at once, and
    others still get in."""
    lines, turned_away = [], 0
    try:
        for _ in range(150):
            lines.append(world.daemon.plain("127.0.0.77"))
        time.sleep(1)
        for line in lines:
            if select.select([line], [], [], 0)[0]:
                turned_away += 1
        wrong = [] if turned_away == 150 - 64 else [f"{turned_away} of 150 were turned away"]
        return wrong + expect(world.daemon.get("/.well-known/carepass"), 200)
    finally:
        for line in lines:
            line.close()


def many_lines(world):
    """Forty HTTP/1.1 connections with a request under way each: more than HTTP/2 has streams for
    on one connection, and each is answered."""
    message = world.daemon.message("GET", "/.well-known/carepass").wire(close=False)
    lines = []
    try:
        for _ in range(40):
            lines.append(world.daemon.connect("127.0.0.78"))
            lines[-1].sendall(message[:-4])
        for line in lines:
            line.sendall(message[-4:])
        found = [world.daemon.hear(line).status for line in lines]
        return [] if found == [200] * 40 else [f"{found.count(200)} of 40 were answered"]
    finally:
        for line in lines:
            line.close()


QUICK = [
    headers_too_long, path_too_long, body_too_long, parcel_too_long, without_length, cut_body,
    smuggled, garbage_as_http, pipelined, head_has_no_body, other_spellings, wrong_organisation,
    digest_guessing, garbage_as_papers, too_many_uploads, guessed_invitations, crowd,
    many_lines,
]


def checks(world):
    """The slow attacks go on beside all others, and an honest organisation beside them."""
    state = {}

    def begin():
        world.befriend()  # whatever was tried before
        state["honest"], state["slow"] = Honest(world), hostile_slow.Slow(world)

    def call(attack):
        if not state:
            begin()
        return attack(world)

    for one in QUICK + hostile_http2.CHECKS:
        yield f"hostile/{one.__name__}", lambda one=one: call(one)
    for one in hostile_slow.SLOW:
        yield f"hostile/{one.__name__}", lambda one=one: call(
            lambda world: state["slow"].complaints(one.__name__))
    yield "hostile/honest_requests_went_on", lambda: call(lambda world: state["honest"].stop())
