"""Installs the daemon's package with dpkg, upgrades, removes and purges it: in a copy of this
machine's files that ends with the check, so nothing of it stays here."""
import os
import shutil
import subprocess
from pathlib import Path

# Runs inside a mount namespace of its own; everything written goes to memory.
SCRIPT = r"""
set -eu
mount -t tmpfs none "$1"
mkdir "$1/up" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
cp "$2" "$1/root/carepassd.deb"
mount -t proc proc "$1/root/proc"
mount --bind /dev "$1/root/dev"
exec chroot "$1/root" sh -eu -c '
export DEBIAN_FRONTEND=noninteractive
say() { echo "$1=$(eval "$2" 2>&1)"; }
dpkg --force-depends -i /carepassd.deb >/log 2>&1 || cat /log
say status "dpkg -s carepassd | grep ^Status"
say user "getent passwd carepassd | cut -d: -f6,7"
say folder "stat -c %U:%G:%a /var/lib/carepassd"
say enabled "ls /etc/systemd/system/multi-user.target.wants/ | grep carepassd"
say conf "su -s /bin/sh carepassd -c \"/usr/bin/carepassd check-config\" | tail -n 1"
echo kept >/var/lib/carepassd/canary
echo "# changed" >>/etc/carepassd/carepassd.conf
systemctl disable carepassd.service >/log 2>&1 || cat /log
dpkg --force-depends -i /carepassd.deb >/log 2>&1 || cat /log
say upgraded "tail -n 1 /etc/carepassd/carepassd.conf"
say disabled "ls /etc/systemd/system/multi-user.target.wants/ | grep -c carepassd || true"
dpkg -r carepassd >/log 2>&1 || cat /log
say said "grep -c \"stays, with keys\" /log"
say kept "cat /var/lib/carepassd/canary"
say program "test -e /usr/bin/carepassd && echo there || echo gone"
dpkg -P carepassd >/log 2>&1 || cat /log
say warned "grep -c \"erasing /var/lib/carepassd\" /log"
say purged "ls -d /var/lib/carepassd /etc/carepassd 2>/dev/null || echo gone"
say links "find /etc/systemd -name \"*carepassd*\" | wc -l"
'
"""
EXPECTED = {
    "status": "Status: install ok installed", "user": "/var/lib/carepassd:/usr/sbin/nologin",
    "folder": "carepassd:carepassd:700", "enabled": "carepassd.service",
    "conf": "The configuration can be read.", "upgraded": "# changed", "disabled": "0",
    "said": "1", "kept": "kept", "program": "gone", "warned": "1", "purged": "gone", "links": "0",
}


def run(tally, packages):
    if os.geteuid() != 0 or not shutil.which("unshare"):
        tally.skip("installing", "only root can make a throw-away copy of the system")
        return
    place = packages.place / "system"
    place.mkdir()
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", str(place),
         str(packages.files["carepassd"])],
        capture_output=True, text=True, check=False, timeout=300)
    if "mount" in done.stderr and "status=" not in done.stdout:
        tally.skip("installing", "this machine has no overlay file system")
        return
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    for name, wanted in EXPECTED.items():
        tally.check("installing", name, lambda: [] if found.get(name) == wanted else
                    [f"{found.get(name)!r}, not {wanted!r}; {done.stderr[-200:]}"])
    tally.check("installing", "nothing stayed here", lambda: [
        f"{path} is there" for path in ("/carepassd.deb",) if Path(path).exists()])
