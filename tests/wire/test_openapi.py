"""The document says what the code does, and the page that shows it asks no foreign host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.refusal import MEANINGS
from curbledger.wire import docs
from curbledger.wire.answers import ANSWERS, contract
from curbledger.wire.endpoint import Endpoint
from curbledger.wire.joined import joined
from curbledger.wire.missing import missing_client
from curbledger.wire.openapi import document, routes
from curbledger.wire.urls import urlpatterns

ROUTES = dict(routes(urlpatterns))
NOT_CALLS = {missing_client, docs.page, docs.page_file, docs.openapi}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield path, method, item[method]


def test_every_path_is_documented_or_is_known_not_to_be_a_call() -> None:
    assert {f"/api/{route}" for route in ROUTES} == set(document()["paths"])
    for pattern in urlpatterns:
        assert isinstance(pattern.callback, Endpoint) or pattern.callback in NOT_CALLS, str(pattern.pattern)
    assert set(ROUTES) <= set(ANSWERS)


@pytest.mark.parametrize("route", ROUTES)
def test_every_field_is_there_with_all_its_names_limits_and_codes(route: str) -> None:
    endpoint = ROUTES[route]
    operation = document()["paths"][f"/api/{route}"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {*endpoint.token_names, *(n for field in endpoint.fields for n in field.names)}
    documented = {int(code) for code in re.findall(r"^\| (\d{4}) \|", operation["description"], re.MULTILINE)}
    for field in endpoint.fields:
        for name in field.names:
            assert schema["properties"][name].get("maxLength") == field.limit
            assert f"`{name}`" in operation["description"]
            assert schema["properties"][name]["type"] == "string"
        assert not field.required or field.required_code in documented
        assert field.value_code in documented
    (permission,) = (name for name, known in TOKEN_PERMISSIONS.items() if known == endpoint.permission)
    assert f"`{permission}`" in operation["description"]
    assert operation["summary"]


def test_every_code_has_its_status_and_message() -> None:
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            content = response["content"]["application/json"]
            for code, example in content.get("examples", {}).items():
                value, told = example["value"], content["schema"]["allOf"][1]["properties"]
                assert value.get("ErrorMessage", value.get("message")) == MEANINGS[int(code)].message
                assert int(code) in told["error" if "error" in value else "ErrorCode"]["enum"]
                assert int(status) == MEANINGS[int(code)].status or int(status) in {405, 413, 415, 429, 503}


def test_the_samples_of_the_contract_are_the_examples_word_for_word() -> None:
    shown: dict[str, Any] = {}
    for path, _, operation in operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            shown[name] = example["value"]
            sample = contract("samples.json")[name]
            assert re.sub("/OC.TOMA/", "/{client}/", sample["path"]) == path
    samples = {name: sample["body"] for name, sample in contract("samples.json").items() if "body" in sample}
    assert shown.items() <= samples.items()
    assert {"profiles/push", "vehicles/push, names", "send_overdue_to_collections"} <= set(shown)


def test_every_body_that_can_be_tried_is_filled_in_with_a_token_to_be_replaced() -> None:
    for path, _, operation in operations():
        if path.startswith("/api/{client}/v1/collections/"):
            continue
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            bodies = [example["value"] for example in content.get("examples", {}).values()] or [content["example"]]
            assert all("YOUR-API-TOKEN" in body.values() for body in bodies), path


def test_the_answer_to_the_agency_is_the_contracts_without_secrets() -> None:
    answer = document()["paths"]["/api/{client}/v1/violations/send_overdue_to_collections"]["post"]["responses"]["200"]
    shown = json.dumps(answer["content"]["application/json"]["example"])
    documented = json.dumps(contract("overdue-response.json"))
    for secret in ("A063AA9AC458DA5581FC777ADC9875FF", "85cf3dbb-54de-48e3-a2d1-0b312dd4cea8"):
        assert secret in documented
        assert secret not in shown
        documented = documented.replace(f'"{secret}"', "null")
    assert shown == documented
    assert {"X-Batch-Id", "X-Record-Count"} <= set(answer["headers"])


def test_the_document_is_json_that_any_page_may_read() -> None:
    response = Browser().get("/api/openapi.json")
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json() == json.loads(json.dumps(joined()))
    assert document()["paths"].items() <= joined()["paths"].items()


def test_the_page_and_all_that_it_loads_come_from_here() -> None:
    browser = Browser()
    page = browser.get("/api/docs")
    assert page["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    html = page.content.decode()
    assert "//" not in re.sub("<!doctype html>", "", html)
    assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=", html)
    loaded = re.findall(r'(?:src|href)="(docs/[^"]+|openapi\.json)"', html)
    assert len(loaded) == 4
    for path in loaded:
        found = browser.get(f"/api/{path}")
        assert found.status_code == 200, path
        assert len(found.content) > 300
    assert b"SwaggerUIBundle" in browser.get("/api/docs/swagger-ui-bundle.js").content


@pytest.mark.parametrize("name", ["settings.py", "swagger-ui-bundle.js.map", "..%2furls.py", "start.js/x"])
def test_nothing_else_is_served(name: str) -> None:
    assert Browser().get(f"/api/docs/{name}").status_code == 404


@pytest.mark.parametrize("path", ["docs", "docs/start.js", "openapi.json"])
def test_the_page_is_only_read(path: str) -> None:
    assert Browser().post(f"/api/{path}").status_code == 405
    assert Browser().head(f"/api/{path}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v1/profiles/push", "/api//v1/vehicles/push", "/api/v1/anything/else"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_path_without_a_client_is_9000(path: str, method: str) -> None:
    response = Browser().generic(method, path, b"{")
    assert (response.status_code, response.json()) == (
        404,
        {"ErrorCode": 9000, "ErrorMessage": "Client Code is missing from the request."},
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    assert Browser().options(path).status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        "OC_TOMA",
        "OC_TOMA/v1",
        "OC_TOMA/v1/",
        "OC_TOMA/v1/nothing",
        "OC_TOMA/v1/permits/push/",
        "OC_TOMA/v1/permits//push",
        "OC_TOMA/v1/permits/push%0A",
        "%0A",
        "OC_TOMA/v1/Permits/Push",
        "OC_TOMA/v2/permits/push",
        "NOBODY/v1/nothing",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_path_that_does_not_exist_has_the_one_body(path: str, method: str) -> None:
    response = Browser().generic(method, f"/api/{path}", b"{")
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.json()["ErrorCode"] == 9009
    assert response.json()["ErrorMessage"].startswith("Record not found.")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert Browser().options(f"/api/{path}").status_code == 204
