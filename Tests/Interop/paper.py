"""Sheets: frames, their code, and what a pile of them gives back (Spec/paper.md)."""

import io
import itertools
import subprocess
import tempfile
from pathlib import Path

import suite
import zxingcpp
from cbor_strict import Refused
from PIL import Image

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FRAME, SHARD = 756, 743
COUNTS, SHEETS = (8, 12, 16, 24, 32), range(1, 9)
CLAIMS, CHOICES = 16, 512


def malformed(what):
    raise Refused("paper.malformed", what)


def base45(text):
    if len(text) % 3 == 1 or any(one not in ALPHABET for one in text):
        malformed("not Base45")
    data = bytearray()
    for at in range(0, len(text), 3):
        digits = [ALPHABET.index(one) for one in text[at:at + 3]]
        value = sum(digit * 45 ** place for place, digit in enumerate(digits))
        size = len(digits) - 1
        if value >= 256 ** size:
            malformed("more than its bytes hold")
        data += value.to_bytes(size, "big")
    return bytes(data)


def needed(count, sheets):
    """k of a set, or None where there is no such set."""
    if count not in COUNTS or sheets not in SHEETS:
        return None
    return count - count // 4


def fill(name, count):
    """What stands behind an envelope."""
    blocks = (suite.label_hash("paper fill", name + block.to_bytes(2, "big"))
              for block in range(-(-count // 32)))
    return b"".join(blocks)[:count]


class Frame:
    def __init__(self, text):
        data = base45(text)
        if not data:
            malformed("nothing")
        if data[0] != 1:
            raise Refused("paper.unknownVersion", str(data[0]))
        if len(data) != FRAME:
            malformed("length")
        self.set, self.shard = data[1:9], data[13:]
        self.index, self.needed, self.count, self.sheets = data[9:13]
        if needed(self.count, self.sheets) != self.needed or self.index >= self.count:
            malformed("numbers")


# --- GF(256), 0x11D ------------------------------------------------------------------------------

def times(one, other):
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


INVERSE = {one: other for one in range(1, 256) for other in range(1, 256) if times(one, other) == 1}


def row(index, count):
    """How a shard is made of the data shards."""
    if index < count:
        return [int(column == index) for column in range(count)]
    return [INVERSE[index ^ column] for column in range(count)]


def scaled(shard, factor):
    table = bytes(times(value, factor) for value in range(256))
    return shard.translate(table)


def added(one, other):
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def data_shards(shards, count):
    """Solves for the data by elimination over whole rows, from any `count` shards."""
    system = [(row(index, count), shard) for index, shard in shards]
    for column in range(count):
        pivot = next(at for at in range(column, count) if system[at][0][column])
        system[column], system[pivot] = system[pivot], system[column]
        factor = INVERSE[system[column][0][column]]
        line, shard = system[column]
        system[column] = ([times(one, factor) for one in line], scaled(shard, factor))
        for at in range(count):
            factor = system[at][0][column]
            if at != column and factor:
                line, shard = system[at]
                system[at] = (
                    [one ^ times(other, factor) for one, other in zip(line, system[column][0])],
                    added(shard, scaled(system[column][1], factor)))
    return b"".join(shard for _, shard in system)


class Pile:
    """Frames as they come."""

    def __init__(self, texts):
        self.sets = {}
        for text in texts:
            try:
                one = Frame(text)
            except Refused:
                continue
            key = (one.set, one.needed, one.count, one.sheets)
            claims = self.sets.setdefault(key, {}).setdefault(one.index, [])
            if one.shard not in claims and len(claims) < CLAIMS:
                claims.append(one.shard)

    def envelope(self):
        """The one envelope: sets count whose digest holds; the fullest says why none does."""
        whole, failure = {}, None
        for (name, count, _, _), claims in sorted(
                self.sets.items(), key=lambda one: -len(one[1])):
            try:
                whole[self._rebuild(name, count, claims)] = name
            except Refused as cause:
                failure = failure or cause
        if len(whole) > 1:
            raise Refused("paper.severalSets", "two envelopes")
        if not whole:
            raise failure or Refused("paper.incomplete", "nothing")
        return next((name, found) for found, name in whole.items())

    def _rebuild(self, name, count, claims):
        if len(claims) < count:
            raise Refused("paper.incomplete", "too few")
        indices = sorted(claims, key=lambda index: (len(claims[index]), index))
        tried = 0
        for chosen in itertools.combinations(indices, count):
            for shards in itertools.product(*(claims[index] for index in chosen)):
                tried += 1
                if tried > CHOICES:
                    raise Refused("paper.damaged", "too many choices")
                found = self._inside(data_shards(list(zip(chosen, shards)), count), name)
                if found is not None:
                    return found
        raise Refused("paper.damaged", "no choice has the digest")

    @staticmethod
    def _inside(data, name):
        length = int.from_bytes(data[:4], "big")
        envelope = data[4:4 + length]
        if not 0 < length <= len(data) - 4 or suite.sha256(envelope)[:8] != name:
            return None
        return envelope if data[4 + length:] == fill(name, len(data) - 4 - length) else None


# --- Vectors -------------------------------------------------------------------------------------

def area_frame(given):
    found = Frame(given["text"])
    return {"set": found.set.hex(), "index": found.index, "needed": found.needed,
            "count": found.count, "sheets": found.sheets,
            "shard": suite.sha256(found.shard).hex()}


def area_sheets(given):
    name, envelope = Pile(given["codes"]).envelope()
    return {"set": name.hex(), "envelope": suite.sha256(envelope).hex()}


def area_image(given):
    """Codes by another decoder, within the bounds of the Spec."""
    data = bytes.fromhex(given["bytes"])
    try:
        pictures = list(drawn(data) if data.startswith(b"%PDF-") else [picture(data)])
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("image.malformed", str(error)) from None
    if not pictures:
        raise Refused("image.malformed", "no page")
    texts = {code.text for one in pictures for code in zxingcpp.read_barcodes(one)}
    return {"codes": sorted(text for text in texts if set(text) <= set(ALPHABET))}


def picture(data):
    if not data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"P5\n")):
        raise ValueError("another format")
    found = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "PPM"])
    width, height = found.size
    side = 30_000 if data.startswith(b"P5") else width + height
    if width * height > 120_000_000 or max(width, height) > side or not width * height:
        raise ValueError("too large")
    if found.mode == "I":
        raise ValueError("more than a byte a pixel")
    found.load()
    return found.convert("L")


def drawn(data):
    """Pages as another program draws them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file.pdf")
        file.write_bytes(data)
        subprocess.run(["pdftoppm", "-gray", "-scale-to", "1200", file, f"{folder}/page"],
                       capture_output=True, timeout=60, check=False)
        for page in sorted(Path(folder).glob("page*.pgm")):
            yield Image.open(page).convert("L")
