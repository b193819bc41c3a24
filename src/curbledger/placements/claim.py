"""Claim: in one transaction, lock the candidates, decide with a fresh snapshot, place and mark them.

One statement that locks and decides at once would decide by what it saw when it began, and hand over a ticket
whose payment was committed while it waited for the row. So each slice is found, locked in id order, and decided
by a statement of its own, which begins after the lock is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from curbledger.database.constraints import constraint_of
from curbledger.kit import money, sql
from curbledger.placements.batch import ONCE_IN_A_CYCLE
from curbledger.violations.lock import lock_violations
from curbledger.violations.overdue import MAY_GO, Rule
from curbledger.violations.overdue import QUERIES as RULE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from curbledger.placements.agency import Agency
    from curbledger.placements.batch import Revision

QUERIES = sql.load("curbledger.placements", "claim.sql")
DID_NOT_ARRIVE = QUERIES["did_not_arrive"]
TAKE_UP = QUERIES["take_up"].format(did_not_arrive=DID_NOT_ARRIVE)
# Which of the violations, as they are found and as they are judged, are this agency's.
ITS_OWN = QUERIES["its_own"].format(row="j")
# Which of the judged no agency takes.
FOR_NOBODY = QUERIES["for_nobody"].format(row="j")
CANDIDATES = QUERIES["candidates"].format(may_go=MAY_GO, its_own=QUERIES["its_own"].format(row="v"))
_PLACE = f"WITH judged AS ({RULE['judge']}) {QUERIES['place']}"
_CHANGED = QUERIES["changed"].format(its_own=ITS_OWN)

# Violations locked and decided at a time: enough that a statement's cost vanishes, little enough for flat memory.
SLICE = 5000


# The first chunk is printed before the first byte goes; a short one lets that be soon.
FIRST_CHUNK = 100


@dataclass(slots=True)
class Claimed:
    """What a claim has placed so far: count, total, and the last violation of each chunk of `chunk_records`."""

    chunk_records: int
    count: int = 0
    total: Decimal = field(default=money.ZERO)
    bounds: list[int] = field(default_factory=list)

    def add(self, placed: Sequence[tuple[int, Decimal]]) -> None:
        """Count what one slice has placed: violations beyond all that were counted before."""
        if not placed:
            return
        ids = sorted(violation_id for violation_id, _ in placed)
        if self.count and not self._full(self.count):
            # The last chunk was not full yet; it ends later now.
            self.bounds.pop()
        until_full = next(more for more in range(1, self.chunk_records + 1) if self._full(self.count + more))
        self.bounds += ids[until_full - 1 :: self.chunk_records]
        self.count += len(ids)
        self.total += sum((balance for _, balance in placed), money.ZERO)
        if not self._full(self.count):
            self.bounds.append(ids[-1])

    def _full(self, count: int) -> bool:
        """Whether so many records end with a whole chunk."""
        first = min(FIRST_CHUNK, self.chunk_records)
        return count >= first and (count - first) % self.chunk_records == 0


def claim(
    rule: Rule, agency: Agency, revision: Revision, *, earlier: Revision | None = None, only_again: bool = False
) -> Claimed:
    """Place everything that is overdue for `agency` in `revision`. In the client's scope.

    With `earlier`, the revision that did not arrive, its violations are decided anew: those that still go are
    placed again, those that do not are withdrawn with the reason and are free. `only_again`: nothing but those.
    """
    claimed = Claimed(settings.CURBLEDGER.chunk_records)
    after = 0
    while ids := next_slice(rule, agency, earlier, after, only_again=only_again):
        after = ids[-1]
        lock_violations(ids)
        again = [] if earlier is None else _ids(QUERIES["placed"], {"revision": earlier.pk, "ids": sql.array(ids)})
        before = set(again)
        placed = _place(rule, agency, revision, [one for one in ids if one not in before])
        if earlier is not None and again:
            placed += _place_again(rule, agency, revision, earlier, again)
        claimed.add(placed)
    return claimed


def next_slice(
    rule: Rule, agency: Agency, earlier: Revision | None, after: int, *, only_again: bool = False
) -> list[int]:
    """The next ids to lock: new candidates and those of the earlier revision, merged in id order. In the scope."""
    asked = {
        **rule.parameters([]),
        "after": after,
        "agency": agency.pk,
        "assigned_only": agency.assigned_only,
        "limit": SLICE,
    }
    ids = [] if only_again else _ids(CANDIDATES, asked)
    if earlier is None:
        return ids
    placed = _ids(QUERIES["placed_after"], {"revision": earlier.pk, "after": after, "limit": SLICE})
    return sorted({*ids, *placed})[:SLICE]


def still_stands(rule: Rule, agency: Agency, revision: Revision) -> bool:
    """Whether everything in the revision would go now as it was placed. Locks it, so that it stays so. In the scope."""
    after, open_still = 0, 0
    while ids := _ids(QUERIES["placed_after"], {"revision": revision.pk, "after": after, "limit": SLICE}):
        after = ids[-1]
        open_still += len(ids)
        lock_violations(ids)
        ((changed,),) = _execute(
            f"WITH judged AS ({RULE['judge']}) {_CHANGED}",
            {
                **rule.parameters(ids),
                "revision": revision.pk,
                "agency": agency.pk,
                "assigned_only": agency.assigned_only,
            },
        )
        if changed:
            return False
    # One that left the revision otherwise, by a recall or a payment to the agency, is in its bytes all the same.
    return open_still == revision.record_count


def _place(
    rule: Rule, agency: Agency, revision: Revision, ids: Sequence[int], *, passed_over: Sequence[str] = ()
) -> list[tuple[int, Decimal]]:
    """Decide about locked violations; place and mark those that go. Returns them with their balances."""
    if not ids:
        return []
    parameters = {
        **rule.parameters(ids),
        "client": revision.client_id,
        "revision": revision.pk,
        "policy_version": rule.policy.version,
        "passed_over": list(passed_over),
        "agency": agency.pk,
        "assigned_only": agency.assigned_only,
    }
    placed = _insert(parameters)
    if placed:
        _execute(QUERIES["mark"], {"at": rule.at, "ids": sql.array(violation_id for violation_id, _ in placed)})
    return placed


def _insert(parameters: dict[str, Any]) -> list[tuple[int, Decimal]]:
    """Write the placements. The constraint that lets a violation have one turn in a cycle decides, not a look."""
    try:
        with transaction.atomic():  # scope: a savepoint, so that the claim goes on without those that had their turn.
            return _execute(_PLACE.format(unless="", its_own=ITS_OWN), parameters)
    except IntegrityError as error:
        if constraint_of(error) != ONCE_IN_A_CYCLE:
            raise
    return _execute(_PLACE.format(unless=QUERIES["unless_it_had_its_turn"], its_own=ITS_OWN), parameters)


def _place_again(
    rule: Rule, agency: Agency, revision: Revision, earlier: Revision, ids: Sequence[int]
) -> list[tuple[int, Decimal]]:
    """Decide anew about violations of the earlier revision."""
    ended = {"revision": earlier.pk, "at": rule.at}
    _execute(QUERIES["supersede"], {**ended, "ids": sql.array(ids)})
    placed = _place(rule, agency, revision, ids, passed_over=("already_sent",))
    stay = sorted(set(ids).difference(violation_id for violation_id, _ in placed))
    if stay:
        _execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['withdraw']}", {**rule.parameters(stay), **ended})
        _execute(QUERIES["unmark"], {"ids": sql.array(stay)})
    return placed


def _ids(query: str, parameters: dict[str, Any]) -> list[int]:
    return [row[0] for row in _execute(query, parameters)]


def _execute(query: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []
