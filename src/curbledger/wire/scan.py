"""Whether a text is JSON and, if not, what is wrong and where: the same on every Python.

The standard library's parser is lenient (NaN, lone surrogates), recursive, and its messages and positions differ
between versions. So the grammar is walked here, without recursion, before that parser builds the values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DEEPEST = 32
# Counted as it would be written out, so that 1e999999 is as long as it looks.
LONGEST_NUMBER = 1000

_CLOSING = {"{": "}", "[": "]"}
_SPACE = re.compile(r"[ \t\n\r]*+")
_SCALAR = re.compile(r"true|false|null|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?)(?:[eE][+-]?([0-9]++))?")
_LENIENT = re.compile(r"-?(?:NaN|Infinity)")
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
# Possessive, so that a string that never ends is given up at once.
_STRING_INSIDE = re.compile(
    r"""(?:[^"\\\x00-\x1f]++
        |\\["\\/bfnrt]
        |\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
        |\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
    )*+""",
    re.VERBOSE,
)


class Fault(Exception):
    """What is wrong with a text, and at which character."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(slots=True)
class Scanner:
    """Walks a text once. Afterwards `objects` has the offsets of each object's keys, in the order they close."""

    text: str
    at: int = 0
    opened: list[str] = field(default_factory=list)
    keys: list[list[int]] = field(default_factory=list)
    objects: list[list[int]] = field(default_factory=list)

    def run(self) -> None:
        """Raises Fault at the first thing that is not one JSON object."""
        if self._peek() != "{":
            raise Fault(self._expected("an object"), self.at)
        value_is_due = True
        while value_is_due or self.opened:
            value_is_due = self._value() if value_is_due else self._after_value()
        if self._peek():
            raise Fault("Something follows the end of the JSON", self.at)

    def _peek(self) -> str:
        """The next character that is not space, or "" at the end."""
        character = self.text[self.at : self.at + 1]
        if character.isspace():
            self.at = self._end(_SPACE, self.at)
            character = self.text[self.at : self.at + 1]
        return character

    def _end(self, pattern: re.Pattern[str], start: int) -> int:
        """Where the pattern's match at `start` ends: at `start` itself where it has none."""
        found = pattern.match(self.text, start)
        return found.end() if found else start

    def _value(self) -> bool:
        """Reads a value, or the opening of one. True where its first member's value comes next."""
        character = self._peek()
        if character in _CLOSING:
            return self._open(character)
        if character == '"':
            self._string()
        else:
            self._scalar()
        return False

    def _open(self, bracket: str) -> bool:
        if len(self.opened) == DEEPEST:
            raise Fault(f"The nesting is deeper than {DEEPEST}", self.at)
        self.opened.append(bracket)
        self.keys.append([])
        self.at += 1
        if self._peek() == _CLOSING[bracket]:
            self._close()
            return False
        if bracket == "{":
            self._key()
        return True

    def _close(self) -> None:
        self.at += 1
        keys = self.keys.pop()
        if self.opened.pop() == "{":
            self.objects.append(keys)

    def _after_value(self) -> bool:
        """Reads what follows a value. True where it was a comma, and another value is due."""
        bracket = self.opened[-1]
        character = self._peek()
        if character == _CLOSING[bracket]:
            self._close()
            return False
        if character != ",":
            raise Fault(self._expected(f"a comma or {_CLOSING[bracket]}"), self.at)
        comma = self.at
        self.at += 1
        # The documented sample of two calls ends this way: the comma is what its author has to find.
        if self._peek() in {"}", "]"}:
            raise Fault("A comma has nothing after it", comma)
        if bracket == "{":
            self._key()
        return True

    def _key(self) -> None:
        if self._peek() != '"':
            raise Fault(self._expected("a key in double quotes"), self.at)
        self.keys[-1].append(self.at)
        self._string()
        if self._peek() != ":":
            raise Fault(self._expected("a colon"), self.at)
        self.at += 1

    def _string(self) -> None:
        start = self.at
        end = self._end(_STRING_INSIDE, start + 1)
        stopper = self.text[end : end + 1]
        if not stopper:
            raise Fault("A string is not closed", start)
        if _LONE_SURROGATE.match(self.text, end):
            raise Fault("A string holds half of a surrogate pair", end)
        if stopper == "\\":
            raise Fault("A string holds an escape that is not JSON", end)
        if stopper != '"':
            raise Fault("A string holds a control character", end)
        self.at = end + 1

    def _scalar(self) -> None:
        scalar = _SCALAR.match(self.text, self.at)
        if scalar is None:
            if _LENIENT.match(self.text, self.at):
                raise Fault("NaN and Infinity are not JSON", self.at)
            raise Fault(self._expected("a value"), self.at)
        digits, exponent = scalar.groups("")
        if len(digits) > LONGEST_NUMBER or (exponent and _reach(exponent) + len(digits) > LONGEST_NUMBER):
            raise Fault("A number has too many digits", self.at)
        self.at = scalar.end()

    def _expected(self, what: str) -> str:
        return f"Expected {what}" + ("" if self.at < len(self.text) else ", but the body ends")


def _reach(exponent: str) -> int:
    """How many digits an exponent stands for. Its own first digits are enough, and int() is slow with many."""
    return int(exponent.lstrip("0")[:6] or "0")
