"""Who receives: one agency or several, with categories that are kept for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, NotFound
from curbledger.placements.agency import (
    FIRST_AGENCY,
    Agency,
    AgencyCategory,
    agency_for_token,
    bind_token,
    name_agency,
)
from curbledger.violations.models import Category
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, broken, call, history, marked, tickets

if TYPE_CHECKING:
    from curbledger.clients.client import Client
    from tests.cast import Caller


def _category(client: Client, name: str, *, kept_for: Caller | None = None) -> Category:
    """A category, kept for one agency or for none. In the client's scope."""
    category = Category.objects.create(client_id=client.pk, name=name)
    if kept_for is not None:
        _keep(client, category, kept_for)
    return category


def _keep(client: Client, category: Category, who: Caller) -> None:
    assert who.agency is not None
    AgencyCategory.objects.create(client_id=client.pk, agency=who.agency, category=category)


def _takes_only_what_is_kept(who: Caller) -> None:
    assert who.agency is not None
    Agency.objects.filter(pk=who.agency.pk).update(assigned_only=True)


def test_a_kept_category_goes_to_its_agency_and_to_no_other(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        issue(town, "KEPT", category=_category(town, "Private", kept_for=far))
        issue(town, "FREE", category=_category(town, "Municipal"))
        issue(town, "NONE")
    assert tickets(arrived(town, near)) == ["FREE", "NONE"]
    assert tickets(arrived(town, far)) == ["KEPT"]


def test_what_is_kept_for_nobody_goes_to_whoever_calls_first(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        issue(town)
    assert [call(town, who).count for who in (far, near)] == [1, 0]


def test_an_agency_may_take_nothing_but_what_is_kept_for_it(town: Client) -> None:
    picky, other = cast.caller(town, agency="Picky"), cast.caller(town, agency="Other")
    with client_scope(town.pk):
        _takes_only_what_is_kept(picky)
        issue(town, "MINE", category=_category(town, "Private", kept_for=picky))
        issue(town, "THEIRS", category=_category(town, "Campus", kept_for=other))
        issue(town, "FREE", category=_category(town, "Municipal"))
        issue(town, "NONE")
    assert tickets(arrived(town, picky)) == ["MINE"]
    assert tickets(arrived(town, other)) == ["THEIRS", "FREE", "NONE"]


def test_each_agency_has_its_own_batches(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        issue(town, "A")
    first = broken(town, near)
    with client_scope(town.pk):
        issue(town, "B")
    assert tickets(arrived(town, far)) == ["B"]
    again = arrived(town, near)
    assert (again.batch_uuid, tickets(again)) == (first.batch_uuid, ["A"])


def test_two_tokens_of_one_agency_share_its_batches(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    first = broken(town, cast.caller(town))
    assert call(town, cast.caller(town)).batch_uuid == first.batch_uuid


def test_a_category_given_to_another_agency_leaves_the_batch_that_did_not_arrive(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        category = _category(town, "Private")
        moved = issue(town, "MOVED", category=category)
        issue(town, "STAYS")
    first = broken(town, near)
    with client_scope(town.pk):
        _keep(town, category, far)
    # Until its agency's next call it is in that batch, and in no other.
    assert call(town, far).count == 0
    second = arrived(town, near)
    assert (second.batch_uuid, tickets(second)) == (first.batch_uuid, ["STAYS"])
    assert history(moved) == [(1, "withdrawn", "another_agency")]
    assert marked([moved]) == [None]
    assert tickets(arrived(town, far)) == ["MOVED"]


def test_an_agency_that_turns_picky_keeps_what_arrived_and_loses_what_did_not(town: Client) -> None:
    picky = cast.caller(town)
    with client_scope(town.pk):
        had = issue(town, "HAD")
    arrived(town, picky)
    with client_scope(town.pk):
        lost = issue(town, "LOST")
    broken(town, picky)
    with client_scope(town.pk):
        _takes_only_what_is_kept(picky)
    assert call(town, picky).count == 0
    assert [history(one)[-1][1] for one in (had, lost)] == ["open", "withdrawn"]


def test_a_category_is_kept_for_one_agency_at_most(town: Client) -> None:
    near, far = cast.caller(town, agency="Near"), cast.caller(town, agency="Far")
    with client_scope(town.pk):
        category = _category(town, "Private", kept_for=near)
        with pytest.raises(IntegrityError, match="agency_category_has_one_agency"), transaction.atomic():
            _keep(town, category, far)


def test_the_first_agency_has_a_name_of_ours_and_is_the_only_one_then(town: Client) -> None:
    with client_scope(town.pk):
        first = name_agency(client_id=town.pk, name=None, at=NOON)
        again = name_agency(client_id=town.pk, name=None, at=NOON)
    assert (first.name, again.pk) == (FIRST_AGENCY, first.pk)


def test_an_agency_is_found_however_its_name_is_spelt(town: Client) -> None:
    with client_scope(town.pk):
        made = name_agency(client_id=town.pk, name="Harbour Collections", at=NOON)
        assert name_agency(client_id=town.pk, name="HARBOUR collections", at=NOON).pk == made.pk
        assert name_agency(client_id=town.pk, name=None, at=NOON).pk == made.pk
        assert Agency.objects.count() == 1


def test_without_a_name_several_agencies_are_a_conflict_that_names_them(town: Client) -> None:
    with client_scope(town.pk):
        for name in ("Near", "Far"):
            name_agency(client_id=town.pk, name=name, at=NOON)
        with pytest.raises(Conflict, match="There are: Near, Far"):
            name_agency(client_id=town.pk, name=None, at=NOON)


def test_two_clients_may_call_their_agencies_the_same(town: Client, campus: Client) -> None:
    ours, theirs = (cast.caller(client, agency="Near").agency for client in (town, campus))
    assert ours is not None
    assert theirs is not None
    assert ours.pk != theirs.pk


def test_a_token_that_collects_for_nobody_is_told_so_and_nothing_changes(town: Client) -> None:
    with client_scope(town.pk):
        issued = issue(town)
    with pytest.raises(NotFound, match="collects for no agency"):
        call(town, cast.caller(town, "permit-create"))
    assert marked([issued]) == [None]


def test_a_token_of_a_neighbour_collects_nothing_here(town: Client, campus: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    with pytest.raises(NotFound):
        call(town, cast.caller(campus))


def test_a_token_collects_for_one_agency(town: Client) -> None:
    who = cast.caller(town, agency="Near")
    with client_scope(town.pk):
        other = name_agency(client_id=town.pk, name="Far", at=NOON)
        with pytest.raises(IntegrityError, match="agency_token_has_one_agency"), transaction.atomic():
            bind_token(client_id=town.pk, token_id=who.token_id, agency=other)
        assert agency_for_token(who.token_id).name == "Near"


def test_an_agency_with_batches_cannot_be_taken_away(town: Client) -> None:
    who = cast.caller(town)
    call(town, who)
    assert who.agency is not None
    with client_scope(town.pk), pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=who.agency.pk).delete()
