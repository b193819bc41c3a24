"""Debts by the reason why they stay, newest first, so many at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements import by_reason as module
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.placements.by_reason import by_reason
from curbledger.placements.preview import preview
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Category, Violation
from curbledger.violations.search import Place, Wanted, search
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived

DAY = timedelta(days=1)


def found(town: Client, reason: str, **how: Any) -> list[str]:
    with client_scope(town.pk):
        ids = by_reason(town, reason, at=NOON, **how).ids
        return sorted(Violation.objects.filter(pk__in=ids).values_list("ticket", flat=True))


@pytest.fixture
def many(town: Client) -> list[Violation]:
    """Six, each a day older than the one before; every other one is held back."""
    with client_scope(town.pk):
        made = [issue(town, f"T{number}", issued_at=NOON - (60 + number) * DAY) for number in range(6)]
        for one in made[::2]:
            hold_violation(town, one.ticket, kind="court", reason="x", at=NOON, by="maud")
    return made


def test_each_reason_has_those_that_the_preview_counts(town: Client, many: list[Violation]) -> None:
    with client_scope(town.pk):
        issue(town, "NEW", due_at=NOON + DAY)
        issue(town, "FREE", fine="0.00")
        looked = preview(town, at=NOON)
    assert {reason: len(found(town, reason)) for reason in looked.reasons} == {
        reason: heap.count for reason, heap in looked.reasons.items()
    }
    assert found(town, "on_hold") == ["T0", "T2", "T4"]
    assert found(town, "not_due") == ["NEW"]
    assert len(found(town, "goes")) == looked.goes.count == 3


def test_what_was_sent_is_not_among_them(town: Client, many: list[Violation]) -> None:
    arrived(town)
    assert found(town, "goes") == []
    assert found(town, "on_hold") == ["T0", "T2", "T4"]


def test_it_looks_through_so_many_and_says_where_it_stopped(town: Client, many: list[Violation]) -> None:
    with client_scope(town.pk):
        first = by_reason(town, "on_hold", at=NOON, reach=3)
        assert first.horizon == Place(many[2].issued_at, many[2].pk)
        assert sorted(first.ids) == [many[0].pk, many[2].pk]
        rest = by_reason(town, "on_hold", at=NOON, reach=4, after=first.horizon)
        assert (rest.ids, rest.horizon) == ([many[4].pk], None)


def test_it_stops_where_a_page_is_full(town: Client, many: list[Violation], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SLICE", 2)
    with client_scope(town.pk):
        first = by_reason(town, "on_hold", at=NOON, enough=1)
    assert len(first.ids) == 2
    assert first.horizon == Place(many[3].issued_at, many[3].pk)


def test_pages_of_a_search_miss_none_and_repeat_none(
    town: Client, many: list[Violation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SLICE", 2)
    seen: list[str] = []
    after = None
    with client_scope(town.pk):
        for _ in range(10):
            among = by_reason(town, "on_hold", at=NOON, after=after, enough=1, reach=2)
            page = search(town, Wanted(), at=NOON, after=after, among=among, limit=1)
            seen += [line.ticket for line in page.lines]
            after = page.next
            if after is None:
                break
    assert seen == ["T0", "T2", "T4"]


def test_other_filters_narrow_it_further(town: Client, many: list[Violation]) -> None:
    with client_scope(town.pk):
        among = by_reason(town, "on_hold", at=NOON)
        assert [one.ticket for one in search(town, Wanted(text="T2"), at=NOON, among=among).lines] == ["T2"]
        assert search(town, Wanted(text="T1"), at=NOON, among=among).lines == []
        since, until = many[4].issued_at.date(), many[2].issued_at.date()
    assert found(town, "on_hold", since=since, until=until) == ["T2", "T4"]


def test_what_is_kept_for_no_agency(town: Client) -> None:
    with client_scope(town.pk):
        kept = Category.objects.create(client_id=town.pk, name="Kept")
        strict = Agency.objects.create(client_id=town.pk, name="Strict", assigned_only=True, created_at=NOON)
        AgencyCategory.objects.create(client_id=town.pk, agency=strict, category=kept)
        issue(town, "ITS", category=kept)
        issue(town, "NOBODYS")
    assert found(town, "no_agency") == ["NOBODYS"]
    assert found(town, "goes") == ["ITS"]
    assert found(town, "goes", agency_id=strict.pk) == ["ITS"]
    cast.caller(town, agency="Open")
    assert found(town, "no_agency") == []


def test_another_client_has_none_of_it(town: Client, campus: Client, many: list[Violation]) -> None:
    assert found(campus, "on_hold") == []
