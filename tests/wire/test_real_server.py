"""What only a server process and a proxy in front of it show: bodies of GET, addresses of callers, sizes.

nginx runs with the lines of docs/operators.md.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.docs.papers import ROOT
from tests.wire.conftest import Api

LOTS = "/api/OC-TOMA/v1/permits/lot-values"
TYPES = "/api/OC-TOMA/v1/profiles/types/list"
PATIENCE = 60.0
_LOCATION = re.compile(r"```nginx\nserver \{.*?(    location / \{.*?\n    \})\n\}", re.DOTALL)
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{location}
    }}
}}
"""


def call(
    url: str, method: str, path: str, body: bytes | Iterable[bytes] | None, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of an answer. A body that is given in parts is sent in chunks."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        kept = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection.request(method, path, body=body, headers=kept, encode_chunked=not isinstance(body, bytes | None))
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read())
    finally:
        connection.close()


def with_token(api: Api) -> bytes:
    return json.dumps({"apiToken": api.secret}).encode()


@pytest.fixture(scope="module")
def nginx(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("there is no nginx here")
    folder: Path = tmp_path_factory.mktemp("nginx")
    found = _LOCATION.search((ROOT / "docs" / "operators.md").read_text(encoding="utf-8"))
    assert found is not None
    location = found[1].replace("http://127.0.0.1:8000", api.url)
    assert api.url in location
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    written = folder / "nginx.conf"
    written.write_text(_CONFIGURATION.format(folder=folder, port=port, location=location), encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(written)])
    try:
        _wait_until_it_listens(port, process, folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)  # wait: between two tries to connect, with a deadline.
        else:
            return


@pytest.fixture(params=["gunicorn", "nginx"])
def url(request: pytest.FixtureRequest, api: Api) -> str:
    """The server itself, and the proxy in front of it."""
    return api.url if request.param == "gunicorn" else str(request.getfixturevalue("nginx"))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_lot_values_take_a_body_with_get(api: Api, url: str, method: str, in_chunks: bool) -> None:
    body = with_token(api)
    status, headers, lots = call(url, method, LOTS, iter([body[:9], body[9:]]) if in_chunks else body)
    assert (status, headers["Content-Type"], headers["Access-Control-Allow-Origin"]) == (200, "application/json", "*")
    assert [list(lot) for lot in lots] == [list(lots[0])] * len(lots)
    assert len(lots) > 2
    assert call(url, method, LOTS, b"{}")[2]["ErrorCode"] == 9001
    assert call(url, method, LOTS, b"{")[2]["ErrorCode"] == 9003


@pytest.mark.parametrize("in_chunks", [False, True])
@pytest.mark.parametrize("path", [TYPES, "/api/OC_TOMA/v1/nothing"])
def test_a_body_over_a_megabyte_is_refused_in_the_apis_words(url: str, in_chunks: bool, path: str) -> None:
    large = b'{"a": "' + b"x" * (1024 * 1024) + b'"}'
    parts = (large[start : start + 65536] for start in range(0, len(large), 65536))
    status, _, answer = call(url, "POST", path, parts if in_chunks else large)
    assert (status, answer["ErrorCode"]) == ((413, 9030) if path == TYPES else (404, 9009))


def test_a_body_of_a_megabyte_is_read(api: Api, url: str) -> None:
    body = with_token(api)
    assert call(url, "POST", TYPES, body + b" " * (1024 * 1024 - len(body)))[0] == 200


def test_a_tokens_last_use_is_the_callers_address_behind_a_trusted_proxy(api: Api, url: str) -> None:
    for address in ("203.0.113.7", "2001:db8::7"):
        status, _, _ = call(url, "POST", TYPES, with_token(api), X_Forwarded_For=f"198.51.100.1, {address}")
        assert status == 200
        noted = api.house.query("SELECT last_used_from, last_used_at FROM api_token WHERE name = 'everything'")
        assert [row[0] for row in noted] == [address]
        assert noted[0][1] is not None


def test_failed_tokens_are_counted_by_caller_and_a_valid_one_is_never_delayed(
    api: Api, url: str, request: pytest.FixtureRequest
) -> None:
    guessing = "203.0.113.20" if url == api.url else "203.0.113.21"

    def guess(address: str) -> tuple[int, str | None]:
        status, headers, answer = call(url, "POST", TYPES, b'{"apiToken": "GUESS"}', X_Forwarded_For=address)
        assert answer["ErrorCode"] == 9002
        return status, headers.get("Retry-After")

    assert [guess(guessing) for _ in range(21)] == [(403, None)] * 20 + [(429, "60")]
    assert guess(f"{guessing}, 203.0.113.99")[0] == 403
    assert call(url, "POST", TYPES, with_token(api), X_Forwarded_For=guessing)[0] == 200


