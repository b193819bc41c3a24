"""serve, migrate and the program as a whole, in processes of their own: one clear line, and never a traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import as_role
from tests.cli.typing_in import refused
from tests.stories.house import read_answer, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.house import House


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_one_clear_line(taken: int) -> None:
    said = refused("serve", "--port", str(taken))
    assert said == (
        f"The server cannot listen on 127.0.0.1, port {taken}: something does already. Take another with --port."
    )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.77", "2001:db8::77"])
def test_an_address_of_another_machine_is_one_clear_line(host: str) -> None:
    said = refused("serve", "--host", host)
    assert said.startswith(f"The server cannot listen on {host}, port 8000: ")


@pytest.mark.parametrize("arguments", [["--port", "65536"], ["--port", "-1"], ["--port", "http"], ["--workers", "0"]])
def test_a_port_or_number_that_cannot_be_is_wrong_usage(arguments: list[str]) -> None:
    assert f"Invalid value for '{arguments[0]}'" in refused("serve", *arguments, expect=2)


def test_a_taken_port_ends_a_real_server_with_1(empty_house: House, taken: int) -> None:
    said = empty_house.run("serve", "--port", str(taken), expect=1)
    assert said.count("\n") == 0
    assert said.startswith("Error: The server cannot listen on 127.0.0.1")


def test_migrate_again_changes_nothing(empty_house: House) -> None:
    assert empty_house.run("migrate") == empty_house.run("migrate") == "The database is up to date."


def test_migrate_refuses_a_superuser(empty_house: House) -> None:
    said = as_role(empty_house, "postgres").run("migrate", expect=1)
    assert said.startswith("Error: The database role postgres is a superuser")


@pytest.mark.parametrize(
    "command",
    [("migrate",), ("serve", "--port", "0"), ("client", "collect", "OC_TOMA", "on")],
    ids=lambda words: words[0],
)
def test_a_database_that_does_not_answer_is_one_clear_line(empty_house: House, command: tuple[str, ...]) -> None:
    said = replace(empty_house, url="postgresql://user:hush@127.0.0.1:1/name").run(*command, expect=1)
    assert said.startswith("Error: ")
    assert "\n" not in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("CURBLEDGER_WORKERS", "none", "CURBLEDGER_WORKERS: "),
        ("DATABASE_URL", "mysql://user:hush@host/name", "DATABASE_URL: it cannot be read."),
        ("CURBLEDGER_SECRET_KEY_FILE", "/nowhere/key", "CURBLEDGER_SECRET_KEY_FILE names /nowhere/key"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(empty_house: House, setting: str, value: str, said: str) -> None:
    house = replace(empty_house, environment={setting: value})
    shown = house.run("serve", "--port", "0", expect=1)
    assert said in shown
    assert "\n" not in shown
    assert "hush" not in shown


def test_bytes_that_are_no_text_are_wrong_usage(empty_house: House) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "curbledger", "explain", "OC_TOMA", b"\xff"],
        env=empty_house.variables(),
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == b"Error: '\\udcff' is not UTF-8.\n"


def test_an_interrupt_ends_the_server_in_order(empty_house: House) -> None:
    server = empty_house.serve()
    os.kill(server.process.pid, signal.SIGINT)
    assert server.process.wait(60) == 0
    assert "Traceback" not in server.log.read_text()


def test_neither_a_token_nor_a_password_is_in_a_servers_log(empty_house: House) -> None:
    empty_house.run("client", "add", "OC_TOMA", "--name", "Town of Toma")
    secret = empty_house.run("token", "add", "OC_TOMA", "--name", "x", "--permission", "violations-collect")
    # Trust is the rule on the tests' socket: the password is there to be looked for, and asked by nobody.
    house = replace(empty_house, url=f"{empty_house.url} password=hush")
    server = house.serve()
    wrong = "guess-" + "x" * 37
    for token in (secret, wrong):
        with server.connect() as connection:
            connection.sendall(request(token).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = read_answer(connection)
        assert answer.status == (200 if token == secret else 403)
    server.stop()
    log = server.log.read_text()
    assert "Listening at" in log
    assert not [word for word in (secret, wrong, "hush") if word in log]
