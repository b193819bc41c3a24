"""Letters: printed in runs, posted by a person who says so; only then do they count."""

from __future__ import annotations

from decimal import Decimal

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, NotFound
from curbledger.notices.letter_run import LetterRun
from curbledger.notices.letters import drop_run, find_run, make_letter_run, mark_posted
from curbledger.notices.message import Message, State
from curbledger.violations.models import Notice, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON
from tests.notices.town import DAY, by_letter, plan, schedule
from tests.violations.races import Other


def queued(client: Client, count: int = 1) -> list[Violation]:
    schedule(client, (14, "letter"))
    tickets = [cast.issue(client, person=by_letter(client)) for _ in range(count)]
    plan(client)
    return tickets


def make(client: Client, limit: int = 1000) -> LetterRun:
    run = make_letter_run(client, at=NOON, by="clerk", limit=limit)
    assert run is not None
    return run


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def test_what_waits_is_put_in_one_run(inside: Client) -> None:
    queued(inside, 3)
    run = make(inside)
    assert (run.letters, run.made_at, run.made_by) == (3, NOON, "clerk")
    assert states() == [State.PRINTING] * 3
    assert set(Message.objects.values_list("address", flat=True)) == {"Robin Okafor\n12 Rue Saint-Jean\nQuébec G1R 1S1"}
    assert make_letter_run(inside, at=NOON, by="clerk") is None


def test_more_than_a_run_holds_make_the_next_one(inside: Client) -> None:
    queued(inside, 3)
    assert [make(inside, limit=2).letters, make(inside, limit=2).letters] == [2, 1]


def test_a_letter_that_was_printed_is_no_notice_and_one_that_was_posted_is(inside: Client) -> None:
    tickets = queued(inside, 2)
    run = make(inside)
    assert not Notice.objects.exists()
    assert mark_posted(inside, run.pk, at=NOON + DAY, by="clerk") == 2
    assert states() == [State.SENT] * 2
    for violation in tickets:
        violation.refresh_from_db()
        assert (violation.noticed_at, violation.auto_notice) == (NOON + DAY, Notice.LETTER)
    assert set(Notice.objects.values_list("kind", "stage")) == {(Notice.LETTER, 1)}
    kept = find_run(run.pk)
    assert (kept.posted_at, kept.posted_by) == (NOON + DAY, "clerk")


def test_a_run_that_is_thrown_away_is_printed_anew(inside: Client) -> None:
    queued(inside, 2)
    run = make(inside)
    assert drop_run(run.pk, at=NOON, by="clerk") == 2
    assert states() == [State.QUEUED] * 2
    assert make(inside).letters == 2


def test_a_run_ends_once(inside: Client) -> None:
    queued(inside, 1)
    run = make(inside)
    mark_posted(inside, run.pk, at=NOON, by="clerk")
    with pytest.raises(Conflict, match="was posted already, on 2026-05-20"):
        mark_posted(inside, run.pk, at=NOON, by="clerk")
    with pytest.raises(Conflict):
        drop_run(run.pk, at=NOON, by="clerk")
    assert Notice.objects.count() == 1


def test_a_run_that_was_thrown_away_cannot_be_posted(inside: Client) -> None:
    queued(inside, 1)
    run = make(inside)
    drop_run(run.pk, at=NOON, by="clerk")
    with pytest.raises(Conflict, match="was thrown away"):
        mark_posted(inside, run.pk, at=NOON, by="clerk")
    assert not Notice.objects.exists()


def test_a_run_that_does_not_exist_is_not_found(inside: Client) -> None:
    for ask in (find_run, lambda number: mark_posted(inside, number, at=NOON, by="clerk")):
        with pytest.raises(NotFound):
            ask(1)


def test_what_was_paid_meanwhile_is_not_printed(inside: Client) -> None:
    paid, owing = queued(inside, 2)
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    assert make(inside).letters == 1
    assert states() == [State.CANCELLED, State.PRINTING]
    assert owing.ticket in Message.objects.get(state=State.PRINTING).subject


def test_where_all_was_paid_there_is_no_run(inside: Client) -> None:
    (paid,) = queued(inside)
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    assert make_letter_run(inside, at=NOON, by="clerk") is None
    assert not LetterRun.objects.exists()


def test_two_clerks_at_once_print_different_letters(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        queued(committed_town, 3)

    def run() -> int:
        with client_scope(committed_town.pk):
            return make(committed_town, limit=2).letters

    with client_scope(committed_town.pk):
        assert make(committed_town, limit=2).letters == 2
        other = Other(run)
        assert other.result() == 1


def test_of_two_who_post_a_run_at_once_one_is_told_that_it_was_done(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        queued(committed_town)
        number = make(committed_town).pk

    def post() -> int:
        with client_scope(committed_town.pk):
            return mark_posted(committed_town, number, at=NOON, by="other")

    with client_scope(committed_town.pk):
        mark_posted(committed_town, number, at=NOON, by="clerk")
        other = Other(post)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert Notice.objects.count() == 1
