"""The fields of an endpoint as OpenAPI and its readers know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curbledger.wire.endpoint import Endpoint
    from curbledger.wire.fields import Field

_MISSING, _TOO_LONG, _TOO_SHORT = 9031, 9030, 9032
TOKEN: dict[str, Any] = {
    "type": "string",
    "maxLength": 50,
    "pattern": "^[A-Za-z0-9-]+$",
    "description": "The token, unless it stands in the header.",
}


def body_schema(endpoint: Endpoint) -> dict[str, Any]:
    """The body of a call. A name that is not listed is ignored, so nothing is forbidden."""
    properties = dict.fromkeys(endpoint.token_names, TOKEN)
    needed: list[dict[str, Any]] = []
    for field in endpoint.fields:
        for name in field.names:
            properties[name] = _property(field, name)
        if field.required:
            needed.append({"anyOf": [{"required": [name]} for name in field.names]})
    single = [field.names[0] for field in endpoint.fields if field.required and len(field.names) == 1]
    either = [choice for choice in needed if len(choice["anyOf"]) > 1]
    return {
        "type": "object",
        "properties": properties,
        **({"required": single} if single else {}),
        **({"allOf": either} if either else {}),
    }


def refusals_of(fields: Iterable[Field[Any]]) -> Iterator[int]:
    """The codes that the form of the fields can bring about."""
    for field in fields:
        if field.required or field.required_code != _MISSING:
            yield field.required_code
        if field.limit is not None:
            yield field.limit_code
        if "minLength" in field.kind.schema:
            yield _TOO_SHORT
        yield field.value_code


def describe(fields: Iterable[Field[Any]]) -> str:
    """The fields as a table: names in order of precedence, limits, and codes."""
    rows = [
        f"| {', '.join(f'`{name}`' for name in field.names)} | {field.limit or ''} | {_required(field)} "
        f"| {_codes(field)} | {field.description} |"
        for field in fields
    ]
    if not rows:
        return "Nothing but the token."
    return "\n".join(("| names | limit | required | codes | |", "|---|---|---|---|---|", *rows))


def _property(field: Field[Any], name: str) -> dict[str, Any]:
    about = field.description
    others = [other for other in field.names if other != name]
    if others:
        first = field.names[0]
        about = f"{about} Also `{'`, `'.join(others)}`; of several, `{first}` counts.".strip()
    return {
        **field.kind.schema,
        **({"maxLength": field.limit} if field.limit is not None else {}),
        **({"description": about} if about else {}),
    }


def _required(field: Field[Any]) -> str:
    if field.required:
        return "yes"
    # A code of its own says that some calls need it; the description says which.
    return "some calls" if field.required_code != _MISSING else ""


def _codes(field: Field[Any]) -> str:
    return ", ".join(map(str, sorted(set(refusals_of([field])))))
