"""Attacks on HTTP/2, with `h2` from PyPI. What h2 would not say is written by hand."""

import h2.config
import h2.connection
import h2.events

from check_flow import inbox
from daemon import STRANGER
from house import envelope
from world import expect

CONFIG = h2.config.H2Configuration(
    client_side=True, validate_outbound_headers=False, normalize_outbound_headers=False)


class Talk:
    """One connection."""

    def __init__(self, world, timeout=20):
        self.line = world.daemon.connect(STRANGER, timeout, protocols=("h2",))
        self.authority = world.daemon.base.removeprefix("https://").encode()
        self.h2 = h2.connection.H2Connection(CONFIG)
        self.h2.initiate_connection()
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.line.close()

    def flush(self):
        self.line.sendall(self.h2.data_to_send())

    def head(self, path=b"/.well-known/carepass", more=()):
        return [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", self.authority),
                (b":path", path), *more]

    def ask(self, fields, end=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields, end_stream=end)
        return stream

    def outcomes(self, *streams):
        """For each a status, "reset" for one that was refused, or "closed"."""
        found = {}
        while set(streams) - set(found):
            try:
                data = self.line.recv(65_536)
            except OSError:
                data = b""
            events = self.h2.receive_data(data) if data else [None]
            for event in events:
                if event is None or isinstance(event, h2.events.ConnectionTerminated):
                    return [found.get(stream, "closed") for stream in streams]
                stream = getattr(event, "stream_id", None)
                if isinstance(event, h2.events.ResponseReceived):
                    found[stream] = int(dict(event.headers)[b":status"])
                if isinstance(event, h2.events.StreamReset):
                    found.setdefault(stream, "reset")
            self.flush()
        return [found[stream] for stream in streams]


def http2_answers(world):
    """Three requests on one connection."""
    with Talk(world) as talk:
        streams = [talk.ask(talk.head(path)) for path in (
            b"/.well-known/carepass", b"/nothing", b"/v1/log/checkpoint")]
        talk.flush()
        found = talk.outcomes(*streams)
    return [] if found == [200, 404, 200] else [f"{found}"]


def http2_rapid_reset(world):
    """Two thousand requests that are called off at once (CVE-2023-44487): hung up on, and others
    are answered."""
    wrong = []
    with Talk(world) as talk:
        try:
            for _ in range(40):
                for _ in range(50):
                    talk.h2.reset_stream(talk.ask(talk.head()))
                talk.flush()
            last = talk.ask(talk.head())
            talk.flush()
            if talk.outcomes(last) != ["closed"]:
                wrong.append("it is still listened to")
        except OSError:
            pass
    return wrong + expect(world.daemon.get("/.well-known/carepass"), 200)


def http2_headers_too_long(world):
    """Fields of 40 kB in one request: refused or hung up on, never a 200."""
    with Talk(world) as talk:
        more = [(b"a%d" % number, b"x" * 400) for number in range(100)]
        try:
            stream = talk.ask(talk.head(more=more))
            talk.flush()
        except OSError:
            return []
        found = talk.outcomes(stream)[0]
    return [] if found in (431, "reset", "closed") else [f"{found}"]


def http2_head(world):
    """HEAD: answered without a body, and the line lives on."""
    with Talk(world) as talk:
        streams = [talk.ask([(b":method", b"HEAD"), *talk.head()[1:]]), talk.ask(talk.head())]
        talk.flush()
        found = talk.outcomes(*streams)
    return [] if found == [405, 200] else [f"{found}"]


def http2_endless_continuation(world):
    """A head that never ends (CVE-2024-27316 and its kin): hung up on before it is a megabyte."""
    with Talk(world) as talk:
        fields = (b"\x00\x01a\x7f\x80\x01" + b"x" * 255) * 62  # literals, name `a`, 255 bytes
        head = b"\x00\x00\x01\x01\x00\x00\x00\x00\x01\x82"
        frame = len(fields).to_bytes(3, "big") + b"\x09\x00\x00\x00\x00\x01" + fields
        try:
            talk.line.sendall(head)
            for _ in range(64):
                talk.line.sendall(frame)
            return [] if talk.outcomes(1)[0] in ("closed", "reset") else ["it is still listened to"]
        except OSError:
            return []


def http2_forbidden_fields(world):
    """Fields that HTTP/2 does not have, and two paths: refused, never taken as something else."""
    wrong = []
    for more in ([(b"transfer-encoding", b"chunked")], [(b"connection", b"close")],
                 [(b":path", b"/v1/pair")], [(b"A", b"b")], [(b"a\r\nb", b"c")]):
        with Talk(world) as talk:
            try:
                stream = talk.ask(talk.head(more=more))
                talk.flush()
            except OSError:
                continue
            found = talk.outcomes(stream)[0]
            if found not in (400, 431, "reset", "closed"):
                wrong.append(f"{more}: {found}")
    return wrong


def http2_body_shorter(world):
    """A deposit that ends before its length: refused, and no parcel."""
    parcel = envelope(300)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel).signed(world.izmir)
    fields = [(name.lower().encode(), value.encode()) for name, value in message.headers.items()]
    with Talk(world) as talk:
        head = [(b":method", b"PUT"), *talk.head(message.path.encode())[1:], *fields,
                (b"content-length", b"300")]
        try:
            stream = talk.ask(head, end=False)
            talk.h2.send_data(stream, parcel[:100], end_stream=True)
            talk.flush()
            found = talk.outcomes(stream)[0]
        except OSError:
            found = "closed"
    wrong = [] if found in (400, "reset", "closed") else [f"{found}"]
    return wrong + expect(world.daemon.ask(world.athens, "GET", message.path), 404, "not-found")


CHECKS = [http2_answers, http2_head, http2_rapid_reset, http2_headers_too_long,
          http2_endless_continuation, http2_forbidden_fields, http2_body_shorter]
