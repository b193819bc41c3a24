"""`make demo`: a database, a client with data, a token, and the server; says what to try just before it serves.

Again: takes the data and the token that are there. Everything lies in CURBLEDGER_HOME, ./var unless set.
"""

from __future__ import annotations

import argparse
import errno
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

CODE = "OC_TOMA"
VIOLATIONS = 2000
OVERDUE = 400
PERMISSION = "violations-collect"
LAST_PORT = 65535
# What `--standing` prints: nothing is there, the client is, or its token works too.
EMPTY, FILLED, READY = "empty", "filled", "ready"

CURBLEDGER = Path(sys.executable).with_name("curbledger")

READY_TEXT = """
Curbledger is ready, with the town {code} in it.

  server    {url}
  client    {code}
  token     {token}
            (kept in {token_file})

Collect what is overdue; the same call again brings only what is new:

  {curl}

More to collect:  .venv/bin/curbledger demo {code} --violations 100 --overdue 50
Stop:             Ctrl-C. The data stay in {home}; remove that folder to begin anew.
"""


def main() -> None:
    """Check the port, prepare what is missing, say what to try, and become the server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--standing", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.standing:
        print(standing())
        return
    check_port(options.host, options.port)
    token = prepare()
    url = f"http://{_reachable(options.host)}:{options.port}"
    text = READY_TEXT.format(
        code=CODE, url=url, token=token, token_file=token_path(), curl=curl(url, token), home=home()
    )
    print(text, flush=True)
    serve = [str(CURBLEDGER), "serve", "--host", options.host, "--port", str(options.port)]
    # In this process's place, so that a signal reaches the server and nobody else.
    os.execv(serve[0], serve)


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
            sys.exit(f"Port {port} on {host} is taken. Take another: make demo PORT={port + 1}")
        sys.exit(f"The server cannot listen on {host}, port {port}: {error.strerror}.")


def prepare() -> str:
    """Do what is missing: tables, the client with its data, the token. Gives the token."""
    curbledger("migrate")
    state = _ask_standing()
    if state == READY:
        return read_token()
    if state == EMPTY:
        curbledger("demo", CODE, "--violations", str(VIOLATIONS), "--overdue", str(OVERDUE))
    token = curbledger("token", "add", CODE, "--name", "demo", "--permission", PERMISSION, keep=True).strip()
    path = token_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{token}\n")
    return token


def curbledger(*arguments: str, keep: bool = False) -> str:
    """Run a command as a person would; gives what it prints where that is kept. A failure ends this one too."""
    done = subprocess.run([CURBLEDGER, *arguments], stdout=subprocess.PIPE if keep else None, text=True, check=False)
    if done.returncode:
        print(f"`{shlex.join(['curbledger', *arguments])}` failed; see above.", file=sys.stderr)
        sys.exit(done.returncode)
    return done.stdout if keep else ""


def standing() -> str:
    """What is there already. In a process of its own, for its hold on the database ends with it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curbledger.settings")
    import django  # noqa: PLC0415  # the check of the port comes first, and is quick

    django.setup()
    from curbledger.clients.client import find_client  # noqa: PLC0415  # needs the set-up
    from curbledger.clients.token import authenticate  # noqa: PLC0415
    from curbledger.errors import AccessRefused, NotFound  # noqa: PLC0415
    from curbledger.kit import clock  # noqa: PLC0415

    try:
        find_client(CODE)
        authenticate(client_code=CODE, secret=read_token(), at=clock.now(), address=None)
    except NotFound:
        return EMPTY
    except (AccessRefused, FileNotFoundError):
        return FILLED
    return READY


def home() -> Path:
    """Where the embedded database and the token lie."""
    from curbledger.environment import load  # noqa: PLC0415  # the check of the port comes first, and is quick

    return load().home


def token_path() -> Path:
    """The token's file: a token is shown once, and a second `make demo` shows it again."""
    return home() / "demo-token"


def read_token() -> str:
    """The token as it was kept."""
    return token_path().read_text(encoding="ascii").strip()


def curl(url: str, token: str) -> str:
    """The call of a collection agency, to be pasted."""
    return (
        f"curl -sS -X POST {url}/api/{CODE}/v1/violations/send_overdue_to_collections"
        f" -H 'Content-Type: application/json' -d '{{\"apiToken\": \"{token}\"}}'"
    )


def _ask_standing() -> str:
    done = subprocess.run([sys.executable, __file__, "--standing"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


def _reachable(host: str) -> str:
    """The host as it stands in an address that this machine can open."""
    if host in {"0.0.0.0", "::", ""}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    main()
