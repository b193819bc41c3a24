"""The folder of a backup: written beside its name and renamed when all of it is on the disk; checked before use."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from curbledger.errors import Conflict, CurbledgerError, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# As `sha256sum --check` reads it.
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_PIECE = 1 << 20


class Broken(CurbledgerError):
    """This backup is not whole."""

    code = "backup_broken"


class Folder:
    """A backup under way. Every file that goes into it is digested."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._sums: dict[str, str] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A new file below the folder, to write to."""
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as opened:
            yield opened
        self._sums[name] = digest_of(path)

    def write(self, name: str, data: bytes) -> None:
        """A new file below the folder."""
        with self.file(name) as opened:
            opened.write(data)

    def copy(self, source: Path, name: str) -> None:
        """Copy a stored file."""
        with self.file(name) as opened, source.open("rb") as original:
            shutil.copyfileobj(original, opened, _PIECE)

    def seal(self) -> None:
        """Write the digests down, and bring everything to the disk."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._sums.items()))
        self.write(SUMS, lines.encode())
        # Once for all: a town has a hundred thousand pictures, and asking for each of them would take an hour.
        os.sync()
        sync(self.root)


@contextmanager
def new_folder(target: Path) -> Iterator[Folder]:
    """A backup that has its name only when it is whole. Raises Conflict where something is there already."""
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(f"{target} is there already and not empty. Name a folder that does not exist yet.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    # Personal data: nobody else reads it.
    partial.mkdir(mode=0o700)
    try:
        folder = Folder(partial)
        yield folder
        folder.seal()
        partial.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_folder(root: Path) -> list[str]:
    """Compare every file with its digest. Returns their names. Raises Invalid for no backup at all, and Broken."""
    if not (root / SUMS).is_file():
        raise Invalid(f"{root} is no backup: it has no {SUMS}.", field="dir")
    names = []
    for line in (root / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        path = root / name
        if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
            raise Broken(f"The backup is not whole: {name} is missing.")
        if digest_of(path) != digest:
            raise Broken(f"The backup is not whole: {name} was changed since it was made.")
        names.append(name)
    return names


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
