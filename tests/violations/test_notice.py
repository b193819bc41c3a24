"""Notices: the evidence that somebody was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.violations.models import Notice, Violation
from curbledger.violations.notice import record_notice
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other, has_to_wait, second_connection

DAY = timedelta(days=1)


@pytest.mark.parametrize("kind", [Notice.MAIL, Notice.LETTER])
def test_a_notice_is_kept_and_stands_on_the_ticket(inside: Client, kind: int) -> None:
    violation = cast.issue(inside)
    notice = record_notice(inside, violation.ticket, kind=kind, sent_at=NOON, address="1 Main Street")
    violation.refresh_from_db()
    assert (notice.kind, notice.sent_at, notice.address) == (kind, NOON, "1 Main Street")
    assert (violation.auto_notice, violation.noticed_at) == (kind, NOON)


@pytest.mark.parametrize("kind", [0, 3, -1])
def test_a_kind_that_does_not_exist_is_refused(inside: Client, kind: int) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Invalid) as refused:
        record_notice(inside, violation.ticket, kind=kind, sent_at=NOON)
    assert refused.value.field == "kind"
    assert not Notice.objects.exists()


def test_a_ticket_that_does_not_exist_is_not_found(inside: Client) -> None:
    with pytest.raises(NotFound):
        record_notice(inside, "1-NONE", kind=Notice.MAIL, sent_at=NOON)


def test_the_first_notice_that_did_not_come_back_counts(inside: Client) -> None:
    violation = cast.issue(inside)
    days = (5, 9, 2)
    sent = {day: record_notice(inside, violation.ticket, kind=Notice.LETTER, sent_at=NOON - DAY * day) for day in days}

    def counts() -> object:
        return Violation.objects.get(pk=violation.pk).noticed_at

    assert counts() == NOON - DAY * 9
    for came_back, first in ((9, NOON - DAY * 5), (5, NOON - DAY * 2), (2, None)):
        Notice.objects.filter(pk=sent[came_back].pk).update(returned_at=NOON)
        assert counts() == first
    Notice.objects.filter(pk=sent[5].pk).update(returned_at=None)
    assert counts() == NOON - DAY * 5
    Notice.objects.filter(violation_id=violation.pk).delete()
    assert counts() is None


def test_of_two_notices_at_once_the_first_counts(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def notify(days_ago: int) -> None:
        with client_scope(committed_town.pk):
            record_notice(committed_town, violation.ticket, kind=1, sent_at=NOON - DAY * days_ago)

    with client_scope(committed_town.pk):
        record_notice(committed_town, violation.ticket, kind=1, sent_at=NOON - DAY * 9)
        other = Other(lambda: notify(2))
        other.wait_until_blocked()
    other.result()
    with client_scope(committed_town.pk):
        assert Violation.objects.get(pk=violation.pk).noticed_at == NOON - DAY * 9


def test_a_notice_waits_for_a_claim_that_has_its_ticket(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)
    with second_connection(committed_town) as other:
        other.execute("SELECT id FROM violation WHERE id = %s FOR NO KEY UPDATE", [violation.pk])
        with has_to_wait(committed_town):
            record_notice(committed_town, violation.ticket, kind=1, sent_at=NOON)
