"""notice schedule, due, letters, posted, letterhead, text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import change_policy, current_policy
from curbledger.clients.schedule import check_schedule
from curbledger.database.scope import client_scope
from curbledger.violations.models import Notice, Violation
from tests.cli.typing_in import refused, typed
from tests.notices.town import by_letter

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


@pytest.fixture
def waiting(town: Client, overdue: str, now: datetime) -> str:
    """A ticket whose letter is due."""
    with client_scope(town.pk):
        Violation.objects.filter(ticket=overdue).update(person_id=by_letter(town).pk)
        change_policy(client_id=town.pk, at=now, by="test", notice_schedule=check_schedule([(14, "letter")]))
    return overdue


def test_a_schedule_is_kept_and_shown(town: Client) -> None:
    lines = ["OC_TOMA sends no notices.", "In en to people whose own language is not known."]
    assert typed("notice", "schedule", "OC_TOMA").stdout.splitlines() == [*lines, "Late fees wait for notice 1."]
    set_ = ["7:mail", "30:either", "--language", "fr", "--fees-after", "2", "--fees-wait", "10"]
    shown = typed("notice", "schedule", "OC_TOMA", *set_).stdout
    assert shown.splitlines() == [
        "Notice 1: 7 days after due by mail",
        "Notice 2: 30 days after due by mail, or letter where there is no address for it",
        "In fr to people whose own language is not known.",
        "Late fees wait for notice 2, and 10 days more.",
    ]
    assert typed("notice", "schedule", "OC_TOMA").stdout == shown
    assert typed("notice", "schedule", "OC_TOMA", "--none", "--fees-after", "0").stdout.splitlines() == [
        "OC_TOMA sends no notices.",
        "In fr to people whose own language is not known.",
        "Late fees wait for no notice.",
    ]
    with client_scope(town.pk):
        assert current_policy().version == 3, "showing it makes no version"


@pytest.mark.parametrize("step", ["mail", "14", "14:pigeon", "x:mail", "-1:mail"])
def test_a_step_that_cannot_be_is_refused(town: Client, step: str) -> None:
    assert "is not a notice such as 14:mail" in refused("notice", "schedule", "OC_TOMA", "--", step, expect=2)


@pytest.mark.parametrize("steps", [("0:mail",), ("14:mail", "14:letter"), ("14:mail", "7:mail"), ("9999:mail",)])
def test_days_that_do_not_follow_one_another_are_refused(town: Client, steps: tuple[str, ...]) -> None:
    assert "days after the due day: take a number from" in refused("notice", "schedule", "OC_TOMA", *steps)


def test_letters_are_printed_posted_and_recorded(town: Client, waiting: str, tmp_path: Path) -> None:
    assert typed("notice", "due", "OC_TOMA").stdout.split() == ["queued", "letter", "1"]
    file, again = tmp_path / "letters.pdf", tmp_path / "again.pdf"
    said = typed("notice", "letters", "OC_TOMA", "--out", str(file)).stdout
    run = said.split()[2].rstrip(":")
    assert f"1 letters in {file}" in said
    typed("notice", "letters", "OC_TOMA", "--out", str(again), "--run", run)
    assert again.read_bytes() == file.read_bytes()
    assert file.read_bytes().startswith(b"%PDF-")
    assert "is there already" in refused("notice", "letters", "OC_TOMA", "--out", str(file))

    assert (
        typed("notice", "posted", "OC_TOMA", run).stdout
        == f"Letter run {run} was posted: 1 tickets have their notice.\n"
    )
    with client_scope(town.pk):
        assert Notice.objects.get().stage == 1
    assert "was posted already" in refused("notice", "posted", "OC_TOMA", run, "--drop")
    nothing = typed("notice", "letters", "OC_TOMA", "--out", str(tmp_path / "none.pdf"))
    assert (nothing.stdout, nothing.stderr) == ("", "No letters wait.\n")


def test_a_file_that_cannot_be_written_makes_no_run(town: Client, waiting: str, tmp_path: Path) -> None:
    typed("notice", "due", "OC_TOMA")
    said = refused("notice", "letters", "OC_TOMA", "--out", str(tmp_path / "no" / "letters.pdf"))
    assert "cannot be written" in said
    assert typed("notice", "due", "OC_TOMA").stdout.split() == ["queued", "letter", "1"]


def test_a_run_that_was_thrown_away_waits_again(town: Client, waiting: str, tmp_path: Path) -> None:
    typed("notice", "due", "OC_TOMA")
    run = typed("notice", "letters", "OC_TOMA", "--out", str(tmp_path / "a.pdf")).stdout.split()[2].rstrip(":")
    assert typed("notice", "posted", "OC_TOMA", run, "--drop").stdout.endswith("1 letters wait again.\n")
    assert typed("notice", "due", "OC_TOMA").stdout.split() == ["queued", "letter", "1"]


def test_who_writes_is_kept_as_far_as_it_is_given(town: Client) -> None:
    typed("notice", "letterhead", "OC_TOMA", "--address", "Parking Office / 1 Town Hall Square", "--phone", "555-0100")
    assert typed("notice", "letterhead", "OC_TOMA", "--email", "p@example.org").stdout.splitlines() == [
        "Town of OC_TOMA",
        "Parking Office",
        "1 Town Hall Square",
        "555-0100",
        "p@example.org",
    ]
    assert "is no e-mail address" in refused("notice", "letterhead", "OC_TOMA", "--email", "nobody")
    assert "room for 6 lines" in refused("notice", "letterhead", "OC_TOMA", "--address", " / ".join("1234567"))


def test_a_text_is_shown_changed_and_put_back(town: Client, tmp_path: Path) -> None:
    where = ["notice", "text", "OC_TOMA", "--stage", "1", "--by", "mail"]
    default = typed(*where).stdout
    assert default.startswith("Overdue: {numbers}\n\n{name},")
    file = tmp_path / "text.txt"
    file.write_text("Please pay\n\n{tickets}\n", encoding="utf-8")
    assert typed(*where, "--from", str(file)).stdout == "Please pay\n\n{tickets}\n"
    assert typed(*where, "--language", "fr").stdout.startswith("En retard")
    file.write_text("Please pay\n\n{tickets}\n{nmae}", encoding="utf-8")
    assert refused(*where, "--from", str(file)).startswith("There is no placeholder {nmae}. There are: {name}")
    assert "cannot be read" in refused(*where, "--from", str(tmp_path / "none"))
    assert typed(*where, "--default").stdout == default
    assert "Take en or fr." in refused(*where, "--language", "de", expect=2)
