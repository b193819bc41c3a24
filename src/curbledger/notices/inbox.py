"""What stands where: messages by their state, a page at a time, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from curbledger.errors import NotFound
from curbledger.notices.message import Message, MessageTicket, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

PAGE = 50
# What somebody may have to do something about. What was sent is not counted: there is ever more of it.
OPEN = (State.UNADDRESSED, State.FAILED, State.RETURNED, State.QUEUED, State.SENDING, State.PRINTING)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of messages of one state. `next` is where to go on; None at the end."""

    messages: list[Message]
    next: int | None


def open_counts() -> dict[str, int]:
    """How many messages are in each state that is not over. In a client's scope."""
    counted = Message.objects.filter(state__in=OPEN).values_list("state").annotate(count=Count("id"))
    found = dict(counted)
    return {state.value: found.get(state.value, 0) for state in OPEN}


def letters_wait() -> int:
    """How many letters wait to be printed. In a client's scope."""
    return Message.objects.filter(state=State.QUEUED, kind=2).count()


def shelf(state: str, *, before: int | None = None) -> Shelf:
    """Messages of a state, each with `person` and `tickets`, their number. In a client's scope. Raises NotFound."""
    if state not in State.values:
        raise NotFound(gettext("No notice stands like that: {state}.").format(state=state))
    wanted = _with_tickets(Message.objects.filter(state=state).select_related("person"))
    if before is not None:
        wanted = wanted.filter(pk__lt=before)
    found = list(wanted.order_by("-id")[: PAGE + 1])
    return Shelf(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def find_message(message_id: int) -> Message:
    """The message of that number, with its person. In a client's scope. Raises NotFound."""
    message = Message.objects.select_related("person", "run").filter(pk=message_id).first()
    if message is None:
        raise NotFound(gettext("There is no notice {number}.").format(number=message_id))
    return message


def tickets_of(message: Message) -> list[MessageTicket]:
    """What a message is about, each with its violation. In a client's scope."""
    return list(
        MessageTicket.objects.filter(message_id=message.pk).select_related("violation").order_by("violation_id")
    )


def _with_tickets(messages: QuerySet[Message]) -> QuerySet[Message]:
    counted = (
        MessageTicket.objects.filter(message_id=OuterRef("pk"))
        .order_by()
        .values("message_id")
        .annotate(count=Count("id"))
        .values("count")
    )
    return messages.annotate(tickets=Coalesce(Subquery(counted), 0))
