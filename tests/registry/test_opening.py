"""A client is opened whole, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from curbledger.clients.client import Client, find_client
from curbledger.clients.policy import HOLD_KINDS, CollectionsPolicy, current_policy
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from curbledger.registry import opening
from curbledger.registry.lookups import Province
from curbledger.registry.opening import open_client

AT = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_client_is_ready_for_data_and_hands_nothing_over() -> None:
    client = open_client(code="OC_TOMA", name=" Town of Toma ", at=AT)

    found = find_client("oc-toma")
    assert found == client
    assert (found.code, found.name, found.timezone, found.currency) == (
        "OC_TOMA",
        "Town of Toma",
        "America/Toronto",
        "CAD",
    )
    assert not found.collecting
    assert found.created_at == AT


def test_its_policy_is_the_first_version() -> None:
    client = open_client(code="OC_TOMA", name="Town of Toma", at=AT)

    with client_scope(client.pk):
        policy = current_policy()
    assert (policy.version, policy.created_by, policy.created_at) == (1, "system", AT)
    assert policy.minimum_balance == Decimal("0.01")
    assert policy.hold_kinds == list(HOLD_KINDS)


def test_each_client_has_lists_of_its_own() -> None:
    first = open_client(code="FIRST", name="First", at=AT)
    second = open_client(code="SECOND", name="Second", timezone="Europe/Zurich", currency="usd", at=AT)

    assert second.currency == "USD"
    with client_scope(first.pk):
        ids = set(Province.objects.values_list("pk", flat=True))
    with client_scope(second.pk):
        others = set(Province.objects.values_list("pk", flat=True))
    assert len(ids) == len(others)
    assert not ids & others


@pytest.mark.parametrize(
    ("again", "words"),
    [("OC_TOMA", "There is a client OC_TOMA already"), ("oc-toma", "There is a client OC_TOMA already.*same code")],
)
def test_a_code_is_taken_in_every_spelling(again: str, words: str) -> None:
    open_client(code="OC_TOMA", name="Town of Toma", at=AT)

    with pytest.raises(Conflict, match=words):
        open_client(code=again, name="Another", at=AT)
    assert Client.objects.filter(key="oc-toma").count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "OC TOMA"}, "code", "no client code"),
        ({"code": ""}, "code", "no client code"),
        ({"name": "  "}, "name", "needs a name"),
        ({"name": "x" * 201}, "name", "at most 200"),
        ({"timezone": "Toronto"}, "timezone", "America/Toronto"),
        ({"timezone": "America/Torronto"}, "timezone", "America/Toronto"),
        ({"timezone": "europe/zurich"}, "timezone", "Europe/Zurich"),
        ({"timezone": "America/"}, "timezone", "Take one such as"),
        ({"timezone": "../../etc/passwd"}, "timezone", "Take one such as"),
        ({"currency": "CA$"}, "currency", "three letters"),
        ({"currency": "CADS"}, "currency", "three letters"),
        ({"currency": "ÇAD"}, "currency", "three letters"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        open_client(**{"code": "OC_TOMA", "name": "Town of Toma", **changes}, at=AT)

    assert caught.value.field == field
    assert not Client.objects.exists()


def test_an_error_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(client_id: int) -> None:
        raise RuntimeError

    monkeypatch.setattr(opening, "seed_lists", fail)

    with pytest.raises(RuntimeError):
        open_client(code="OC_TOMA", name="Town of Toma", at=AT)

    assert not Client.objects.exists()
    assert not CollectionsPolicy.objects.exists()
