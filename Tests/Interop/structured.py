"""Structured fields (RFC 9651), as far as signatures need them: a dictionary of inner lists and
byte sequences; parsing, and the one serialisation."""

import base64
import re

from cbor_strict import Refused

KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
BYTES = re.compile(r":([A-Za-z0-9+/=]*):")


class Token(str):
    pass


class Other:
    """An item of a kind that no signature here has: a decimal, a date, a text for display."""

    def __init__(self, text):
        self.text = text


class Encoded(str):
    """The base64 of a byte sequence as it stands."""


class InnerList:
    def __init__(self, items, parameters):
        self.items, self.parameters = items, parameters

    def text(self):
        items = " ".join(write(item) + write_parameters(params) for item, params in self.items)
        return f"({items}){write_parameters(self.parameters)}"


class Parser:
    def __init__(self, text):
        if not text.isascii():
            raise Refused("exchange.malformed", "not ASCII")
        self.text, self.at = text, 0

    def wrong(self):
        raise Refused("exchange.malformed", f"a field, at character {self.at}")

    def next(self):
        return self.text[self.at:self.at + 1]

    def skip(self, characters=" "):
        while self.next() and self.next() in characters:
            self.at += 1

    def match(self, pattern):
        found = pattern.match(self.text, self.at)
        if not found:
            self.wrong()
        self.at = found.end()
        return found

    def dictionary(self):
        """Members by key; of one key twice the last."""
        found = {}
        self.skip()
        while self.next():
            key = self.match(KEY)[0]
            if self.next() == "=":
                self.at += 1
                found[key] = self.inner_list() if self.next() == "(" else self.item()
            else:
                found[key] = (True, self.parameters())
            self.skip(" \t")
            if not self.next():
                break
            if self.next() != ",":
                self.wrong()
            self.at += 1
            self.skip(" \t")
            if not self.next():
                self.wrong()
        return found

    def inner_list(self):
        self.at += 1
        items = []
        while True:
            self.skip()
            if self.next() == ")":
                self.at += 1
                return InnerList(items, self.parameters())
            items.append(self.item())
            if self.next() not in (" ", ")") or not self.next():
                self.wrong()

    def item(self):
        return self.bare(), self.parameters()

    def parameters(self):
        found = {}
        while self.next() == ";":
            self.at += 1
            self.skip()
            key = self.match(KEY)[0]
            found[key] = True
            if self.next() == "=":
                self.at += 1
                found[key] = self.bare()
        return found

    def bare(self):
        first = self.next()
        if first == '"':
            return re.sub(r'\\(["\\])', r"\1", self.match(STRING)[1])
        if first == ":":
            return Encoded(self.match(BYTES)[1])
        if first == "?" and self.text[self.at + 1:self.at + 2] in ("0", "1"):
            self.at += 2
            return self.text[self.at - 1] == "1"
        if first and first in "-0123456789":
            text = self.match(NUMBER)[0]
            if "." in text:
                return Other(text)
            if len(text.lstrip("-")) > 15:
                self.wrong()
            return int(text)
        if first in ("@", "%"):
            self.wrong()
        return Token(self.match(TOKEN)[0])


def write(value):
    if value is True or value is False:
        return "?1" if value else "?0"
    if type(value) is int:
        return str(value)
    if type(value) is Token:
        return str(value)
    if type(value) is Other:
        return value.text
    if type(value) is Encoded:
        return f":{value}:"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def write_parameters(parameters):
    return "".join(f";{key}" if value is True else f";{key}={write(value)}"
                   for key, value in parameters.items())


def one_member(text, name):
    """(label, value) of a field with exactly one member."""
    if len(text.encode()) > 4096:
        raise Refused("exchange.overLimit", name)
    found = Parser(text).dictionary()
    if len(found) != 1:
        raise Refused("exchange.malformed", f"{name}: not one member")
    return next(iter(found.items()))


def read_base64(text):
    """Padded, canonical base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("exchange.malformed", "base64") from None
    if base64.b64encode(data).decode() != text:
        raise Refused("exchange.malformed", "base64 in another spelling")
    return data
