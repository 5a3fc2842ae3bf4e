"""Attackers with patience: each is hung up on, and none of them keeps others waiting."""

import select
import ssl
import threading
import time

from check_flow import inbox
from daemon import STRANGER
from hostile_http2 import Talk
from house import envelope

LONGEST = 100  # seconds; the daemon's own bounds are 15, 30 and 60


def ended(line, within):
    """Seconds until the other side hangs up; None when it does not."""
    start = time.monotonic()
    while (left := within - (time.monotonic() - start)) > 0:
        if isinstance(line, ssl.SSLSocket) and line.pending() or select.select(
                [line], [], [], left)[0]:
            try:
                if not line.recv(65_536):
                    return time.monotonic() - start
            except OSError:
                return time.monotonic() - start
    return None


def drip(line, data, pause, within):
    """Says `data` byte by byte for ever; seconds until the other side hangs up."""
    start, at = time.monotonic(), 0
    while time.monotonic() - start < within:
        try:
            line.sendall(data[at % len(data):at % len(data) + 1])
        except OSError:
            return time.monotonic() - start
        at += 1
        if ended(line, pause) is not None:
            return time.monotonic() - start
    return None


def silent_tcp(world):
    """TCP without TLS: 15 seconds."""
    with world.daemon.plain(STRANGER) as line:
        return ended(line, LONGEST), 10, 30


def half_a_handshake(world):
    """The beginning of a TLS record, then nothing."""
    with world.daemon.plain(STRANGER) as line:
        line.sendall(bytes.fromhex("160301020001"))
        return ended(line, LONGEST), 10, 30


def dripping_handshake(world):
    """A TLS record, a byte a second: time that was spent on talking counts too."""
    with world.daemon.plain(STRANGER) as line:
        return drip(line, bytes.fromhex("1603014000010000fc0303") + bytes(200), 1, LONGEST), 10, 30


def tls_without_request(world):
    """TLS, then nothing: 30 seconds."""
    with world.daemon.connect(STRANGER) as line:
        return ended(line, LONGEST), 20, 60


def dripping_head(world):
    """A request's head, two bytes a second."""
    with world.daemon.connect(STRANGER) as line:
        line.sendall(b"GET /.well-known/carepass HTTP/1.1\r\nHost: x\r\n")
        return drip(line, b"x: y\r\n", 0.5, LONGEST), 20, 60


def dripping_body(world):
    """A signed deposit of which the body comes in two bytes a second."""
    parcel = envelope(4_000)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel).signed(world.bern)
    with world.daemon.connect(STRANGER) as line:
        line.sendall(message.wire(close=False)[:-len(parcel)])
        return drip(line, parcel, 0.5, LONGEST), 20, 80


def idle_between_requests(world):
    """One request, then nothing for as long as one likes."""
    message = world.daemon.message("GET", "/.well-known/carepass")
    with world.daemon.connect(STRANGER) as line:
        line.sendall(message.wire(close=False))
        if world.daemon.hear(line).status != 200:
            return None, 20, 60
        return ended(line, LONGEST), 20, 60


def kept_line(world):
    """A line longer than the 15 seconds of the handshake, with a request now and then, is kept:
    an agent with a slow line must not have to begin anew."""
    message = world.daemon.message("GET", "/.well-known/carepass")
    with world.daemon.connect(STRANGER) as line:
        for pause in (0, 9, 9):
            time.sleep(pause)
            line.sendall(message.wire(close=False))
            if world.daemon.hear(line).status != 200:
                raise RuntimeError("no 200 on a line that was kept")
        # The bound of a line on which nothing comes begins anew with each request.
        return ended(line, LONGEST), 20, 60


def http2_without_preface(world):
    """HTTP/2 agreed on by ALPN, then nothing."""
    with world.daemon.connect(STRANGER, protocols=("h2",)) as line:
        return ended(line, LONGEST), 20, 95


def http2_idle(world):
    """One request over HTTP/2, then nothing, not even an answer to a ping."""
    with Talk(world) as talk:
        stream = talk.ask(talk.head())
        talk.flush()
        if talk.outcomes(stream) != [200]:
            return None, 20, 95
        return ended(talk.line, LONGEST), 20, 95


SLOW = [silent_tcp, half_a_handshake, dripping_handshake, tls_without_request, dripping_head,
        dripping_body, idle_between_requests, kept_line, http2_without_preface, http2_idle]


def hold(world):
    """Lines on which somebody still waits or talks, for a daemon that is told to stop."""
    parcel = envelope(4_000)
    message = world.daemon.message("PUT", inbox(world.athens, parcel), parcel).signed(world.izmir)
    begun = world.daemon.connect()
    begun.sendall(message.wire(close=False)[:-100])
    silent = Talk(world)
    stream = silent.ask(silent.head())
    silent.flush()
    silent.outcomes(stream)
    return [world.daemon.plain(), world.daemon.connect(), begun, silent]


class Slow:
    """Runs the slow ones beside everything else."""

    def __init__(self, world):
        self.results = {}
        self.threads = {one.__name__: threading.Thread(target=self._run, args=(one, world),
                                                       daemon=True) for one in SLOW}
        for thread in self.threads.values():
            thread.start()

    def _run(self, attack, world):
        try:
            self.results[attack.__name__] = attack(world)
        except Exception as cause:  # told where the result is looked at
            self.results[attack.__name__] = cause

    def complaints(self, name):
        self.threads[name].join(LONGEST + 20)
        result = self.results.get(name, "no result")
        if not isinstance(result, tuple):
            return [repr(result)[:200]]
        seconds, least, most = result
        if seconds is None:
            return [f"still open after {LONGEST} seconds"]
        return [] if least <= seconds <= most else [
            f"ended after {seconds:.0f} seconds, not {least} to {most}"]
