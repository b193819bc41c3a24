"""Runs one of PostgreSQL's programs; for root, as another user. A script, started as `python -I -S launcher.py`.

PostgreSQL refuses to run as root, so root must become somebody else in between, and may be in a folder which
nobody else can enter. To open that folder to everybody would be wrong. Instead the new user gets, where it
cannot do without, the one capability that lets it pass: to read and search everywhere, or, where a container
withholds that one, to override the modes of files. All of this happens between fork and exec, where a process
with threads may do next to nothing; hence a process of its own.

Arguments: a plan as JSON, then the program with its arguments.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import TypedDict


class Plan(TypedDict):
    """What is to be done before the program runs."""

    user: tuple[int, int] | None  # Its uid and gid; None: stay who we are.
    trusted: bool  # Whether that user may get a capability.
    needs: list[str]  # What that user must be able to read.
    probe: str  # A program that ends at once with --version, if it can be started at all.
    log: int | None  # Descriptor of the log: the program runs on by itself, and its number is printed.


# The exit status that says: the plan cannot be carried out, and stderr tells why.
REFUSED = 77

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def become(uid: int, gid: int, capability: int | None) -> None:
    """Become another user for good, with this capability and no other, also in what is executed next."""
    libc = ctypes.CDLL(None, use_errno=True)
    if capability is not None:
        # PostgreSQL looks for its files with access(2), which heeds capabilities only where this bit is set.
        _check(libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([gid])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    mask = 0 if capability is None else 1 << capability
    # Said in full: with the bit above, the change of user took nothing away.
    sets = (_Sets * 2)(_Sets(mask, mask, mask), _Sets(0, 0, 0))
    _check(libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(sets)))
    if capability is not None:
        _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _suffices(plan: Plan, uid: int, gid: int, capability: int | None) -> bool:
    """Try it out in a child: become the user, look at everything it needs, start a program."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        become(uid, gid, capability)
        if all(os.access(path, os.R_OK) for path in plan["needs"]):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.execv(plan["probe"], [plan["probe"], "--version"])  # noqa: S606  # there is no shell to want
    except OSError:
        pass
    os._exit(1)


def _settle(plan: Plan) -> None:
    """Become the user of the plan with as little more as will do, or end with an explanation."""
    if plan["user"] is None:
        return
    uid, gid = plan["user"]
    capabilities = (None, _CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if plan["trusted"] else (None,)
    for capability in capabilities:
        if _suffices(plan, uid, gid, capability):
            become(uid, gid, capability)
            return
    sys.stderr.write(
        f"PostgreSQL refuses root, and user {uid}, as which it would have to run, cannot reach all of "
        f"{', '.join(plan['needs'])} or cannot be given a capability for it\n"
    )
    sys.exit(REFUSED)


def main() -> None:
    """Carry out the plan."""
    plan: Plan = json.loads(sys.argv[1])
    program = sys.argv[2:]
    os.umask(0o077)
    os.chdir("/")
    _settle(plan)
    if plan["log"] is not None:
        child = os.fork()
        if child:
            sys.stdout.write(f"{child}\n")
            return
        # A session of its own: Ctrl-C in the terminal is not for the database.
        os.setsid()
        os.dup2(plan["log"], 1)
        os.dup2(plan["log"], 2)
        os.close(plan["log"])
    os.execv(program[0], program)  # noqa: S606  # there is no shell to want


if __name__ == "__main__":
    main()
