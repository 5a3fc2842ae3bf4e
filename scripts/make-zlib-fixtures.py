#!/usr/bin/env python3
"""Writes Tests/Fixtures/zlib.json: streams made or judged by Python's zlib, for the tests of ours.

Needs nothing but Python's standard library. The same seed is used each time; another version of
zlib may make other streams, which are as good.
"""

import json
import pathlib
import random
import zlib

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "Tests" / "Fixtures" / "zlib.json"
CHANCE = random.Random(1950)


class Bits:
    """Packs numbers lowest bit first and codes highest bit first, as DEFLATE does."""

    def __init__(self):
        self.bits = []

    def number(self, value, count):
        self.bits += [value >> i & 1 for i in range(count)]
        return self

    def code(self, value, count):
        self.bits += [value >> i & 1 for i in reversed(range(count))]
        return self

    def align(self):
        self.bits += [0] * (-len(self.bits) % 8)
        return self

    def bytes(self):
        self.align()
        groups = [self.bits[i : i + 8] for i in range(0, len(self.bits), 8)]
        return bytes(sum(bit << i for i, bit in enumerate(group)) for group in groups)


def judged(stream):
    """What zlib makes of a whole stream: its bytes and None, or None and why not."""
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(stream)
    except zlib.error:
        return None, "malformedZlib"
    if not reader.eof:
        return None, "truncated"
    return (None, "trailingBytes") if reader.unused_data else (plain, None)


def wrapped(raw, meant=b""):
    """A zlib stream around DEFLATE data, with the right checksum where there is one.

    For data that zlib refuses, `meant` is what a reader would make of it that does not see the
    fault: the checksum must not be what has the stream refused.
    """
    reader = zlib.decompressobj(-15)
    plain = meant
    try:
        plain = reader.decompress(raw)
        if reader.eof and reader.unused_data:
            raw = raw[: -len(reader.unused_data)]
    except zlib.error:
        pass
    return b"\x78\x9c" + raw + zlib.adler32(plain).to_bytes(4, "big")


