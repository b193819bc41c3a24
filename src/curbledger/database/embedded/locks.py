"""Locks on files. The kernel releases them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from pathlib import Path

TICK = 0.02


class FileLock:
    """One hold on a lock file, shared or exclusive. Two objects exclude each other inside one process as well.

    It belongs to the process that took it: a forked child starts without it, and nothing that is executed
    inherits it, except where `fileno()` is passed on by hand.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        _locks.add(self)

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def fileno(self) -> int:
        """The open file that carries the lock. Whoever inherits it holds the lock until it is closed there too."""
        if self._descriptor is None:
            raise ValueError(f"{self._path} is not locked")
        return self._descriptor

    def take(self, *, shared: bool = False, patience: float = 0) -> bool:
        """Take the lock, waiting up to `patience` seconds; False where others kept it. Does nothing if held.

        It asks again and again instead of waiting in the kernel, so that a holder that hangs becomes an error.
        """
        deadline = time.monotonic() + patience
        while not self._try(fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                return False
            time.sleep(TICK)
        return True

    def release(self) -> None:
        """Give the lock up, also for children that inherited the open file. Does nothing if it is not held."""
        self._close(unlock=True)

    def hand_over(self) -> None:
        """Close this process's end; the lock stays with those who inherited the open file, if any."""
        self._close(unlock=False)

    def _try(self, operation: int) -> bool:
        with _gate:
            if self._descriptor is not None:
                return True
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            self._descriptor = descriptor
            return True

    def _close(self, *, unlock: bool) -> None:
        with _gate:
            if self._descriptor is None:
                return
            if unlock:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None


_locks: WeakSet[FileLock] = WeakSet()
# Held while a descriptor is opened or closed, and while this process forks: a child knows of every one it got.
_gate = threading.RLock()


def _in_forked_child() -> None:
    _gate.release()
    for lock in list(_locks):
        # Closed, not unlocked: the open file is the parent's too, and so would be the unlocking.
        lock.hand_over()


os.register_at_fork(before=_gate.acquire, after_in_parent=_gate.release, after_in_child=_in_forked_child)
