#!/usr/bin/env python3
"""Checks the packages: what is in them, how they install, and that the operators' page works.

    run.py [--release] [--packages FOLDER] [--verbose]

Builds the packages from the debug build that is there, or with --release as they are given away,
or takes those in a folder. A missing tool is a counted skip; with CAREPASS_CI set it is a failure.
The last line is `N passed, N failed, N skipped`.
"""
import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import check_installing
import check_packages
import check_page
import check_running
from packages import Packages

ROOT = Path(__file__).resolve().parent.parent.parent


def tally_of_interop(verbose):
    """The one way in which our scripts count."""
    spec = importlib.util.spec_from_file_location("interop", ROOT / "Tests/Interop/run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Tally(verbose)


def build(configuration):
    done = subprocess.run([str(ROOT / "scripts/make-deb.sh")], cwd=ROOT, capture_output=True,
                          text=True, check=False,
                          env={**os.environ, "CONFIGURATION": configuration})
    if done.returncode:
        print(done.stdout[-2000:] + done.stderr[-2000:], file=sys.stderr)
        sys.exit(1)
    return ROOT / ".build/deb"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", action="store_true")
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    tally = tally_of_interop(options.verbose)
    configuration = "release" if options.release else "debug"
    folder = options.packages or build(configuration)
    with tempfile.TemporaryDirectory(prefix="packaging-") as place:
        packages = Packages(folder, Path(place), configuration)
        if not options.packages:
            tally.check("packages", "same bytes again",
                        lambda: packages.differ(build(configuration)))
        for part in (check_packages, check_page, check_installing, check_running):
            part.run(tally, packages)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
