"""Does what the operators' page says, with the unpacked programs: two daemons, one that listens on
a port and one that only collects; pair, send, fetch, watch, back up, restore, stop."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from packages import output

ROOT = Path(__file__).resolve().parent.parent.parent
# The daemons run as nobody where we are root: whoever needs root to run shows here.
NOBODY = 65534
PATIENCE = 60
ENVIRONMENT = {"CAREPASS_PASSPHRASE": "example only", "PATH": os.environ["PATH"],
               "CAREPASS_OPERATOR_PASSPHRASE": "example too",
               "CAREPASS_NEW_OPERATOR_PASSPHRASE": "example too"}
# Refused and not missed: a thread that keeps its priority, and the C library's look at which kinds
# of addresses there are, without which it takes both.
NOT_MISSED = {"setpriority", "AF_NETLINK"}
STAFF = {"izmir": "dr-ayse", "athens": "dr-eleni"}
NAMES = {"izmir": "NGO Izmir", "athens": "Clinic Athens"}


def run(tally, packages):
    listed = output(packages.program("carepass"), "--help")
    missing = [name for name in ("daemon", "send", "fetch", "sync")
               if not re.search(rf"^  {name}\b", listed, re.M)]
    if missing:
        tally.skip("running", f"carepass has no command {', '.join(missing)}")
        return
    story = Story(packages)
    try:
        for step in STEPS:
            done = []
            tally.check("running", step.__name__, lambda: done.append(step(story)) or done[-1])
            if not done:
                # What follows stands on it.
                break
        if "system calls" not in story.skipped:
            tally.check("unit", "system calls", lambda: system_calls(story))
        else:
            tally.skip("unit", "strace or systemd-analyze is not installed")
    finally:
        story.end()


class Story:
    def __init__(self, packages):
        self.packages, self.place = packages, packages.place / "story"
        self.place.mkdir()
        self.running, self.skipped = {}, set()
        self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} \
            if os.geteuid() == 0 else {}
        if not (shutil.which("strace") and shutil.which("systemd-analyze")):
            self.skipped.add("system calls")
        self.metrics = free_port()
        for name in ("izmir", "spare"):
            port = free_port()
            self.config(name, f"listen = 127.0.0.1:{port}\naddress = https://127.0.0.1:{port}\n"
                        + (f"metrics = 127.0.0.1:{self.metrics}\n" if name == "izmir" else ""))
        self.config("athens", "listen = unix:socket\ncollect-seconds = 1\n")

    def folder(self, name):
        """A folder that belongs to whoever runs the daemons."""
        folder = self.place / name
        folder.mkdir(mode=0o700)
        if self.user:
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def config(self, name, text):
        folder = self.folder(f"{name}-daemon")
        file = folder / "carepassd.conf"
        file.write_text(f"data = data\n{text}")
        file.chmod(0o644)

    def daemon(self, name, *arguments):
        """One command of the daemon's program, as the daemon's user."""
        return output(self.packages.program("carepassd"), *arguments, "--config",
                      self.place / f"{name}-daemon/carepassd.conf", cwd="/", **self.user)

    def start(self, name, traced=False):
        folder = self.place / f"{name}-daemon"
        command = [str(self.packages.program("carepassd")), "run", "--config",
                   str(folder / "carepassd.conf")]
        if traced and "system calls" not in self.skipped:
            # -D: the daemon is our child, so that the signal reaches it.
            command = ["strace", "-D", "-f", "-qq", "-s", "0", "-o", str(folder / "calls"),
                       *command]
        with open(folder / "log", "ab") as log:
            before = log.tell()
            self.running[name] = subprocess.Popen(command, cwd="/", stderr=log, **self.user)
        self.wait(lambda: b'"ready"' in (folder / "log").read_bytes()[before:],
                  f"{name} is ready")

    def stop(self, name):
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=30)

    def desk(self, name, *arguments):
        """One command of a desk, answered in JSON."""
        done = output(self.packages.program("carepass"), *arguments, "--home", self.place / name,
                      "--json", cwd=self.place, env=ENVIRONMENT)
        return json.loads(done)

    def signed(self, name, *arguments):
        return self.desk(name, *arguments, "--operator", STAFF[name])

    def wait(self, happened, what):
        end = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > end:
                raise TimeoutError(f"not within {PATIENCE} s: {what}")
            time.sleep(0.1)

    def end(self):
        for process in self.running.values():
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configure_and_start(story):
    for name in STAFF:
        story.daemon(name, "check-config")
        story.start(name, traced=name == "izmir")


def others_may_use_the_socket(story):
    """Desks in the daemon's group dial in; the folder around it keeps everybody else out."""
    mode = (story.place / "athens-daemon/socket").stat().st_mode & 0o777
    return [] if mode == 0o660 else [f"the socket has the rights {mode:o}, not 660"]


def pair(story):
    for name, operator in STAFF.items():
        story.desk(name, "init", "--name", NAMES[name])
        story.desk(name, "operator", "add", operator)
        invitation = story.daemon(name, "invite").strip()
        story.signed(name, "daemon", "pair", invitation)
    for name, other in (("izmir", "athens"), ("athens", "izmir")):
        pin(story, name, other)
        story.desk(name, "sync")


def pin(story, name, other):
    """What two desks do when one hands its identity file over and reads out the fingerprint."""
    program, file = story.packages.program("carepass"), story.place / f"{other}.identity"
    file.unlink(missing_ok=True)
    output(program, "org", "export", "--home", story.place / other, "--out", file,
           env=ENVIRONMENT)
    fingerprint = output(program, "org", "fingerprint", "--home", story.place / other,
                         env=ENVIRONMENT).strip()
    story.signed(name, "peer", "add", file, "--fingerprint", fingerprint, "--trust",
                 "issue,consent,status,log,exchange,seal-net")


