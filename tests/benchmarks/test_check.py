"""What the benchmark's check of the rivals notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.rivals.check import Unlike, check

OURS: list[dict[str, Any]] = [
    {"ViolationID": 1, "AdjustedFine": 0, "Fine": 50, "details": [{"type": None}], "user": {"enabled": 1}},
    {"ViolationID": 2, "AdjustedFine": 12.5, "Fine": 50, "details": [], "user": None},
]


def _compare(theirs: list[dict[str, Any]]) -> None:
    check(json.dumps(OURS).encode(), {"rival": json.dumps(theirs).encode()}, plain={1})


def test_the_same_values_pass_however_a_number_is_spelt() -> None:
    _compare([{**OURS[0], "Fine": 50.0}, OURS[1]])


def test_what_a_placement_decides_may_differ_where_there_was_a_payment() -> None:
    _compare([OURS[0], {**OURS[1], "AdjustedFine": 0}])


@pytest.mark.parametrize(
    "theirs",
    [
        [{**OURS[0], "AdjustedFine": 1}, OURS[1]],
        [{**OURS[0], "details": [{"type": 0}]}, OURS[1]],
        [{**OURS[0], "details": []}, OURS[1]],
        [{**OURS[0], "user": {"enabled": True}}, OURS[1]],
        [{**OURS[0], "user": {"enabled": 1, "salt": None}}, OURS[1]],
        [OURS[0], {key: value for key, value in OURS[1].items() if key != "Fine"}],
        [OURS[1], OURS[0]],
        [OURS[0]],
    ],
    ids=["amount", "nested", "missing", "kind", "more", "fewer", "order", "count"],
)
def test_anything_else_is_noticed(theirs: list[dict[str, Any]]) -> None:
    with pytest.raises(Unlike, match="rival"):
        _compare(theirs)


def test_nothing_to_compare_is_no_success() -> None:
    with pytest.raises(Unlike):
        check(b"[]", {"rival": b"[]"}, plain={1})
    with pytest.raises(Unlike):
        check(json.dumps(OURS).encode(), {}, plain={7})
