#!/usr/bin/env python3
"""Counts in how many of the corpora's pictures of QR codes the text is found: by the decoder of
`carepass-scan`, by the program itself, and by PyPI's zxing-cpp with its defaults.

    .venv-bench/bin/python scripts/bench-photographs.py [--misses]

scripts/bench-paper.sh makes that Python. The pictures are in ../shared/corpora, or the folder in
CAREPASS_CORPORA; the program is in the folder in CAREPASS_BIN, or in .build/debug, and must have
been built from the sources as they are. Ends with 1 when either count of ours is the smaller one,
and when a text is found that does not stand in the picture.
"""
import argparse
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import zxingcpp
from PIL import Image, UnidentifiedImageError

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("qr-images", "dgc", "smart-health-cards")
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}
# What carepass-scan passes on: CodeLines.swift.
ALPHABET = set(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
MOST_BYTES = 2048
# Bytes stand in a QR code, and not all say in which of these.
ENCODINGS = ("utf-8", "iso-8859-1", "cp932", "gb18030", "big5")

FAIRNESS = """\
Fair comparison: carepass-scan passes on only what frames and cards are written in (QR's alphanumeric
set, 2048 bytes at most) and most of these photographs say something else, so "decoder" is its picture
decoders and finder (Sources/CImageReader) without that sieve and is held against zxing-cpp on every
picture, while the program is held against it on the pictures whose text it may pass on, without
codes of Model 1, which ISO/IEC 18004 has dropped: they stand in the decoder's count, as misses."""

DECODER = r"""
#include "image_reader.h"
#include <cstdio>
#include <cstring>
#include <vector>

static void tell(void *, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) std::printf("%02x", bytes[i]);
    std::puts("");
}

int main() {
    std::vector<uint8_t> bytes;
    for (int byte; (byte = std::getchar()) != EOF;) bytes.push_back(static_cast<uint8_t>(byte));
    const bool png = bytes.size() > 4 && std::memcmp(bytes.data(), "\x89PNG", 4) == 0;
    image_reader_picture picture;
    const auto decode = png ? image_reader_png : image_reader_jpeg;
    if (decode(bytes.data(), bytes.size(), 120000000, &picture) != IMAGE_READER_OK) return 65;
    image_reader_codes(picture.pixels, picture.width, picture.height, nullptr, tell);
    image_reader_free(&picture);
    return 0;
}
"""


# --- Readers: a picture's bytes to the set of what stands in its codes --------------------------

def run(program, picture):
    return subprocess.run([program], input=picture, capture_output=True, check=False).stdout


def built_decoder(folder):
    """The decoder of carepass-scan behind a main of its own."""
    sources = ROOT / "Sources/CImageReader"
    names = ["zxing", "libpng", "libturbojpeg"]
    flags, libraries = (shlex.split(subprocess.run(
        ["pkg-config", kind, *names], text=True, capture_output=True, check=True).stdout)
        for kind in ("--cflags", "--libs"))
    cc, cxx = ("clang", "clang++") if shutil.which("clang++") else ("cc", "c++")
    common = ["-O2", "-c", "-I", sources / "include", *flags]
    (folder / "main.cpp").write_text(DECODER)
    subprocess.run([cc, *common, sources / "images.c", "-o", folder / "images.o"], check=True)
    for source in (*sorted(sources.glob("*.cpp")), folder / "main.cpp"):
        subprocess.run([cxx, "-std=c++17", *common, source, "-o", folder / f"{source.stem}.o"],
                       check=True)
    program = folder / "decoder"
    objects = sorted(folder.glob("*.o"))
    subprocess.run([cxx, *objects, "-o", program, *libraries], check=True)
    return program


def decoder(program, picture):
    return {bytes.fromhex(line) for line in run(program, picture).decode().split()}


def whole_program(program, picture):
    return set(run(program, picture).split(b"\n")) - {b""}


def zxing(picture):
    """What is found, and whether all of it is in codes of Model 1."""
    with warnings.catch_warnings():
        # Of pillow, about palettes; it is zxing-cpp that asks it to convert.
        warnings.simplefilter("ignore")
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)),
                                       formats=zxingcpp.BarcodeFormat.QRCode)
    old = bool(found) and all(one.symbology_identifier == "]Q0" for one in found)
    return {one.bytes for one in found}, old


# --- Pictures -----------------------------------------------------------------------------------

def picture_bytes(file):
    """The file, or a PNG of it where carepass-scan does not take the format; None when damaged."""
    try:
        image = Image.open(file)
    except UnidentifiedImageError:
        return None
    if image.format in ("PNG", "JPEG"):
        return file.read_bytes()
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def prefix_text(file):
    """What the European test data say that stands in a picture, or None."""
    stem = file.stem.removesuffix("_qr")
    for folder in file.parents:
        for raw in ("2DCode/raw", "2DCode/Raw"):
            beside = folder / raw / f"{stem}.json"
            if beside.exists():
                return json.loads(beside.read_text("utf-8-sig")).get("PREFIX")
        if folder.name == "dgc":
            return None
    return None


