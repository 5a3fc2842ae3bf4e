"""What all checks share: one daemon, the houses on and around it, and the tally."""

import json
import shutil
import time
import traceback
from pathlib import Path

from daemon import Daemon
from house import House


class Tally:
    """One line for each check; complaints fail it, and so does an exception."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, call):
        start = time.monotonic()
        try:
            wrong = call() or []
        except Exception as cause:  # whatever went wrong is this check's failure
            where = traceback.extract_tb(cause.__traceback__)[-1]
            wrong = [f"{type(cause).__name__}: {cause}"[:400]
                     + f" ({Path(where.filename).name}:{where.lineno})"]
        if wrong:
            self.failed += 1
            for one in wrong:
                print(f"FAILED {name}: {one}", flush=True)
        else:
            self.passed += 1
            print(f"ok {name} ({time.monotonic() - start:.1f} s)", flush=True)

    def skip(self, name, why, is_failure):
        if is_failure:
            self.failed += 1
        else:
            self.skipped += 1
        print(f"{'FAILED' if is_failure else 'skipped'} {name}: {why}", flush=True)

    def finish(self):
        tail = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{tail}")
        return 1 if self.failed else 0


def expect(answer, status, problem=None):
    """A list with one complaint, or none. Every refusal must be problem details."""
    if status >= 400 and answer.problem is None:
        return [f"{answer.brief}: no problem details"]
    if answer.status != status or (problem and answer.problem != problem):
        return [f"{answer.brief} and not {status} {problem or ''}".rstrip()]
    if answer.problem and answer.json["status"] != status:
        return ["the status in the body is another one"]
    return []


class World:
    """Athens and Munich have mailboxes here; Athens follows Munich, Izmir and Bern, who are
    elsewhere; Oslo, elsewhere too, is followed by Munich and not by Athens; nobody knows Lund."""

    def __init__(self, binary, folder):
        self.daemon = Daemon(binary, folder)
        self.daemon.start()
        try:
            self.athens, self.munich = (self.daemon.paired(one) for one in ("Athens", "Munich"))
            self.izmir, self.bern, self.oslo, self.lund = map(
                House, ("Izmir", "Bern", "Oslo", "Lund"))
            self.befriend()
        except BaseException:
            self.daemon.stop()
            raise

    def befriend(self):
        for peer in (self.munich, self.izmir, self.bern):
            self.daemon.follow(self.athens, peer)
        for peer in (self.athens, self.oslo):
            self.daemon.follow(self.munich, peer)

    def state(self, **more):
        """For a process that tests from outside."""
        return json.dumps({
            "base": self.daemon.base,
            "invitations": [self.daemon.invite().secret.hex() for _ in range(4)],
            "houses": [{"id": one.text, "key_id": one.key_id(),
                        "seed": one.keys["exchange"].seed.hex(), "identity": one.identity().hex(),
                        "list": one.status_list().hex()}
                       for one in (self.athens, self.munich, self.izmir, self.lund)], **more})


def tool(name):
    return shutil.which(name)
