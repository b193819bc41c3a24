"""user add, list, password, disable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from curbledger.clients.membership import Membership
from curbledger.clients.user import User
from curbledger.permissions import Role
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from curbledger.clients.client import Client

PASSWORD = "three quiet herons"
AT_TOWN = ("--client", "OC_TOMA", "--role", "clerk", "--password-stdin")


def add(*arguments: str, email: str = "robin@example.org", password: str = PASSWORD, expect: int = 0) -> str:
    return typed("user", "add", email, *arguments, input=f"{password}\n", expect=expect).output


def opens(password: str, email: str = "robin@example.org") -> bool:
    return authenticate(RequestFactory().post("/"), username=email, password=password) is not None


def test_a_member_of_one_client_can_sign_in(town: Client) -> None:
    said = add(*AT_TOWN, "--name", "Robin Okafor", email="Robin@Example.org")
    assert said == "robin@example.org signs in as clerk at OC_TOMA.\n"
    member = Membership.objects.select_related("user").get()
    assert (member.client_id, member.role, member.user.name) == (town.pk, "clerk", "Robin Okafor")
    assert opens(PASSWORD)
    assert not opens("another one")


def test_the_password_is_asked_for_twice_and_not_shown(town: Client) -> None:
    result = typed(
        "user",
        "add",
        "robin@example.org",
        *AT_TOWN[:4],
        input=f"{PASSWORD}\n{PASSWORD}\n",
    )
    assert PASSWORD not in result.output
    assert opens(PASSWORD)


@pytest.mark.parametrize("role", ["Collections Officer", "collections_officer", "COLLECTIONS-OFFICER"])
def test_a_role_is_taken_however_it_is_written(town: Client, role: str) -> None:
    add("--client", "oc-toma", "--role", role, "--password-stdin")
    assert Membership.objects.get().role == "collections-officer"


def test_a_role_that_is_none_comes_with_the_list(town: Client) -> None:
    said = refused("user", "add", "a@example.org", "--client", "OC_TOMA", "--role", "boss", expect=2)
    assert all(role in said for role in Role)


def test_a_system_administrator_belongs_to_no_client(db: None) -> None:
    assert "system administrator" in add("--system-administrator", "--password-stdin")
    assert User.objects.get().is_system_administrator
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--client", "OC_TOMA"),
        ("--role", "clerk"),
        ("--system-administrator", "--client", "OC_TOMA", "--role", "clerk"),
    ],
)
def test_one_is_a_member_with_a_role_or_a_system_administrator(town: Client, options: tuple[str, ...]) -> None:
    said = refused("user", "add", "robin@example.org", *options, expect=2)
    assert "Say --client and --role, or --system-administrator." in said
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("robin", PASSWORD, "'robin' is no e-mail address."),
        ("robin@example.org", "short", "too short"),
        ("robin@example.org", "robin@example.org", "too similar to the email"),
        ("robin@example.org", "", "too short"),
    ],
)
def test_what_cannot_be_leaves_nobody_behind(town: Client, email: str, password: str, said: str) -> None:
    assert said in add(*AT_TOWN, email=email, password=password, expect=1)
    assert not User.objects.exists()


def test_an_address_signs_in_once(town: Client) -> None:
    add(*AT_TOWN)
    said = add(*AT_TOWN, email="ROBIN@example.org", expect=1)
    assert "Somebody signs in with this e-mail address already." in said


def test_a_client_who_is_not_there_is_said_before_a_password_is_asked_for(db: None) -> None:
    said = refused("user", "add", "robin@example.org", "--client", "NOWHERE", "--role", "clerk")
    assert said.startswith("There is no client NOWHERE.")


def test_the_list_says_who_is_what_and_where(town: Client, campus: Client) -> None:
    add(*AT_TOWN)
    add("--client", "CAMPUS", "--role", "manager", "--password-stdin", email="kim@example.org")
    add("--system-administrator", "--password-stdin", email="root@example.org")
    every = typed("user", "list").stdout
    assert [name for name in ("robin@", "kim@", "root@") if name in every] == ["robin@", "kim@", "root@"]
    assert "never" in every
    some = typed("user", "list", "--client", "CAMPUS").stdout
    assert "kim@" in some
    assert "robin@" not in some
    assert "root@" not in some


def test_another_password_is_the_only_one(town: Client) -> None:
    add(*AT_TOWN)
    typed("user", "password", "Robin@example.org", "--password-stdin", input="four loud geese\n")
    assert opens("four loud geese")
    assert not opens(PASSWORD)
    assert refused("user", "password", "kim@example.org", "--password-stdin") == "Nobody signs in as kim@example.org."


def test_who_is_disabled_is_out_until_it_is_undone(town: Client) -> None:
    add(*AT_TOWN)
    assert typed("user", "disable", "robin@example.org").stdout == "robin@example.org cannot sign in any more.\n"
    assert not opens(PASSWORD)
    assert "disabled" in typed("user", "list").stdout
    typed("user", "disable", "robin@example.org", "--undo")
    assert opens(PASSWORD)
