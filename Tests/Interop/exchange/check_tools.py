"""What everybody's tools see: HTTP/1.1 and 2 by `curl`, TLS 1.3 and the pinned key by `openssl`."""

import base64
import hashlib
import re
import subprocess
import tempfile

from check_flow import inbox
from house import envelope


def run(*words, data=b""):
    return subprocess.run(words, input=data, capture_output=True, timeout=30)


def curl(world, *words, path="/.well-known/carepass", pin=None):
    """(exit code, version of HTTP, status, body); the key is checked by curl itself."""
    pin = base64.b64encode(pin or world.daemon.pin).decode()
    result = run("curl", "-sk", "--max-time", "20", "--noproxy", "*", "--pinnedpubkey",
                 f"sha256//{pin}", "-w", "\n%{http_version} %{http_code}", *words,
                 world.daemon.base + path)
    body, _, tail = result.stdout.rpartition(b"\n")
    version, _, status = tail.decode().partition(" ")
    return result.returncode, version, status, body


def curl_both_versions(world):
    """The service document over HTTP/1.1 and 2, the same."""
    wrong, bodies = [], set()
    for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
        code, spoken, status, body = curl(world, option)
        bodies.add(body)
        if (code, spoken, status) != (0, version, "200"):
            wrong.append(f"{option}: exit {code}, HTTP/{spoken}, {status}")
    return wrong + ([] if len(bodies) == 1 else ["two documents"])


def fields_of(message):
    return [word for name, value in message.headers.items() for word in ("-H", f"{name}: {value}")]


def curl_deposits(world):
    """A signed deposit and fetch over both versions: what is signed does not depend on it."""
    wrong = []
    for option in ("--http1.1", "--http2"):
        parcel = envelope(100_000)
        path = inbox(world.athens, parcel)
        put = world.daemon.message("PUT", path, parcel).signed(world.izmir)
        with tempfile.NamedTemporaryFile(dir=world.daemon.folder) as file:
            file.write(parcel)
            file.flush()
            code, _, status, body = curl(
                world, option, "-X", "PUT", "-H", "Expect:", *fields_of(put), "--data-binary",
                f"@{file.name}", path=path)
        if (code, status) != (0, "201"):
            wrong.append(f"{option}: deposit: exit {code}, {status}")
        get = world.daemon.message("GET", path).signed(world.athens)
        code, _, status, body = curl(world, option, *fields_of(get), path=path)
        if (code, status, body) != (0, "200", parcel):
            wrong.append(f"{option}: fetch: exit {code}, {status}, {len(body)} bytes")
    return wrong


def curl_wrong_pin(world):
    """Another key is noticed (curl's exit code 90), and nothing older than TLS 1.3 is spoken."""
    wrong = []
    if curl(world, pin=bytes(32))[0] != 90:
        wrong.append("curl took another key")
    if curl(world, "--tls-max", "1.2")[0] != 35:
        wrong.append("curl spoke TLS 1.2")
    return wrong


def s_client(world, *words):
    return run("openssl", "s_client", "-connect", world.daemon.base.removeprefix("https://"),
               "-servername", "carepassd.invalid", *words)


def openssl_sees_tls_1_3(world):
    """TLS 1.3 whatever is offered, both protocols by ALPN, and the key of the invitation."""
    wrong = []
    for protocol in ("h2", "http/1.1"):
        seen = s_client(world, "-alpn", protocol)
        text = seen.stdout.decode(errors="replace")
        if "TLSv1.3, Cipher is TLS_" not in text or seen.returncode != 0:
            wrong.append(f"{protocol}: no TLS 1.3")
        if f"ALPN protocol: {protocol}" not in text:
            wrong.append(f"{protocol}: not agreed on")
        found = re.search(
            "-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
        if not found:
            return wrong + ["no certificate"]
        public = run("openssl", "x509", "-noout", "-pubkey", data=found[0].encode()).stdout
        spki = run("openssl", "pkey", "-pubin", "-outform", "DER", data=public).stdout
        if hashlib.sha256(spki).digest() != world.daemon.invite().pin:
            wrong.append("another key than the invitation's")
        subject = run("openssl", "x509", "-noout", "-subject", "-issuer", "-ext", "subjectAltName",
                      data=found[0].encode()).stdout.decode()
        if len(set(re.findall(r"CN ?= ?(.*)", subject))) != 1 or "DNS:" in subject:
            wrong.append("the certificate tells more than it must")
    return wrong


def openssl_refused_below(world):
    """TLS 1.2 and older: refused with the alert that says so."""
    wrong = []
    for version in ("-tls1_2", "-tls1_1"):
        seen = s_client(world, version, "-cipher", "ALL:@SECLEVEL=0")
        if seen.returncode == 0 or b"alert protocol version" not in seen.stderr:
            wrong.append(f"{version} is spoken, or the alert is another one")
    return wrong


CHECKS = [curl_both_versions, curl_deposits, curl_wrong_pin, openssl_sees_tls_1_3,
          openssl_refused_below]
