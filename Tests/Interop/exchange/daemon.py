"""A real `carepassd` in a folder of its own, and the line to it."""

import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import cbor_strict as cbor
import suite
from house import House, Key
from signing import Message

HOST, STRANGER = "127.0.0.1", "127.0.0.66"  # both are this machine: two addresses, one for attacks
IDENTITY_TYPE = "application/vnd.carepass.identity+cbor"
CONFIGURATION = """\
data = data
listen = {host}:{port}
connections = 256
connections-per-address = 64
log-level = info
"""


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Invitation:
    def __init__(self, line):
        start = "carepass-invitation-1."
        if not line.startswith(start):
            raise ValueError("not an invitation")
        item = cbor.fields(cbor.decode(suite.read_base64url(line[len(start):])), {
            1: cbor.text(256), 2: cbor.digest, 3: cbor.bstr(16), 4: cbor.time})
        self.address, self.pin, self.secret = item[1], item[2], item[3]


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The code of the problem; None when it is none."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        return self.json["type"].removeprefix("urn:carepass:problem:")

    @property
    def brief(self):
        return f"{self.status} {self.problem or self.headers.get('content-type')}"


class Daemon:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.port = binary, Path(folder), free_port()
        self.base = f"https://{HOST}:{self.port}"
        self.config = self.folder / "carepassd.conf"
        self.config.write_text(CONFIGURATION.format(host=HOST, port=self.port))
        self.process = None

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [self.binary, "run", "--config", str(self.config)], stdout=self.log, stderr=self.log)
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection((HOST, self.port), 1).close()
                self.pin = self.invite().pin
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("carepassd did not start: " + (self.folder / "log").read_text()[-500:])

    def stop(self):
        """The exit code; -9 when it did not end by itself."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.log.close()

    def invite(self):
        result = subprocess.run(
            [self.binary, "invite", "--config", str(self.config)], check=True,
            capture_output=True, text=True, timeout=30)
        return Invitation(result.stdout.strip())

    # --- The line ------------------------------------------------------------------------------

    def plain(self, source=HOST, timeout=20):
        """TCP and nothing more."""
        return socket.create_connection((HOST, self.port), timeout, (source, 0))

    def connect(self, source=HOST, timeout=20, protocols=("http/1.1",)):
        """TLS 1.3 to the pinned key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(list(protocols))
        line = context.wrap_socket(self.plain(source, timeout))
        if spki_hash(line.getpeercert(True)) != self.pin:
            raise ssl.SSLError("another key than the invitation's")
        return line

    def say(self, data, source=HOST, timeout=20, method="GET"):
        """Writes bytes on a new connection and reads one answer."""
        with self.connect(source, timeout) as line:
            line.sendall(data)
            return self.hear(line, method)

    @staticmethod
    def hear(line, method="GET"):
        response = http.client.HTTPResponse(line, method=method)
        response.begin()
        return Answer(response)

    def message(self, method, path, body=b"", headers=None):
        return Message(self.base, method, path, body, headers)

    def get(self, path, headers=None):
        """Not signed."""
        message = self.message("GET", path, headers=headers)
        del message.headers["Content-Digest"]
        return self.say(message.wire())

    def ask(self, house, method, path, body=b"", headers=None, **options):
        """Signed for a house."""
        message = self.message(method, path, body, headers)
        return self.say(message.signed(house, **options).wire(), method=method)

    # --- Organisations -------------------------------------------------------------------------

    def service(self):
        return self.get("/.well-known/carepass").json

    def exchange_key(self):
        return Key(public=suite.read_base64url(self.service()["exchangeKey"]))

    def pair(self, house, invitation=None):
        secret = suite.base64url((invitation or self.invite()).secret)
        message = self.message("POST", "/v1/pair", house.identity(), {
            "Authorization": f"Carepass-Invitation {secret}", "Content-Type": IDENTITY_TYPE})
        del message.headers["Content-Digest"]
        return self.say(message.wire())

    def paired(self, name):
        house = House(name, self.exchange_key())
        answer = self.pair(house)
        if answer.status != 204:
            raise RuntimeError(f"pairing: {answer.brief}")
        return house

    def follow(self, house, peer):
        answer = self.ask(house, "PUT", f"{house.path}/peers/{peer.text}", peer.identity())
        if answer.status != 204:
            raise RuntimeError(f"following: {answer.brief}")


def spki_hash(certificate):
    """SHA-256 over the subject public key info of a certificate in DER."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
