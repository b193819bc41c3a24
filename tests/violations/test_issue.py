"""Writing tickets: what stands on them, and that no two get one number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.registry.models import Province, Vehicle
from curbledger.violations.explain import explain
from curbledger.violations.issue import Draft, issue_ticket
from curbledger.violations.models import Act, Detail, Offence, Violation
from curbledger.violations.numbering import draw_number, set_issuing, write_number
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other, committed, committed_database, committed_town

__all__ = ["committed", "committed_database", "committed_town"]


@pytest.fixture
def inside(town: Client) -> Iterator[Client]:
    with client_scope(town.pk):
        yield town


def write(client: Client, **columns: Any) -> Violation:
    draft = {
        "plate": "ABC 123",
        "province_id": Province.objects.get(code="ON").pk,
        "offence_ids": [cast.offence(client).pk],
        **columns,
    }
    return issue_ticket(client, Draft(**draft), at=NOON, by="kim@example.org")


def test_a_ticket_costs_what_its_offences_cost_and_says_who_wrote_it(inside: Client) -> None:
    offences = [cast.offence(inside, "Blocking", "30.00").pk, cast.offence(inside, "Hydrant", "75.50").pk]
    made = write(inside, offence_ids=offences, towing=Decimal(20), comment="Two wheels on the kerb")
    made.refresh_from_db()
    assert (made.fine, made.balance, made.comment) == (Decimal("105.50"), Decimal("125.50"), "Two wheels on the kerb")
    assert Detail.objects.filter(violation=made).count() == 2
    act = Act.objects.get()
    assert (act.kind, act.done_by) == ("issued", "kim@example.org")


def test_the_discount_is_that_of_the_list(inside: Client) -> None:
    offence = cast.offence(inside)
    Offence.objects.update(discount_flag=True, discount_amount=15, discount_hours=24)
    made = write(inside, offence_ids=[offence.pk])
    assert explain(inside, made.ticket, at=NOON + timedelta(hours=23)).owed == Decimal("35.00")
    assert explain(inside, made.ticket, at=NOON + timedelta(hours=25)).owed == Decimal("50.00")


def test_a_warning_owes_nothing(inside: Client) -> None:
    made = write(inside, warning=True)
    made.refresh_from_db()
    assert (made.warning, made.balance) == (True, Decimal("0.00"))
    with pytest.raises(Invalid, match="leave the towing out"):
        write(inside, warning=True, towing=Decimal(1))


def test_the_vehicle_is_found_however_its_plate_is_written_or_made(inside: Client) -> None:
    known = cast.vehicle(inside, "abc-123")
    assert write(inside).vehicle_id == known.pk
    new = write(inside, plate="NEW 1")
    assert Vehicle.objects.get(plate="NEW 1").pk == new.vehicle_id
    assert write(inside, plate="new1").vehicle_id == new.vehicle_id
    assert write(inside, plate="NEW 1", province_id=Province.objects.get(code="QC").pk).vehicle_id != new.vehicle_id


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"plate": " - "}, "letter or a digit"), ({"offence_ids": []}, "at least one"), ({"offence_ids": [0]}, "list")],
)
def test_what_cannot_stand_on_a_ticket_is_refused_and_draws_no_number(
    inside: Client, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        write(inside, **wrong)
    assert write(inside).ticket == "2026-000001"


def test_the_last_day_to_pay_is_the_clients(inside: Client) -> None:
    set_issuing(inside, due_days=10)
    # Midnight in Toronto, in summer.
    assert write(inside).due_at.isoformat() == "2026-05-30T04:00:00+00:00"


class TestNumbers:
    @pytest.mark.parametrize(
        ("pattern", "written"),
        [("{year}-{number:6}", "2026-000042"), ("P{number}", "P42"), ("{number:1}/{year}", "42/2026")],
    )
    def test_they_follow_the_clients_pattern(self, pattern: str, written: str) -> None:
        assert write_number(pattern, 42, 2026) == written

    @pytest.mark.parametrize(
        "pattern", ["", "P", "{year}", "{number", "{number:0}", "{other}{number}", "x" * 40 + "{number}"]
    )
    def test_a_pattern_that_is_none_is_refused(self, inside: Client, pattern: str) -> None:
        with pytest.raises(Invalid, match="pattern"):
            set_issuing(inside, pattern=pattern)

    def test_numbers_that_are_there_are_passed_by(self, inside: Client) -> None:
        cast.issue(inside, "2026-000001")
        cast.issue(inside, "2026-000002")
        assert [write(inside).ticket for _ in range(2)] == ["2026-000003", "2026-000004"]

    def test_the_pattern_changes_and_the_count_goes_on(self, inside: Client) -> None:
        write(inside)
        set_issuing(inside, pattern="K{number}")
        assert write(inside).ticket == "K2"

    def test_each_client_counts_alone(self, town: Client, campus: Client) -> None:
        for client in (town, campus):
            with client_scope(client.pk):
                assert draw_number(client, at=NOON)[0] == "2026-000001"

    def test_many_who_issue_at_once_get_a_number_each(self, committed_town: Client) -> None:
        def one() -> str:
            with client_scope(committed_town.pk):
                return write(committed_town, plate="RACE 1").ticket

        with client_scope(committed_town.pk):
            cast.offence(committed_town)
        others = [Other(one) for _ in range(6)]
        assert sorted(other.result() for other in others) == [f"2026-{number:06}" for number in range(1, 7)]
        with client_scope(committed_town.pk):
            assert Vehicle.objects.count() == 1


def test_more_than_a_ticket_can_come_to_is_refused_at_the_towing(inside: Client) -> None:
    with pytest.raises(Invalid, match=r"comes to 9,999,999,999[.]99 at most") as refused, client_scope(inside.pk):
        write(inside, towing=Decimal("9999999999.99"))
    assert refused.value.field == "towing"
    assert not Violation.objects.exists()
