"""Members: nobody raises themselves, and a client never loses its last administrator, whoever does what at once."""

from __future__ import annotations

from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.clients.invitation import accept, invitation_for, invited
from curbledger.clients.membership import (
    LastAdministrator,
    Membership,
    change_role,
    forget_password,
    invite,
    switch_member,
)
from curbledger.clients.user import User
from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, Conflict, Invalid, NotFound
from curbledger.permissions import Role
from tests.cast import NOON
from tests.portal.staff import PASSWORD, staff
from tests.violations.races import Other


def role(user: User) -> str:
    return Membership.objects.get(user=user).role


def test_an_administrator_changes_the_role_of_others(town: Client) -> None:
    boss, clerk = staff(town, "administrator"), staff(town)
    change_role(town, clerk.pk, role=Role.MANAGER, by=boss)
    assert role(clerk) == "manager"


@pytest.mark.parametrize("own", [Role.CLERK, Role.ADMINISTRATOR])
def test_nobody_changes_their_own_role_or_keeps_themselves_out(town: Client, own: Role) -> None:
    boss, _ = staff(town, "administrator"), staff(town, "administrator")
    for act in (
        partial(change_role, role=own),
        partial(switch_member, active=False),
        forget_password,
    ):
        with pytest.raises(Conflict, match="to themselves"):
            act(town, boss.pk, by=boss)
    assert role(boss) == "administrator"


def test_the_last_administrator_stays_even_for_a_system_administrator(town: Client) -> None:
    boss, system = staff(town, "administrator"), staff(None)
    staff(town, "manager")
    switched_off = staff(town, "administrator")
    switch_member(town, switched_off.pk, active=False, by=system)
    for act in (partial(change_role, role=Role.MANAGER), partial(switch_member, active=False)):
        with pytest.raises(LastAdministrator):
            act(town, boss.pk, by=system)
    # One who is kept out already may become less.
    change_role(town, switched_off.pk, role=Role.CLERK, by=system)
    assert (role(boss), role(switched_off)) == ("administrator", "clerk")


def test_who_is_no_administrator_any_more_does_nothing(town: Client) -> None:
    boss, manager, clerk = staff(town, "administrator"), staff(town, "manager"), staff(town)
    with pytest.raises(AccessRefused):
        change_role(town, clerk.pk, role=Role.MANAGER, by=manager)
    switch_member(town, boss.pk, active=True, by=staff(None))
    User.objects.filter(pk=boss.pk).update(is_active=False)
    with pytest.raises(AccessRefused):
        change_role(town, clerk.pk, role=Role.MANAGER, by=boss)


def test_a_member_of_another_client_is_not_there(town: Client, campus: Client) -> None:
    boss, stranger = staff(town, "administrator"), staff(campus)
    for act in (partial(change_role, role=Role.MANAGER), partial(switch_member, active=False), forget_password):
        with pytest.raises(NotFound):
            act(town, stranger.pk, by=boss)
    assert User.objects.get(pk=stranger.pk).has_usable_password()


@pytest.mark.parametrize(
    ("before", "after", "ends"), [("manager", Role.CLERK, 1), ("clerk", Role.MANAGER, 0), ("clerk", Role.CLERK, 0)]
)
def test_whoever_may_do_less_is_signed_out(town: Client, before: str, after: Role, ends: int) -> None:
    boss, member = staff(town, "administrator"), staff(town, before)
    change_role(town, member.pk, role=after, by=boss)
    assert User.objects.get(pk=member.pk).sessions_ended == ends


def test_two_administrators_who_demote_each_other_leave_one(committed_town: Client) -> None:
    """Each sees two administrators, and would leave one; together they would leave none."""
    one, two = staff(committed_town, "administrator"), staff(committed_town, "administrator")

    def demote(whom: User, by: User) -> None:
        with client_scope(committed_town.pk):
            change_role(committed_town, whom.pk, role=Role.CLERK, by=by)

    with client_scope(committed_town.pk):
        change_role(committed_town, two.pk, role=Role.CLERK, by=one)
        other = Other(partial(demote, one, two))
        other.wait_until_blocked()
    with pytest.raises(AccessRefused):
        other.result()
    assert (role(one), role(two)) == ("administrator", "clerk")


def test_two_system_administrators_who_demote_one_each_leave_one(committed_town: Client) -> None:
    one, two, system = staff(committed_town, "administrator"), staff(committed_town, "administrator"), staff(None)

    def disable() -> None:
        with client_scope(committed_town.pk):
            switch_member(committed_town, one.pk, active=False, by=system)

    with client_scope(committed_town.pk):
        change_role(committed_town, two.pk, role=Role.CLERK, by=system)
        other = Other(disable)
        other.wait_until_blocked()
    with pytest.raises(LastAdministrator):
        other.result()
    assert User.objects.get(pk=one.pk).is_active


def test_an_invited_member_chooses_a_password_once(town: Client) -> None:
    user = invite(town, email=" Ada@Example.org", name="Ada  L", role=Role.CLERK, at=NOON)
    assert (user.email, user.name, user.has_usable_password()) == ("ada@example.org", "Ada L", False)
    link = invitation_for(user)
    assert invited(link) == user
    with pytest.raises(Invalid):
        accept(link, "short")
    accept(link, PASSWORD)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    with pytest.raises(NotFound, match="no good any more"):
        accept(link, "another three herons")


def test_an_address_that_is_in_use_is_refused(town: Client, campus: Client) -> None:
    staff(campus, email="ada@example.org")
    with pytest.raises(Taken), client_scope(town.pk):
        invite(town, email="ADA@example.org", name="", role=Role.CLERK, at=NOON)


@pytest.mark.parametrize("link", ["", "-", "x", "1-x", "zzzzzzzzzzzzzzzz-x", "1-abc-def", "ж-1"])
def test_a_link_that_is_none_is_no_good(town: Client, link: str) -> None:
    with pytest.raises(NotFound):
        invited(link)


def test_an_earlier_link_ends_with_the_next_reset_and_with_being_kept_out(town: Client) -> None:
    boss, user = staff(town, "administrator"), staff(town)
    link = invitation_for(forget_password(town, user.pk, by=boss))
    second = invitation_for(forget_password(town, user.pk, by=boss))
    with pytest.raises(NotFound):
        invited(link)
    assert invited(second).pk == user.pk
    switch_member(town, user.pk, active=False, by=boss)
    with pytest.raises(NotFound):
        invited(second)
