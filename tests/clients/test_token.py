"""Tokens: kept as a digest, opening one client, and each way not to open it looks the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from curbledger.clients.client import Client
from curbledger.clients.token import Access, ApiToken, TokenDigest, authenticate, make_token
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, Invalid
from curbledger.kit.digest import sha256
from curbledger.permissions import TOKEN_PERMISSIONS, Permission
from tests import cast
from tests.cast import NOON, Caller
from tests.violations.races import Other, has_to_wait, second_connection

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def open_with(
    secret: str, *, code: str = "OC_TOMA", at: datetime = NOON, address: str | None = "203.0.113.9"
) -> Access:
    return authenticate(client_code=code, secret=secret, at=at, address=address)


def last_use(client: Client, caller: Caller) -> tuple[datetime | None, str]:
    with client_scope(client.pk):
        token = ApiToken.objects.get(pk=caller.token_id)
    return token.last_used_at, token.last_used_from


def test_a_token_opens_its_client_with_what_it_may_do(town: Client) -> None:
    caller = cast.caller(town, "permit-create", "lot-values")
    assert open_with(caller.secret) == Access(
        client_id=town.pk,
        client_code="OC_TOMA",
        client_name=town.name,
        timezone=ZoneInfo("America/Toronto"),
        currency="CAD",
        token_id=caller.token_id,
        token_name="test",
        permissions=frozenset({Permission.PERMITS_WRITE, Permission.LOTS_VALUES}),
    )


@pytest.mark.parametrize("code", ["OC_TOMA", "OC-TOMA", "oc-toma", "Oc_Toma"])
def test_the_code_may_be_spelt_in_every_way(town: Client, code: str) -> None:
    assert open_with(cast.caller(town).secret, code=code).client_code == "OC_TOMA"


def test_a_secret_is_letters_digits_and_dashes_and_never_the_same_twice(town: Client) -> None:
    secrets = {cast.caller(town).secret for _ in range(20)}
    assert len(secrets) == 20
    for secret in secrets:
        assert re.fullmatch(r"[A-Za-z0-9-]{43}", secret)


def test_nothing_that_is_kept_holds_the_secret(committed_town: Client) -> None:
    """Looked for in every row of every table, as text."""
    secret = cast.caller(committed_town).secret
    found = []
    with second_connection(committed_town) as database:
        for (table,) in database.execute(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall():
            rows = database.execute(f"SELECT 1 FROM {table} t WHERE strpos(t::text, %s) > 0", [secret]).fetchall()
            found += [table] * len(rows)
            digests = database.execute(
                f"SELECT 1 FROM {table} t WHERE strpos(t::text, %s) > 0", [sha256(secret.encode())]
            ).fetchall()
            assert bool(digests) == (table == "token_digest"), table
    assert found == []


def test_a_permission_is_kept_once_and_in_the_wires_words(inside: Client) -> None:
    token, _ = make_token(inside, name="gate", permissions=["lot-values", "permit-create", "lot-values"], at=NOON)
    token.refresh_from_db()
    assert (token.permissions, token.created_at) == (["lot-values", "permit-create"], NOON)


@pytest.mark.parametrize("permissions", [[], ["open-sesame"], ["lot-values", "open-sesame"], ["api:lots:values"]])
def test_a_token_without_a_permission_or_with_an_unknown_one_is_refused(inside: Client, permissions: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        make_token(inside, name="gate", permissions=permissions, at=NOON)
    assert refused.value.field == "permission"
    assert all(name in refused.value.message for name in TOKEN_PERMISSIONS)
    assert not ApiToken.objects.exists()
    assert not TokenDigest.objects.exists()


def test_a_permission_that_this_version_does_not_know_opens_nothing(town: Client) -> None:
    """A newer version wrote it, and this one was put back."""
    caller = cast.caller(town, "lot-values")
    with client_scope(town.pk):
        ApiToken.objects.filter(pk=caller.token_id).update(permissions=["lot-values", "open-sesame"])
    assert open_with(caller.secret).permissions == {Permission.LOTS_VALUES}


@pytest.mark.parametrize(
    ("options", "at", "opens"),
    [
        ({}, NOON + timedelta(days=40_000), True),
        ({"expires_at": NOON}, NOON - timedelta(microseconds=1), True),
        ({"expires_at": NOON}, NOON, False),
        ({"expires_at": NOON}, NOON + SECOND, False),
    ],
)
def test_a_token_opens_until_the_moment_it_expires(
    town: Client, options: dict[str, Any], at: datetime, opens: bool
) -> None:
    secret = cast.caller(town, **options).secret
    if opens:
        assert open_with(secret, at=at).client_id == town.pk
    else:
        with pytest.raises(AccessRefused):
            open_with(secret, at=at)


def refusals(town: Client, campus: Client) -> dict[str, tuple[str, str]]:
    """Each way in which a token opens nothing: the code and the secret that it is tried with."""
    revoked, theirs, good = cast.caller(town), cast.caller(campus), cast.caller(town)
    with client_scope(town.pk):
        ApiToken.objects.filter(pk=revoked.token_id).update(revoked_at=NOON - SECOND)
    return {
        "unknown": ("OC_TOMA", "NO-SUCH-TOKEN"),
        "empty": ("OC_TOMA", ""),
        "a digest": ("OC_TOMA", sha256(good.secret.encode())),
        "in another case": ("OC_TOMA", good.secret.swapcase()),
        "revoked": ("OC_TOMA", revoked.secret),
        "expired": ("OC_TOMA", cast.caller(town, expires_at=NOON).secret),
        "another client's": ("OC_TOMA", theirs.secret),
        "ours at another client": ("CAMPUS", good.secret),
        "an unknown client": ("OC_NOWHERE", good.secret),
        "no client": ("", good.secret),
    }


def test_every_way_to_be_refused_looks_the_same(town: Client, campus: Client) -> None:
    told = set()
    for name, (code, secret) in refusals(town, campus).items():
        with pytest.raises(AccessRefused) as refused:
            open_with(secret, code=code)
        told.add((type(refused.value), str(refused.value)))
        assert refused.value.__cause__ is None, name
    assert len(told) == 1


def test_who_is_refused_leaves_no_mark_on_the_token(town: Client) -> None:
    caller = cast.caller(town, expires_at=NOON)
    with pytest.raises(AccessRefused):
        open_with(caller.secret)
    assert last_use(town, caller) == (None, "")


def test_the_last_use_is_noted_once_a_minute(town: Client) -> None:
    caller = cast.caller(town)
    noted = []
    for passed in (timedelta(0), SECOND, MINUTE - SECOND, MINUTE, MINUTE + SECOND):
        open_with(caller.secret, at=NOON + passed)
        noted.append(last_use(town, caller)[0])
    assert noted == [NOON, NOON, NOON, NOON + MINUTE, NOON + MINUTE]


def test_a_use_from_a_new_address_is_noted_at_once(town: Client) -> None:
    caller = cast.caller(town)
    for address, passed in (("203.0.113.9", 0), ("198.51.100.7", 1), ("203.0.113.9", 2)):
        open_with(caller.secret, at=NOON + SECOND * passed, address=address)
        assert last_use(town, caller) == (NOON + SECOND * passed, address)


def test_a_use_from_no_address_and_from_a_very_long_one_is_noted_too(town: Client) -> None:
    caller = cast.caller(town)
    open_with(caller.secret, address=None)
    assert last_use(town, caller) == (NOON, "")
    open_with(caller.secret, address="x" * 100)
    assert last_use(town, caller) == (NOON, "x" * 64)


def test_a_use_that_is_already_noted_writes_nothing(town: Client) -> None:
    caller = cast.caller(town)
    open_with(caller.secret)
    with client_scope(town.pk), connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM api_token WHERE id = %s", [caller.token_id])
        before = cursor.fetchone()
        open_with(caller.secret, at=NOON + SECOND)
        cursor.execute("SELECT ctid::text FROM api_token WHERE id = %s", [caller.token_id])
        assert cursor.fetchone() == before


def test_noting_the_use_waits_for_nobody(committed_town: Client) -> None:
    """Staff hold the token's row, for example to rename it."""
    caller = cast.caller(committed_town)
    use = partial(open_with, caller.secret, code=committed_town.code)
    with second_connection(committed_town) as staff:
        staff.execute("UPDATE api_token SET name = 'renamed' WHERE id = %s", [caller.token_id])
        with has_to_wait(committed_town):
            ApiToken.objects.filter(pk=caller.token_id).update(name="renamed too")
        assert Other(use).result().token_id == caller.token_id
        assert last_use(committed_town, caller) == (None, "")
    use()
    assert last_use(committed_town, caller) == (NOON, "203.0.113.9")


def test_two_clients_may_have_tokens_of_one_name(town: Client, campus: Client) -> None:
    ours, theirs = cast.caller(town), cast.caller(campus)
    assert open_with(ours.secret).client_id == town.pk
    assert open_with(theirs.secret, code="CAMPUS").client_id == campus.pk


def test_the_time_is_compared_as_a_moment_whatever_zone_it_is_said_in(town: Client) -> None:
    secret = cast.caller(town, expires_at=NOON).secret
    tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert open_with(secret, at=tokyo - SECOND).client_id == town.pk
    with pytest.raises(AccessRefused):
        open_with(secret, at=tokyo.astimezone(UTC))
