"""What the OpenAPI page says of these paths: the framework's own schema, with what it does not know of the edge."""

from __future__ import annotations

from typing import Any

from curbledger.agency_api.access import PERMISSION
from curbledger.agency_api.api import api
from curbledger.agency_api.refusals import CODES, GONE
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.refusal import MEANINGS

ROOT = "/api/{client}/v1/collections/"
_GROUP = "Collections: what an agency may ask"
_TOO_MANY, _UNAVAILABLE = 429, 503
# Any call may be told these: status and code.
_ALWAYS = ((401, 9001), (403, 9002), (_TOO_MANY, 9002), (422, 9033), (500, 9099), (_UNAVAILABLE, 9099))
# What only some are told, by what the framework calls them.
_MORE = {
    "show_batch": ((404, 9009),),
    "show_records": ((404, 9009), (GONE, 9009)),
    "show_attachment": ((404, 9009),),
    "list_batches": ((404, 9009),),
    "show_preview": ((404, 9009),),
}
_CLIENT = {
    "name": "client",
    "in": "path",
    "required": True,
    "description": "The client's code. Case does not count, and `-` is `_`.",
    "schema": {"type": "string"},
    "example": "OC_TOMA",
}
_ABOUT = {
    "batch": "The batch's id, as `X-Batch-Id` had it.",
    "unique_id": "The file's `uniqueid` in the record.",
    "revision": "Which revision. Left out: the newest.",
    "limit": "How many on a page.",
    "cursor": "What the page before gave as `next`.",
}
_TEXT = {"schema": {"type": "string"}}
_RECORD_HEADERS = {
    "X-Batch-Id": {"description": "The batch.", **_TEXT},
    "X-Batch-Revision": {"description": "Which revision this is.", **_TEXT},
    "X-Record-Count": {"description": "How many records there are.", **_TEXT},
    "X-Total-Owing": {"description": "What they owe together.", **_TEXT},
    "ETag": {"description": "The SHA-256 of the whole answer, once all of it was printed.", **_TEXT},
    "Repr-Digest": {"description": "The same, as RFC 9530 writes it.", **_TEXT},
}


def document() -> dict[str, Any]:
    """An OpenAPI document of these paths alone."""
    found = api.get_openapi_schema(path_prefix=ROOT)
    paths = {
        path: {"parameters": [_CLIENT], "get": _operation(path, item["get"])} for path, item in found["paths"].items()
    }
    return {
        "tags": [{"name": _GROUP}],
        "paths": paths,
        "components": {"schemas": {**found["components"]["schemas"], "Refusal": _refusal_schema()}},
    }


def _operation(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    name = operation["operationId"].removeprefix("curbledger_agency_api_api_")
    about = operation["description"]
    (permission,) = (name for name, known in TOKEN_PERMISSIONS.items() if known == PERMISSION)
    refusals = sorted({*_ALWAYS, *_MORE[name]})
    table = "\n".join(f"| {code} | {status} | {MEANINGS[code][1]} |" for status, code in refusals)
    return {
        "operationId": f"get {path.removeprefix('/api/')}",
        "summary": about.split(". ")[0].rstrip("."),
        "description": f"{about}\n\nPermission: `{permission}`.\n\n| code | HTTP | message |\n|---|---|---|\n{table}",
        "tags": [_GROUP],
        "security": [{"token": []}],
        "parameters": [_parameter(one) for one in operation["parameters"]],
        "responses": {
            "200": _success(name, operation["responses"][200]),
            **{str(status): _refusal(code) for status, code in refusals},
        },
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    # One that is left out is left out, and never null.
    schema = parameter["schema"]
    schema = next((one for one in schema.get("anyOf", []) if one["type"] != "null"), schema)
    return {**parameter, "schema": schema, "description": _ABOUT[parameter["name"]]}


def _success(name: str, response: dict[str, Any]) -> dict[str, Any]:
    (content,) = response["content"].values()
    if name == "show_attachment":
        return {"description": "The file.", "content": {"*/*": content}}
    if name == "show_records":
        headers = _RECORD_HEADERS
        return {"description": "Done.", "headers": headers, "content": {"application/json": content}}
    return {"description": "Done.", "content": {"application/json": content}}


def _refusal(code: int) -> dict[str, Any]:
    _, message = MEANINGS[code]
    return {
        "description": f"**{code}** {message}",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Refusal"},
                "example": {"ErrorCode": code, "ErrorMessage": message},
            }
        },
    }


def _refusal_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "ErrorCode": {"type": "integer", "enum": list(CODES)},
            "ErrorMessage": {"type": "string"},
            "ErrorField": {"type": "string"},
        },
        "required": ["ErrorCode", "ErrorMessage"],
        "additionalProperties": False,
    }
