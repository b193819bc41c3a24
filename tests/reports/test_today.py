"""The figures of Today, live where they are few and kept where they are many."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.database.scope import client_scope
from curbledger.reports import today
from curbledger.reports.today import KeptFigures, figures_today, is_small, keep_figures, work_out
from tests.cast import NOON, issue
from tests.placements.aged import age, plans
from tests.reports.busy import busy, recovered_by_hand

if TYPE_CHECKING:
    from curbledger.clients.client import Client


def test_an_empty_client_has_figures(town: Client) -> None:
    with client_scope(town.pk):
        figures = figures_today(town, at=NOON)
    assert figures is not None
    assert (len(figures.goes), len(figures.months), figures.alarms) == (15, 12, [])


def test_months_are_those_of_every_payment_looked_at_alone(town: Client) -> None:
    busy(town)
    with client_scope(town.pk):
        figures = figures_today(town, at=NOON)
        by_hand = recovered_by_hand(town)
    assert figures is not None
    assert {one.month: one.paid_total for one in figures.months if one.paid_total} == by_hand
    assert [(one.placed, one.recalled) for one in figures.months if one.placed] == [(12, 0), (6, 2)]


class TestMany:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two of anything are many."""
        monkeypatch.setattr(today, "FEW", 2)

    def test_they_are_not_worked_out_while_somebody_waits(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town)
            assert is_small(town, at=NOON)
            issue(town)
            assert not is_small(town, at=NOON)
            assert figures_today(town, at=NOON) is None

    def test_what_the_queue_kept_is_shown_to_the_cent(self, town: Client) -> None:
        busy(town)
        with client_scope(town.pk):
            assert keep_figures(town, at=NOON)
            kept = figures_today(town, at=NOON + timedelta(minutes=5))
            assert kept == work_out(town, at=NOON)

    def test_the_queue_keeps_one_row(self, town: Client) -> None:
        busy(town)
        with client_scope(town.pk):
            keep_figures(town, at=NOON)
            keep_figures(town, at=NOON + timedelta(minutes=10))
            assert KeptFigures.objects.get().worked_out_at == NOON + timedelta(minutes=10)

    def test_what_is_few_again_is_not_kept(self, town: Client) -> None:
        with client_scope(town.pk):
            for _ in range(2):
                issue(town, fine="1.00")
            keep_figures(town, at=NOON)
            today.FEW = 10
            assert not keep_figures(town, at=NOON)
            assert not KeptFigures.objects.exists()
            figures = figures_today(town, at=NOON)
        assert figures is not None
        assert figures.owing[0].total == Decimal("2.00")


def test_whether_there_are_few_is_found_by_counting_no_further(town: Client) -> None:
    age(town)
    with client_scope(town.pk), plans() as found:
        assert not is_small(town, at=NOON + timedelta(days=60))
    # Placements are counted to the bound, whatever they are.
    assert {line.partition(" of ")[2].partition(" ")[0] for line in found.scans()} <= {"placement"}
