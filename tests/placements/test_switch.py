"""The switch, and what it says would go when it is turned: equal to what goes, to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements import slices
from curbledger.placements.batch import Batch
from curbledger.placements.switch import Foreseen, foresee, switch_collections
from curbledger.violations.adjust import add_fee, adjust_fine
from curbledger.violations.hold import hold_violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, call, marked

if TYPE_CHECKING:
    from datetime import datetime


def _foreseen(town: Client, *, at: datetime = NOON) -> Foreseen:
    with client_scope(town.pk):
        return foresee(town, at=at)


def _a_town_full_of_situations(town: Client) -> None:
    with client_scope(town.pk):
        for number, fine in enumerate(("0.01", "19.99", "50.00", "50.00", "50.00", "1250.00", "33.33")):
            issue(town, f"T-{number}", fine=fine, towing=Decimal("1.10") * number, tax=Decimal("0.07"))
        record_payment(town, "T-1", amount=Decimal("19.00"), at=NOON, by="clerk")
        adjust_fine(town, "T-2", amount=Decimal(0), reason="Hearing.", at=NOON, by="judge")
        add_fee(town, "T-3", amount=Decimal("7.77"), kind="late", reason="", at=NOON, by="system")
        hold_violation(town, "T-4", kind="court", reason="Summons.", at=NOON, by="clerk")
        issue(town, "DISCOUNTED", discount="12.34", discount_hours=24 * 365)
        issue(town, "DUE-TODAY", due_at=NOON)
        issue(town, "WARNING", warning=True)
        issue(town, "SPOILED", spoiled=True)
        issue(town, "PAID")
        record_payment(town, "PAID", amount=Decimal("50.00"), at=NOON, by="clerk")


@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.usefixtures("slices_of_three")
def test_what_is_foreseen_is_what_goes_to_the_cent(
    town: Client, monkeypatch: pytest.MonkeyPatch, *, collecting: bool
) -> None:
    monkeypatch.setattr(slices, "SLICE", 2)
    _a_town_full_of_situations(town)
    with client_scope(town.pk):
        switch_collections(town, on=collecting)
    foreseen = _foreseen(town)
    with client_scope(town.pk):
        switch_collections(town, on=True)
    handoff = call(town)
    assert (foreseen.count, foreseen.total) == (handoff.count, handoff.total)
    assert foreseen.count == 7


def test_what_is_foreseen_follows_the_policy(town: Client) -> None:
    _a_town_full_of_situations(town)
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="clerk", minimum_balance=Decimal("50.00"))
    foreseen = _foreseen(town)
    handoff = call(town)
    assert (foreseen.count, foreseen.total) == (handoff.count, handoff.total)
    assert 0 < foreseen.count < 7


def test_foreseeing_marks_nothing_and_opens_nothing(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    assert _foreseen(town) == _foreseen(town) == Foreseen(count=1, total=Decimal("50.00"))
    assert marked([issued]) == [None]
    with client_scope(town.pk):
        assert not Batch.objects.exists()


def test_what_was_handed_over_is_not_foreseen_again(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    arrived(town)
    assert _foreseen(town) == Foreseen(count=0, total=Decimal("0.00"))


def test_what_falls_due_until_then_is_foreseen(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, due_at=NOON)
    assert [_foreseen(town, at=NOON + timedelta(days=days)).count for days in (0, 1)] == [0, 1]


def test_a_neighbours_tickets_are_not_foreseen(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        issue(campus)
    assert _foreseen(town).count == 0


def test_the_switch_is_turned_for_one_client_only(town: Client, campus: Client) -> None:
    with client_scope(town.pk):
        switch_collections(town, on=False)
    assert town.collecting is False
    assert dict(Client.objects.values_list("code", "collecting")) == {"OC_TOMA": False, "CAMPUS": True}


def test_a_new_client_hands_nothing_over(db: None) -> None:
    new = cast.town("NEW", collecting=False)
    with client_scope(new.pk):
        issue(new)
    assert call(new).count == 0
