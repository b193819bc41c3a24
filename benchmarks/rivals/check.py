"""Nobody compares apples with pears: the rivals' records must be the product's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.rivals.keys import DECIDED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from collections.abc import Set as AbstractSet


class Unlike(Exception):
    """A rival's records are not the product's; says where."""


def check(ours: bytes, rivals: Mapping[str, bytes], *, plain: AbstractSet[int]) -> None:
    """Raise Unlike where a rival's records differ from ours.

    What a placement decides is compared for the `plain` violations only: those without payments, fees and
    discounts. The others' amounts are the product's own work.
    """
    expected: list[dict[str, Any]] = json.loads(ours)
    if not expected or plain.isdisjoint(record["ViolationID"] for record in expected):
        raise Unlike("There is nothing to compare.")
    for name, body in rivals.items():
        found: list[dict[str, Any]] = json.loads(body)
        if len(found) != len(expected):
            raise Unlike(f"{name}: {len(found)} records, not {len(expected)}.")
        for one, other in zip(expected, found, strict=True):
            skipped = () if one["ViolationID"] in plain else DECIDED
            _compare(f"{name}, violation {one['ViolationID']}", _without(one, skipped), _without(other, skipped))


def _without(record: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: None if key in keys else value for key, value in record.items()}


def _compare(where: str, one: object, other: object) -> None:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            _compare(f"{where}, {key}", one[key], other[key])
    elif isinstance(one, dict) and isinstance(other, dict):
        raise Unlike(f"{where}: only one of them has the keys {sorted(one.keys() ^ other.keys())}.")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            _compare(f"{where}[{number}]", left, right)
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        raise Unlike(f"{where}: {other!r}, not {one!r}.")
