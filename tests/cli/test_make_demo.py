"""`make demo`, but for the environment that make brings: a new user's first minute, and the second time."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psutil
import pytest

from tests.docs.papers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 240.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def demo(home: Path, port: int) -> Iterator[str]:
    """Run it until it listens; gives what it printed. Ends it as Ctrl-C does, and asserts that nothing is left."""
    log = home.with_suffix(f".{port}.log")
    # Somebody else's database, as many have it in their environment: it must be left alone.
    environment = {**os.environ, "CURBLEDGER_HOME": str(home), "DATABASE_URL": "postgresql://127.0.0.1:1/other"}
    del environment["DJANGO_SETTINGS_MODULE"]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "tools/demo.py", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while b"Listening at" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)  # wait: between two looks at the log, with a deadline.
        yield log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    data = str(home / "database")
    assert not [one.pid for one in psutil.process_iter(["cmdline"]) if data in (one.info["cmdline"] or [])]


def call(printed: str) -> tuple[int, int]:
    """Do what the printed curl line does. Returns the count in the header, and the records that came."""
    line = next(line for line in printed.splitlines() if line.startswith("  curl "))
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("http://127.0.0.1:"))
    header, body = words[words.index("-H") + 1], words[words.index("-d") + 1]
    name, _, value = header.partition(": ")
    with urlopen(Request(url, data=body.encode(), headers={name: value}, method="POST"), timeout=60) as answer:
        return int(answer.headers["X-Record-Count"]), len(json.load(answer)["records"])


def token_in(printed: str) -> str:
    found = re.search(r"^  token +(\S+)$", printed, re.MULTILINE)
    assert found is not None, printed
    return found[1]


def may_make_every_call(printed: str) -> bool:
    """Whether lots, types and a plate are told about: by a token of that permission, from a town that has them."""
    base = re.search(r"^  server +(\S+)$", printed, re.MULTILINE)
    assert base is not None

    def ask(path: str, **body: str) -> Any:
        sent = json.dumps({"apiToken": token_in(printed), **body}).encode()
        request = Request(f"{base[1]}/api/{path}", data=sent, headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    return (
        len(ask("OC_TOMA/v1/permits/lot-values")) > 2
        and len(ask("OC_TOMA/v1/permits/stats")["data"]) > 4
        and ask("OC_TOMA/v1/profiles/types/list")["status"] == "success"
        and ask("v1/validate/plate", client="OC_TOMA", plate="X")["error"] == 0
    )


def signs_in(printed: str) -> bool:
    """Whether the printed sign-in opens the printed pages, over plain http."""
    found = re.search(r"pages +(\S+)\n +sign-in +(\S+), password (\S+)\n", printed)
    assert found is not None, printed
    url, email, password = found.groups()
    cookies = HTTPCookieProcessor()
    browser = build_opener(cookies)
    page = browser.open(url, timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None, page
    form = {"email": email, "password": password, "csrfmiddlewaretoken": token[1]}
    with browser.open(f"{url}sign-in", urlencode(form).encode(), timeout=60) as answer:
        return bool(answer.url == url)


def test_a_new_user_gets_a_town_whose_violations_can_be_collected_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with demo(home, free_port()) as printed:
        assert "400 violations are overdue and wait: " in printed
        assert may_make_every_call(printed)
        assert call(printed) == (400, 400)
        assert call(printed) == (0, 0)
    with demo(home, free_port()) as again:
        assert "Nothing is overdue now." in again
        assert "Filling" not in again
        assert token_in(again) == token_in(printed)
        assert re.findall(r"sign-in .*", again) == re.findall(r"sign-in .*", printed)
        assert signs_in(again)
        assert call(again) == (0, 0)
        shown = re.search(r"curbledger (explain OC_TOMA \S+)$", again, re.MULTILINE)
        assert shown is not None
        explained = subprocess.run(
            [sys.executable, "-m", "curbledger", *shown[1].split()],
            env={**os.environ, "CURBLEDGER_HOME": str(home), "DJANGO_SETTINGS_MODULE": "curbledger.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert explained.stdout.startswith("Ticket ")


@pytest.mark.parametrize(("port", "said"), [("0", "0 is no port."), ("65536", "65536 is no port.")])
def test_a_port_that_is_none_is_refused_before_anything_is_done(tmp_path: Path, port: str, said: str) -> None:
    assert said in _refused(tmp_path, port)


def test_a_taken_port_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is taken. Take another: make demo PORT=" in _refused(tmp_path, str(port))


def _refused(folder: Path, port: str) -> str:
    done = subprocess.run(
        [sys.executable, "tools/demo.py", "--port", port],
        cwd=ROOT,
        env={**os.environ, "CURBLEDGER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert not (folder / "home").exists()
    return done.stderr
