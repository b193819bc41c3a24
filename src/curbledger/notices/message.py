"""One mail or letter to one person, about one ticket or several, and what became of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from curbledger.clients.policy import LANGUAGES
from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned


class State(models.TextChoices):
    """Where a message stands. Only `sent` leaves evidence on its tickets."""

    # The person, or the address that the schedule asks for, is not known.
    UNADDRESSED = "unaddressed"
    QUEUED = "queued"
    # A mail that a worker is handing to the mail server, or that one died over.
    SENDING = "sending"
    # A letter in a run that was not posted yet.
    PRINTING = "printing"
    SENT = "sent"
    # Refused for good, or too often.
    FAILED = "failed"
    # Came back after it was sent: it told nobody.
    RETURNED = "returned"
    # Nothing of it was owed any more when its turn came.
    CANCELLED = "cancelled"


# How often a mail server may put a mail off.
MOST_TRIES = 8
# Why a message has no address.
LACKS = ("nobody_known", "no_email", "no_street", "no_address")


class Message(ClientOwned):
    """One mail (1) or letter (2) of one stage. Its words are kept as they went out."""

    person = ClientForeignKey("registry.Person", null=True)
    # Null: the stage goes by either, and there is an address for neither.
    kind = models.PositiveSmallIntegerField(null=True)
    stage = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=State.choices)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    # As it was used, one line each.
    address = models.TextField(default="")
    subject = models.TextField(default="")
    body = models.TextField(default="")
    run = ClientForeignKey("notices.LetterRun", null=True)
    # The mail's own number, the same each time it is tried: a mail server can tell that it has had it.
    uuid = models.UUIDField(default=uuid.uuid4)
    # How often it was taken; never less, so that each attempt has a number of its own.
    attempts = models.PositiveIntegerField(default=0)
    tries_left = models.PositiveSmallIntegerField(default=MOST_TRIES)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    # Sent, failed or cancelled.
    ended_at = models.DateTimeField(null=True)
    # Why it failed or came back, or one of LACKS.
    fault = models.TextField(default="")

    class Meta:
        db_table = "notice_message"
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=(1, 2)), name="notice_message_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_message_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="unaddressed") | Q(kind__isnull=False, person__isnull=False),
                name="notice_message_has_a_way",
            ),
        )
        indexes = (
            models.Index("client", "state", "kind", "id", name="notice_message_by_state"),
            models.Index("client", "state", "id", name="notice_message_on_its_shelf"),
            models.Index("client", "ended_at", "id", name="notice_message_by_end"),
            models.Index("client", "person", name="notice_message_by_person"),
            models.Index("client", "run", "id", condition=Q(run__isnull=False), name="notice_message_by_run"),
        )

    def __str__(self) -> str:
        return f"{self.state} notice {self.stage} for person {self.person_id}"


class MessageTicket(ClientOwned):
    """A ticket that a message is about. One ticket is in one message of each stage."""

    message = ClientForeignKey("notices.Message")
    violation = ClientForeignKey("violations.Violation")
    stage = models.PositiveSmallIntegerField()
    # What the message said of it, in its language; empty until it is written.
    line = models.JSONField(default=dict)
    owed = MoneyField(null=True)
    # The evidence, once the message was sent.
    notice = ClientForeignKey("violations.Notice", null=True)

    class Meta:
        db_table = "notice_ticket"
        constraints = (models.UniqueConstraint("client", "violation", "stage", name="notice_ticket_is_once"),)
        indexes = (models.Index("client", "message", name="notice_ticket_by_message"),)

    def __str__(self) -> str:
        return f"violation {self.violation_id}, notice {self.stage}"
