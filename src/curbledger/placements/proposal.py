"""A handoff that one person proposes and another approves, who sees what has changed since."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, islice
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from curbledger.clients.client import Client
from curbledger.database.fields import ClientForeignKey, MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.errors import AccessRefused, Conflict, NotFound
from curbledger.kit import money
from curbledger.placements.by_staff import Seen, Way, hand_over_by_staff, lock_agency
from curbledger.placements.foresee import Going, going
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from decimal import Decimal

    from curbledger.placements.sending import Handoff

# Violations of a proposal that are kept in one row.
SLICE = 5000
# Of each kind of change, so many violations are named.
NAMED = 20


class ProposalState(models.TextChoices):
    """How a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    DROPPED = "dropped"


class Proposal(ClientOwned):
    """One handoff to one agency, as one person saw it."""

    agency = ClientForeignKey("placements.Agency")
    way = models.CharField(max_length=10, choices=Way.choices)
    state = models.CharField(max_length=10, choices=ProposalState.choices)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=254)
    count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=254, null=True)
    # What it became, once it was approved.
    batch = ClientForeignKey("placements.Batch", null=True)

    class Meta:
        app_label = "placements"
        db_table = "handoff_proposal"
        constraints = (
            models.UniqueConstraint(
                fields=("client", "agency"), condition=Q(state="open"), name="proposal_is_one_for_an_agency"
            ),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_is_known"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="proposal_way_is_known"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="proposal_is_approved_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.count} to agency {self.agency_id} by {self.proposed_by}"


class ProposalSlice(ClientOwned):
    """A run of a proposal's violations, in id order, each with what it owed then."""

    proposal = ClientForeignKey("placements.Proposal")
    position = models.PositiveIntegerField()
    violations = ArrayField(models.BigIntegerField())
    balances = ArrayField(MoneyField())

    class Meta:
        app_label = "placements"
        db_table = "handoff_proposal_slice"
        constraints = (
            models.UniqueConstraint(fields=("client", "proposal", "position"), name="proposal_slice_is_once"),
        )

    def __str__(self) -> str:
        return f"slice {self.position} of proposal {self.proposal_id}"


@dataclass(slots=True)
class Heap:
    """How many violations, what they come to together, and the first few of them."""

    count: int = 0
    total: Decimal = field(default=money.ZERO)
    named: list[int] = field(default_factory=list)

    def add(self, violation_id: int, amount: Decimal) -> None:
        self.count += 1
        self.total += amount
        if len(self.named) < NAMED:
            self.named.append(violation_id)


@dataclass(slots=True)
class Changes:
    """What would go now, and what has changed since it was proposed. `changed` sums up the differences."""

    now: Heap = field(default_factory=Heap)
    added: Heap = field(default_factory=Heap)
    left: Heap = field(default_factory=Heap)
    changed: Heap = field(default_factory=Heap)

    @property
    def none(self) -> bool:
        """Whether it is as it was."""
        return not (self.added.count or self.left.count or self.changed.count)


def propose(client: Client, agency_id: int, *, way: Way, at: datetime, by: str) -> Proposal:
    """Keep what would go to an agency now for another person to approve. In the client's scope.

    Raises NotFound; Conflict where nothing would go, or another proposal for the agency is open.
    """
    agency = lock_agency(agency_id)
    if Proposal.objects.filter(agency_id=agency.pk, state=ProposalState.OPEN).exists():
        raise Conflict(_("A handoff to {agency} waits for its second person already.").format(agency=agency.name))
    # Nobody else proposes for this agency meanwhile: it is locked.
    proposal = Proposal.objects.create(
        client_id=client.pk,
        agency_id=agency.pk,
        way=way,
        state=ProposalState.OPEN,
        proposed_at=at,
        proposed_by=by,
        count=0,
        total=0,
    )
    rule = rule_for(Client.objects.get(pk=client.pk), at=at)
    coming = going(rule, agency)
    for position in count():
        run = list(islice(coming, SLICE))
        if not run:
            break
        ProposalSlice.objects.create(
            client_id=client.pk,
            proposal_id=proposal.pk,
            position=position,
            violations=[one.violation_id for one in run],
            balances=[one.owed for one in run],
        )
        proposal.count += len(run)
        proposal.total += sum((one.owed for one in run), money.ZERO)
    if not proposal.count:
        raise Conflict(_("Nothing is to be handed over to {agency} now.").format(agency=agency.name))
    proposal.save(update_fields=["count", "total"])
    return proposal


def find_proposal(proposal_id: int) -> Proposal:
    """The proposal with its agency. In the client's scope. Raises NotFound."""
    found = Proposal.objects.select_related("agency", "batch").filter(pk=proposal_id).first()
    if found is None:
        raise NotFound(_("There is no such proposal."))
    return found


def changes_since(client: Client, proposal: Proposal, *, at: datetime) -> Changes:
    """What has changed since it was proposed. Marks nothing; flat in memory. In the client's scope."""
    found = Changes()
    then, now = _proposed(proposal), going(rule_for(client, at=at), proposal.agency)
    before, after = next(then, None), next(now, None)
    while before is not None or after is not None:
        if before is None or (after is not None and after.violation_id < before.violation_id):
            assert after is not None  # noqa: S101  # one of the two is left
            found.added.add(*after)
            found.now.add(*after)
            after = next(now, None)
        elif after is None or before.violation_id < after.violation_id:
            found.left.add(*before)
            before = next(then, None)
        else:
            found.now.add(*after)
            if after.owed != before.owed:
                found.changed.add(after.violation_id, after.owed - before.owed)
            before, after = next(then, None), next(now, None)
    return found


def approve(client: Client, proposal_id: int, *, seen: Seen, at: datetime, by: str, override: str = "") -> Handoff:
    """Hand over what was proposed, as it stands now, and no more than was seen. In the client's scope.

    Raises AccessRefused for the person who proposed it; Conflict where it was decided; and as `hand_over_by_staff`.
    """
    proposal = _locked(proposal_id)
    if proposal.proposed_by.casefold() == by.casefold():
        raise AccessRefused(_("You proposed this: somebody else has to approve it."))
    handoff = hand_over_by_staff(
        client, proposal.agency_id, way=Way(proposal.way), at=at, by=by, override=override, approved=seen
    )
    proposal.state, proposal.batch_id = ProposalState.APPROVED, handoff.revision.batch_id
    _decide(proposal, at=at, by=by)
    return handoff


def drop(proposal_id: int, *, at: datetime, by: str) -> None:
    """Withdraw a proposal; anybody who may hand over can. In the client's scope. Raises NotFound, Conflict."""
    proposal = _locked(proposal_id)
    proposal.state = ProposalState.DROPPED
    _decide(proposal, at=at, by=by)


def _locked(proposal_id: int) -> Proposal:
    """An open proposal, locked: of two who decide at once, the second finds it decided."""
    proposal = Proposal.objects.select_for_update(no_key=True).filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(_("There is no such proposal."))
    if proposal.state != ProposalState.OPEN:
        raise Conflict(_("This proposal was decided already."))
    return proposal


def _decide(proposal: Proposal, *, at: datetime, by: str) -> None:
    proposal.decided_at, proposal.decided_by = at, by
    proposal.save(update_fields=["state", "batch_id", "decided_at", "decided_by"])


def _proposed(proposal: Proposal) -> Iterator[Going]:
    kept = ProposalSlice.objects.filter(proposal_id=proposal.pk).values_list("violations", "balances")
    for position in count():
        run = kept.filter(position=position).first()
        if run is None:
            return
        yield from map(Going, *run)
