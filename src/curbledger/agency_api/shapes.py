"""What the answers look like. Amounts are strings with two decimals, so that nobody's float rounds them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations when it runs.
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID  # noqa: TC003 - as above.

from ninja import Schema
from pydantic import PlainSerializer

Money = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str)]


class HeapShape(Schema):
    """How many violations, and what they owe together."""

    count: int
    total: Money


class AgencyShape(HeapShape):
    """What goes to one agency; null: to whichever calls first."""

    agency: str | None


class AgeShape(HeapShape):
    """What fell due so many days ago."""

    days_past_due: str


class ReasonShape(HeapShape):
    """What stays for one reason, with a few of the tickets."""

    reason: str
    examples: list[str]


class StaysShape(HeapShape):
    """What owes and stays behind. A ticket with several reasons is under each of them, and counted once here."""

    reasons: list[ReasonShape]


class PreviewShape(HeapShape):
    """What the next call would hand over."""

    at: datetime
    collecting: bool
    currency: str
    agencies: list[AgencyShape]
    ages: list[AgeShape]
    estimated_seconds: float
    reopens: list[UUID]
    stays: StaysShape


class SendingShape(HeapShape):
    """One revision. Digest and size are null until every chunk of it is stored."""

    revision: int
    digest: str | None
    size: int | None
    asked_by: str
    asked_from: str
    asked_with: str
    asked_at: datetime
    outcome: str | None
    ended_at: datetime | None
    erased_at: datetime | None


class BatchShape(SendingShape):
    """A batch, as its newest revision stands."""

    id: UUID
    agency: str
    state: str
    created_at: datetime
    delivered_at: datetime | None


class BatchesShape(Schema):
    """A page of batches, newest first. `next` is the cursor of the next page, or null."""

    batches: list[BatchShape]
    next: str | None


class ViolationShape(Schema):
    """One violation of a revision, with the evidence of its placement."""

    violation_id: int
    ticket: str
    cycle: int
    balance: Money
    state: str
    ended_at: datetime | None
    ended_reason: str | None
    evidence: dict[str, Any]


class ManifestShape(BatchShape):
    """A batch with all its revisions, and a page of the violations of the one that was asked for."""

    revisions: list[SendingShape]
    manifest_revision: int
    violations: list[ViolationShape]
    next: str | None
