"""Who gets what: one agency for a category, and nobody overwrites what somebody else decided."""

from __future__ import annotations

from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.placements.agency import Agency, AgencyCategory
from curbledger.placements.assign import add_agency, assign_categories, change_agency, nobodys
from curbledger.placements.preview import NO_AGENCY, preview
from curbledger.violations.models import Category
from tests.cast import NOON, issue
from tests.violations.races import Other


def kinds(town: Client, *names: str) -> list[int]:
    return [Category.objects.create(client_id=town.pk, name=name).pk for name in names]


def kept() -> dict[int, int]:
    return dict(AgencyCategory.objects.values_list("category_id", "agency_id"))


def test_a_category_is_kept_for_one_then_for_another_then_for_nobody(town: Client) -> None:
    with client_scope(town.pk):
        (kind,) = kinds(town, "Private")
        one, two = (add_agency(town.pk, name=name, at=NOON).pk for name in ("One", "Two"))
        for before, after in ((None, one), (one, two), (two, None)):
            assert assign_categories(town.pk, seen={kind: before}, wanted={kind: after}) == 1
            assert kept() == ({} if after is None else {kind: after})
        assert assign_categories(town.pk, seen={kind: None}, wanted={kind: None}) == 0


def test_what_somebody_else_decided_meanwhile_stays(town: Client) -> None:
    with client_scope(town.pk):
        first, second = kinds(town, "A", "B")
        one, two = (add_agency(town.pk, name=name, at=NOON).pk for name in ("One", "Two"))
        assign_categories(town.pk, seen={first: None}, wanted={first: one})
    with client_scope(town.pk), pytest.raises(Conflict):
        assign_categories(town.pk, seen={first: None, second: None}, wanted={first: two, second: two})
    with client_scope(town.pk):
        # What was not decided anew is nobody's concern.
        assign_categories(town.pk, seen={first: None, second: None}, wanted={first: None, second: two})
        assert kept() == {first: one, second: two}


def test_of_two_who_decide_at_once_one_is_refused(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        (kind,) = kinds(committed_town, "Private")
        one, two = (add_agency(committed_town.pk, name=name, at=NOON).pk for name in ("One", "Two"))

    def decide(agency: int) -> None:
        with client_scope(committed_town.pk):
            assign_categories(committed_town.pk, seen={kind: None}, wanted={kind: agency})

    with client_scope(committed_town.pk):
        assign_categories(committed_town.pk, seen={kind: None}, wanted={kind: one})
        other = Other(partial(decide, two))
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert kept() == {kind: one}


def test_names_are_taken_whatever_their_case_and_are_not_empty(town: Client) -> None:
    with client_scope(town.pk):
        agency = add_agency(town.pk, name="  Fair   Collections ", at=NOON)
        assert agency.name == "Fair Collections"
        for wrong in (" ", "x" * 201):
            with pytest.raises(Invalid):
                change_agency(agency.pk, name=wrong)
        with pytest.raises(NotFound):
            change_agency(0, name="x")
    with pytest.raises(Taken), client_scope(town.pk):
        add_agency(town.pk, name="FAIR collections", at=NOON)


def test_what_is_nobodys_is_what_the_preview_says_waits_for_no_agency(town: Client) -> None:
    with client_scope(town.pk):
        ours, theirs = kinds(town, "Ours", "Theirs")
        assert nobodys() == []
        agency = add_agency(town.pk, name="One", at=NOON, assigned_only=True)
        assign_categories(town.pk, seen={}, wanted={ours: agency.pk})
        for category in (ours, theirs, None):
            issue(town, category_id=category)
        assert nobodys() == ["", "Theirs"]
        assert preview(town, at=NOON).reasons[NO_AGENCY].count == 2
        change_agency(agency.pk, assigned_only=False)
        assert nobodys() == []
        assert NO_AGENCY not in preview(town, at=NOON).reasons
    assert Agency.objects.count() == 0
