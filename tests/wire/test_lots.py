"""Contract, section 6: lot values, by GET with a body, by GET with a header, and by POST."""

from __future__ import annotations

import json
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permits.lot import put_zone_in_lot, set_lot
from curbledger.permits.lot_tax import set_lot_tax
from tests import cast
from tests.permits.parking import everything, fill_zone, zone
from tests.wire.pushing import SAMPLES, Integrator, check_refusal, integrator

PATH = "permits/lot-values"
KEYS = [
    *("lot_type", "lot_name", "default_cost", "total_permits", "rented_permits", "utilized_pct", "amount_projected"),
    *("amount", "tax_amount", "tax_amount1", "tax_amount2", "total", "lot_id"),
]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.NOON)


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "lot-values")


@pytest.fixture
def full(town: Client) -> Client:
    with client_scope(town.pk):
        set_lot(town.pk, "Empty", default_cost=Decimal("10.25"), total_permits=3, at=cast.NOON)
        lot = set_lot(town.pk, "Lot 4", default_cost=Decimal(45), total_permits=120, at=cast.NOON)
        put_zone_in_lot(lot, zone(town, "Lot 4"))
        put_zone_in_lot(lot, zone(town, "Upper"), opens=time(7), closes=time(18))
        set_lot_tax(town.pk, Decimal(5), Decimal("9.975"))
        fill_zone(town, "lot4", 2, amount="14.50")
        fill_zone(town, "Upper", 1, amount="45")
        fill_zone(town, "Upper", 1)
        fill_zone(town, "Elsewhere", 3, amount="1")
    return town


def ask(gate: Integrator, method: str, body: bytes, code: str = "OC_TOMA", **headers: Any) -> tuple[int, Any, str]:
    sent = Browser(raise_request_exception=False).generic(
        method, f"/api/{code}/v1/{PATH}", body, content_type="application/json", **headers
    )
    answer = json.loads(sent.content)
    if sent.status_code != 200:
        check_refusal(sent.status_code, answer)
    return sent.status_code, answer, sent.content.decode()


def by_body(gate: Integrator) -> bytes:
    return json.dumps({"apiToken": gate.secret}).encode()


def test_a_town_without_lots_has_an_empty_array(gate: Integrator) -> None:
    assert ask(gate, "GET", by_body(gate))[:2] == (200, [])


def test_the_documented_call_word_for_word(full: Client, gate: Integrator) -> None:
    sample = SAMPLES[PATH]
    body = json.dumps({**sample["body"], "apiToken": gate.secret}).encode()
    status, lots, text = ask(gate, sample["method"], body, code="OC-TOMA")
    assert status == 200
    assert [list(lot) for lot in lots] == [KEYS, KEYS]
    assert lots == [
        {
            "lot_type": "M",
            "lot_name": "Empty",
            "default_cost": 10.25,
            "total_permits": 3,
            "rented_permits": 0,
            "utilized_pct": 0,
            "amount_projected": 30.75,
            "amount": 0,
            "tax_amount": 0,
            "tax_amount1": 0,
            "tax_amount2": 0,
            "total": 0,
            "lot_id": 1,
        },
        {
            "lot_type": "M",
            "lot_name": "Lot 4",
            "default_cost": 45,
            "total_permits": 120,
            "rented_permits": 4,
            "utilized_pct": 3.33,
            "amount_projected": 5400,
            "amount": 74,
            # 5 % and 9.975 % of 74.00, each to the cent.
            "tax_amount": 11.08,
            "tax_amount1": 3.7,
            "tax_amount2": 7.38,
            "total": 85.08,
            "lot_id": 2,
        },
    ]
    # Numbers as numbers, without idle zeros, and no sign of how computers count.
    assert '"default_cost": 45,' in text
    assert '"tax_amount": 11.08,' in text


def test_a_header_and_a_post_do_too(full: Client, gate: Integrator) -> None:
    wanted = ask(gate, "GET", by_body(gate))
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {gate.secret}"}
    assert ask(gate, "POST", by_body(gate)) == wanted
    assert ask(gate, "GET", b"", **bearer) == wanted
    assert ask(gate, "POST", b"{}", **bearer) == wanted


def test_another_clients_lots_are_not_there(full: Client, campus: Client) -> None:
    stranger = integrator(campus, "lot-values")
    assert ask(stranger, "GET", by_body(stranger), code="CAMPUS")[:2] == (200, [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_refused(full: Client, campus: Client, gate: Integrator, method: str) -> None:
    before = everything(full)
    others = integrator(full, "permit-create", "permit-stats", "plate-validate")
    for asking in (integrator(campus, "lot-values"), others, Integrator(full, "NOBODY")):
        status, answer, _ = ask(asking, method, by_body(asking))
        assert (status, answer["ErrorCode"]) == (403, 9002)
    for body, code in ((b"{}", 9001), (b'{"apiToken": "x",}', 9003), (b" ", 9003)):
        assert ask(gate, method, body)[1]["ErrorCode"] == code
    assert everything(full) == before


def test_no_other_method(gate: Integrator) -> None:
    sent = Browser().put(f"/api/OC_TOMA/v1/{PATH}", by_body(gate), content_type="application/json")
    assert (sent.status_code, sent.json()["ErrorCode"], sent["Allow"]) == (405, 9003, "GET, POST, OPTIONS")
