"""token add, token list, token rotate, token revoke."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.token import ApiToken, authenticate, make_token
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused
from curbledger.kit import clock
from curbledger.permissions import TOKEN_PERMISSIONS
from curbledger.placements.agency import Agency, agency_for_token
from tests.cast import caller
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from curbledger.clients.client import Client

COLLECTS = ("--permission", "violations-collect")


def add(*arguments: str, name: str = "test") -> str:
    return typed("token", "add", "OC_TOMA", "--name", name, *arguments).stdout.strip()


def agency_of(client: Client, secret: str) -> str:
    access = authenticate(client_code=client.code, secret=secret, at=clock.now(), address=None)
    with client_scope(client.pk):
        return agency_for_token(access.token_id).name


def test_the_token_stands_alone_on_standard_output(town: Client) -> None:
    result = typed("token", "add", "OC_TOMA", "--name", "agency", *COLLECTS)
    assert re.fullmatch(r"[A-Za-z0-9-]{43}\n", result.stdout)
    assert result.stderr == ""


def test_a_token_opens_what_it_was_given(town: Client) -> None:
    wanted = ["permit-create", "lot-values", "permit-create"]
    secret = add(*(part for name in wanted for part in ("--permission", name)), name="  permits ")
    access = authenticate(client_code="oc-toma", secret=secret, at=clock.now(), address=None)
    assert access.permissions == {TOKEN_PERMISSIONS["permit-create"], TOKEN_PERMISSIONS["lot-values"]}
    assert access.token_name == "permits"


@pytest.mark.parametrize("permission", ["violation-collect", "", "api:violations:collect", "VIOLATIONS-COLLECT"])
def test_an_unknown_permission_comes_with_the_list(town: Client, permission: str) -> None:
    said = refused("token", "add", "OC_TOMA", "--name", "x", "--permission", permission, *COLLECTS)
    assert said == f"There is no permission {permission}. There are: {', '.join(TOKEN_PERMISSIONS)}."
    with client_scope(town.pk):
        assert not ApiToken.objects.exists()
        assert not Agency.objects.exists()


def test_the_first_token_makes_the_first_agency(town: Client) -> None:
    assert agency_of(town, add(*COLLECTS)) == "Collections"
    assert agency_of(town, add(*COLLECTS)) == "Collections"


def test_a_named_agency_is_made_once_however_it_is_spelt(town: Client) -> None:
    first = add(*COLLECTS, "--agency", "Harbour Collections")
    assert agency_of(town, add(*COLLECTS, "--agency", "HARBOUR collections")) == agency_of(town, first)
    with client_scope(town.pk):
        assert Agency.objects.count() == 1


def test_without_a_name_the_only_agency_is_meant(town: Client) -> None:
    add(*COLLECTS, "--agency", "Harbour Collections")
    assert agency_of(town, add(*COLLECTS)) == "Harbour Collections"


def test_of_several_agencies_one_has_to_be_named(town: Client) -> None:
    add(*COLLECTS, "--agency", "Harbour")
    add(*COLLECTS, "--agency", "Hill")
    said = refused("token", "add", "OC_TOMA", "--name", "third", *COLLECTS)
    assert said == "Say which agency with --agency. There are: Harbour, Hill."
    with client_scope(town.pk):
        assert not ApiToken.objects.filter(name="third").exists()


def test_a_token_that_does_not_collect_needs_no_agency(town: Client) -> None:
    add("--permission", "permit-stats")
    with client_scope(town.pk):
        assert not Agency.objects.exists()


@pytest.mark.parametrize("option", ["--name", "--agency"])
@pytest.mark.parametrize("text", ["", "   ", "x" * 201], ids=["empty", "blank", "too long"])
def test_names_have_a_length(town: Client, option: str, text: str) -> None:
    said = refused("token", "add", "OC_TOMA", "--name", "x", *COLLECTS, option, text, expect=2)
    assert f"Invalid value for '{option}': It must have 1 to 200 characters." in said


def test_the_secret_is_in_no_log_and_in_no_table(town: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        secret = add(*COLLECTS)
    # What Django notes of each statement for its own debugging is off by default, and shows digests only.
    assert secret not in caplog.text
    with client_scope(town.pk):
        assert secret not in str(ApiToken.objects.values())


def test_a_stranger_cannot_use_it(town: Client, campus: Client) -> None:
    secret = add(*COLLECTS)
    with pytest.raises(AccessRefused):
        authenticate(client_code=campus.code, secret=secret, at=clock.now(), address=None)


def test_the_list_says_what_each_may_do_and_when_and_from_where_it_was_used(town: Client) -> None:
    assert typed("token", "list", "OC_TOMA").stdout == "OC_TOMA has no token yet.\n"
    add("--permission", "lot-values", "--permission", "permit-stats", name="the portal")
    used = add("--permission", "lot-values", name="the meter")
    authenticate(client_code="OC_TOMA", secret=used, at=clock.now(), address="203.0.113.7")
    first, second = typed("token", "list", "oc-toma").stdout.splitlines()
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(rf"\d+  the portal: lot-values, permit-stats; made {moment}, never used", first)
    assert re.fullmatch(rf"\d+  the meter: lot-values; made {moment}, last used {moment} from 203\.0\.113\.7", second)


def test_a_token_that_is_revoked_opens_nothing_and_says_so(town: Client) -> None:
    secret = add("--permission", "lot-values", name="the meter")
    number = typed("token", "list", "OC_TOMA").stdout.split()[0]
    assert typed("token", "revoke", "OC_TOMA", number).stdout == f"Token {number} (the meter) opens nothing any more.\n"
    with pytest.raises(AccessRefused):
        authenticate(client_code="OC_TOMA", secret=secret, at=clock.now(), address=None)
    assert ", revoked 20" in typed("token", "list", "OC_TOMA").stdout
    assert f"Token {number} was revoked already, on 20" in refused("token", "revoke", "OC_TOMA", number)


def test_a_token_of_another_client_cannot_be_revoked(town: Client, campus: Client) -> None:
    add("--permission", "lot-values")
    number = typed("token", "list", "OC_TOMA").stdout.split()[0]
    assert f"There is no token {number}." in refused("token", "revoke", "CAMPUS", number)
    assert "revoked" not in typed("token", "list", "OC_TOMA").stdout


def test_a_token_that_expires_says_when(town: Client) -> None:
    with client_scope(town.pk):
        for name, days in (("old", -1), ("new", 1)):
            make_token(
                town,
                name=name,
                permissions=["lot-values"],
                at=clock.now(),
                expires_at=clock.now() + timedelta(days=days),
            )
    old, new = typed("token", "list", "OC_TOMA").stdout.splitlines()
    assert "never used, expired 20" in old
    assert "never used, expires 20" in new


def test_a_token_is_rotated_and_the_new_secret_is_alone_on_standard_output(town: Client) -> None:
    old = caller(town)
    said = typed("token", "rotate", "OC_TOMA", str(old.token_id), "--keep-hours", "0").stdout.strip()
    made = authenticate(client_code="OC_TOMA", secret=said, at=clock.now(), address=None)
    assert made.token_id != old.token_id
    assert f"after token {old.token_id}" in typed("token", "list", "OC_TOMA").stdout
    assert "opens nothing any more" in refused("token", "rotate", "OC_TOMA", str(old.token_id))


def test_a_token_ends_on_the_day_that_is_given(town: Client) -> None:
    typed("token", "add", "OC_TOMA", "--name", "x", "--permission", "lot-values", "--expires", "2999-01-01")
    assert "expires 2999-01-01 00:00" in typed("token", "list", "OC_TOMA").stdout
    said = refused("token", "add", "OC_TOMA", "--name", "x", "--permission", "lot-values", "--expires", "2001-01-01")
    assert said == "A token ends later than now."
