"""`make demo`: a database, a client with data, a token, and the server; says what to try just before it serves.

Again: takes the data and the token that are there. Everything lies in CURBLEDGER_HOME, ./var unless set.
"""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import shlex
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CODE = "OC_TOMA"
VIOLATIONS = 2000
OVERDUE = 400
EMAIL = "demo@example.org"
LAST_PORT = 65535

CURBLEDGER = Path(sys.executable).with_name("curbledger")

READY_TEXT = """
Curbledger is ready, with the town {code} in it. {waiting}

  server    {url}
  pages     {url}/portal/
  sign-in   {email}, password {password}
            (kept in {password_file})
  API       {url}/api/docs
  client    {code}
  token     {token}
            (it may make every call; kept in {token_file})

Collect what is overdue. The same call again brings only what is new:

  {curl}

{longer}
Every other call can be tried in a browser, with the token: {url}/api/docs

Look into it from another terminal, in this folder:

  {command} explain {code} {ticket}
  {command} demo {code} --violations 100 --overdue 50
  {command} --help

Ctrl-C stops the server and its database. The data stay in {home}; remove that folder to begin anew.
"""
LONGER_TEXT = """\
The answer is long: with `-D - -o overdue.json` behind it, its headers are shown, and it goes into a file.
"""


@dataclass(frozen=True)
class Town:
    """What there is to show: a token that works, what waits for the agency, and a ticket."""

    token: str
    count: int
    total: str
    ticket: str


