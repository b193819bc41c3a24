"""Only the edges know HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.lint.http import http

Lines = Callable[..., list[int]]

IMPORTS = [
    "from django.http import HttpRequest",
    "import django.http",
    "from django import http",
    "import django.http.response as r",
    "from django.shortcuts import redirect",
    "if TYPE_CHECKING:\n    from django.http import HttpRequest",
]


@pytest.mark.parametrize("text", IMPORTS)
@pytest.mark.parametrize("place", ["placements/deliver.py", "kit/clock.py", "database/scope.py", "errors.py"])
def test_http_below_the_edge_is_found(lines_found: Lines, place: str, text: str) -> None:
    assert len(lines_found(http, f"src/curbledger/{place}", text)) == 1


@pytest.mark.parametrize("text", IMPORTS)
@pytest.mark.parametrize("place", ["wire/endpoint.py", "wsgi.py", "cli/serve.py", "portal/views/batch.py"])
def test_the_edges_may(lines_found: Lines, place: str, text: str) -> None:
    assert lines_found(http, f"src/curbledger/{place}", text) == []


@pytest.mark.parametrize("text", ["from django.db import models", "from django import httpx", "import http"])
def test_other_imports_are_fine(lines_found: Lines, text: str) -> None:
    assert lines_found(http, "src/curbledger/clients/client.py", text) == []
