"""docs/integrators.md: its first calls run, its examples are answered as it says, its tables are complete."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.refusal import MEANINGS
from curbledger.wire.openapi import routes
from curbledger.wire.urls import urlpatterns
from tests.wire.conftest import Api
from tests.wire.pushing import integrator

GUIDE = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text(encoding="utf-8")
TOKEN = "YOUR-API-TOKEN"
PROGRAMS = {
    "curl": ("curl", ["sh", "-c"]),
    "python": (sys.executable, [sys.executable, "-c"]),
    "node": ("node", ["node", "-e"]),
}
_RUN = re.compile(r"<!-- run: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
_CALL = re.compile(
    r"<!-- call: (\S+) -->\n```json\n(.*?)\n```\n\n<!-- answer: (\d+) -->\n```json\n(.*?)\n```", re.DOTALL
)
CALLS = _CALL.findall(GUIDE)
# Only a real server hands over: stories and Schemathesis call this one.
ELSEWHERE = "violations/send_overdue_to_collections"


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_first_call_runs_as_it_stands(program: str, api: Api) -> None:
    found, command = PROGRAMS[program]
    if shutil.which(found) is None:
        pytest.skip(f"there is no {program} here")
    text = dict(_RUN.findall(GUIDE))[program].replace("http://127.0.0.1:8000", api.url).replace(TOKEN, api.secret)
    done = subprocess.run([*command, text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    types = json.loads(done.stdout)["user_types"]
    assert types[0] == {"id": "1", "type_name": "Full Time Student", "ext_info": "Student"}


def test_a_first_call_that_is_refused_says_why(api: Api) -> None:
    text = dict(_RUN.findall(GUIDE))["python"].replace("http://127.0.0.1:8000", api.url)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("9002: The supplied API token")


def test_every_example_is_answered_as_it_says(town: Client) -> None:
    gate = integrator(town, *TOKEN_PERMISSIONS)
    reference = ""
    for path, request, status, answer in CALLS:
        if path == ELSEWHERE:
            continue
        body = json.loads(request.replace(TOKEN, gate.secret).replace("PREVIOUS-REFERENCE-ID", reference))
        got = gate.call(path, body)
        assert got[0] == int(status), (path, got)
        check_alike(json.loads(answer), got[1], where=path)
        if "reference_id" in got[1]:
            reference = got[1]["reference_id"]


def test_every_endpoint_permission_and_error_is_in_the_guide() -> None:
    for route, _ in routes(urlpatterns):
        assert route.removeprefix("{client}/v1/").split("/{")[0] in GUIDE
    for permission in TOKEN_PERMISSIONS:
        assert f"| `{permission}` |" in GUIDE
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning.status} | {meaning.message} |" in GUIDE


def test_every_example_was_found() -> None:
    assert len(CALLS) == GUIDE.count("<!-- call:") == GUIDE.count("<!-- answer:") > 15
    assert {name for name, _ in _RUN.findall(GUIDE)} == set(PROGRAMS)


def check_alike(told: Any, got: Any, *, where: str) -> None:
    """The same keys in the same order, and the same types; numbers of rows and references differ."""
    assert type(told) is type(got) or {type(told), type(got)} <= {int, float}, (where, told, got)
    if isinstance(told, dict):
        assert list(told) == list(got), where
        for key in told:
            check_alike(told[key], got[key], where=f"{where} {key}")
            if key.startswith("Error") or key in {"status", "unique_id", "created"}:
                assert told[key] == got[key], where
    elif isinstance(told, list) and got:
        check_alike(told[0], got[0], where=where)