def main() -> None:
    """Check the port, prepare what is missing, say what to try, and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    check_port(options.host, options.port)
    # Of another project, perhaps: what is made up here goes into a database of its own.
    other = "env -u DATABASE_URL " if os.environ.pop("DATABASE_URL", None) else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curbledger.settings")
    # On this machine there is no https, and not every browser keeps a cookie that asks for it.
    os.environ.setdefault("CURBLEDGER_HTTPS", "0")
    town = prepare()
    waiting = (
        f"{town.count} violations are overdue and wait: {town.total}." if town.count else "Nothing is overdue now."
    )
    url = f"http://{_reachable(options.host)}:{options.port}"
    print(
        READY_TEXT.format(
            code=CODE,
            waiting=waiting,
            url=url,
            email=EMAIL,
            password=read_secret(password_path()),
            password_file=password_path(),
            token=town.token,
            token_file=token_path(),
            curl=curl(url, town.token),
            longer=LONGER_TEXT if town.count else "",
            command=f"{other}{_named_home()}.venv/bin/curbledger",
            ticket=town.ticket,
            home=home(),
        ),
        flush=True,
    )
    # In this process, which holds the database, so that it need not be started once more.
    run_here("serve", "--host", options.host, "--port", str(options.port))


def check_port(host: str, port: int) -> None:
    """End with one line where the server could not listen, before anything is done."""
    if not 0 < port <= LAST_PORT:
        sys.exit(f"{port} is no port. Take one up to {LAST_PORT}: make demo PORT=8001")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {port} on {host} is taken. Take another: make demo PORT={port % LAST_PORT + 1}")
        sys.exit(f"The server cannot listen on {host}, port {port}: {error.strerror}.")


def prepare() -> Town:
    """Do what is missing: tables, the client with its tickets, a token that works."""
    run_here("migrate")
    if not has_tickets():
        print(f"Filling {CODE} with {VIOLATIONS} made-up tickets; this takes some seconds.", flush=True)
        run("demo", CODE, "--violations", str(VIOLATIONS), "--overdue", str(OVERDUE))
    if (known := has_user()) is not True:
        password = secrets.token_urlsafe(12)
        as_what = () if known is False else ("--client", CODE, "--role", "administrator", "--name", "Dana Demo")
        run("user", "add" if known is None else "password", EMAIL, *as_what, "--password-stdin", typed=password)
        keep_secret(password_path(), password)
    if not has_token():
        wanted = [word for permission in permissions() for word in ("--permission", permission)]
        keep_secret(token_path(), run("token", "add", CODE, "--name", "demo", *wanted, keep=True).strip())
    return look()


def run_here(*arguments: str) -> None:
    """Run a command in this process. A failure ends it, with the line that the command prints."""
    from curbledger.cli import main as curbledger  # noqa: PLC0415  # the check of the port comes first, and is quick

    sys.argv = ["curbledger", *arguments]
    try:
        curbledger()
    except SystemExit as end:
        if end.code:
            raise


def run(*arguments: str, keep: bool = False, typed: str | None = None) -> str:
    """Run a command as a person would; gives what it prints where that is kept. A failure ends this one too."""
    stdout = subprocess.PIPE if keep else subprocess.DEVNULL if typed else None
    done = subprocess.run([CURBLEDGER, *arguments], input=typed, stdout=stdout, text=True, check=False)
    if done.returncode:
        print(f"`{shlex.join(['curbledger', *arguments])}` failed; see above.", file=sys.stderr)
        sys.exit(done.returncode)
    return done.stdout if keep else ""


def has_tickets() -> bool:
    """Whether the client is there, and not empty: an earlier try may have been broken off between the two."""
    from curbledger.clients.client import find_client  # noqa: PLC0415  # needs Django's set-up
    from curbledger.database.scope import client_scope  # noqa: PLC0415
    from curbledger.errors import NotFound  # noqa: PLC0415
    from curbledger.violations.violation import Violation  # noqa: PLC0415

    try:
        with client_scope(find_client(CODE).pk):
            return Violation.objects.exists()
    except NotFound:
        return False


def permissions() -> list[str]:
    """All that a token can carry: what /api/docs shows can be tried."""
    from curbledger.permissions import TOKEN_PERMISSIONS  # noqa: PLC0415  # the check of the port comes first

    return list(TOKEN_PERMISSIONS)


def has_token() -> bool:
    """Whether there is a token that works, for all that there is."""
    from curbledger.clients.token import authenticate  # noqa: PLC0415  # needs Django's set-up
    from curbledger.errors import AccessRefused  # noqa: PLC0415
    from curbledger.kit import clock  # noqa: PLC0415

    try:
        access = authenticate(client_code=CODE, secret=read_secret(token_path()), at=clock.now(), address=None)
    except (AccessRefused, FileNotFoundError):
        return False
    return len(access.permissions) == len(permissions())


def has_user() -> bool | None:
    """Whether the sign-in is there and its password is the one that was kept; None: it is not there."""
    from curbledger.clients.user import find_user  # noqa: PLC0415  # needs Django's set-up
    from curbledger.errors import NotFound  # noqa: PLC0415

    try:
        return find_user(EMAIL).check_password(read_secret(password_path()))
    except NotFound:
        return None
    except FileNotFoundError:
        return False


def look() -> Town:
    """What there is to show."""
    from curbledger.clients.client import find_client  # noqa: PLC0415  # needs Django's set-up
    from curbledger.database.scope import client_scope  # noqa: PLC0415
    from curbledger.kit import clock, money  # noqa: PLC0415
    from curbledger.placements.switch import foresee  # noqa: PLC0415
    from curbledger.violations.violation import Violation  # noqa: PLC0415

    client = find_client(CODE)
    with client_scope(client.pk):
        ticket = Violation.objects.order_by("-id")[:1].get().ticket
        foreseen = foresee(client, at=clock.now())
    return Town(read_secret(token_path()), foreseen.count, money.show(foreseen.total, client.currency), ticket)


def home() -> Path:
    """Where the embedded database and the token lie."""
    from curbledger.environment import load  # noqa: PLC0415  # the check of the port comes first, and is quick

    return load().home


def token_path() -> Path:
    """The token's file: a token is shown once, and a second `make demo` shows it again."""
    return home() / "demo-token"


def password_path() -> Path:
    """The file with the password of the sign-in."""
    return home() / "demo-password"


def read_secret(path: Path) -> str:
    """A token or a password as it was kept."""
    return path.read_text(encoding="ascii").strip()


def keep_secret(path: Path, secret: str) -> None:
    """Keep it where only this user reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{secret}\n")


def curl(url: str, token: str) -> str:
    """The call of a collection agency, to be pasted."""
    return (
        f"curl -sS -X POST {url}/api/{CODE}/v1/violations/send_overdue_to_collections"
        f" -H 'Content-Type: application/json' -d '{{\"apiToken\": \"{token}\"}}'"
    )


def _named_home() -> str:
    """What another terminal has to say where the home is not the default one."""
    named = os.environ.get("CURBLEDGER_HOME")
    return f"CURBLEDGER_HOME={shlex.quote(named)} " if named else ""


def _reachable(host: str) -> str:
    """The host as it stands in an address that this machine can open."""
    if host in {"0.0.0.0", "::", ""}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
