"""Stored files on their way back: all of them are in their place before the rows that name them are committed."""

from __future__ import annotations

import filecmp
import os
import shutil
from typing import TYPE_CHECKING

from curbledger.backup.folder import sync

if TYPE_CHECKING:
    from pathlib import Path

_FILES = "files/"


def holds_files(folder: Path) -> bool:
    """Whether there is a file anywhere below it."""
    return folder.exists() and any(path.is_file() for path in folder.rglob("*"))


class Incoming:
    """The files of a backup, to be put in place of what is there.

    Files that are there under another content, and those that the backup has not, belong to the rows of before: they
    stay until those are gone.
    """

    def __init__(self, source: Path, inside: list[str], files: Path) -> None:
        self._source = source / _FILES
        self._names = [name.removeprefix(_FILES) for name in inside if name.startswith(_FILES)]
        self._files = files
        self._partial = files.with_name(f".{files.name}.partial")
        self._differ: list[str] = []

    def bring(self) -> None:
        """Copy them beside their folder, to the disk, and then into it, what is there already left as it is."""
        shutil.rmtree(self._partial, ignore_errors=True)
        self._partial.mkdir(parents=True)
        try:
            for name in self._names:
                target = self._partial / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self._source / name, target)
            os.sync()
            if not holds_files(self._files):
                # Nothing but empty folders: all of them in one step.
                shutil.rmtree(self._files, ignore_errors=True)
                self._partial.rename(self._files)
            else:
                self._merge()
            sync(self._files.parent)
        except BaseException:
            shutil.rmtree(self._partial, ignore_errors=True)
            raise

    def _merge(self) -> None:
        for name in self._names:
            target = self._files / name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                (self._partial / name).rename(target)
            elif not filecmp.cmp(self._partial / name, target, shallow=False):
                self._differ.append(name)

    def settle(self) -> None:
        """The rows of before are gone: their files go too."""
        for name in self._differ:
            (self._partial / name).replace(self._files / name)
        kept = set(self._names)
        for path in self._files.rglob("*"):
            if path.is_file() and path.relative_to(self._files).as_posix() not in kept:
                path.unlink()
        shutil.rmtree(self._partial, ignore_errors=True)
