#!/usr/bin/env python3
"""Damages a printed sheet in thirteen ways, mild, medium and severe, with fixed seeds, and counts how
often the envelope comes back: with `carepass scan`, and with the codes that zbar and PyPI's
zxing-cpp read from the same pictures.

    bench-paper.py [--seeds 6] [--kinds blur,noise] [--keep FOLDER]

Programs come from CAREPASS_BIN (a folder) or the checkout's own build. Bars: mild all, medium 98 %,
severe 80 %, and never another envelope; a bar that is missed ends with 1.
"""
import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parent.parent
SEVERITIES = ("mild", "medium", "severe")
BARS = {"mild": 1.0, "medium": 0.98, "severe": 0.80}


# --- Ways to damage a sheet ---------------------------------------------------------------------
# Each takes a grey picture, a number from 0 (mild) to 2 (severe) and a source of randomness.

def by(level, *values):
    return values[level]


def rotation(sheet, level, chance):
    return sheet.rotate(chance.choice([-1, 1]) * by(level, 4, 20, 45) * chance.uniform(0.7, 1),
                        Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def perspective(sheet, level, chance):
    width, height = sheet.size
    most = by(level, 0.03, 0.08, 0.14)
    corners = [(x + chance.uniform(0, most) * width * (1 if x == 0 else -1),
                y + chance.uniform(0, most) * height * (1 if y == 0 else -1))
               for x, y in ((0, 0), (width, 0), (width, height), (0, height))]
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height))):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    numbers = numpy.linalg.solve(numpy.array(rows), numpy.array(right))
    return sheet.transform(sheet.size, Image.Transform.PERSPECTIVE, numbers,
                           Image.Resampling.BICUBIC, fillcolor=255)


def blur(sheet, level, chance):
    return sheet.filter(ImageFilter.GaussianBlur(by(level, 0.8, 1.4, 2.0)))


def noise(sheet, level, chance):
    source = numpy.random.default_rng(chance.randrange(1 << 30))
    pixels = numpy.asarray(sheet, dtype=numpy.int16)
    return Image.fromarray(numpy.clip(
        pixels + source.normal(0, by(level, 20, 45, 70), pixels.shape), 0, 255).astype(numpy.uint8))


def shaded(sheet, light):
    return Image.fromarray(numpy.clip(
        numpy.asarray(sheet, dtype=numpy.float32) * light, 0, 255).astype(numpy.uint8))


def low_light(sheet, level, chance):
    """A dark room: little light, from one side, and a sensor that guesses."""
    width, height = sheet.size
    slope = numpy.linspace(1, by(level, 0.7, 0.45, 0.25), width)[None, :]
    dark = shaded(sheet, slope * by(level, 0.7, 0.45, 0.3))
    return noise(dark, 0, chance) if level else dark


def jpeg(sheet, level, chance):
    small = sheet.resize([int(side * by(level, 1, 0.8, 0.65)) for side in sheet.size],
                         Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=30)
    return Image.open(stream).convert("L")


def folds(sheet, level, chance):
    """Creases: bright and worn where the paper broke, and shaded to one side."""
    picture, (width, height) = sheet.copy(), sheet.size
    draw = ImageDraw.Draw(picture)
    for number in range(by(level, 2, 4, 7)):
        at = chance.uniform(0.1, 0.9)
        wear = by(level, 5, 10, 16)
        lean = chance.uniform(-0.02, 0.02)
        if number % 2:
            ends = ((width * (at - lean), 0), (width * (at + lean), height))
        else:
            ends = ((0, height * (at - lean)), (width, height * (at + lean)))
        draw.line(ends, fill=235, width=wear)
        draw.line([(x + wear, y + wear) for x, y in ends], fill=120, width=2)
    return picture


def stains(sheet, level, chance):
    """Water and ink: some let the code through, some do not."""
    picture, (width, height) = sheet.copy(), sheet.size
    for _ in range(by(level, 4, 9, 14)):
        radius = chance.uniform(0.4, 1) * width * by(level, 0.025, 0.04, 0.055)
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        box = (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8)
        mask = Image.new("L", sheet.size, 0)
        ImageDraw.Draw(mask).ellipse(box, fill=255)
        opaque = chance.random() < by(level, 0.3, 0.45, 0.6)
        tone = Image.new("L", sheet.size, chance.randrange(40, 120))
        picture.paste(tone if opaque else Image.blend(picture, tone, 0.45), mask=mask)
    return picture


def torn_corners(sheet, level, chance):
    picture, (width, height) = sheet.copy(), sheet.size
    draw = ImageDraw.Draw(picture)
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    for x, y in chance.sample(corners, by(level, 1, 2, 2)):
        size = by(level, 0.16, 0.22, 0.3) * width * chance.uniform(0.8, 1)
        draw.polygon([(x, y), (x + (size if x == 0 else -size), y),
                      (x, y + (size if y == 0 else -size))], fill=90)
    return picture


def glare(sheet, level, chance):
    """A lamp that the paper throws back."""
    width, height = sheet.size
    x, y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.2, 0.8) * height
    rows, columns = numpy.mgrid[0:height, 0:width]
    spot = numpy.exp(-((columns - x) ** 2 + (rows - y) ** 2)
                     / (2 * (width * by(level, 0.08, 0.12, 0.16)) ** 2))
    pixels = numpy.asarray(sheet, dtype=numpy.float32)
    return Image.fromarray(numpy.clip(
        pixels + (255 - pixels) * numpy.clip(spot * 1.4, 0, 1), 0, 255).astype(numpy.uint8))


