"""What a server process keeps of memory that it is done with: little and the same, whatever it has handed over."""

from __future__ import annotations

import ctypes
import gc
import platform

# Numbers of glibc's malloc.h, for mallopt(3).
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
# A larger block is the system's again when it is freed. Of the smaller ones, this much stays at hand.
_BLOCK = 256 * 1024
_KEPT = 64 * 1024 * 1024
# Objects made before Python looks for those that only each other holds. A chunk makes tens of thousands that live
# as long as it does, and none that the counting of references does not free.
_YOUNG = 20_000


def settle_memory() -> None:
    """Make a server process of steady size. In each, once it has loaded what it needs, and before its threads begin.

    By itself the C library makes an arena for each thread, and raises the size from which a block is returned with the
    first large one that is freed. A handoff's chunks of a few megabytes, printed by several threads, would then leave
    behind as many holes as there were threads, and a process would grow with the length of the answer. With one arena
    the rows of the next chunk take the room of those before; to give that back after each, and to be given cleared
    pages again, was a tenth of the server's time.
    """
    # What is loaded now stays for good: Python need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    if platform.libc_ver()[0] != "glibc":
        return
    library = ctypes.CDLL(None)
    library.mallopt(_M_ARENA_MAX, 1)
    library.mallopt(_M_MMAP_THRESHOLD, _BLOCK)
    library.mallopt(_M_TRIM_THRESHOLD, _KEPT)
