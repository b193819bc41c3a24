"""Letters as PDF: readable by another program, in any alphabet of Europe, the same bytes each time."""

from __future__ import annotations

import io

from pypdf import PdfReader

from curbledger.clients.client import Client
from curbledger.notices.compose import Line
from curbledger.notices.letterhead import Letterhead, save_letterhead
from curbledger.notices.letters import make_letter_run
from curbledger.notices.pdf import Letter, print_letters, print_run
from curbledger.notices.placeholders import TABLE
from tests import cast
from tests.cast import NOON
from tests.notices.town import by_letter, plan, schedule

HEAD = Letterhead(address="1 Town Hall Square\nToma ON K1A 0B1")


def letter(count: int = 1, **columns: str) -> Letter:
    lines = tuple(
        Line(f"1-{number:06}", "May 1, 2026", "ABC 123", "Main Street", "Parked <here> & there", "50.00 CAD")
        for number in range(count)
    )
    wanted = {
        "address": "Zoë Łukasz-Nguyễn\n12 Rue Œuvre\nQuébec QC G1R 1S1",
        "day": "20 mai 2026",
        "subject": "En retard : 1-000000",
        "body": f"Madame, Monsieur,\n\n{TABLE}\n\nEn tout : 50,00 CAD",
        "language": "fr",
        **columns,
    }
    return Letter(lines=lines, **wanted)


def read(pdf: bytes) -> list[str]:
    """The text of each page, as another program reads it."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_letter_says_who_writes_to_whom_and_what_is_owed() -> None:
    (page,) = read(print_letters("Town of Toma", HEAD, [letter()]))
    for words in (
        "Town of Toma", "1 Town Hall Square", "Zoë Łukasz-Nguyễn", "12 Rue Œuvre", "20 mai 2026", "Constat",
        "1-000000", "Parked <here> & there", "50.00 CAD", "En tout : 50,00 CAD",
    ):  # fmt: skip
        assert words in page


def test_each_letter_begins_on_a_page_of_its_own() -> None:
    pages = read(print_letters("Town of Toma", HEAD, [letter(), letter(address="Robin Okafor\n1 Main Street")]))
    assert len(pages) == 2
    assert "Robin Okafor" in pages[1]


def test_a_person_with_hundreds_of_tickets_gets_as_many_pages_as_it_takes() -> None:
    pages = read(print_letters("Town of Toma", HEAD, [letter(200), letter()]))
    assert len(pages) > 5
    text = "\n".join(pages)
    assert all(f"1-{number:06}" in text for number in range(200))
    assert "page 2" in pages[1]
    assert all("Montant dû" in page for page in pages[:4]), "the table's head is on every page"


def test_a_run_is_the_same_file_each_time_whatever_has_changed_since(inside: Client) -> None:
    save_letterhead(inside, address="1 Town Hall Square", phone="", website="", email="")
    schedule(inside, (14, "letter"))
    person = by_letter(inside)
    violation = cast.issue(inside, person=person)
    plan(inside)
    run = make_letter_run(inside, at=NOON, by="clerk")
    assert run is not None
    first = print_run(inside, run)
    assert first.startswith(b"%PDF-")
    person.last_name, violation.ticket = "Changed", "1-CHANGED"
    person.save()
    violation.save()
    assert print_run(inside, run) == first