def area_loss(sheet, level, chance):
    """A strip or a block is gone: 8, 14 and 20 in a hundred of the sheet."""
    picture, (width, height) = sheet.copy(), sheet.size
    share = by(level, 0.08, 0.14, 0.2)
    if chance.random() < 0.5:
        tall = int(height * share)
        top = chance.choice([0, height - tall])
        box = (0, top, width, top + tall)
    else:
        side = int((width * height * share) ** 0.5)
        x, y = chance.choice([0, width - side]), chance.choice([0, height - side])
        box = (x, y, x + side, y + side)
    picture.paste(255, box)
    return picture


def grey_printer(sheet, level, chance):
    """Little toner and a tired drum: grey instead of black, with pale stripes."""
    width, height = sheet.size
    pixels = numpy.asarray(sheet, dtype=numpy.float32)
    black = by(level, 110, 150, 175)
    pixels = black + pixels * (250 - black) / 255
    for _ in range(by(level, 2, 5, 9)):
        at, wide = chance.randrange(width), chance.randrange(8, by(level, 16, 30, 50))
        pixels[:, at:at + wide] = pixels[:, at:at + wide] * 0.35 + 250 * 0.65
    return noise(Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8)), 0, chance)


def few_dots(sheet, level, chance):
    """A quick scan, or what a chat program leaves of a photograph: 200, 150 and 110 dots to the
    inch."""
    scale = by(level, 200, 150, 110) / 300 * chance.uniform(1, 1.06)
    return sheet.resize([int(side * scale) for side in sheet.size], Image.Resampling.BICUBIC)


KINDS = [rotation, perspective, blur, noise, low_light, jpeg, folds, stains, torn_corners, glare,
         area_loss, grey_printer, few_dots]


# --- Readers --------------------------------------------------------------------------------------

class Bench:
    def __init__(self, folder):
        self.folder, self.bin = folder, Path(programs())
        vector = json.loads((ROOT / "TestVectors/envelope/paper-carry-half.json").read_text())
        self.envelope = bytes.fromhex(vector["input"]["envelope"])
        (folder / "printed").write_bytes(self.envelope)
        self.carepass("print", folder / "printed", "--out", folder / "sheet.pdf")
        subprocess.run(["pdftoppm", "-gray", "-r", "300", "-singlefile", folder / "sheet.pdf",
                        folder / "sheet"], check=True)
        self.sheet = Image.open(folder / "sheet.pgm").convert("L")
        found = zxingcpp.read_barcodes(self.sheet, formats=zxingcpp.BarcodeFormat.QRCode)
        self.needed = 18
        self.texts = {one.text for one in found}

    def carepass(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "CAREPASS_HOME": str(self.folder / "none")}
        return subprocess.run([self.bin / "carepass", *arguments], env=environment,
                              capture_output=True, check=False).returncode

    def ours(self, file):
        out = self.folder / "scanned"
        out.unlink(missing_ok=True)
        start = time.monotonic()
        status = self.carepass("scan", file, "--out", out)
        seconds = time.monotonic() - start
        if status == 0 and out.read_bytes() != self.envelope:
            raise SystemExit(f"another envelope came out of {file}")
        return status == 0, seconds

    def enough(self, texts):
        # A frame has 1134 characters; the header tells which, and one text is one frame.
        return len({one for one in texts if len(one) == 1134}) >= self.needed

    def zxing(self, file):
        start = time.monotonic()
        found = zxingcpp.read_barcodes(Image.open(file), formats=zxingcpp.BarcodeFormat.QRCode)
        return self.enough([one.text for one in found]), time.monotonic() - start

    def zbar(self, file):
        start = time.monotonic()
        found = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", file],
                               capture_output=True, text=True, check=False)
        return self.enough(found.stdout.split("\n")), time.monotonic() - start


def programs():
    given = os.environ.get("CAREPASS_BIN")
    if given:
        return given
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, text=True,
                           capture_output=True, check=True)
    return shown.stdout.strip().splitlines()[-1]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=6)
    options.add_argument("--kinds", default="")
    options.add_argument("--keep", default="")
    options = options.parse_args()
    kinds = [kind for kind in KINDS if not options.kinds or kind.__name__ in options.kinds]
    readers = ("ours", "zxing", "zbar")
    totals = {(severity, reader): [0, 0, 0.0] for severity in SEVERITIES for reader in readers}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        print(f"{'damage':14} {'severity':8} " + " ".join(f"{reader:>12}" for reader in readers))
        for kind in kinds:
            for level, severity in enumerate(SEVERITIES):
                rebuilt = dict.fromkeys(readers, 0)
                for seed in range(options.seeds):
                    chance = random.Random(f"{kind.__name__} {severity} {seed}")
                    name = f"{kind.__name__}-{severity}-{seed}.jpg"
                    file = Path(options.keep or folder) / name
                    kind(bench.sheet, level, chance).save(file, quality=85)
                    for reader in readers:
                        whole, seconds = getattr(bench, reader)(file)
                        rebuilt[reader] += whole
                        total = totals[severity, reader]
                        total[0] += whole
                        total[1] += 1
                        total[2] += seconds
                    if not options.keep:
                        file.unlink()
                print(f"{kind.__name__:14} {severity:8} " + " ".join(
                    f"{f'{rebuilt[reader]}/{options.seeds}':>12}" for reader in readers), flush=True)
    missed = False
    for severity in SEVERITIES:
        cells = []
        for reader in readers:
            whole, count, seconds = totals[severity, reader]
            cells.append(f"{reader} {whole}/{count}, {seconds / count:.2f} s")
        share = totals[severity, "ours"][0] / totals[severity, "ours"][1]
        verdict = "met" if share >= BARS[severity] else "MISSED"
        missed = missed or share < BARS[severity]
        print(f"{severity}: " + "; ".join(cells) + f"; bar {BARS[severity]:.0%} {verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
