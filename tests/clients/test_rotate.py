"""A rotated token: both secrets open for a while, then the new one alone; and nobody rotates it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from curbledger.clients.client import Client
from curbledger.clients.revoke import revoke_token
from curbledger.clients.rotate import MOST_HOURS, line_of, rotate_token
from curbledger.clients.token import Access, ApiToken, authenticate
from curbledger.database.scope import client_scope
from curbledger.errors import AccessRefused, Conflict, Invalid, NotFound
from curbledger.placements.agency import agency_for_token
from curbledger.placements.token import renew_token
from tests.cast import NOON, caller
from tests.violations.races import Other


def opens(secret: str, *, hours: float = 0) -> Access:
    return authenticate(client_code="OC_TOMA", secret=secret, at=NOON + timedelta(hours=hours), address="203.0.113.5")


def test_both_secrets_open_until_the_old_one_ends(town: Client) -> None:
    old = caller(town)
    with client_scope(town.pk):
        made, secret = renew_token(town, old.token_id, keep_hours=24, at=NOON)
        assert agency_for_token(made.pk) == old.agency
    assert (made.name, made.permissions, made.expires_at) == ("test", ["violations-collect"], None)
    assert opens(old.secret, hours=23).token_id == old.token_id
    assert opens(secret).token_id == made.pk
    with pytest.raises(AccessRefused):
        opens(old.secret, hours=24)
    assert opens(secret, hours=10_000).token_id == made.pk


def test_with_no_hours_the_old_one_ends_at_once(town: Client) -> None:
    old = caller(town)
    with client_scope(town.pk):
        rotate_token(town, old.token_id, keep_hours=0, at=NOON)
    with pytest.raises(AccessRefused):
        opens(old.secret)


def test_an_end_that_was_nearer_stays_and_the_new_one_lives_as_long(town: Client) -> None:
    old = caller(town, expires_at=NOON + timedelta(hours=30))
    with client_scope(town.pk):
        made, _ = rotate_token(town, old.token_id, keep_hours=72, at=NOON + timedelta(hours=10))
        assert ApiToken.objects.get(pk=old.token_id).expires_at == NOON + timedelta(hours=30)
    assert made.expires_at == NOON + timedelta(hours=40)


def test_what_opens_nothing_is_not_rotated(town: Client) -> None:
    ended, revoked = caller(town, expires_at=NOON + timedelta(hours=1)), caller(town)
    with client_scope(town.pk):
        revoke_token(revoked.token_id, at=NOON)
        for one in (ended, revoked):
            with pytest.raises(Conflict, match="opens nothing"):
                rotate_token(town, one.token_id, keep_hours=1, at=NOON + timedelta(hours=1))
        with pytest.raises(NotFound):
            rotate_token(town, 0, keep_hours=1, at=NOON)


@pytest.mark.parametrize("hours", [-1, MOST_HOURS + 1])
def test_hours_have_bounds(town: Client, hours: int) -> None:
    with client_scope(town.pk), pytest.raises(Invalid) as refused:
        rotate_token(town, caller(town).token_id, keep_hours=hours, at=NOON)
    assert refused.value.field == "keep_hours"


def test_a_line_of_descent_is_read_from_any_of_its_tokens(town: Client) -> None:
    first = caller(town)
    with client_scope(town.pk):
        second, _ = rotate_token(town, first.token_id, keep_hours=1, at=NOON)
        third, _ = rotate_token(town, second.pk, keep_hours=1, at=NOON)
        expected = [third.pk, second.pk, first.token_id]
        for number in expected:
            assert [one.pk for one in line_of(ApiToken.objects.get(pk=number))] == expected


def test_of_two_who_rotate_at_once_one_is_refused(committed_town: Client) -> None:
    """Were both let in, one of the two new secrets would belong to nobody who knows of it."""
    old = caller(committed_town)

    def rotate() -> int:
        with client_scope(committed_town.pk):
            return rotate_token(committed_town, old.token_id, keep_hours=5, at=NOON)[0].pk

    with client_scope(committed_town.pk):
        rotate_token(committed_town, old.token_id, keep_hours=1, at=NOON)
        other = Other(rotate)
        other.wait_until_blocked()
    with pytest.raises(Conflict, match="rotated before"):
        other.result()
    with client_scope(committed_town.pk):
        assert ApiToken.objects.filter(replaces_id=old.token_id).count() == 1
        assert ApiToken.objects.get(pk=old.token_id).expires_at == NOON + timedelta(hours=1)
