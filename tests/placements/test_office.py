"""What a client is called and counts by: changed while nothing rests on it, and audited."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from curbledger.placements import office
from curbledger.placements.office import FixedByNow, change_client, what_is_fixed
from tests.cast import issue
from tests.cast import town as make_town
from tests.permits.parking import grant
from tests.violations.races import Other, second_connection


def test_everything_can_be_changed_before_the_first_ticket_and_is_audited(town: Client) -> None:
    with client_scope(town.pk):
        changed = change_client(town, name=" City of Toma ", timezone="America/Halifax", currency="usd")
        assert what_is_fixed().timezone == what_is_fixed().currency == ""
        entry = AuditEntry.objects.filter(about="client").latest("pk")
    assert (changed.name, changed.timezone, changed.currency) == ("City of Toma", "America/Halifax", "USD")
    assert {"name", "timezone", "currency"} <= entry.changes.keys()


def test_a_ticket_fixes_the_time_zone_and_the_currency_and_not_the_name(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
        for field, value in (("timezone", "America/Halifax"), ("currency", "USD")):
            with pytest.raises(FixedByNow) as refused:
                change_client(town, name="Other", **{field: value})
            assert refused.value.field == field
        # To say again what it is changes nothing.
        assert change_client(town, name="Other", timezone=town.timezone, currency="cad").name == "Other"
        assert Client.objects.get(pk=town.pk).currency == "CAD"


def test_the_price_of_a_permit_fixes_the_currency_alone(town: Client) -> None:
    with client_scope(town.pk):
        grant(town, amount=Decimal(5))
        assert (bool(what_is_fixed().timezone), bool(what_is_fixed().currency)) == (False, True)
        assert change_client(town, timezone="America/Halifax").timezone == "America/Halifax"


@pytest.mark.parametrize(
    ("field", "value"), [("name", "  "), ("name", "x" * 201), ("timezone", "Mars/Base"), ("currency", "dollars")]
)
def test_what_cannot_be_is_refused(town: Client, field: str, value: str) -> None:
    with client_scope(town.pk), pytest.raises(Invalid) as refused:
        change_client(town, **{field: value})
    assert refused.value.field == field


def test_another_clients_tickets_fix_nothing(town: Client) -> None:
    other = make_town("OC_OTHER")
    with client_scope(other.pk):
        issue(other)
    with client_scope(town.pk):
        assert change_client(town, currency="USD").currency == "USD"


def change(town: Client) -> Client:
    with client_scope(town.pk):
        return change_client(town, currency="USD")


def test_another_currency_waits_for_a_first_ticket_and_is_refused_then(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "_PATIENCE_MS", 60_000)
    town = committed_town
    with client_scope(town.pk):
        issue(town)
        other = Other(lambda: change(town))
        other.wait_until_blocked()
    with pytest.raises(FixedByNow):
        other.result()
    assert Client.objects.get(pk=town.pk).currency == "CAD"


def test_a_first_ticket_waits_for_another_currency(committed_town: Client) -> None:
    town = committed_town

    def write() -> None:
        with client_scope(town.pk):
            issue(town)

    with client_scope(town.pk):
        change_client(town, currency="USD")
        other = Other(write)
        other.wait_until_blocked()
    other.result()
    assert Client.objects.get(pk=town.pk).currency == "USD"


def test_nobody_is_held_up_by_somebody_who_writes_for_long(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import holds the client's row, and the table."""
    monkeypatch.setattr(office, "_PATIENCE_MS", 1)
    town = committed_town
    for statement in (
        "LOCK TABLE violation IN ROW EXCLUSIVE MODE",
        "SELECT FROM client WHERE id = %s FOR NO KEY UPDATE",
    ):
        with second_connection(town) as importing:
            importing.execute(statement, [town.pk] if "%s" in statement else None)
            with pytest.raises(Conflict, match="just now"):
                change(town)
    assert change(town).currency == "USD"
