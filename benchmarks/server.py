"""A real `curbledger serve`, and an agency that reads into nothing with a stopwatch."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE = 60.0
_BUFFER = 1 << 20
_LISTENS = re.compile(rb"Listening at: http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Sent:
    """One handoff as the agency saw it. Seconds from the call to the first byte and to the end of the connection."""

    first_byte: float
    whole: float
    records: int
    size: int


class Server:
    """Server processes on a free port."""

    def __init__(self, home: Path, *, workers: int, environment: Mapping[str, str]) -> None:
        self._log = home / f"server-{time.monotonic_ns()}.log"
        with self._log.open("wb") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "curbledger", "serve", "--port", "0", "--workers", str(workers)],
                env={**os.environ, **environment},
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self.port = self._listen()

    def collect(self, client: str, token: str) -> Sent:
        """The agency's call, read to the end of the connection and thrown away."""
        buffer = bytearray(_BUFFER)
        size = 0
        began = time.perf_counter()
        connection, response = self._call(client, token)
        with response:
            first = response.readinto(buffer)
            first_byte = time.perf_counter() - began
            while first:
                size += first
                first = response.readinto(buffer)
            whole = time.perf_counter() - began
        connection.close()
        return Sent(first_byte, whole, int(response.headers["X-Record-Count"]), size)

    def fetch(self, client: str, token: str) -> bytes:
        """The same, kept."""
        connection, response = self._call(client, token)
        with response:
            body = response.read()
        connection.close()
        return body

    def peak_memory(self) -> int:
        """The most bytes that one of the processes ever held."""
        master = psutil.Process(self._process.pid)
        return max(_peak(process.pid) for process in (master, *master.children(recursive=True)))

    def stop(self) -> None:
        """End it in order, or else at once."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def _call(self, client: str, token: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        body = json.dumps({"apiToken": token})
        path = f"/api/{client}/v1/violations/send_overdue_to_collections"
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise RuntimeError(f"the server answered {response.status}: {response.read()!r}")
        return connection, response

    def _listen(self) -> int:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            found = _LISTENS.search(self._log.read_bytes())
            if found:
                return int(found[1])
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self._log.read_text()}")


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])
