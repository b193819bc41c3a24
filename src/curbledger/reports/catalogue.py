"""The reports there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import NotFound
from curbledger.kit import sql
from curbledger.reports.collected import collected
from curbledger.reports.receivables import receivables
from curbledger.reports.report import Column, Kind, Report

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client
    from curbledger.reports.period import Period
    from curbledger.reports.report import Row

_QUERIES = sql.load("curbledger.reports", "reports.sql")


def find_report(name: str) -> Report:
    """The report of that name. Raises NotFound."""
    found = REPORTS.get(name)
    if found is None:
        raise NotFound(_("There is no report {name}. There are: {names}.").format(name=name, names=", ".join(REPORTS)))
    return found


def _receivables(client: Client, _period: Period, at: datetime) -> list[Row]:
    return [[one.agency or _("The office"), *one.totals, one.total, one.count] for one in receivables(client, at=at)]


def _collections(_client: Client, period: Period, _at: datetime) -> list[Row]:
    return [
        [
            *(one.month, one.agency, one.placed, one.placed_total),
            *(one.paid, one.paid_total, one.recalled, one.recalled_total),
        ]
        for one in collected(period)
    ]


def _notices(_client: Client, period: Period, _at: datetime) -> list[Row]:
    ways = {1: _("mail"), 2: _("letter")}
    return [
        [month, stage, ways[kind], messages, int(tickets), returned]
        for month, stage, kind, messages, tickets, returned in _fetched("notices", period)
    ]


def _payments(_client: Client, period: Period, _at: datetime) -> list[Row]:
    return _rows("payments", period)


def _spoiled(_client: Client, period: Period, _at: datetime) -> list[Row]:
    return _rows("spoiled", period)


def _rows(query: str, period: Period) -> list[Row]:
    return [list(row) for row in _fetched(query, period)]


def _fetched(query: str, period: Period) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[query], period.parameters())
        found: list[Any] = cursor.fetchall()
    return found


# Not due, and each of placements.preview.AGES.
AGE_NAMES = (
    gettext_lazy("Not due"),
    gettext_lazy("1 to 30 days"),
    gettext_lazy("31 to 60 days"),
    gettext_lazy("61 to 90 days"),
    gettext_lazy("Over 90 days"),
)
_ALL = (
    Report(
        name="receivables",
        title=gettext_lazy("Aged receivables"),
        about=gettext_lazy("What is owed at this moment, by days past due and by who has it."),
        columns=(
            Column(gettext_lazy("Held by")),
            *(Column(name, Kind.MONEY) for name in AGE_NAMES),
            Column(gettext_lazy("Total owed"), Kind.MONEY),
            Column(gettext_lazy("Tickets"), Kind.COUNT),
        ),
        read=_receivables,
        by_period=False,
    ),
    Report(
        name="collections",
        title=gettext_lazy("Collections by agency and month"),
        about=gettext_lazy("What was handed over, what was paid on it, and what was recalled."),
        columns=(
            Column(gettext_lazy("Month")),
            Column(gettext_lazy("Agency")),
            Column(gettext_lazy("Placed"), Kind.COUNT),
            Column(gettext_lazy("Amount placed"), Kind.MONEY),
            Column(gettext_lazy("Payments"), Kind.COUNT),
            Column(gettext_lazy("Amount recovered"), Kind.MONEY),
            Column(gettext_lazy("Recalled"), Kind.COUNT),
            Column(gettext_lazy("Amount recalled"), Kind.MONEY),
        ),
        read=_collections,
    ),
    Report(
        name="notices",
        title=gettext_lazy("Notices sent"),
        about=gettext_lazy("Mails and letters that went out, and how many came back."),
        columns=(
            Column(gettext_lazy("Month")),
            Column(gettext_lazy("Stage")),
            Column(gettext_lazy("By")),
            Column(gettext_lazy("Messages"), Kind.COUNT),
            Column(gettext_lazy("Tickets"), Kind.COUNT),
            Column(gettext_lazy("Came back"), Kind.COUNT),
        ),
        read=_notices,
    ),
    Report(
        name="payments",
        title=gettext_lazy("Payments by day and person"),
        about=gettext_lazy("What was paid on each day, by the member of staff or the token that recorded it."),
        columns=(
            Column(gettext_lazy("Day")),
            Column(gettext_lazy("Recorded by")),
            Column(gettext_lazy("Payments"), Kind.COUNT),
            Column(gettext_lazy("Amount paid"), Kind.MONEY),
            Column(gettext_lazy("Reversed since"), Kind.MONEY),
            Column(gettext_lazy("Amount kept"), Kind.MONEY),
        ),
        read=_payments,
    ),
    Report(
        name="spoiled",
        title=gettext_lazy("Spoiled numbers"),
        about=gettext_lazy("Numbers that stand for no ticket, by the day of issue: who spoiled them, and why."),
        columns=(
            Column(gettext_lazy("Ticket")),
            Column(gettext_lazy("Issued")),
            Column(gettext_lazy("Spoiled")),
            Column(gettext_lazy("Recorded by")),
            Column(gettext_lazy("Reason")),
        ),
        read=_spoiled,
    ),
)
REPORTS = {report.name: report for report in _ALL}
