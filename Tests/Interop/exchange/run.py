#!/usr/bin/env python3
"""Checks a real `carepassd` from outside, with others' programs and on loopback only.

    run.py [--only WORD]... [--keep]

The program is found through CAREPASS_BIN or the checkout's own build. A missing tool is a counted
skip; with CAREPASS_CI set it is a failure. The last line is `N passed, N failed`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(1, str(ROOT / "Tests" / "Interop"))


def program():
    folder = os.environ.get("CAREPASS_BIN")
    if not folder:
        folder = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True,
                                capture_output=True, text=True).stdout.strip()
    binary = Path(folder) / "carepassd"
    return binary if binary.exists() else None


def checks(world):
    """(name, call) of every check, in the order in which they run."""
    import check_description
    import check_flow
    import check_hostile
    import check_requests
    import check_tools
    for one in check_flow.CHECKS:
        yield f"flow/{one.__name__}", lambda: one(world)
    for one in check_requests.CHECKS:
        yield f"requests/{one.__name__}", lambda: one(world)
    for one in check_requests.REFUSED:
        yield f"requests/{one.__name__}", lambda: check_requests.refused(world, one)
    for one in check_tools.CHECKS:
        yield f"tools/{one.__name__}", lambda: one(world)
    for one in check_description.CHECKS:
        yield f"description/{one.__name__}", lambda: one(world)
    yield from check_hostile.checks(world)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", action="append", default=[], help="names that hold this word")
    parser.add_argument("--keep", action="store_true", help="keep the daemon's folder")
    options = parser.parse_args()
    import hostile_slow
    from world import Tally, World, tool
    tally, in_ci = Tally(), bool(os.environ.get("CAREPASS_CI"))
    binary = program()
    if binary is None:
        tally.skip("carepassd", "the program is not built", in_ci)
        return tally.finish()
    folder = tempfile.mkdtemp(prefix="carepass-exchange-")
    world = World(binary, folder)
    try:
        for name, call in checks(world):
            if options.only and not any(word in name for word in options.only):
                continue
            needed = {"curl": "curl", "openssl": "openssl"}.get(name.split("/")[1].split("_")[0])
            if needed and not tool(needed):
                tally.skip(name, f"there is no '{needed}'", in_ci)
            else:
                tally.check(name, call)
        tally.check("daemon/lives", lambda: (
            [] if world.daemon.process.poll() is None else ["it has ended"]))
        held = hostile_slow.hold(world)
    finally:
        code = world.daemon.stop()
        if options.keep:
            print(f"kept: {folder}")
    # Within 30 seconds, whoever still waits on some line.
    tally.check("daemon/stops", lambda: [] if code == 0 else [f"SIGTERM ended it with {code}"])
    del held  # until here
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
