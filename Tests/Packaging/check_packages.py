"""What is in the packages: files, rights, dependencies, the unit."""
import re
import shutil
import subprocess
from pathlib import Path

from packages import output

ROOT = Path(__file__).resolve().parent.parent.parent
COMMON = {"/usr/bin/{0}", "/usr/share/doc/{0}/copyright", "/usr/share/doc/{0}/changelog.gz",
          "/usr/share/doc/{0}/third-party-licences.gz", "/usr/share/lintian/overrides/{0}"}
DAEMON = {"/lib/systemd/system/carepassd.service", "/etc/carepassd/carepassd.conf",
          "/usr/share/doc/carepassd/operators.md"}
# The program of the desk brings the one that reads pictures.
DESK = {"/usr/bin/carepass-scan"}
LIBRARIES = {"libc6", "libgcc-s1", "libsodium23", "libsqlite3-0", "libstdc++6"}
# What draws pages and what decodes pictures, and two packages that no program links. The daemon,
# which a thief takes and strangers call, has none of it.
PAPER = {"libcairo2", "libglib2.0-0", "libharfbuzz0b", "libpango-1.0-0", "libpangocairo-1.0-0",
         "libqrencode4", "libpng16-16", "libturbojpeg0", "libzxing2",
         "poppler-utils", "fonts-noto-core"}
OWN_FILES = {"carepass": DESK, "carepassd": DAEMON}
OWN_NEEDS = {"carepass": PAPER, "carepassd": {"adduser"}}
SCRIPTS = ["scripts/make-deb.sh", "packaging/carepassd/postinst", "packaging/carepassd/prerm",
           "packaging/carepassd/postrm"]
# What a debug build cannot have right.
DEBUG_TAGS = ("unstripped-binary-or-object,custom-library-search-path,"
              "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball")
# Of 10; less is better. What is left are the network, and a user that has a name.
EXPOSURE = 1.5


def run(tally, packages):
    tally.check("packages", "scripts", scripts)
    for name in packages.NAMES:
        tally.check("packages", f"{name} files", lambda: files(packages, name))
        tally.check("packages", f"{name} depends", lambda: depends(packages, name))
        if shutil.which("lintian"):
            tally.check("packages", f"{name} lintian", lambda: lintian(packages, name))
        else:
            tally.skip("packages", "lintian is not installed")
    tally.check("packages", "conffile", lambda: conffile(packages))
    if not shutil.which("systemd-analyze"):
        tally.skip("unit", "systemd-analyze is not installed")
        return
    tally.check("unit", "verify", lambda: verify(packages))
    tally.check("unit", "exposure", lambda: exposure(packages))


def scripts():
    for script in SCRIPTS:
        output("sh", "-n", ROOT / script)
    if shutil.which("shellcheck"):
        output("shellcheck", *(ROOT / script for script in SCRIPTS))


def files(packages, name):
    listing = packages.listing(name)
    wrong = [f"{path} belongs to {owner}" for path, (_, owner) in listing.items()
             if owner != "root/root"]
    wrong += [f"{path} is {rights}" for path, (rights, _) in listing.items()
              if "s" in rights or rights[5] == "w" or rights[8] == "w"]
    expected = {path.format(name) for path in COMMON} | OWN_FILES[name]
    found = {path for path in listing if not path.endswith("/")}
    return wrong + [f"only on one side: {path}" for path in sorted(expected ^ found)]


def depends(packages, name):
    """Nothing but what the dependency rule allows, and all of it with names of Debian."""
    # Debian renamed libraries when their times grew to 64 bits.
    names = {part.split()[0].removesuffix("t64")
             for part in packages.field(name, "Depends").split(",")}
    own = OWN_NEEDS[name]
    wrong = [f"needs {one}" for one in sorted(names - LIBRARIES - own)]
    return wrong + [f"does not need {one}"
                    for one in sorted({"libsodium23", "libsqlite3-0"} | own) if one not in names]


def lintian(packages, name):
    command = ["lintian", "--fail-on", "error,warning", "--no-tag-display-limit"]
    if packages.configuration == "debug":
        command += ["--suppress-tags", DEBUG_TAGS]
    done = subprocess.run([*command, str(packages.files[name])], capture_output=True, text=True,
                          check=False, timeout=300)
    return done.stdout.splitlines()[:10] if done.returncode else []


def conffile(packages):
    listed = output("dpkg-deb", "-I", packages.files["carepassd"], "conffiles").split()
    return [] if listed == ["/etc/carepassd/carepassd.conf"] else [f"conffiles: {listed}"]


def unit(packages):
    """The unit with the program where we unpacked it: systemd looks whether it is there."""
    text = (packages.roots["carepassd"] / "lib/systemd/system/carepassd.service").read_text()
    file = packages.place / "carepassd.service"
    file.write_text(text.replace("/usr/bin/carepassd", str(packages.program("carepassd"))))
    return file


def verify(packages):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit(packages))],
                          capture_output=True, text=True, check=False, timeout=60)
    lines = [line for line in done.stderr.splitlines() if "carepassd.service" in line]
    return lines + ([f"ended with {done.returncode}"] if done.returncode else [])


def exposure(packages):
    text = output("systemd-analyze", "security", "--offline=true", unit(packages))
    score = float(re.search(r"exposure level for .*: ([0-9.]+)", text).group(1))
    print(f"exposure of the unit: {score} of 10")
    return [] if score <= EXPOSURE else [f"{score} is more than {EXPOSURE}"]