def expected(file, row, theirs):
    """The texts in a picture, each as the set of byte strings that say it."""
    if "falsepositives" in row:
        return []
    beside = file.with_suffix(".txt")
    text = beside.read_bytes().decode() if beside.exists() else None
    if text is None and row == "dgc":
        text = prefix_text(file)
        # Some of these pictures are of another certificate than the text beside them.
        if theirs and text is not None and text.encode() not in theirs:
            text = None
    if text is None:
        # Nothing else tells: then zxing-cpp is right, and what it did not find is wrong.
        return [{one} for one in theirs]
    forms = set()
    for encoding in ENCODINGS:
        try:
            forms.add(text.encode(encoding))
        except UnicodeEncodeError:
            pass
    return [forms]


def may_pass(forms):
    return any(len(one) <= MOST_BYTES and ALPHABET.issuperset(one) for one in forms)


def sieved(texts):
    return {one for one in texts if may_pass([one])}


# --- Counting -----------------------------------------------------------------------------------

class Count:
    def __init__(self):
        self.pictures = self.decoder = self.zxing = 0
        self.may = self.program = self.zxing_may = 0

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def line(self, name):
        return (f"{name:42} {self.pictures:8} {self.decoder:8} {self.zxing:8}   "
                f"{self.may:8} {self.program:8} {self.zxing_may:8}")


def looked_at(file, row, programs, complaints, misses):
    """Counts one picture; None when the file is none."""
    picture = picture_bytes(file)
    if picture is None:
        return None
    theirs, old = zxing(picture)
    ours = decoder(programs["decoder"], picture)
    lines = whole_program(programs["program"], picture)
    texts = expected(file, row, theirs)
    count = Count()
    count.pictures = 1

    def read(found, wanted):
        return bool(wanted) and all(found & forms for forms in wanted)

    count.decoder, count.zxing = read(ours, texts), read(theirs, texts)
    passed = [] if old else [forms for forms in texts if may_pass(forms)]
    count.may = bool(passed)
    count.program, count.zxing_may = read(lines, passed), read(theirs, passed)
    # Some pictures have more codes than the one whose text is told.
    right = theirs.union(*texts) if texts else set()
    if not ours <= right or not lines <= right:
        complaints.append(f"{file}: found what does not stand in it")
    if lines != sieved(ours):
        complaints.append(f"{file}: the program and the decoder differ; was it built from these "
                          "sources?")
    if count.decoder != count.zxing:
        only = "decoder" if count.decoder else "zxing-cpp"
        misses.append(f"only {only}{', Model 1' if old else ''}: {file.name} in {row}")
    return count


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--misses", action="store_true", help="tells which pictures only one reads")
    options = options.parse_args()
    corpora = Path(os.environ.get("CAREPASS_CORPORA", ROOT.parent / "shared/corpora"))
    files = sorted(file for name in FOLDERS for file in (corpora / name).rglob("*")
                   if file.suffix.lower() in SUFFIXES)
    if not files:
        print(f"there are no pictures of QR codes in {corpora}: nothing was measured")
        return 0
    scan = Path(os.environ.get("CAREPASS_BIN", ROOT / ".build/debug")) / "carepass-scan"
    if not scan.exists():
        raise SystemExit(f"{scan} is not there: build it first, or set CAREPASS_BIN")
    rows, complaints, misses, damaged = {}, [], [], []
    with tempfile.TemporaryDirectory() as folder:
        programs = {"program": scan, "decoder": built_decoder(Path(folder))}
        for file in files:
            inside = file.relative_to(corpora)
            row = "dgc" if inside.parts[0] == "dgc" else str(inside.parent)
            count = looked_at(file, row, programs, complaints, misses)
            if count is None:
                damaged.append(str(inside))
            else:
                rows.setdefault(row, Count()).add(count)
    print(FAIRNESS)
    print(f"\n{'':42} {'all':>8} {'':8} {'':8}   {'may pass':>8}")
    print(f"{'folder':42} {'pictures':>8} {'decoder':>8} {'zxing':>8}   "
          f"{'pictures':>8} {'program':>8} {'zxing':>8}")
    total = Count()
    for row, count in rows.items():
        print(count.line(row))
        total.add(count)
    print(total.line("total"))
    if damaged:
        print(f"no pictures, left out: {', '.join(damaged)}")
    for line in misses if options.misses else []:
        print(line)
    if total.decoder < total.zxing or total.program < total.zxing_may:
        complaints.append("fewer are read than by zxing-cpp")
    for line in complaints:
        print(f"FAILED: {line}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
