"""PgBouncer in transaction mode before a database, for tests and benchmarks. The program comes from the system."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from curbledger.database.embedded import launcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PATIENCE = 30.0
_CONFIGURATION = """\
[databases]
{name} = {address}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 400
ignore_startup_parameters = extra_float_digits
logfile = {folder}/pgbouncer.log
"""


def program() -> str | None:
    """The program, where there is one."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pgbouncer(address: Mapping[str, object], *, pool: int = 20) -> Iterator[str]:
    """A DATABASE_URL that leads through PgBouncer to the database at `address`, given in libpq's words.

    So many server connections for everybody together. Raises FileNotFoundError where the program is missing.
    """
    found = program()
    if found is None:
        raise FileNotFoundError("There is no pgbouncer.")
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    port = _free_port()
    try:
        configuration = folder / "pgbouncer.ini"
        words = " ".join(f"{name}={value}" for name, value in address.items())
        configuration.write_text(
            _CONFIGURATION.format(name=address["dbname"], address=words, port=port, pool=pool, folder=folder)
        )
        host = str(address.get("host", ""))
        owner = _owner(host) if os.geteuid() == 0 else None
        if owner is not None:
            # It refuses to be root, as PostgreSQL does, and must be able to write its log.
            for path in (folder, configuration):
                os.chown(path, *owner)
        plan: launcher.Plan = {
            "user": owner,
            "trusted": True,
            "needs": [host] if host.startswith("/") else [],
            "probe": found,
            "log": None,
        }
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", launcher.__file__, json.dumps(plan), found, "-q", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(process, port, folder / "pgbouncer.log")
            yield f"host=127.0.0.1 port={port} user={address['user']} dbname={address['dbname']}"
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(host: str) -> tuple[int, int]:
    """Who owns the folder of the database's socket; where it has none, an account that owns nothing."""
    if host.startswith("/") and Path(host).stat().st_uid != 0:
        found = Path(host).stat()
        return found.st_uid, found.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"pgbouncer did not start: {log.read_text() if log.exists() else 'it said nothing'}")
