"""Pictures are real, and lie where their rows say."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from curbledger.database.scope import client_scope
from curbledger.demo.dice import Dice
from curbledger.demo.pictures import Pictures, paint
from curbledger.violations.models import Attachment, Violation
from tests.demo.conftest import AT, Fill

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client


def read_png(data: bytes) -> bytes:
    """The pixels. Fails where a chunk's checksum is wrong or something is missing."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    kinds, image, at = [], b"", 8
    width = height = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        kinds.append(kind)
        image += body if kind == b"IDAT" else b""
        if kind == b"IHDR":
            width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", body)
            assert (depth, colour) == (8, 2)
        at += length + 12
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    pixels = zlib.decompress(image)
    assert len(pixels) == height * (1 + 3 * width)
    return pixels


def test_a_picture_is_a_png_of_a_few_hundred_bytes() -> None:
    pictures = [paint(Dice.of("picture", number)) for number in range(50)]

    assert len({read_png(picture) for picture in pictures}) == 50
    assert all(100 < len(picture) < 1000 for picture in pictures)


def test_every_row_has_its_file(empty_town: Client, fill_town: Fill, tmp_path: Path) -> None:
    fill_town(empty_town, 300, 100)

    with client_scope(empty_town.pk):
        rows = list(Attachment.objects.select_related("violation"))
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")}
    assert sorted(files) == sorted(row.storage_location for row in rows)
    assert 0.1 < len({row.violation_id for row in rows}) / 300 < 0.3
    for row in rows:
        read_png((tmp_path / row.storage_location).read_bytes())
        day = f"{row.created_at:%Y/%m/%d}"
        assert row.storage_location == f"oc_toma/VIOLATIONS/{day}/{row.name}.{row.extension}"


def test_a_file_that_was_there_before_is_not_removed(tmp_path: Path) -> None:
    violation = Violation(id=1, client_id=1, ticket="1-100001", issued_at=AT)
    with Pictures(tmp_path, "toma") as pictures:
        kept = pictures.take(violation, Dice.of(1))
    pictures = Pictures(tmp_path, "toma")
    pictures.take(violation, Dice.of(1))
    pictures.__exit__(RuntimeError, RuntimeError(), None)

    assert all((tmp_path / attachment.storage_location).exists() for attachment in kept)