def status_list(entries, share, bits):
    values = bytearray(entries * bits // 8)
    for index in CHANCE.sample(range(entries), int(entries * share)):
        values[index * bits // 8] |= CHANCE.randrange(1, 1 << bits) << index * bits % 8
    return bytes(values)


def levels():
    plains = [
        ("nothing", b"", 1),
        ("one byte", b"a", 1),
        ("zeros", bytes(1024), 1),
        ("status list of one bit, one in a hundred", status_list(4096, 0.01, 1), 1),
        ("status list of two bits, one in ten", status_list(2048, 0.1, 2), 1),
        ("noise", CHANCE.randbytes(300), 1),
        ("text", b"the person holds the paper, the paper holds the key. " * 6, 1),
        ("every byte", bytes(range(256)), 2),
        ("one byte, repeated over many longest matches", b"\x07", 5000),
        ("matches from far back", CHANCE.randbytes(600), 54),
    ]
    for name, unit, count in plains:
        plain = unit * count
        streams = [zlib.compress(plain, level) for level in range(10)]
        strategies = (zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)
        for strategy in strategies:
            for window in (9, 15):
                writer = zlib.compressobj(9, zlib.DEFLATED, window, 9, strategy)
                streams.append(writer.compress(plain) + writer.flush())
        writer = zlib.compressobj(9)
        parts = [plain[i : i + 100] for i in range(0, min(len(plain), 1000), 100)]
        if plain == b"".join(parts):
            flushed = [writer.compress(part) + writer.flush(zlib.Z_SYNC_FLUSH) for part in parts]
            streams.append(b"".join(flushed) + writer.flush())
        streams = sorted({s for s in streams if len(s) <= 1200}, key=lambda s: (len(s), s))
        assert all(judged(stream) == (plain, None) for stream in streams)
        yield {
            "name": name,
            "unit": unit.hex(),
            "count": count,
            "smallestAtLevel9": len(zlib.compress(plain, 9)),
            "streams": [stream.hex() for stream in streams],
        }


def canonical(lengths):
    codes, code = {}, 0
    for length in range(1, 16):
        for symbol, own in enumerate(lengths):
            if own == length:
                codes[symbol] = (code, length)
                code += 1
        code <<= 1
    return codes


def dynamic(literals, distances, body, least=257):
    """A last dynamic block; `body` lists symbols (s) and (code, length) or numbers as pairs."""
    literal_lengths = [0] * max(least, max(literals, default=0) + 1)
    for symbol, length in literals.items():
        literal_lengths[symbol] = length
    distance_lengths = [0] * (max(distances, default=0) + 1)
    for symbol, length in distances.items():
        distance_lengths[symbol] = length
    bits = Bits().number(5, 3)
    bits.number(len(literal_lengths) - 257, 5).number(len(distance_lengths) - 1, 5).number(15, 4)
    for symbol in (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15):
        bits.number(4 if symbol < 16 else 0, 3)
    for length in literal_lengths + distance_lengths:
        bits.code(length, 4)
    codes = (canonical(literal_lengths), canonical(distance_lengths))
    for kind, value, *rest in body:
        if kind == "extra":
            bits.number(value, rest[0])
        elif kind == "bits":
            bits.code(value, rest[0])
        else:
            bits.code(*codes[kind == "distance"][value])
    return bits.bytes()


def fixed(*codes):
    bits = Bits().number(3, 3)
    for value, count in codes:
        bits.code(value, count)
    return bits.bytes()


def code_length_code(lengths, *codes, literals=257, distances=1):
    """A dynamic header with a code-length code of one's choice, then codes (value, count)."""
    order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
    bits = Bits().number(5, 3).number(literals - 257, 5).number(distances - 1, 5).number(15, 4)
    for symbol in order:
        bits.number(lengths.get(symbol, 0), 3)
    for value, count, extra, extra_count in codes:
        bits.code(value, count).number(extra, extra_count)
    return bits.bytes()


def crafted():
    end = ("literal", 256)
    a = ("literal", 97)
    both = {97: 1, 256: 1}
    three = {97: 2, 98: 2, 256: 2, 257: 2}
    match = ("literal", 257)
    yield "whole code, no distances", dynamic(both, {}, [a, a, end])
    yield "one code of one bit", dynamic({256: 1}, {}, [end])
    yield "one code of one bit, its other bit used", dynamic({256: 1}, {}, [("bits", 1, 1)])
    yield "one code of two bits", dynamic({256: 2}, {}, [end])
    yield "literal code incomplete", dynamic({97: 2, 98: 2, 256: 2}, {}, [a, end]), b"a"
    yield "literal code over-subscribed", dynamic({97: 1, 98: 1, 256: 1}, {}, [a])
    yield "literal code over-subscribed at 15 bits", dynamic(
        {**{i: i + 1 for i in range(15)}, 15: 15, 256: 15}, {}, [("literal", 0)])
    yield "literal code of all lengths", dynamic(
        {**{i: i + 1 for i in range(14)}, 20: 15, 256: 15}, {}, [("literal", 20), end])
    yield "no end of block", dynamic({97: 1, 98: 1}, {}, [a, a])
    yield "one distance of one bit", dynamic(three, {0: 1}, [a, match, ("distance", 0), end])
    yield "one distance, its other bit used", dynamic(three, {0: 1}, [a, match, ("bits", 1, 1)])
    yield "one distance of two bits", dynamic(three, {0: 2}, [a, end]), b"a"
    yield "one distance of two bits, used", dynamic(
        three, {0: 2}, [a, match, ("distance", 0), end]), b"aaaa"
    yield "distance code incomplete", dynamic(three, {0: 2, 1: 2, 2: 2}, [a, end]), b"a"
    yield "distance code over-subscribed", dynamic(three, {0: 1, 1: 1, 2: 1}, [a, end]), b"a"
    yield "no distances, one used", dynamic(three, {}, [a, match, ("bits", 0, 1), end])
    yield "a match before the beginning", dynamic(
        three, {0: 1, 1: 1}, [a, match, ("distance", 1), end])
    yield "a match from the beginning", dynamic(
        three, {0: 1, 1: 1}, [a, a, match, ("distance", 1), end])
    yield "286 literals", dynamic({**both, 285: 0}, {}, [a, end], least=286)
    yield "287 literals", dynamic(both, {}, [a, end], least=287), b"a"
    yield "288 literals", dynamic(both, {}, [a, end], least=288), b"a"
    yield "30 distances", dynamic(three, {0: 1, 29: 1}, [a, match, ("distance", 0), end])
    yield "31 distances", dynamic(
        three, {0: 1, 30: 1}, [a, match, ("distance", 0), end]), b"aaaa"
    yield "32 distances", dynamic(
        three, {0: 1, 31: 1}, [a, match, ("distance", 0), end]), b"aaaa"
    yield "no code lengths", code_length_code({}, *[(0, 1, 0, 0)] * 260)
    yield "one code length", code_length_code({1: 1}, *[(0, 1, 0, 0)] * 260)
    yield "code lengths over-subscribed", code_length_code({0: 1, 1: 1, 2: 1}, (0, 1, 0, 0))
    yield "code lengths incomplete", code_length_code(
        {0: 2, 1: 2, 18: 2}, (2, 2, 127, 7), (2, 2, 106, 7), (1, 2, 0, 0), (1, 2, 0, 0),
        (0, 2, 0, 0), (1, 1, 0, 0))
    yield "a repeat of nothing", code_length_code({1: 1, 16: 1}, (1, 1, 0, 2))
    long = [(1, 1, 127, 7), (1, 1, 107, 7)]
    yield "zeros repeated up to the end of block", code_length_code(
        {1: 1, 18: 1}, *long, (0, 1, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0))
    yield "zeros repeated past the end", code_length_code(
        {1: 1, 18: 1}, *long, (0, 1, 0, 0), (1, 1, 0, 7))
    yield "a repeat across both codes", code_length_code(
        {1: 2, 16: 2, 18: 1}, (0, 1, 127, 7), (0, 1, 106, 7), (2, 2, 0, 0), (3, 2, 0, 2),
        (1, 1, 0, 0), literals=257, distances=2)
    yield "fixed, empty", fixed((0, 7))
    yield "fixed, length symbol 286", fixed((0x91, 8), (0b11000110, 8), (0, 5), (0, 7))
    yield "fixed, length symbol 287", fixed((0x91, 8), (0b11000111, 8), (0, 5), (0, 7))
    yield "fixed, distance symbol 30", fixed((0x91, 8), (1, 7), (30, 5), (0, 7))
    yield "fixed, distance symbol 31", fixed((0x91, 8), (1, 7), (31, 5), (0, 7))
    yield "fixed, overlapping match", fixed((0x91, 8), (1, 7), (0, 5), (0, 7))
    yield "block type 3", Bits().number(7, 3).number(0, 16).bytes()
    def stored(count, complement, data):
        return Bits().number(1, 3).align().number(count, 16).number(complement, 16).bytes() + data
    yield "stored, empty", stored(0, 0xFFFF, b"")
    yield "stored", stored(3, 0xFFFC, b"abc")
    yield "stored, complement wrong", stored(3, 0xFFFD, b"abc"), b"abc"
    yield "stored, too short", stored(4, 0xFFFB, b"abc")
    empty = Bits().number(0, 3).align().number(0, 16).number(0xFFFF, 16).bytes()
    yield "a hundred empty stored blocks", empty * 100 + stored(0, 0xFFFF, b"")


def heads():
    good = zlib.compress(b"heads")
    yield "whole", good
    for first in (0x08, 0x48, 0x68, 0x77, 0x79, 0x88, 0x98, 0xF8, 0x70):
        second = -(first << 8) % 31
        yield f"first byte {first:02x}", bytes([first, second]) + good[2:]
    far = zlib.compress(CHANCE.randbytes(300) * 2)
    yield "a match farther back than the window announced", b"\x08\x1d" + far[2:]
    yield "header check wrong", b"\x78\x9d" + good[2:]
    yield "preset dictionary", bytes([0x78, 0x20 + -(0x7820) % 31]) + good[2:]
    yield "checksum wrong", good[:-1] + bytes([good[-1] ^ 1])
    yield "checksum missing", good[:-4]
    yield "checksum cut", good[:-1]
    yield "a byte after the end", good + b"\x00"
    yield "two streams", good + good
    yield "raw DEFLATE", good[2:-4]
    yield "nothing", b""


def mutated():
    sources = [status_list(512, 0.05, 1), b"the paper holds the key " * 4, CHANCE.randbytes(24)]
    for round in range(300):
        plain = sources[round % 3]
        writer = zlib.compressobj(round % 10, zlib.DEFLATED, -15, 9, (round // 3) % 5)
        raw = bytearray(writer.compress(plain) + writer.flush())
        for _ in range(CHANCE.randrange(1, 4)):
            # Most of what can go wrong stands in the header of the first block.
            raw[min(int(CHANCE.expovariate(0.08)), len(raw) - 1)] ^= 1 << CHANCE.randrange(8)
        stream = wrapped(bytes(raw))
        if len(judged(stream)[0] or b"") <= 2000:
            yield f"damaged {round}", stream


def main():
    judged_streams = [(name, wrapped(raw, *meant)) for name, raw, *meant in crafted()]
    judged_streams += list(heads()) + list(mutated())
    verdicts = []
    for name, stream in judged_streams:
        plain, refusal = judged(stream)
        verdict = {"name": name, "stream": stream.hex()}
        verdicts.append(
            verdict | ({"plain": plain.hex()} if refusal is None else {"refusal": refusal}))
    text = json.dumps({"levels": list(levels()), "verdicts": verdicts}, indent=1)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text + "\n")
    accepted = sum("plain" in verdict for verdict in verdicts)
    print(f"{len(verdicts)} verdicts, {accepted} of them accepted; zlib {zlib.ZLIB_RUNTIME_VERSION}")


if __name__ == "__main__":
    main()
