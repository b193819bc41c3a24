"""Photos of tickets: real PNG files of a few hundred bytes, and the rows that name them."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Self

from curbledger.violations.violation import Attachment

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from curbledger.demo.dice import Dice
    from curbledger.violations.violation import Violation

_WIDTH, _HEIGHT = 48, 32
_SKY, _ROAD, _PLATE = bytes((176, 196, 214)), bytes((88, 88, 92)), bytes((244, 244, 238))
_HORIZON, _ROOF, _DOOR, _GROUND = 12, 9, 15, 24
# Odd, so that multiplying by it modulo 2**32 gives every name once.
_SCATTER = 2_654_435_761
_MOST = 3


class Pictures:
    """Takes pictures. Leave the `with` block by an exception, and the files it wrote are gone again."""

    def __init__(self, files: Path, folder: str) -> None:
        self._files = files
        self._folder = folder
        self._made: list[Path] = []
        self._folders: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            for path in self._made:
                path.unlink(missing_ok=True)

    def take(self, violation: Violation, dice: Dice) -> list[Attachment]:
        """One to three pictures of a ticket, written before this returns."""
        # No two tickets of the client have the same number, so no two pictures get the same name.
        number = int(violation.ticket.replace("-", ""))
        return [
            self._take_one(violation, number * _MOST + index, dice)
            for index in range(dice.choice((1, 1, 1, 2, 2, _MOST)))
        ]

    def _take_one(self, violation: Violation, number: int, dice: Dice) -> Attachment:
        taken = violation.issued_at + timedelta(seconds=dice.randint(10, 160))
        name = f"index-{number * _SCATTER % 2**32:08x}"
        location = f"{self._folder}/VIOLATIONS/{taken.astimezone(UTC):%Y/%m/%d}/{name}.png"
        self._write(self._files / location, paint(dice))
        return Attachment(
            client_id=violation.client_id,
            violation_id=violation.pk,
            storage_location=location,
            name=name,
            extension="png",
            mime="image/png",
            created_at=taken,
            unique_id=dice.uuid(),
        )

    def _write(self, path: Path, data: bytes) -> None:
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        # A file of that name can only be left from a run that was killed: it is written over, and not ours to remove.
        if not path.exists():
            self._made.append(path)
        path.write_bytes(data)


def paint(dice: Dice) -> bytes:
    """A car by the road, of some colour, as a PNG."""
    car = dice.randbytes(3)
    left, length = dice.randint(2, 10), dice.randint(24, 34)
    rows = (_row(y, left, length, car, dice) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    image = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", image), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _row(y: int, left: int, length: int, car: bytes, dice: Dice) -> bytes:
    row = bytearray((_SKY if y < _HORIZON else _ROAD) * _WIDTH)
    if _ROOF <= y < _DOOR:
        _stroke(row, left + 6, length - 12, car)
    elif _DOOR <= y < _GROUND:
        _stroke(row, left, length, car)
    elif y >= _GROUND:
        # Gravel, so that no two pictures are alike.
        for _ in range(4):
            _stroke(row, dice.randrange(_WIDTH), 1, dice.randbytes(3))
    if y in (_GROUND - 3, _GROUND - 4):
        _stroke(row, left + 1, 6, _PLATE)
    return bytes(row)


def _stroke(row: bytearray, left: int, length: int, colour: bytes) -> None:
    row[3 * left : 3 * (left + length)] = colour * length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
