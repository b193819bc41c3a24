"""A request's body: JSON, strictly (contract: "Common to every call")."""

from __future__ import annotations

import codecs
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from curbledger.refusal import Refusal
from curbledger.wire.scan import Fault, Scanner

if TYPE_CHECKING:
    from collections.abc import Iterator

_GZIP_MARK = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Number:
    """A number as it was written: 14.50 stays 14.50, and nothing is rounded.

    Equal by value to another number, and never to a boolean.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def value(self) -> Decimal:
        """Exactly what was written."""
        return Decimal(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.value == other.value

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    def __hash__(self) -> int:
        return hash(self.value)


Json: TypeAlias = "bool | str | Number | list[Json] | dict[str, Json] | None"


def parse(raw: bytes) -> dict[str, Json]:
    """The object that the body holds. Raises Refusal 9003, with what is wrong and where, and nothing else."""
    text = _decode(raw)
    scanner = Scanner(text)
    try:
        scanner.run()
        return _build(text, iter(scanner.objects))
    except Fault as fault:
        raise _refusal(fault.reason, text[: fault.offset]) from None


def _decode(raw: bytes) -> str:
    if raw.startswith(_GZIP_MARK):
        raise _refusal("The body is compressed; send it as it is", "")
    # Both would read as UTF-8 with odd characters, and the complaint would be about those.
    if raw.startswith(_UTF16_MARKS) or b"\0" in raw[:4]:
        raise _refusal("The body is not UTF-8", "")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _refusal("The body is not UTF-8", raw[: error.start].decode().removeprefix("\ufeff")) from None
    text = text.removeprefix("\ufeff")
    if not text.strip(" \t\n\r"):
        raise _refusal("The body is empty", "")
    return text


def _build(text: str, objects: Iterator[list[int]]) -> dict[str, Json]:
    """Let the standard parser build the values of a text that is known to be a JSON object.

    It hands over each object as it closes, in which order the scanner noted where their keys stand.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        offsets = next(objects)
        built: dict[str, Any] = {}
        for (key, value), offset in zip(pairs, offsets, strict=True):
            if built.setdefault(key, value) != value:
                raise Fault("A key stands twice with different values", offset)
        return built

    body: dict[str, Json] = json.loads(text, object_pairs_hook=unique, parse_int=Number, parse_float=Number)
    return body


def _refusal(reason: str, before: str) -> Refusal:
    """9003 for what stands after `before`: lines and columns count from 1."""
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return Refusal(9003, f"{reason}: line {line} column {column}.")
