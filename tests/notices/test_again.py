"""What came back told nobody; what failed is sent again, by the same way or the other."""

from __future__ import annotations

import pytest

from curbledger.clients.client import Client
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.notices.again import mark_returned, send_again
from curbledger.notices.letters import make_letter_run, mark_posted
from curbledger.notices.message import MOST_TRIES, Message, State
from curbledger.violations.models import Notice, Violation
from tests import cast
from tests.cast import NOON
from tests.notices.town import DAY, by_letter, plan, schedule, send_all


def sent(client: Client) -> tuple[Violation, Message]:
    schedule(client, (14, "mail"))
    violation = cast.issue(client, person=by_letter(client, email="a@example.org"))
    plan(client)
    send_all(client)
    return violation, Message.objects.get()


def noticed(violation: Violation) -> object:
    return Violation.objects.get(pk=violation.pk).noticed_at


def test_a_notice_that_came_back_counts_no_more(inside: Client) -> None:
    violation, message = sent(inside)
    assert noticed(violation) == NOON
    assert mark_returned(inside, message.pk, reason="mailbox full", at=NOON + DAY) == 1
    assert noticed(violation) is None
    message.refresh_from_db()
    assert (message.state, message.fault) == (State.RETURNED, "mailbox full")
    assert Notice.objects.get().returned_at == NOON + DAY


def test_it_is_sent_again_as_a_letter_and_counts_from_then(inside: Client) -> None:
    violation, message = sent(inside)
    mark_returned(inside, message.pk, reason="mailbox full", at=NOON)
    assert send_again(message.pk, kind=Notice.LETTER, at=NOON).state == State.QUEUED
    run = make_letter_run(inside, at=NOON, by="clerk")
    assert run is not None
    mark_posted(inside, run.pk, at=NOON + DAY * 3, by="clerk")
    assert noticed(violation) == NOON + DAY * 3
    assert list(Notice.objects.order_by("id").values_list("kind", "stage", "returned_at")) == [
        (Notice.MAIL, 1, NOON),
        (Notice.LETTER, 1, None),
    ]


def test_it_is_not_planned_a_second_time_meanwhile(inside: Client) -> None:
    _, message = sent(inside)
    mark_returned(inside, message.pk, reason="mailbox full", at=NOON)
    assert plan(inside).tickets == 0


def test_one_that_is_sent_again_has_all_its_tries(inside: Client) -> None:
    _, message = sent(inside)
    Message.objects.update(state=State.FAILED, tries_left=0, fault="550 no")
    again = send_again(message.pk, kind=Notice.MAIL, at=NOON)
    assert (again.tries_left, again.fault, again.ended_at) == (MOST_TRIES, "", None)
    # Its attempts have numbers of their own: a worker that still has the first one records nothing.
    assert again.attempts == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.SENT, State.CANCELLED])
def test_only_what_failed_or_came_back_is_sent_again(inside: Client, state: State) -> None:
    _, message = sent(inside)
    Message.objects.update(state=state)
    with pytest.raises(Conflict, match="Only a notice that failed or came back"):
        send_again(message.pk, kind=Notice.MAIL, at=NOON)


def test_only_what_was_sent_comes_back(inside: Client) -> None:
    _, message = sent(inside)
    mark_returned(inside, message.pk, reason="moved", at=NOON)
    with pytest.raises(Conflict, match="Only a notice that was sent comes back"):
        mark_returned(inside, message.pk, reason="moved", at=NOON)


def test_what_cannot_be_is_refused_by_name(inside: Client) -> None:
    _, message = sent(inside)
    with pytest.raises(Invalid, match="Say why"):
        mark_returned(inside, message.pk, reason=" ", at=NOON)
    with pytest.raises(Invalid, match="not 3"):
        send_again(message.pk, kind=3, at=NOON)
    with pytest.raises(NotFound):
        send_again(message.pk + 1, kind=1, at=NOON)
