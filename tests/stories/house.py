"""A house for stories: a database of its own, real server processes, real sockets, and ways to disturb them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0


@dataclass
class Answer:
    """What a caller got: whole, or as much as came."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of a whole answer."""
        assert self.whole, "the answer broke off"
        found: list[dict[str, Any]] = json.loads(self.body, parse_float=Decimal)["records"]
        return found

    @property
    def ids(self) -> list[int]:
        """The violations of a whole answer."""
        return [record["ViolationID"] for record in self.records]


@dataclass
class House:
    """Commands and servers on one database."""

    url: str
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)

    def variables(self) -> dict[str, str]:
        """The environment of every process of this house."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CURBLEDGER_")}
        return {
            **kept,
            "CURBLEDGER_HOME": str(self.home),
            **({"DATABASE_URL": self.url} if self.url else {}),
            "DJANGO_SETTINGS_MODULE": "curbledger.settings",
            "CURBLEDGER_DELIVERER_BEAT": "0.3",
            "CURBLEDGER_DELIVERER_STALE": "1.5",
            "CURBLEDGER_DELIVERY_TIMEOUT": "5",
            "CURBLEDGER_STALL_TIMEOUT": "5",
            **self.environment,
        }

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run a command; returns what it printed. Its exit code is asserted."""
        done = subprocess.run(
            [sys.executable, "-m", "curbledger", *arguments],
            env=self.variables(),
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip() if expect == 0 else done.stderr.strip()

    def serve(self, workers: int = 1, *, queue: bool = False, **environment: str) -> Server:
        """Start a server on a free port, and wait until it answers. `queue`: with the queue's process."""
        server = Server.start({**self.variables(), **environment}, workers, self.home, queue=queue)
        self.servers.append(server)
        return server

    def query(self, statement: str, *parameters: Any, client: str = "oc-toma") -> list[Any]:
        """Ask the database as the bound role, in the scope of a client."""
        with psycopg.connect(self.url) as database:
            found = database.execute("SELECT id FROM client WHERE key = %s", [client]).fetchone()
            assert found is not None
            database.execute("SELECT set_config('curbledger.client_id', %s, true)", [str(found[0])])
            cursor = database.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def wait_for(self, statement: str, *parameters: Any) -> list[Any]:
        """Ask until there is a row."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            rows = self.query(statement, *parameters)
            if rows:
                return rows
            time.sleep(0.05)  # wait: between two looks at the database, with a deadline.
        raise AssertionError(f"never came true: {statement}")

    def close(self) -> None:
        """Stop what still runs."""
        for server in self.servers:
            server.stop()


def wait_until_held_up(holder: psycopg.Connection[Any]) -> None:
    """Return once somebody waits for what this connection's transaction holds."""
    deadline = time.monotonic() + PATIENCE
    # Not pg_stat_activity: a transaction sees that as it was when it first looked.
    waits = "SELECT FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    while holder.execute(waits).fetchone() is None:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.05)  # wait: between two looks at the database, with a deadline.


@dataclass
class Server:
    """One `curbledger serve`, with its worker processes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @classmethod
    def start(cls, environment: dict[str, str], workers: int, home: Path, *, queue: bool = False) -> Server:
        """Start it and wait until it listens."""
        log = home / f"server-{time.monotonic_ns()}.log"
        options = ["--port", "0", "--workers", str(workers), "--queue" if queue else "--no-queue"]
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "curbledger", "serve", *options],
                env=environment,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(rb"Listening at: http://127\.0\.0\.1:(\d+)", log.read_bytes())
            if found:
                return cls(process, int(found[1]), log)
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)  # wait: between two looks at the log, with a deadline.
        raise AssertionError(f"the server did not start: {log.read_text()}")

    def kill(self) -> None:
        """kill -9, master and workers alike: nobody gets to say goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    @contextmanager
    def connect(self, receive_buffer: int | None = None) -> Iterator[socket.socket]:
        """A bare connection."""
        with socket.socket() as connection:
            if receive_buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            connection.settimeout(PATIENCE)
            connection.connect(("127.0.0.1", self.port))
            yield connection

    def collect(self, token: str, *, code: str = "OC_TOMA", **headers: str) -> Answer:
        """The agency's call, read to the end."""
        with self.connect() as connection:
            connection.sendall(request(token, code=code, **headers))
            return read_answer(connection)


def request(token: str, *, code: str = "OC_TOMA", version: str = "1.1", **headers: str) -> bytes:
    """The bytes of the agency's call."""
    body = json.dumps({"apiToken": token})
    lines = [
        f"POST /api/{code}/v1/violations/send_overdue_to_collections HTTP/{version}",
        "Host: controller.example",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def read_answer(connection: socket.socket, first: bytes = b"") -> Answer:
    """Read until the server ends the connection, after what came `first`. `whole`: the body came to its end."""
    received = bytearray(first)
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionError:
        pass  # The answer broke off: what came is told apart below.
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    status = int(lines[0].split()[1]) if lines[0] else 0
    if headers.get("transfer-encoding") == "chunked":
        body, whole = dechunk(rest)
    else:
        length = headers.get("content-length")
        body, whole = rest, length is not None and len(rest) == int(length)
    return Answer(status, headers, body, whole)


def dechunk(data: bytes) -> tuple[bytes, bool]:
    """The body of a chunked answer, and whether its end came."""
    body = bytearray()
    while True:
        line, separator, data = data.partition(b"\r\n")
        if not separator:
            return bytes(body), False
        size = int(line, 16)
        if size == 0:
            return bytes(body), True
        if len(data) < size + 2:
            return bytes(body + data[:size]), False
        body += data[:size]
        data = data[size + 2 :]
