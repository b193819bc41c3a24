"""Behind a pooler a backup would change settings of sessions that it shares: it is refused."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.stories.house import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Make = Callable[[str], House]


class Pooler:
    """Passes everything on, and gives each session a number of its own, as poolers do."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                threading.Thread(target=self._pass_on, args=(caller, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, caller), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with source, target, suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)

    def _answer(self, server: socket.socket, caller: socket.socket) -> None:
        with suppress(OSError, EOFError), server.makefile("rb") as messages:
            kind = b""
            # Z: the server is ready for the first statement.
            while kind != b"Z":
                kind, length = messages.read(1), messages.read(4)
                body = messages.read(struct.unpack("!i", length)[0] - 4)
                # K: the number of the session, and its secret.
                caller.sendall(kind + length + (struct.pack("!ii", 7, 7) if kind == b"K" else body))
            while piece := messages.read1(65536):
                caller.sendall(piece)


@contextmanager
def pooled(house: House) -> Iterator[House]:
    """The same house by way of a pooler."""
    parts = dict(re.findall(r"(\w+)=(\S+)", house.url))
    pooler = Pooler(f"{parts['host']}/.s.PGSQL.{parts.get('port', '5432')}")
    parts |= {"host": "127.0.0.1", "port": str(pooler.port), "sslmode": "disable", "gssencmode": "disable"}
    yield House(" ".join(f"{name}={value}" for name, value in parts.items()), house.home)
    pooler.close()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_pooler_is_refused(external: Make, tmp_path: Path, command: str) -> None:
    house = external("old")
    house.run("migrate")
    kept = tmp_path / "kept"
    house.run("backup", str(kept))
    with pooled(house) as behind:
        assert "up to date" in behind.run("migrate")
        target = {"backup": tmp_path / "other", "restore": kept}[command]
        said = behind.run(command, str(target), expect=1)
    assert "leads to a pooler" in said
    assert not (tmp_path / "other").exists()
