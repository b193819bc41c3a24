"""The expression that prints an object prints what row_to_json prints, to the letter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from curbledger.wire.printing import printed, read_keys

pytestmark = pytest.mark.django_db

KEYS = """
r.whole AS "Whole",
r.amount AS "amount",
coalesce(r.word, 'none, "of" (those)') AS "wordOrNone",
r.word AS "word",
NULL AS "salt",
wire_time(r.moment) AS "moment",
r.flag AS "flag",
wire_flag(r.flag) AS "flagNumber",
r.number AS "UUID"
"""
QUERY = """
SELECT r.whole, {printed}
FROM (SELECT %(whole)s::bigint AS whole, %(amount)s::numeric AS amount, %(word)s::text AS word,
             %(moment)s::timestamptz AS moment, %(flag)s::boolean AS flag, %(number)s::uuid AS number) r
"""
MOMENT = datetime(2026, 3, 8, 2, 30, 0, 5, tzinfo=UTC)
FULL = {
    "whole": -9,
    "amount": Decimal("50.25"),
    "word": "a",
    "moment": MOMENT,
    "flag": True,
    "number": UUID("d9a1c8bb-4ed1-411e-91b1-0b63ba52e04d"),
}


def both(values: dict[str, Any]) -> tuple[str, str]:
    """What the expression prints, and what row_to_json does."""
    with connection.cursor() as cursor:
        cursor.execute(printed(cursor, QUERY, KEYS, **values), values)
        ((_, ours),) = cursor.fetchall()
        cursor.execute(f"SELECT row_to_json(w)::text FROM ({QUERY.format(printed=KEYS)}) w", values)
        ((theirs,),) = cursor.fetchall()
    # The link that stands before the object is none of its keys.
    whole = "null" if values["whole"] is None else values["whole"]
    return f"{ours}}}", theirs.replace(f'{{"whole":{whole},', "{", 1)


def test_every_kind_of_value_is_printed_as_row_to_json_prints_it() -> None:
    ours, theirs = both(FULL)
    assert ours == theirs
    assert '"moment":"2026-03-08T02:30:00.000005Z"' in ours


def test_what_is_absent_is_null_under_every_key() -> None:
    ours, theirs = both(dict.fromkeys(FULL))
    assert ours == theirs
    assert ours.count("null") == len(list(read_keys(KEYS))) - 1


@given(word=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_is_printed_as_row_to_json_prints_it(word: str) -> None:
    ours, theirs = both({**FULL, "word": word})
    assert ours == theirs


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=4), whole=st.integers(-(2**63), 2**63 - 1))
def test_any_number_is_printed_as_row_to_json_prints_it(amount: Decimal, whole: int) -> None:
    ours, theirs = both({**FULL, "amount": amount, "whole": whole})
    assert ours == theirs


def test_more_keys_than_a_function_takes_are_printed_in_their_order() -> None:
    keys = ", ".join(f'{number} AS "k{number}"' for number in range(205))
    with connection.cursor() as cursor:
        cursor.execute(printed(cursor, "SELECT {printed}", keys))
        ((ours,),) = cursor.fetchall()
    assert ours + "}" == "{" + ",".join(f'"k{number}":{number}' for number in range(205)) + "}"


def test_commas_in_parentheses_and_quotes_end_no_key() -> None:
    assert list(read_keys("""f(a, 'b),') AS "one", 'it''s, so' AS "two" """)) == [
        ("f(a, 'b),')", "one"),
        ("'it''s, so'", "two"),
    ]


def test_an_expression_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no key is named in 'b\.y'"):
        list(read_keys('a.x AS "x", b.y'))