def send(story):
    summary = story.desk("izmir", "summary", "import", ROOT / "Demo/ips-example.json",
                         "--supplement", ROOT / "Demo/additions-izmir.json", "--cadre",
                         "psychologist")["summary"]
    story.desk("izmir", "card", "new", "--out", "card")
    story.passport = story.signed("izmir", "seal", summary, "--card",
                                  "card/consent-half.txt")["passport"]
    story.signed("izmir", "grant", story.passport, "--to", NAMES["athens"], "--sections",
                 "emergency,medication,care", "--basis", "consent", "--days", "90", "--language",
                 "ar", "--method", "audio", "--statement", ROOT / "Demo/statement-ar.txt")
    pack_and_send(story, "first.envelope")


def pack_and_send(story, file):
    story.signed("izmir", "pack", story.passport, "--to", NAMES["athens"], "--out", file)
    story.desk("izmir", "send", file, "--to", NAMES["athens"])


def fetch_and_open(story, file="first.envelope"):
    story.wait(lambda: story.desk("athens", "inbox")["waiting"], "the envelope was collected")
    [fetched] = story.desk("athens", "fetch")["fetched"]
    sent, came = story.place / file, Path(fetched["file"])
    story.signed("athens", "open", came)
    return [] if sent.read_bytes() == came.read_bytes() else ["other bytes came than were sent"]


def sync(story):
    def state():
        for name in ("athens", "izmir"):
            story.desk(name, "sync")
        return [one["state"] for one in story.desk("izmir", "inbox")["sent"]]
    story.wait(lambda: state() == ["opened"], "the sender sees that it was opened")


def watch(story):
    with urllib.request.urlopen(f"http://127.0.0.1:{story.metrics}/metrics", timeout=10) as page:
        text = page.read().decode()
    names = ("dead_parcels", "oldest_waiting_seconds")
    story.daemon("izmir", "doctor")
    return [f"no metric {name}" for name in names if name not in text]


def back_up_and_restore(story):
    story.folder("backups")
    copy = story.place / "backups/today"
    story.daemon("izmir", "backup", "--out", copy)
    if (code := story.stop("izmir")) != 0:
        return [f"SIGTERM: ended with {code}"]
    data = story.place / "izmir-daemon/data"
    data.rename(story.place / "backups/old")
    story.folder("izmir-daemon/data")
    story.daemon("izmir", "restore", "--from", copy)
    story.start("izmir")
    story.daemon("izmir", "doctor")
    return [f"{file.name} can be read by others" for file in data.iterdir()
            if file.stat().st_mode & 0o077 and file.suffix != ".crt"]


def stolen(story):
    """The machine is gone: another daemon with other keys, a new manifest, and it goes on."""
    story.stop("izmir")
    story.start("spare")
    invitation = story.daemon("spare", "invite").strip()
    story.signed("izmir", "daemon", "pair", invitation, "--stolen")
    pin(story, "athens", "izmir")
    for name in STAFF:
        story.desk(name, "sync")
    pack_and_send(story, "second.envelope")
    return fetch_and_open(story, "second.envelope")


def logs_name_nobody(story):
    """No line of a log holds a query, a parcel, a name, or what was sealed."""
    text = "".join((story.place / f"{name}-daemon/log").read_text() for name in STAFF)
    wrong = [f"a log holds {word}" for word in (*NAMES.values(), *STAFF.values(), "after=")
             if word in text]
    return wrong + (["a log holds a digest"] if re.search(r"\b[0-9a-f]{64}\b", text) else [])


def stop(story):
    codes = {name: story.stop(name) for name in list(story.running)}
    return [f"{name} ended with {code}" for name, code in codes.items() if code]


STEPS = (configure_and_start, others_may_use_the_socket, pair, send, fetch_and_open, sync, watch,
         back_up_and_restore, stolen, logs_name_nobody, stop)


def names_in(group, seen):
    """The system calls of one of systemd's groups, with those inside it."""
    for line in output("systemd-analyze", "syscall-filter", group).splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            names_in(name, seen)
        elif name and not name.startswith("#"):
            seen.add(name)
    return seen


def system_calls(story):
    """What the unit's filter would have refused to the daemon that did all of the above."""
    unit = (ROOT / "packaging/carepassd/carepassd.service").read_text()
    allowed = set()
    for groups in re.findall(r"^SystemCallFilter=(.+)$", unit, re.M):
        for group in groups.removeprefix("~").split():
            allowed = allowed - names_in(group, set()) if groups.startswith("~") \
                else names_in(group, allowed)
    text = (story.place / "izmir-daemon/calls").read_text(errors="replace")
    calls = re.findall(r"^\d+ +(\w+)\(", text, re.M)
    wrong = [f"the filter refuses {call}" for call in
             sorted(set(calls) - allowed - NOT_MISSED)]
    # The loader maps libraries to be executed; nothing may be written and executed.
    wrong += [line[:120] for line in text.splitlines()
              if "PROT_WRITE|PROT_EXEC" in line or re.search(r" mprotect\(.*PROT_EXEC", line)]
    families = set(re.findall(r" socket\((\w+)", text))
    return wrong + [f"the unit refuses {family}" for family in
                    sorted(families - {"AF_INET", "AF_INET6", "AF_UNIX"} - NOT_MISSED)] + (
        [] if len(calls) > 500 else [f"only {len(calls)} calls were seen"])
