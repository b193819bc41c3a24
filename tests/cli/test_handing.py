"""The commands for what staff do with batches: handed over, confirmed, delivered again, recalled, started anew."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.batch import Batch, BatchState, Placement, Revision
from curbledger.violations.models import Violation
from tests.cast import caller, issue
from tests.cast import town as make_town
from tests.cli.typing_in import refused, typed
from tests.placements.handing import arrived, call

if TYPE_CHECKING:
    from pathlib import Path

    from curbledger.clients.client import Client


@pytest.fixture
def overdue_two(town: Client) -> list[str]:
    caller(town)
    with client_scope(town.pk):
        return [issue(town, ticket, at=clock.now()).ticket for ticket in ("C-1", "C-2")]


def state(town: Client) -> str:
    with client_scope(town.pk):
        return str(Batch.objects.get().state)


def newest(town: Client) -> Revision:
    with client_scope(town.pk):
        return Revision.objects.latest("pk")


@pytest.mark.usefixtures("overdue_two")
class TestHandOver:
    def test_it_is_left_for_the_agencys_next_call_and_one_line_says_so(self, town: Client) -> None:
        said = typed("hand-over", "OC_TOMA").stdout
        assert re.fullmatch(
            r"Batch [0-9a-f-]{36}, revision 1: 2 violations, 100\.00 CAD to Collections; "
            r"it goes with the agency's next call\.\n",
            said,
        )
        assert state(town) == BatchState.UNDELIVERED
        assert newest(town).handed_over_by.endswith("(command line)")
        assert call(town, at=clock.now()).count == 2

    @pytest.mark.parametrize(("word", "then"), [("arrived", "delivered"), ("lost", "undelivered")])
    def test_a_file_is_written_and_waits_for_a_word(self, town: Client, tmp_path: Path, word: str, then: str) -> None:
        out = tmp_path / "batch.json"
        said = typed("hand-over", "OC_TOMA", "--agency", "collections", "--out", str(out)).stdout
        assert f"the file is {out}" in said
        assert len(json.loads(out.read_bytes())["records"]) == 2
        assert state(town) == BatchState.AWAITING
        batch = said.split()[1].rstrip(",")
        assert batch in typed("batch", word, "OC_TOMA", batch).stdout
        assert state(town) == then
        assert "does not wait" in refused("batch", word, "OC_TOMA", batch)

    def test_a_file_that_cannot_be_written_leaves_the_batch_to_be_written_again(
        self, town: Client, tmp_path: Path
    ) -> None:
        said = refused("hand-over", "OC_TOMA", "--out", str(tmp_path / "no" / "batch.json"))
        assert "is claimed, and not written" in said
        assert "batch export OC_TOMA" in said
        assert state(town) == BatchState.AWAITING

    def test_nothing_goes_twice(self) -> None:
        typed("hand-over", "OC_TOMA")
        typed("hand-over", "OC_TOMA")
        arrived_batch = typed("batches", "OC_TOMA").stdout
        assert arrived_batch.count("\n") == 1
        assert "revision 2" in arrived_batch

    def test_a_second_person_is_not_gone_past(self, town: Client) -> None:
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=clock.now(), by="maud", second_person=True)
        assert "second person" in refused("hand-over", "OC_TOMA")
        with client_scope(town.pk):
            assert not Batch.objects.exists()

    def test_a_guard_stops_it_until_somebody_says_why(self, town: Client) -> None:
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=clock.now(), by="maud", guard_payment_hours=1)
        assert "guard allows 1 h" in refused("hand-over", "OC_TOMA")
        typed("hand-over", "OC_TOMA", "--override", "The bank is closed.")

    def test_of_several_agencies_one_is_named(self, town: Client) -> None:
        typed("agency", "add", "OC_TOMA", "--name", "North")
        assert "Say which agency. There are: Collections, North." in refused("hand-over", "OC_TOMA")
        assert "There is no agency 'South'" in refused("hand-over", "OC_TOMA", "--agency", "South")


def test_nothing_overdue_is_one_clear_line(town: Client) -> None:
    caller(town)
    assert "Nothing is to be handed over" in refused("hand-over", "OC_TOMA")


@pytest.mark.usefixtures("overdue_two")
class TestABatch:
    def test_goes_again_with_a_reason(self, town: Client) -> None:
        sent = arrived(town, at=clock.now())
        said = typed("batch", "again", "OC_TOMA", str(sent.batch_uuid), "--reason", "Their disk broke.").stdout
        assert f"brings batch {sent.batch_uuid} as its next revision" in said
        assert newest(town).reopened_reason == "Their disk broke."
        assert "does not count as arrived" in refused(
            "batch", "again", "OC_TOMA", str(sent.batch_uuid), "--reason", "Again."
        )

    def test_is_recalled_by_what_fits_seen_first_and_freed_again(self, town: Client) -> None:
        sent = arrived(town, at=clock.now())
        rule = ("--batch", str(sent.batch_uuid), "--reason", "Wrong signs.")
        assert typed("batch", "recall", "OC_TOMA", *rule, "--dry-run").stdout == (
            "Would recall 2 violations, 100.00 CAD.\n"
        )
        with client_scope(town.pk):
            assert not Placement.objects.filter(state="recalled").exists()
        assert "2 tickets would be recalled now, not 7" in refused(
            "batch", "recall", "OC_TOMA", *rule, "--expected", "7"
        )
        said = typed("batch", "recall", "OC_TOMA", "--ticket", "C-1", *rule).stdout
        assert said == "Recalled 1 violation, 50.00 CAD.\n"
        said = typed("batch", "recall", "OC_TOMA", *rule, "--expected", "1", "--agency", "Collections").stdout
        assert said == "Recalled 1 violation, 50.00 CAD.\n"
        assert typed("batch", "recall", "OC_TOMA", *rule).stdout == "Recalled 0 violations, 0.00 CAD.\n"
        cycle = ("batch", "new-cycle", "OC_TOMA", *rule)
        assert typed(*cycle, "--dry-run").stdout == "Would start a new cycle for 2 violations.\n"
        assert typed(*cycle).stdout == "Started a new cycle for 2 violations.\n"
        with client_scope(town.pk):
            assert set(Violation.objects.values_list("cycle", "sent_at")) == {(2, None)}

    def test_is_not_recalled_by_nothing_or_by_what_is_not_there(self, town: Client) -> None:
        arrived(town, at=clock.now())
        why = ("--reason", "Wrong signs.")
        assert "Say which tickets are meant" in refused("batch", "recall", "OC_TOMA", *why)
        assert "'Nowhere'" in refused("batch", "recall", "OC_TOMA", *why, "--place", "Nowhere")
        assert "No agency has these" in refused("batch", "recall", "OC_TOMA", *why, "--ticket", "C-9")
        assert "not a day" in refused("batch", "recall", "OC_TOMA", *why, "--since", "soon", expect=2)
        with client_scope(town.pk):
            assert not Placement.objects.filter(state="recalled").exists()

    def test_of_another_client_is_not_there(self, town: Client) -> None:
        sent = arrived(town, at=clock.now())
        other_town = make_town("OC_OTHER")
        assert "There is no" in refused("batch", "again", other_town.code, str(sent.batch_uuid), "--reason", "x")
