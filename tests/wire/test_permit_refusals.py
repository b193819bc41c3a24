"""Contract, sections 2 to 4: which permits are refused, in which order, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.wire.permits import END, NUMBER, PAID, PAID_IN, PERMIT_PLATE, START, ZONE
from tests.permits.parking import everything
from tests.wire.pushing import Integrator, integrator, told

PUSH, UPDATE, DELETE = "permits/push", "permits/update", "permits/delete"
NEW: dict[str, Any] = {"plate": "ABC 123", "startTime": "2026-05-20T09:00:00", "endTime": "2026-05-20T17:00:00"}
# Each is too late, too early, or none at all.
NO_TIMES: tuple[object, ...] = (
    "2026-05-20",
    "2026-05-20 09:00:00",
    "2026-05-20T09:00",
    "2026-05-20T09:00:00Z",
    "2026-02-29T09:00:00",
    "2026-05-20T24:00:00",
    "9999-12-31T23:59:59",
    "9999-12-31T00:00:00",
    "1899-12-31T23:59:59",
    "0001-01-01T00:00:00",
    "never",
    1779000000,
    True,
    [],
    {},
    "\0",
)


NO_AMOUNTS: tuple[Any, ...] = (
    *("0", "0.00", 0, -1, "1000000", 1000000, "0.001", "14.505", "$5", "5,00", " 5", "1e2", [], True),
)
NO_CURRENCIES: tuple[Any, ...] = ("EUR", "CA", " CAD", 124, {})
NO_TEXTS: tuple[Any, ...] = ([], {}, False, "A\0")


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "permit-create")


@pytest.fixture
def reference(gate: Integrator) -> str:
    _, answer = gate.push(PUSH, **NEW)
    known: str = answer["reference_id"]
    return known


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        # What is missing comes first, in the order of the table, whatever else is wrong.
        ({"amount": "x"}, (422, 9031, "startTime")),
        ({"startTime": "", "amount": "x"}, (422, 9031, "startTime")),
        ({"StartDateUtc": None}, (422, 9031, "StartDateUtc")),
        ({"startTime": "x"}, (422, 9004, None)),
        ({"startTime": "x", "EndDateUtc": ""}, (422, 9004, None)),
        ({"startTime": "x", "endTime": "x"}, (422, 9006, None)),
        ({**NEW, "plate": None, "LicencePlate": ""}, (422, 9006, None)),
        # An empty first name does not give way to the second.
        ({**NEW, "plate": "", "LicencePlate": "ABC"}, (422, 9006, None)),
        # Then formats, in the same order.
        ({"amount": "x", "currency": "x", "startTime": "x", "endTime": "x", "plate": "-"}, (422, 9033, "amount")),
        ({"CurrencyID": "x", "startTime": "x", "endTime": "x", "plate": "-"}, (422, 9033, "CurrencyID")),
        ({"startTime": "x", "endTime": "x", "plate": "-"}, (422, 9007, None)),
        ({**NEW, "endTime": "x", "plate": "-"}, (422, 9005, None)),
        ({**NEW, "plate": "-", "permitNo": "x" * 51}, (422, 9032, "plate")),
        ({**NEW, "permitNo": "x" * 51, "zone": "x" * 201}, (422, 9030, "permitNo")),
        # Then what they say together.
        ({**NEW, "endTime": "2026-05-20T09:00:00", "zone": "x" * 201}, (422, 9030, "zone")),
        ({**NEW, "endTime": "2026-05-20T09:00:00"}, (422, 9005, None)),
        ({**NEW, "endTime": "2026-05-20T08:59:59"}, (422, 9005, None)),
        ({**NEW, "endTime": None, "EndDateUtc": "2026-05-20T13:00:00"}, (422, 9005, None)),
        # 2:30 does not come, and is 3:30.
        ({**NEW, "startTime": "2026-03-08T02:30:00", "endTime": "2026-03-08T03:30:00"}, (422, 9005, None)),
        *(({**NEW, "startTime": time}, (422, 9007, None)) for time in NO_TIMES),
        *(({**NEW, "endTime": time}, (422, 9005, None)) for time in NO_TIMES),
        *(({**NEW, "endTime": None, "EndDateUtc": time}, (422, 9005, None)) for time in NO_TIMES),
        ({**NEW, "startTime": "2026-05-20T09:00:00.0"}, (422, 9030, "startTime")),
        ({**NEW, "EndDateUtc": "2026-05-20T09:00:00+00:00", "endTime": None}, (422, 9030, "EndDateUtc")),
        *(({**NEW, "Amount": amount}, (422, 9033, "Amount")) for amount in NO_AMOUNTS),
        ({**NEW, "amount": "0000014.50"}, (422, 9030, "amount")),
        ({**NEW, "amount": 1234567.89}, (422, 9030, "amount")),
        *(({**NEW, "currency": currency}, (422, 9033, "currency")) for currency in NO_CURRENCIES),
        ({**NEW, "currency": "CAD" * 4}, (422, 9030, "currency")),
        ({**NEW, "plate": "x" * 26}, (422, 9030, "plate")),
        # Compared, it is far more than fifty letters.
        ({**NEW, "LicencePlate": "ﷺ" * 20, "plate": None}, (422, 9030, "LicencePlate")),
        *(({**NEW, "plate": plate}, (422, 9032, "plate")) for plate in (" ", "- -", "🚗")),
        *(({**NEW, "plate": plate}, (422, 9033, "plate")) for plate in (["A"], False, "A\0")),
        *(({**NEW, "permitNo": number}, (422, 9033, "permitNo")) for number in NO_TEXTS),
        *(({**NEW, "zone": name}, (422, 9033, "zone")) for name in NO_TEXTS),
    ],
    ids=repr,
)
def test_a_push_that_cannot_be_is_refused_and_changes_nothing(
    town: Client, gate: Integrator, body: dict[str, Any], refusal: tuple[int, int, str | None]
) -> None:
    before = everything(town)
    assert told(gate.push(PUSH, **body)) == refusal
    assert everything(town) == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"amount": "x"}, (422, 9008, None)),
        ({"referenceid": "", "referenceID": "x"}, (422, 9008, None)),
        ({"reference_id": None}, (422, 9008, None)),
        ({"reference_id": "x" * 51}, (422, 9030, "reference_id")),
        ({"referenceID": ["x"]}, (422, 9033, "referenceID")),
        ({"referenceID": "\0"}, (422, 9033, "referenceID")),
        ({"referenceID": "x"}, (404, 9009, None)),
        ({"referenceID": 73}, (404, 9009, None)),
        ({"referenceID": str(uuid4())}, (404, 9009, None)),
        ({"referenceID": f"{{{uuid4()}}}"}, (404, 9009, None)),
        ({"referenceID": str(uuid4()).replace("-", "_")}, (404, 9009, None)),
    ],
    ids=[f"case {number}" for number in range(11)],
)
@pytest.mark.parametrize("path", [UPDATE, DELETE])
def test_a_reference_that_is_none_is_refused(
    town: Client,
    gate: Integrator,
    reference: str,
    *,
    path: str,
    body: dict[str, Any],
    refusal: tuple[int, int, str | None],
) -> None:
    before = everything(town)
    assert told(gate.push(path, **body)) == refusal
    assert everything(town) == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"amount": "x", "endTime": "x"}, (422, 9033, "amount")),
        ({"CurrencyID": "EUR"}, (422, 9033, "CurrencyID")),
        ({"amount": "0000014.50"}, (422, 9030, "amount")),
        *(({"endTime": time, "plate": "-"}, (422, 9005, None)) for time in (*NO_TIMES, "")),
        ({"endTime": "2026-05-20T09:00:00"}, (422, 9005, None)),
        ({"EndDateUtc": "2026-05-20T13:00:00"}, (422, 9005, None)),
        ({"endTime": "2026-05-20T09:00:00.0"}, (422, 9030, "endTime")),
        ({"plate": "x" * 26}, (422, 9030, "plate")),
        ({"LicencePlate": ""}, (422, 9032, "LicencePlate")),
        ({"plate": "-"}, (422, 9032, "plate")),
        ({"plate": []}, (422, 9033, "plate")),
    ],
    ids=repr,
)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(
    town: Client, gate: Integrator, reference: str, body: dict[str, Any], refusal: tuple[int, int, str | None]
) -> None:
    before = everything(town)
    assert told(gate.push(UPDATE, referenceID=reference, **body)) == refusal
    assert everything(town) == before


def test_what_is_deleted_is_not_updated(town: Client, gate: Integrator, reference: str) -> None:
    assert gate.push(DELETE, referenceid=reference)[0] == 200
    before = everything(town)
    for path in (UPDATE, DELETE):
        assert told(gate.push(path, referenceid=reference, amount="1")) == (404, 9009, None)
    assert everything(town) == before


def test_what_may_be_longest_is_kept(gate: Integrator) -> None:
    longest = {"amount": "999999.99", "plate": "X" * 25, "permitNo": "N" * 50, "zone": "Ǆ" * 200}
    assert gate.push(PUSH, **{**NEW, **longest})[0] == 200
    assert gate.push(PUSH, **{**NEW, "startTime": "1900-01-01T00:00:00", "endTime": "9999-12-30T23:59:59"})[0] == 200


NAMES = [name for field in (PAID, PAID_IN, START, END, PERMIT_PLATE, NUMBER, ZONE) for name in field.names]
TIMES = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=60),
    st.decimals(min_value=0, max_value=2_000_000, places=2).map(str),
    TIMES,
    st.sampled_from(["", "ABC 123", "abc123", "CAD", "7", "Lot 4", "2026-05-20T17:00:00", "\0", "ﷺ", "İ", "ß"]),
    st.lists(st.text(), max_size=1),
)
CODES = {9004, 9005, 9006, 9007, 9008, 9009, 9022, 9030, 9031, 9032, 9033}


@settings(max_examples=200)
@given(
    body=st.builds(lambda a, b: {**a, **b}, st.just({}) | st.just(NEW), st.dictionaries(st.sampled_from(NAMES), VALUES))
)
def test_whatever_is_pushed_is_answered_by_the_contract_and_a_refusal_changes_nothing(
    town: Client, gate: Integrator, body: dict[str, Any]
) -> None:
    before = everything(town)
    status, answer = gate.push(PUSH, **body)
    if status == 200:
        # And the same again is the same.
        stored = everything(town)
        assert gate.push(PUSH, **body) == (status, answer)
        assert everything(town) == stored
    else:
        assert answer["ErrorCode"] in CODES - {9008, 9009}
        assert answer.get("ErrorField", "startTime") in {*body, "startTime"}
        assert everything(town) == before


@settings(max_examples=100)
@given(body=st.dictionaries(st.sampled_from([*NAMES, "referenceid", "referenceID", "reference_id"]), VALUES))
@pytest.mark.parametrize("path", [UPDATE, DELETE])
def test_whatever_is_said_of_a_permit_is_answered_by_the_contract(
    town: Client, gate: Integrator, reference: str, path: str, body: dict[str, Any]
) -> None:
    before = everything(town)
    sent = {"reference_id": reference, **body} if path == UPDATE else body
    status, answer = gate.push(path, **sent)
    if status != 200:
        assert answer["ErrorCode"] in CODES
        assert answer.get("ErrorField", "plate") in {*body, "plate"}
        assert everything(town) == before
