#!/usr/bin/env python3
"""Checks the package's structure: who may depend on whom, who may import what, what is linked.

Reads the package description and the import lines; exits 1 and names every rule broken.
`--self-test` feeds it broken structures and fails unless each is found.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A target depends on strictly lower rows only; the row is the number.
ROWS = {
    "CSodium": 0, "CFuzzer": 0, "CQRencode": 0, "CPangoCairo": 0, "CImageReader": 0,
    "PassportCoding": 0,
    "PassportCrypto": 1,
    "PassportTrust": 2, "PassportAudit": 2,
    "CarePassport": 3, "PassportExchange": 3,
    "PassportSecrecy": 4,
    "PassportSealing": 5,
    "PassportFHIR": 6, "PassportPaper": 6, "PassportStore": 6, "PassportClient": 6,
    "PassportServer": 7,
    "carepass": 8, "carepass-scan": 8, "carepassd": 8, "passport-vectors": 8,
    "carepass-bench": 8, "carepass-fuzz": 8, "fence-probe": 8,
}
# Modules from outside, and the only targets that may import them.
OUTSIDE = {
    "CSodium": {"PassportCrypto", "PassportSecrecy", "carepass-bench"},
    "Crypto": {"PassportCrypto", "PassportSecrecy", "carepass-bench"},
    "CFuzzer": {"carepass-fuzz"},
    "CQRencode": {"PassportPaper"}, "CPangoCairo": {"PassportPaper"},
    "CImageReader": {"carepass-scan"},
    "GRDB": {"PassportStore", "carepass-bench"}, "GRDBSQLite": {"PassportStore"},
    "RawStructuredFieldValues": {"PassportExchange"},
    # One door to a server, one to a client; both speak TLS.
    "Hummingbird": {"PassportServer"}, "HummingbirdCore": {"PassportServer"},
    "HummingbirdHTTP2": {"PassportServer"}, "HTTPTypes": {"PassportServer"},
    "NIOHTTPTypes": {"PassportServer"}, "NIOTLS": {"PassportServer"},
    "X509": {"PassportServer"}, "SwiftASN1": {"PassportServer"},
    "NIOCore": {"PassportServer", "PassportClient"}, "NIOPosix": {"PassportClient"},
    "NIOHTTP1": {"PassportServer", "PassportClient"},
    "NIOSSL": {"PassportServer", "PassportClient"},
    "Logging": {"PassportServer", "carepassd"},
    "ServiceLifecycle": {"PassportServer", "carepassd"}, "UnixSignals": {"carepassd"},
    "ArgumentParser": {"carepass", "carepass-scan", "carepassd", "passport-vectors"},
}
SYSTEM = {
    "Foundation": {"PassportFHIR", "PassportPaper", "PassportStore", "PassportClient", "PassportServer",
                   "carepass", "carepassd", "carepass-scan", "passport-vectors",
                   "carepass-bench", "carepass-fuzz"},
    "Dispatch": {"PassportClient", "PassportStore"},
    # In a release build the compiler finds `timespec` there.
    "CDispatch": {"carepass-bench"},
    "FoundationEssentials": {"PassportCrypto", "PassportSecrecy", "carepass-bench"},
    "Glibc": {"PassportSecrecy", "PassportStore", "PassportClient", "PassportServer", "carepass",
              "carepassd", "carepass-scan", "carepass-bench", "carepass-fuzz"},
    "Synchronization": {"PassportCrypto", "PassportStore", "PassportClient", "PassportServer",
                        "carepass"},
}
FORBIDDEN_IN_DAEMON = {"PassportSecrecy", "PassportSealing"}
LINKABLE = {"libsodium", "libsqlite3"}
PAPER = {"PassportPaper"}
# What draws pages, and what decodes hostile pictures, and the only programs that may link it.
PAGES = {"libqrencode", "libpangocairo-1.0", "libpango-1.0", "libgobject-2.0", "libglib-2.0",
         "libharfbuzz", "libcairo"}
PICTURES = {"libZXing", "libturbojpeg", "libpng16"}
LINKS = {"carepass": LINKABLE | PAGES, "carepassd": LINKABLE, "carepass-scan": PICTURES}
# The program that reads hostile pictures has nothing of ours but their decoders.
SCANNER = {"CImageReader"}
RUNTIME = re.compile(
    r"^(linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+|libutil|"
    r"libswift\w*|libFoundation\w*|lib_Foundation\w*|libdispatch|libBlocksRuntime|"
    r"libicu\w*|lib_FoundationICU)[.-]")
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |fileprivate |private )?"
    r"import\s+(?:struct |class |enum |func |var |protocol |typealias |let )?(\w+)", re.M)


def closure(name, targets):
    seen, todo = set(), [name]
    while todo:
        for dependency in targets.get(todo.pop(), {"deps": []})["deps"]:
            if dependency not in seen:
                seen.add(dependency)
                todo.append(dependency)
    return seen


def check(targets, products, imports, linked):
    """Returns the broken rules as texts.

    targets: {name: {"deps": [target], "products": [outside product], "kind": str}}
    products: {library product: [target]}; imports: {target: {module: file}}
    linked: {program: [shared library], or None when it was not built}
    """
    broken = []
    for name, target in targets.items():
        if target["kind"] == "test" or name == "PassportTestSupport":
            continue
        if name not in ROWS:
            broken.append(f"{name} has no row in this script")
            continue
        for dependency in target["deps"]:
            if ROWS.get(dependency, 99) >= ROWS[name]:
                broken.append(f"{name} depends sideways or upward on {dependency}")
        for product in target["products"]:
            if name not in OUTSIDE.get(product, set()):
                broken.append(f"{name} depends on {product}")
        for module, file in imports.get(name, {}).items():
            allowed = {**OUTSIDE, **SYSTEM}.get(module)
            if module in targets:
                if module not in target["deps"]:
                    broken.append(f"{file} imports {module}, which {name} does not depend on")
                elif ROWS.get(module, 99) >= ROWS[name]:
                    broken.append(f"{file} imports {module} sideways or upward")
                if module in OUTSIDE and name not in OUTSIDE[module]:
                    broken.append(f"{file} imports {module}")
            elif allowed is None or name not in allowed:
                broken.append(f"{file} imports {module}")
    for daemon in ("carepassd", "PassportServer"):
        for secret in sorted(closure(daemon, targets) & FORBIDDEN_IN_DAEMON):
            broken.append(f"{daemon} reaches {secret}: a stolen daemon could decrypt")
    for reached in sorted(closure("carepass-scan", targets) - SCANNER):
        broken.append(f"carepass-scan reaches {reached}: a hostile picture could")
    for product, members in products.items():
        for member in members:
            for target in {member} | closure(member, targets):
                if targets.get(target, {}).get("kind") == "system" and not PAPER & {member}:
                    for library in targets[target]["links"]:
                        if library not in LINKABLE:
                            broken.append(f"product {product} links {library}")
    for program, libraries in linked.items():
        if libraries is None:
            broken.append(f"{program} is not built, and nobody sees what it links")
            continue
        for library in libraries:
            stem = library.split(".so")[0]
            if not RUNTIME.match(library) and stem not in LINKS.get(program, set()):
                broken.append(f"{program} links {library}")
    return broken


def describe():
    text = subprocess.run(["swift", "package", "describe", "--type", "json"], cwd=ROOT,
                          check=True, capture_output=True, text=True).stdout
    package = json.loads(text[text.index("{"):])
    targets = {}
    for target in package["targets"]:
        kind = {"system-target": "system"}.get(target["type"], target["type"])
        links = []
        if kind == "system":
            module_map = (ROOT / target["path"] / "module.modulemap").read_text()
            links = ["lib" + name for name in re.findall(r'link "([^"]+)"', module_map)]
        targets[target["name"]] = {
            "kind": kind, "deps": target.get("target_dependencies", []),
            "products": target.get("product_dependencies", []), "links": links,
            "path": target["path"]}
    products = {p["name"]: p["targets"] for p in package["products"] if "library" in p["type"]}
    return targets, products


def read_imports(targets):
    imports = {}
    for name, target in targets.items():
        found = {}
        for file in (ROOT / target["path"]).rglob("*.swift"):
            for module in IMPORT.findall(file.read_text(encoding="utf-8")):
                found.setdefault(module, str(file.relative_to(ROOT)))
        imports[name] = found
    return imports


def read_linked():
    path = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout.strip()
    linked = {}
    for program in LINKS:
        binary = Path(path) / program
        if not binary.exists():
            linked[program] = None
            continue
        # Of the daemon all that is loaded counts; of the others what they name themselves, for
        # libraries that draw bring many more.
        if program == "carepassd":
            text = subprocess.run(["ldd", str(binary)], check=True, capture_output=True,
                                  text=True).stdout
            linked[program] = [Path(line.split()[0]).name for line in text.splitlines()
                               if line.split()]
        else:
            text = subprocess.run(["readelf", "-d", str(binary)], check=True,
                                  capture_output=True, text=True).stdout
            linked[program] = re.findall(r"\(NEEDED\).*\[(.+)\]", text)
    return linked


def self_test():
    def target(*deps, products=(), kind="library", links=()):
        return {"deps": list(deps), "products": list(products), "kind": kind,
                "links": list(links), "path": ""}
    base = {"PassportCoding": target(), "PassportCrypto": target("PassportCoding"),
            "PassportTrust": target("PassportCrypto"), "PassportAudit": target("PassportCrypto"),
            "PassportSecrecy": target("PassportCrypto")}
    cases = {
        "upward": ({**base, "PassportCoding": target("PassportCrypto")}, {}, {}, {}),
        "sideways": ({**base, "PassportTrust": target("PassportAudit")}, {}, {}, {}),
        "daemon": ({**base, "carepassd": target("PassportSecrecy")}, {}, {}, {}),
        "undeclared import": (base, {}, {"PassportTrust": {"PassportAudit": "a.swift"}}, {}),
        "second door": (base, {}, {"PassportTrust": {"Crypto": "a.swift"}}, {}),
        "foundation": (base, {}, {"PassportCoding": {"Foundation": "a.swift"}}, {}),
        "foreign C": ({**base, "CZip": target(kind="system", links=["libz"]),
                       "PassportTrust": target("CZip")}, {"P": ["PassportTrust"]}, {}, {}),
        "foreign library": (base, {}, {}, {"carepass": ["libz.so.1"]}),
        "a daemon that draws": (base, {}, {}, {"carepassd": ["libcairo.so.2"]}),
        "a daemon that is not there": (base, {}, {}, {"carepassd": None}),
        "a scanner with keys": (base, {}, {}, {"carepass-scan": ["libsodium.so.23"]}),
        "a scanner of ours": ({**base, "carepass-scan": target("PassportCoding")}, {}, {}, {}),
        "unknown target": ({**base, "Extra": target()}, {}, {}, {}),
    }
    failed = [name for name, case in cases.items() if not check(*case)]
    if check(base, {}, {}, {"carepass": ["libsodium.so.23", "libc.so.6"]}):
        failed.append("a sound structure")
    for name in failed:
        print(f"self-test: not found: {name}")
    return 1 if failed else 0


def main():
    if self_test():
        return 1
    if "--self-test" in sys.argv:
        return 0
    targets, products = describe()
    broken = check(targets, products, read_imports(targets), read_linked())
    for text in broken:
        print(f"structure: {text}")
    print(f"{len(targets)} targets checked, {len(broken)} rules broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
