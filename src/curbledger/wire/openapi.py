"""The OpenAPI document, made from what the endpoints declare: it cannot say what the code does not do."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from curbledger import __version__
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.refusal import MEANINGS, NAMES_FIELD
from curbledger.wire.answers import ANSWERS, contract, keys
from curbledger.wire.endpoint import Endpoint
from curbledger.wire.enveloped import Enveloped
from curbledger.wire.openapi_fields import TOKEN, body_schema, describe, refusals_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.urls import URLPattern, URLResolver

    from curbledger.wire.answers import Answer

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What any call may be told. A code can go out with more than one status.
_ALWAYS = (9001, 9002, 9003, 9030, 9099)
_MORE_STATUSES = {9002: (429,), 9003: (405, 415), 9030: (413,), 9099: (503,)}
_PARAMETERS = {
    "client": (
        "The client's code. Case does not count, and `-` is `_`.",
        "^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$",
        "OC_TOMA",
    ),
    "plate": ("The plate.", "^[A-Za-z0-9][A-Za-z0-9 -]{0,24}$", "ABC123"),
}
_ABOUT = """
The wire protocol of the OPS-COM Controller. Every body is one JSON object.

* **Token**: in the body as `apiToken`, or in the header as `Authorization: Bearer`. If both are there, the body's
  counts. Press *Authorize* and enter yours: the page then puts it in the place of `YOUR-API-TOKEN` in the examples.
* Unknown keys are ignored, `null` means absent, and numbers may come as numbers or as strings.
* Where an attribute has more than one name, any of them may be sent; of several, the first counts.
* A refusal has one body, `{"ErrorCode": 9001, "ErrorMessage": "…"}`, and for 9030 to 9033 `ErrorField`, the name as it
  was spelt in the call. A refused call changes nothing.
"""


def routes(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[tuple[str, Endpoint]]:
    """The paths below /api/ that an endpoint answers, as OpenAPI writes them, without those that leave a part out."""
    for pattern in patterns:
        if isinstance(pattern.callback, Endpoint) and not pattern.default_args:
            yield _PARAMETER.sub(r"{\1}", str(pattern.pattern)), pattern.callback


@cache
def document() -> dict[str, Any]:
    """The whole document. The same until the server is another version."""
    # The paths import the page that shows this document.
    from curbledger.wire.urls import urlpatterns  # noqa: PLC0415

    paths: dict[str, dict[str, Any]] = {}
    for route, endpoint in routes(urlpatterns):
        answer = ANSWERS[route]
        paths[f"/api/{route}"] = {
            "parameters": [_parameter(name) for name in re.findall(r"{(\w+)}", route)],
            **{method.lower(): _operation(route, method, endpoint, answer) for method in endpoint.methods},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Curbledger: the Controller API", "version": __version__, "description": _ABOUT.strip()},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(ANSWERS[path.removeprefix("/api/")].group for path in paths)],
        "paths": paths,
        "components": {
            "schemas": {"Error": _error(), "EnvelopedError": _enveloped_error()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": TOKEN["description"]}},
        },
    }


def _operation(route: str, method: str, endpoint: Endpoint, answer: Answer) -> dict[str, Any]:
    (permission,) = (name for name, known in TOKEN_PERMISSIONS.items() if known == endpoint.permission)
    about = (endpoint.view.__doc__ or "").strip()
    reads_body = method != "GET"
    codes = sorted({*_ALWAYS, *answer.codes, *refusals_of(endpoint.fields)})
    return {
        "operationId": f"{method.lower()} {route}",
        "summary": about.split("\n", maxsplit=1)[0],
        "description": "\n\n".join(
            (
                f"Permission: `{permission}`.",
                *([] if reads_body else ["The JSON body, which a browser cannot send with GET, may be left out."]),
                describe(endpoint.fields),
                _table(codes),
            )
        ),
        "tags": [answer.group],
        # Both are good: the token in the header, or in the body.
        "security": [{"token": []}, *([{}] if reads_body else [])],
        **({"parameters": [_idempotency_key()]} if answer.repeatable else {}),
        **({"requestBody": _request(endpoint, answer)} if reads_body else {}),
        "responses": {"200": _success(answer), **_refusals(codes, enveloped=isinstance(endpoint, Enveloped))},
    }


def _request(endpoint: Endpoint, answer: Answer) -> dict[str, Any]:
    samples = contract("samples.json")
    content: dict[str, Any] = {"schema": body_schema(endpoint)}
    if answer.samples:
        content["examples"] = {name: {"value": samples[name]["body"]} for name in answer.samples}
    elif answer.request:
        content["example"] = dict(answer.request)
    return {"required": True, "content": {"application/json": content}}


def _success(answer: Answer) -> dict[str, Any]:
    headers = {
        name: {"description": about, "schema": {"type": "string"}} for name, about in (answer.headers or {}).items()
    }
    return {
        "description": "Done.",
        **({"headers": headers} if headers else {}),
        "content": {"application/json": {"schema": answer.schema, "example": answer.example}},
    }


def _refusals(codes: Iterable[int], *, enveloped: bool) -> dict[str, Any]:
    by_status: dict[int, list[int]] = defaultdict(list)
    for code in codes:
        for status in (MEANINGS[code].status, *_MORE_STATUSES.get(code, ())):
            by_status[status].append(code)
    return {str(status): _refusal(by_status[status], enveloped=enveloped) for status in sorted(by_status)}


def _refusal(codes: list[int], *, enveloped: bool) -> dict[str, Any]:
    name, code_key = ("EnvelopedError", "error") if enveloped else ("Error", "ErrorCode")
    error = {"$ref": f"#/components/schemas/{name}"}
    return {
        "description": "  \n".join(f"**{code}** {MEANINGS[code].message}" for code in codes),
        "content": {
            "application/json": {
                "schema": {"allOf": [error, {"properties": {code_key: {"enum": codes}}}]},
                "examples": {str(code): {"value": _example(code, enveloped=enveloped)} for code in codes},
            }
        },
    }


def _example(code: int, *, enveloped: bool) -> dict[str, Any]:
    field = {"ErrorField": "name as it was spelt"} if code in NAMES_FIELD else {}
    if enveloped:
        return {"error": code, "data": None, "message": MEANINGS[code].message, **field}
    return {"ErrorCode": code, "ErrorMessage": MEANINGS[code].message, **field}


def _error() -> dict[str, Any]:
    schema = keys(
        ErrorCode={"type": "integer", "enum": list(MEANINGS)},
        ErrorMessage={"type": "string"},
        ErrorField={"type": "string"},
    )
    return {**schema, "required": ["ErrorCode", "ErrorMessage"]}


def _enveloped_error() -> dict[str, Any]:
    schema = keys(
        error={"type": "integer", "enum": list(MEANINGS)},
        data={"type": "null"},
        message={"type": "string"},
        ErrorField={"type": "string"},
    )
    return {**schema, "required": ["error", "data", "message"]}


def _table(codes: Iterable[int]) -> str:
    rows = (f"| {code} | {MEANINGS[code].status} | {MEANINGS[code].message} |" for code in codes)
    return "\n".join(("| code | HTTP | message |", "|---|---|---|", *rows))


def _parameter(name: str) -> dict[str, Any]:
    about, pattern, example = _PARAMETERS[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": about,
        "schema": {"type": "string", "pattern": pattern},
        "example": example,
    }


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same call with the same key is answered with the same bytes, for 24 hours.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    }
