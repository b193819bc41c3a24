"""Loads payments. Their own reference tells whether one is there already."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.importing.numbering import QUERIES
from curbledger.importing.rows import insert
from curbledger.importing.said import Said
from curbledger.importing.verdict import ALREADY_THERE, IMPORTED, Verdict, rejected
from curbledger.violations.ledger import Payment
from curbledger.violations.lock import lock_violations
from curbledger.violations.payment import record_payment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.importing.context import Context
    from curbledger.importing.reader import Row

_AT_A_TIME = 5000


class Receipt(NamedTuple):
    """One payment as a row describes it."""

    ticket: str
    reference: str
    amount: Decimal
    paid_at: datetime
    method: str


class Payments:
    """The loader of payments."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._numbering = context.numbering("reference")

    def load(self, rows: Sequence[Row]) -> list[Verdict]:
        """Import these rows."""
        verdicts: list[Verdict] = [IMPORTED] * len(rows)
        receipts = self._read(rows, verdicts)
        debts = _debts({one.ticket for one in receipts.values()})
        for place, one in list(receipts.items()):
            if one.ticket not in debts:
                verdicts[place] = rejected(Said(_("there is no ticket {ticket}"), {"ticket": one.ticket}, "ticket"))
                del receipts[place]
        self._sort_out(receipts, debts, verdicts)
        plain = [one for one in receipts.values() if debts[one.ticket][1] is None]
        insert(Payment, [self._row(debts[one.ticket][0], one) for one in plain])
        for one in receipts.values():
            # Where an early-payment discount was offered, the payment may earn it: the verb decides that.
            if debts[one.ticket][1] is not None:
                self._record(one)
        return verdicts

    def forget(self) -> None:
        """Nothing is kept."""

    def finish(self) -> None:
        """Nothing is left to do."""

    def _read(self, rows: Sequence[Row], verdicts: list[Verdict]) -> dict[int, Receipt]:
        whole = [place for place, row in enumerate(rows) if row.fault is None]
        references: dict[int, str] = {}
        if self._numbering is not None:
            references = dict(zip(whole, self._numbering.number([rows[place].cells for place in whole]), strict=True))
        receipts = {}
        for place, row in enumerate(rows):
            try:
                receipts[place] = self._receipt(row, references.get(place))
            except BadRow as fault:
                verdicts[place] = rejected(fault.said)
        return receipts

    def _receipt(self, row: Row, reference: str | None) -> Receipt:
        values = self._context.form.read(row)
        if values["amount"] <= 0:
            raise BadRow(
                _("{amount} is no payment. One that was taken back is reversed by hand"),
                "amount",
                amount=values["amount"],
            )
        return Receipt(
            ticket=values["ticket"],
            reference=reference or values["reference"],
            amount=values["amount"],
            paid_at=self._context.days.past("paid_on", values["paid_on"], values.get("paid_time")),
            method=values.get("method") or "",
        )

    @staticmethod
    def _sort_out(
        receipts: dict[int, Receipt], debts: dict[str, tuple[int, datetime | None]], verdicts: list[Verdict]
    ) -> None:
        """Leave only the new ones."""
        known = _known(
            [debts[one.ticket][0] for one in receipts.values()], [one.reference for one in receipts.values()]
        )
        for place, one in list(receipts.items()):
            key = (debts[one.ticket][0], one.reference)
            if key not in known:
                known[key] = one.amount
                continue
            del receipts[place]
            if known[key] == one.amount:
                verdicts[place] = ALREADY_THERE
            else:
                verdicts[place] = rejected(
                    Said(
                        _("payment {reference} on ticket {ticket} is {kept} already, not {amount}"),
                        {
                            "reference": one.reference,
                            "ticket": one.ticket,
                            "kept": known[key],
                            "amount": one.amount,
                        },
                        "reference",
                    )
                )

    def _row(self, violation: int, one: Receipt) -> dict[str, Any]:
        return {
            "client_id": self._context.client.pk,
            "violation_id": violation,
            "amount": one.amount,
            "paid_at": one.paid_at,
            "created_at": self._context.days.at,
            "recorded_by": self._context.by,
            "reference": one.reference,
            "method": one.method,
        }

    def _record(self, one: Receipt) -> None:
        record_payment(
            self._context.client,
            one.ticket,
            amount=one.amount,
            at=self._context.days.at,
            by=self._context.by,
            paid_at=one.paid_at,
            reference=one.reference,
            method=one.method,
        )


def lock_debts(context: Context, rows: Iterator[Row]) -> None:
    """Lock every ticket that the file pays, in id order, before the first payment is written.

    Payments come in any order, and lock their tickets as they come: an import and a claim that meet would wait for
    each other in a circle. Locked so, one waits for the other, and a claim that waited sees every payment.
    """
    ids = array("q")
    while batch := list(islice(rows, _AT_A_TIME)):
        tickets = set()
        for row in batch:
            try:
                tickets.add(context.form.read_text("ticket", row))
            except BadRow:
                continue  # Its turn to be rejected comes later.
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["debt_ids"], {"tickets": [ticket for ticket in tickets if ticket is not None]})
            ids.extend(pk for (pk,) in cursor.fetchall())
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _AT_A_TIME):
        lock_violations(ordered[start : start + _AT_A_TIME])


def _debts(tickets: set[str]) -> dict[str, tuple[int, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["debts"], {"tickets": list(tickets)})
        return {ticket: (pk, discount_until) for pk, ticket, discount_until in cursor.fetchall()}


def _known(ids: list[int], references: list[str]) -> dict[tuple[int, str], Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["payments"], {"ids": ids, "references": references})
        return {(violation, reference): amount for violation, reference, amount in cursor.fetchall()}
