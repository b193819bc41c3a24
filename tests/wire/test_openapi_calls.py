"""Schemathesis calls a real server as the document says: no fault of the server, no answer the document lacks."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import schemathesis
from hypothesis import settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from curbledger.wire.openapi import document
from tests.wire.conftest import Api

# A copy: a case is made of parts of the document, and changed below.
schema = schemathesis.openapi.from_dict(deepcopy(document()))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schema.parametrize()
@settings(max_examples=15)
def test_every_answer_is_in_the_document(case: Case[Any], api: Api) -> None:
    case.path_parameters["client"] = "OC_TOMA"
    # One drawn by chance opens nothing, and would hide what lies behind it.
    if isinstance(case.body, dict):
        case.body = {key: value for key, value in case.body.items() if key not in {"apiToken", "api_token"}}
    case.call_and_validate(
        base_url=api.url, headers={"Authorization": f"Bearer {api.secret}"}, checks=CHECKS, timeout=60
    )


@schema.parametrize()
@settings(max_examples=3)
def test_every_refusal_of_a_token_is_in_the_document(case: Case[Any], api: Api) -> None:
    case.path_parameters["client"] = "OC_TOMA"
    case.call_and_validate(base_url=api.url, checks=CHECKS, timeout=60)
