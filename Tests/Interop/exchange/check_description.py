"""The description: valid, the one in `Spec/`, and kept to, whatever is sent."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from check_flow import digest, inbox, outbox
from house import envelope
from world import expect

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
KEPT = ("not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_headers_conformance,response_schema_conformance,unsupported_method,"
        "allow_header_conformance")
SEED, SECONDS, FEWEST = "2026", 150, 500
# What a signed run gets through at least once, of what stands behind an organisation.
TAKEN = {("GET", "inbox"), ("PUT", "inbox/{parcel}"), ("GET", "inbox/{parcel}"), ("GET", "outbox"),
         ("PUT", "outbox/{recipient}/{parcel}"), ("GET", "peers"),
         ("PUT", "peers/{peer}"), ("PUT", "identity"), ("PUT", "status-lists/{number}")}


def equals_the_file(world):
    """Byte for byte; and whoever has it is told so."""
    served = world.daemon.get("/openapi.json")
    wrong = expect(served, 200)
    if served.body != (ROOT / "Spec" / "openapi.json").read_bytes():
        wrong.append("the served description is not the one in Spec/ (was it built anew?)")
    return wrong + expect(
        world.daemon.get("/openapi.json", {"If-None-Match": served.headers["etag"]}), 304)


def is_valid(world):
    """OpenAPI 3.1, by `openapi-spec-validator`."""
    from openapi_spec_validator import OpenAPIV31SpecValidator
    description = world.daemon.get("/openapi.json").json
    return [f"{one.json_path}: {one.message}"[:200]
            for one in OpenAPIV31SpecValidator(description).iter_errors()]


class Run:
    """One run of schemathesis, in a process of its own; the two go side by side."""

    def __init__(self, world, is_signed, examples):
        parcel = envelope(2_000)
        path = inbox(world.athens, parcel)
        self.wrong = expect(world.daemon.ask(world.izmir, "PUT", path, parcel), 201)
        waiting = envelope(3_000)
        path = outbox(world.athens, world.izmir, waiting)
        self.wrong += expect(world.daemon.ask(world.athens, "PUT", path, waiting), 201)
        state = world.state(
            signed=is_signed, parcels=[digest(one).hex() for one in (parcel, waiting)])
        folders = os.pathsep.join([str(HERE), str(HERE.parent)])
        self.output = world.daemon.folder / f"schemathesis-{is_signed}"
        self.begin = (world.daemon.folder / "log").stat().st_size
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "schemathesis.cli", "run",
                 world.daemon.base + "/openapi.json", "--tls-verify", "false", "--checks", KEPT,
                 "--seed", SEED, "--max-examples", examples, "--generation-database", "none",
                 "--phases", "examples,coverage,fuzzing", "--no-color", "--request-timeout", "20",
                 "--max-redirects", "0", "--warnings", "off", "--output-truncate", "true"],
                cwd=world.daemon.folder, stdout=output, stderr=output,
                env={**os.environ, "SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": folders,
                     "PYTHONWARNINGS": "ignore", "CAREPASS_EXCHANGE_STATE": state})

    def complaints(self):
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return self.wrong + [f"not over within {SECONDS} seconds"]
        said = self.output.read_text(errors="replace")
        found = re.search(r"(\d+) generated", said)
        if code != 0:
            self.wrong.append(f"schemathesis ended with {code}\n{said[-6_000:]}")
        elif not found or int(found[1]) < FEWEST:
            self.wrong.append(f"fewer than {FEWEST} requests")
        return self.wrong


def schemathesis_unsigned(world):
    """As a stranger."""
    world.signed_run = Run(world, True, "14")
    return Run(world, False, "6").complaints()


def schemathesis_signed(world):
    """As organisations that are known here, every request well signed."""
    run = getattr(world, "signed_run", None) or Run(world, True, "14")
    world.signed_run = run
    return run.complaints()


def signed_requests_succeeded(world):
    """Signatures that fail would only ever be refused, which is documented, too, and would pass
    for a run that met every answer. By the daemon's own log, each kind of request was taken."""
    with open(world.daemon.folder / "log", "rb") as log:
        log.seek(world.signed_run.begin)
        lines = [json.loads(line) for line in log if b'"event":"request"' in line]
    taken = {(one["method"], one["route"].partition("{organisation}/")[2]) for one in lines
             if 200 <= one["status"] < 300}
    return [f"never taken: {method} {route}" for method, route in sorted(TAKEN - taken)]


CHECKS = [equals_the_file, is_valid, schemathesis_unsigned, schemathesis_signed,
          signed_requests_succeeded]