def at_once(url: str, path: str, bodies: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Status and answer of calls that are made at the same time."""
    gate = Barrier(len(bodies))

    def push(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        gate.wait(PATIENCE)
        status, _, answer = call(url, "POST", f"/api/OC_TOMA/v1/{path}", json.dumps(body).encode())
        return status, answer

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(push, bodies))


def test_twenty_identical_pushes_at_once_make_one_row_and_one_reference(api: Api) -> None:
    permit = {"plate": "RACE 1", "startTime": "2026-03-02T09:05:00", "endTime": "2026-03-02T17:00:00", "zone": "Race"}
    answers = at_once(api.url, "permits/push", [{"apiToken": api.secret, **permit}] * 20)
    assert {status for status, _ in answers} == {200}
    assert len({answer["reference_id"] for _, answer in answers}) == 1
    assert api.house.query("SELECT count(*) FROM permit WHERE plate = 'RACE 1'") == [(1,)]


def test_twenty_identical_profiles_or_vehicles_at_once_make_one(api: Api) -> None:
    person = {"unique_id": "race-1", "login_source": "OPSCOM", "first_name": "A", "last_name": "B", "email": "r1@x.org"}
    answers = at_once(api.url, "profiles/push", [{"apiToken": api.secret, **person}] * 20)
    assert {status for status, _ in answers} == {200}
    assert Counter(answer["created"] for _, answer in answers) == {True: 1, False: 19}
    assert len({answer["UserID"] for _, answer in answers}) == 1
    vehicle = {"plate": "RACE 1", "plateType": "Passenger", "prov": "ON", "make": "Racer"}
    answers = at_once(api.url, "vehicles/push", [{"apiToken": api.secret, **vehicle}] * 20)
    assert Counter(status for status, _ in answers) == {200: 1, 409: 19}
    assert {answer["ErrorCode"] for status, answer in answers if status == 409} == {9012}


def test_people_who_swap_addresses_at_once_are_kept_or_told_that_one_is_taken(api: Api) -> None:
    def person(number: int, email: str) -> dict[str, Any]:
        said = {"login_source": "OPSCOM", "first_name": "A", "last_name": "B", "user_name": f"swap {email}"}
        return {"apiToken": api.secret, "unique_id": f"swap-{number}", "email": email, **said}

    for start in (person(1, "s1@x.org"), person(2, "s2@x.org")):
        assert at_once(api.url, "profiles/push", [start])[0][0] == 200
    crossing = [person(1, "s2@x.org"), person(2, "s1@x.org"), person(1, "s3@x.org"), person(2, "s4@x.org")]
    for _ in range(5):
        answers = at_once(api.url, "profiles/push", crossing)
        assert {answer.get("ErrorCode") for _, answer in answers} <= {None, 9019, 9020}


def raw(url: str, request: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Status line, headers and body of the answer to bytes that need not be HTTP."""
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    return status, {name.lower(): value for name, value in (line.decode().split(": ", 1) for line in lines)}, body


def test_a_caller_of_http_1_0_is_told_how_long_the_answer_is(api: Api) -> None:
    said = with_token(api)
    request = f"POST {TYPES} HTTP/1.0\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said
    status, headers, body = raw(api.url, request)
    assert b" 200 " in status
    assert int(headers["content-length"]) == len(body) > 100
    assert "transfer-encoding" not in headers


def test_a_head_has_the_length_and_no_body(api: Api) -> None:
    status, headers, body = raw(api.url, f"HEAD {TYPES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b" 405 " in status
    assert int(headers["content-length"]) > 0
    assert body == b""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"POST /api/a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /api/x HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"POST /api/x HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417),
        ("POST /api/\N{SNOWMAN} HTTP/1.1\r\nHost\N{SNOWMAN}: x\r\n\r\n".encode(), 400),
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
    ],
)
def test_what_is_not_http_is_refused_in_the_apis_words(api: Api, request_: bytes, status: int) -> None:
    line, headers, body = raw(api.url, request_)
    assert line.startswith(f"HTTP/1.1 {status} ".encode())
    answer = json.loads(body)
    assert list(answer) == ["ErrorCode", "ErrorMessage"]
    assert answer["ErrorCode"] == 9003
    assert answer["ErrorMessage"].startswith("Could not parse the request.")
    assert (headers["content-type"], headers["access-control-allow-origin"]) == ("application/json", "*")
    assert int(headers["content-length"]) == len(body)
