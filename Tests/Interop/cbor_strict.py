"""Deterministic CBOR and nothing else (Spec/encoding.md)."""

MAX_DEPTH = 12
MAX_ITEMS = 65536
MAX_TIME = 253_402_300_799


class Refused(Exception):
    """Input that the specification refuses. `code` follows Spec/security.md, names of refusals."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Tag:
    def __init__(self, number, content):
        self.number, self.content = number, content

    def __eq__(self, other):
        return type(other) is Tag and (self.number, self.content) == (other.number, other.content)


class OddKey:
    """A map key that is neither integer, text nor bytes; it equals only its own encoding."""

    def __init__(self, encoding):
        self.encoding = encoding

    def __eq__(self, other):
        return type(other) is OddKey and self.encoding == other.encoding

    def __hash__(self):
        return hash(("odd", self.encoding))


class _Reader:
    def __init__(self, data):
        self.data, self.at, self.items = data, 0, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Refused("coding.truncated", f"at byte {self.at}")
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, info
        if info > 27:
            raise Refused("coding.unsupportedItem", f"initial byte {first:02x}")
        if major == 7:  # floats, and simple values in two bytes
            raise Refused("coding.unsupportedItem", f"initial byte {first:02x}")
        size = 1 << (info - 24)
        value = int.from_bytes(self.take(size), "big")
        if value < (24 if size == 1 else 1 << (4 * size)):
            raise Refused("coding.notDeterministic", "a longer form than needed")
        return major, info, value

    def item(self, depth):
        if depth > MAX_DEPTH:
            raise Refused("coding.overLimit", "cborDepth")
        self.items += 1
        if self.items > MAX_ITEMS:
            raise Refused("coding.overLimit", "cborItems")
        major, _, value = self.head()
        if major == 0:
            return value
        if major == 1:
            return -1 - value
        if major == 2:
            return bytes(self.take(value))
        if major == 3:
            try:
                return self.take(value).decode("utf-8", "strict")
            except UnicodeDecodeError:
                raise Refused("coding.malformedText", "not UTF-8") from None
        if major == 4:
            self.room(value)
            return [self.item(depth + 1) for _ in range(value)]
        if major == 5:
            return self.map(value, depth)
        if major == 6:
            return Tag(value, self.item(depth + 1))
        if value in (20, 21, 22):
            return {20: False, 21: True, 22: None}[value]
        raise Refused("coding.unsupportedItem", f"simple value {value}")

    def room(self, count):
        if count > len(self.data) - self.at:
            raise Refused("coding.truncated", "a count beyond the input")

    def map(self, count, depth):
        self.room(2 * count)
        result, last = {}, None
        for _ in range(count):
            start = self.at
            key = self.item(depth + 1)
            encoding = bytes(self.data[start:self.at])
            if last is not None and encoding <= last:
                raise Refused("coding.duplicateKey" if encoding == last
                              else "coding.notDeterministic", "order of keys")
            last = encoding
            if type(key) not in (int, str, bytes):
                key = OddKey(encoding)
            result[key] = self.item(depth + 1)
        return result


def decode(data, trailing=False):
    """The one item in `data`. With `trailing`, also the place where it ends."""
    reader = _Reader(memoryview(bytes(data)).tobytes())
    item = reader.item(1)
    if trailing:
        return item, reader.at
    if reader.at != len(reader.data):
        raise Refused("coding.trailingBytes", f"after byte {reader.at}")
    return item


def _head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    raise ValueError(value)


def encode(item):
    kind = type(item)
    if item is None:
        return b"\xf6"
    if kind is bool:
        return b"\xf5" if item else b"\xf4"
    if kind is int:
        return _head(0, item) if item >= 0 else _head(1, -1 - item)
    if kind is bytes:
        return _head(2, len(item)) + item
    if kind is str:
        raw = item.encode()
        return _head(3, len(raw)) + raw
    if kind in (list, tuple):
        return _head(4, len(item)) + b"".join(encode(one) for one in item)
    if kind is dict:
        rows = sorted((key.encoding if type(key) is OddKey else encode(key), encode(value))
                      for key, value in item.items())
        return _head(5, len(rows)) + b"".join(key + value for key, value in rows)
    if kind is Tag:
        return _head(6, item.number) + encode(item.content)
    raise TypeError(kind)


# --- Words for values (encoding.md, Values) and unknown keys -------------------------------------


def _wrong(what):
    raise Refused("coding.unexpectedItem", what)


def uint(low, high):
    def check(value):
        if type(value) is not int or not low <= value <= high:
            _wrong(f"a number {low}…{high}")
        return value
    return check


def uint_or_negative(value):
    return value if type(value) is int else _wrong("a number")


def bstr(low, high=None):
    def check(value):
        if type(value) is not bytes or not low <= len(value) <= (low if high is None else high):
            _wrong(f"{low}…{high or low} bytes")
        return value
    return check


def text(most):
    def check(value):
        if type(value) is not str or not 1 <= len(value.encode()) <= most:
            _wrong(f"text of 1…{most} bytes")
        if any(ord(one) < 0x20 or 0x7F <= ord(one) <= 0x9F for one in value):
            _wrong("a control character")
        return value
    return check


def exactly(wanted):
    def check(value):
        if type(value) is not type(wanted) or value != wanted:
            _wrong(f"{wanted!r}")
        return value
    return check


def boolean(value):
    return value if type(value) is bool else _wrong("a boolean")


def array(low, high, element, ascending=False):
    def check(value):
        if type(value) is not list or not low <= len(value) <= high:
            _wrong(f"a list of {low}…{high}")
        values = [element(one) for one in value]
        if ascending and any(a >= b for a, b in zip(values, values[1:])):
            _wrong("a list in ascending order, each once")
        return values
    return check


def either(*checks):
    def check(value):
        for one in checks:
            try:
                return one(value)
            except Refused:
                continue
        _wrong("one of several forms")
    return check


time = uint(0, MAX_TIME)
digest = bstr(32)
identifier = bstr(16)
zero_or_organisation = either(exactly(0), digest)


def fields(item, required, optional=None, ignorable=False):
    """The known fields of a map, checked; unknown keys refuse, ignorable negative ones do not."""
    if type(item) is not dict:
        _wrong("a map")
    optional, result = optional or {}, {}
    for key in item:
        if key in required or key in optional:
            continue
        if not (ignorable and type(key) is int and key < 0):
            raise Refused("coding.unknownCriticalPart", repr(key)[:40])
    for key, check in required.items():
        if key not in item:
            raise Refused("coding.missingKey", str(key))
        result[key] = check(item[key])
    for key, check in optional.items():
        if key in item:
            result[key] = check(item[key])
    return result


def tagged(item, number, count):
    if type(item) is not Tag or item.number != number:
        _wrong(f"tag {number}")
    if type(item.content) is not list or len(item.content) != count:
        _wrong(f"an array of {count}")
    return item.content


def limit(data, most, name):
    if len(data) > most:
        raise Refused("coding.overLimit", name)
    return data
