"""What a server process keeps of memory that it is done with: nothing, so that its size is that of the work in hand."""

from __future__ import annotations

import ctypes
import platform

# Numbers of glibc's malloc.h, for mallopt(3).
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_BLOCK = 262_144


def give_back_at_once() -> None:
    """Let the C library return large blocks to the system when they are freed. Does nothing without glibc.

    By itself it makes an arena for each thread, and raises the size from which a block is returned with the first
    large one that is freed. A handoff's chunks of a few megabytes, printed by several threads, would then leave
    behind as many holes as there were threads, and a process would grow with the length of the answer.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    library = ctypes.CDLL(None)
    library.mallopt(_M_ARENA_MAX, 1)
    library.mallopt(_M_MMAP_THRESHOLD, _BLOCK)
