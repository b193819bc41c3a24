"""The one OpenAPI page shows these paths beside the Controller API's, and says what they answer."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client as Browser
from jsonschema_rs import Draft202012Validator
from schemathesis.openapi import from_dict

from curbledger.agency_api.api import routes
from curbledger.agency_api.described import ROOT, document
from curbledger.database.scope import client_scope
from tests.cast import issue

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.clients.client import Client
    from tests.agency_api.conftest import Agency


def shown() -> dict[str, Any]:
    """What the page shows."""
    found: dict[str, Any] = json.loads(Browser().get("/api/openapi.json").content)
    return found


def test_the_page_shows_every_path_of_both() -> None:
    paths = shown()["paths"]
    ours = {ROOT + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern)) for route in routes()}
    assert len(ours) == 5
    assert ours < set(paths)
    assert "/api/{client}/v1/violations/send_overdue_to_collections" in paths


def test_the_document_can_be_read_and_has_no_name_twice() -> None:
    whole = shown()
    operations = [one for path in whole["paths"].values() for name, one in path.items() if name != "parameters"]
    from_dict(whole).validate()
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert {one["tags"][0] for one in operations} == {tag["name"] for tag in whole["tags"]}
    for one in operations:
        assert {name for way in one["security"] for name in way} <= set(whole["components"]["securitySchemes"])


def check(response: HttpResponse, path: str) -> None:
    """The answer is one that the document describes."""
    described = document()["paths"][f"{ROOT}{path}"]["get"]["responses"][str(response.status_code)]
    schema = described["content"]["application/json"]["schema"]
    body = json.loads(response.getvalue())
    Draft202012Validator({**schema, "components": document()["components"]}).validate(body)
    for name in described.get("headers", {}):
        assert name in response.headers


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("preview", "preview"),
        ("batches", "batches?limit=1"),
        ("batches", "batches?limit=0"),
        ("batches/{batch}", "batches/{batch}"),
        ("batches/{batch}", "batches/nothing"),
        ("batches/{batch}/records", "batches/{batch}/records"),
        ("batches/{batch}/attachments/{unique_id}", f"batches/{{batch}}/attachments/{uuid.UUID(int=1)}"),
    ],
)
def test_what_is_answered_is_what_is_described(town: Client, agency: Agency, path: str, asked: str) -> None:
    with client_scope(town.pk):
        issue(town, "A-1")
        issue(town, "A-2")
    handoff, _ = agency.collect()

    check(agency.get(asked.format(batch=handoff.batch_uuid)), path)


@pytest.mark.parametrize("header", ["", "Bearer nobody-gave-this-out"])
@pytest.mark.parametrize("path", [path.removeprefix(ROOT) for path in document()["paths"]])
def test_refusals_of_a_token_are_described(agency: Agency, path: str, header: str) -> None:
    asked = path.format(batch=uuid.UUID(int=1), unique_id=uuid.UUID(int=1))

    check(agency.get(asked, Authorization=header), path)
