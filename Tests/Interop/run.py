#!/usr/bin/env python3
"""Runs the reader that shares no code: Spec/, TestVectors/, the demo, and the CDDL files.

    run.py [--verbose]

The program is found through CAREPASS_BIN or the checkout's own build. A missing tool is a counted
skip; with CAREPASS_CI set it is a failure. The last line is `N passed, N failed, N skipped`.
"""

import os
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC, VECTORS = ROOT / "Spec", ROOT / "TestVectors"


class Tally:
    """Counts by area; tells each failure where it happens."""

    def __init__(self, verbose):
        self.areas, self.verbose = {}, verbose

    def _count(self, area, index):
        self.areas.setdefault(area, [0, 0, 0])[index] += 1

    def check(self, area, name, call):
        """`call` gives a list of complaints or nothing; an exception is a complaint."""
        try:
            wrong = call() or []
        except Exception as cause:  # whatever went wrong is this check's failure
            where = traceback.extract_tb(cause.__traceback__)[-1]
            wrong = [f"{type(cause).__name__}: {cause} ({Path(where.filename).name}:"
                     f"{where.lineno})"[:400]]
        self._count(area, 1 if wrong else 0)
        for one in wrong:
            print(f"FAILED {area}/{name}: {one}")
        if self.verbose and not wrong:
            print(f"passed {area}/{name}")

    def skip(self, area, why):
        missing_fails = bool(os.environ.get("CAREPASS_CI"))
        print(f"{'FAILED' if missing_fails else 'skipped'} {area}: {why}")
        self._count(area, 1 if missing_fails else 2)

    def finish(self):
        for area, (passed, failed, skipped) in sorted(self.areas.items()):
            print(f"{area:20} {passed:5} passed {failed:4} failed"
                  + (f" {skipped:4} skipped" if skipped else ""))
        passed, failed, skipped = (sum(one[at] for one in self.areas.values()) for at in range(3))
        print(f"{passed} passed, {failed} failed, {skipped} skipped")
        return 1 if failed else 0


def run_spec(tally):
    import check_spec
    pages = check_spec.Pages(SPEC)
    for check in check_spec.CHECKS:
        tally.check("spec", check.__name__, lambda: check(pages))


def run_vectors(tally, checker):
    import check_vectors
    if not (VECTORS / "manifest.json").exists():
        tally.check("vectors", "manifest", lambda: ["TestVectors/manifest.json is not there"])
        return
    folder = check_vectors.Folder(VECTORS)
    tally.check("vectors", "folder", folder.problems)
    for area, vector in folder.vectors():
        name = vector["scenario"]
        tally.check(area, name, lambda: folder.form(vector) + check_vectors.run(vector))
        if vector["verdict"] not in check_vectors.POSITIVE:
            continue
        if area == "cbor":
            data = bytes.fromhex(vector["input"]["bytes"])
            tally.check("cbor2", name, lambda: check_vectors.second_decoder(data))
        if checker:
            tally.check("cddl", f"{area}/{name}", lambda: check_vectors.cddl(checker, vector))


def run_standards(tally):
    """Examples of the RFCs that our requests stand on."""
    import vector_exchange
    for check in vector_exchange.RFC_CHECKS:
        tally.check("standards", check.__name__, check)


def run_demo(tally, checker):
    import check_demo
    if check_demo.program() is None:
        tally.skip("demo", "the program is not built")
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        made = []
        tally.check("demo", "make", lambda: made.append(check_demo.make(out)))
        if not made:
            return
        demo = check_demo.Demo(out)
        for check in check_demo.CHECKS:
            tally.check("demo", check.__name__, lambda: check(demo))
        if checker:
            for root, data in check_demo.cddl_objects(demo):
                tally.check("cddl", f"demo {root}", lambda: checker.check(root, data))
            for name in demo.houses:
                tally.check("cddl", f"{name}.log",
                            lambda: checker.check_export(demo.read(f"{name}.log")))


def run_cddl(tally, checker):
    """Last: each rule was used, and each refuses something."""
    for root in checker.checked:
        tally.check("cddl", f"{root} refuses null", lambda: checker.refuses(root, b"\xf6"))
        tally.check("cddl", f"{root} was checked",
                    lambda: [] if checker.checked[root] else ["nothing was checked against it"])


def main():
    tally = Tally("--verbose" in sys.argv[1:])
    try:
        import check_cddl  # noqa: F401
        import check_spec  # noqa: F401
        import check_vectors  # noqa: F401
    except ModuleNotFoundError as cause:
        if cause.name and (ROOT / "Tests" / "Interop" / f"{cause.name}.py").exists():
            raise
        tally.skip("python", f"the package '{cause.name}' is not installed (scripts/venv.sh)")
        return tally.finish()
    try:
        checker = check_cddl.Checker(SPEC)
    except ModuleNotFoundError:
        tally.skip("cddl", "the package 'pycddl' is not installed (scripts/venv.sh)")
        checker = None
    run_spec(tally)
    run_vectors(tally, checker)
    run_standards(tally)
    run_demo(tally, checker)
    if checker:
        run_cddl(tally, checker)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
