# ruff: noqa: RUF001  # French has another apostrophe.
"""What was written down in English, on the pages of somebody who reads French."""

from __future__ import annotations

from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.importing import turns
from curbledger.importing.fault import BadRow
from curbledger.importing.mapping import read_mapping
from curbledger.importing.said import Said, read_said
from curbledger.importing.schema import Kind
from curbledger.kit import clock
from curbledger.placements import kept_words
from curbledger.placements.batch import BatchState
from curbledger.placements.deliver import settle
from curbledger.placements.guards import Guard, Refused
from curbledger.placements.kept_words import in_words
from curbledger.portal.batch_words import ended_words, outcome_words
from curbledger.registry.entry import add_entry
from curbledger.violations.lists import Offence
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import issue
from tests.placements.handing import arrived, call
from tests.portal.staff import signed_in
from tests.portal.test_imports import brought, filled, one, page, turn
from tests.portal.test_notices import send

ROWS = (
    b"Ticket No,Issue Date,Amount,Plate,Prov\n"
    b"A1,25/03/2026,$50.00,P1,ON\n"
    b"A2,13/13/2026,60,P1,ON\n"
    b"A3,25/03/2026,a lot,P1,ON\n"
    b"A4,25/03/2026,-5,P1,ON\n"
    b"A5,25/03/2026,60,P2,Atlantis\n"
    b"A6,25/03/2026,60\n"
)


@pytest.fixture
def maud(town: Client) -> Browser:
    return signed_in(town, "administrator", language="fr")


@pytest.fixture
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "BEAT", 3600.0)


@pytest.mark.usefixtures("_quiet")
class TestImports:
    def test_rejected_rows_say_why_in_french_and_their_list_stays_english(self, town: Client, maud: Browser) -> None:
        address = brought(maud, rows=ROWS)
        assert maud.post(f"{address}/mapping", filled(maud, f"{address}/mapping")).status_code == 302
        turn(town)
        shown = page(maud, address)
        for said in (
            "Émis\N{NO-BREAK SPACE}: '13/13/2026' n’est pas un jour écrit comme %d/%m/%Y",
            "Amende\N{NO-BREAK SPACE}: 'a lot' n’est pas un montant",
            "Amende\N{NO-BREAK SPACE}: -5,00 est moins que rien",
            "Province\N{NO-BREAK SPACE}: 'Atlantis' n’est pas dans la liste",
            "la ligne a 3 colonnes, et l’en-tête en a 5",
        ):
            assert said in shown
        for english in (
            " is no day as ",
            " is not an amount ",
            "less than nothing",
            "the list has no",
            "the header has",
        ):
            assert english not in shown
        listed = b"".join(maud.get(f"{address}/rejected")).decode()
        assert "issued: '13/13/2026' is no day as %d/%m/%Y writes it" in listed
        assert "fine: -5.00 is less than nothing" in listed

    def test_an_import_that_failed_says_why_in_the_language_of_whoever_reads(
        self, town: Client, maud: Browser, manager: Browser
    ) -> None:
        address = brought(maud, rows=ROWS)
        text = '[fields]\nticket = "Ticket No"\nissued = "Issue Dat"\nfine = "Amount"\ndue = { days_after_issue = 9 }\n'
        assert send(maud, f"{address}/text", text=text).status_code == 302
        turn(town)
        shown = page(maud, address)
        assert "La correspondance ne convient pas au fichier" in shown
        assert "old.csv n’a pas de colonne 'Issue Dat'; vouliez-vous dire 'Issue Date'?" in shown
        assert "does not fit the file" not in shown
        assert "has no column 'Issue Dat'; did you mean 'Issue Date'?" in page(manager, address)

    def test_words_that_are_gone_with_the_file_are_still_told(self, town: Client, maud: Browser) -> None:
        address = brought(maud, rows=ROWS)
        maud.post(f"{address}/mapping", filled(maud, f"{address}/mapping"))
        turn(town)
        (one(town).folder / "said.json").unlink()
        assert "is less than nothing" in page(maud, address)

    def test_a_file_and_a_mapping_that_cannot_be_used_are_refused_in_french(self, town: Client, maud: Browser) -> None:
        answer = maud.get("/portal/imports")
        assert answer.status_code == 200
        address = brought(maud, rows=ROWS)
        said = unescape(send(maud, f"{address}/text", text='[fields]\nfyne = "a"\nfine = 5\n').content.decode())
        assert "La correspondance ne peut servir" in said
        assert "fields.fine: est une table de clés." in said
        said = unescape(send(maud, f"{address}/text", text="[fields\n").content.decode())
        assert "n’est pas du TOML" in said
        assert "Expected" not in said
        assert one(town).mapping == ""


def test_every_reason_of_a_mapping_is_told_in_french() -> None:
    text = """
kind = "violations"
[file]
encoding = "klingon"
delimiter = "::"
[fields]
fine = { column = "a", decimal = ";" }
fyne = { }
due = { column = "a", constant = "b" }
[lists.maker]
unknown = "add"
"""
    with translation.override("fr"), pytest.raises(Invalid) as refused:
        read_mapping(text, Kind.VIOLATIONS)
    for english in ("is one of", "there is no", "says ", "names no", "does not", "should", "Input", "cannot"):
        assert english not in refused.value.message


def test_what_was_said_is_the_same_after_it_was_kept() -> None:
    inner = Said("{one} or {other}", {"one": "a", "other": "b"})
    said = Said("{text} is no day as {format} writes it", {"text": "'x'", "format": inner, "n": 3}, "issued")
    assert read_said(said.kept()) == said
    many = Said("The mapping does not fit the file:\n{faults}", {"faults": [said, inner]})
    assert str(read_said(many.kept())) == str(many)


def test_amounts_are_written_as_the_language_writes_them_and_english_in_the_list() -> None:
    fault = BadRow("{amount} is less than nothing", "fine", amount=Decimal("-1234.5"))
    with translation.override("fr"):
        assert str(fault) == "fine: -1,234.50 is less than nothing"
        assert fault.said.translated().replace("\N{NO-BREAK SPACE}", " ").endswith("-1 234,50 est moins que rien")


def test_a_payment_of_nothing_is_refused_in_french(town: Client) -> None:
    with client_scope(town.pk), translation.override("fr"), pytest.raises(Invalid) as refused:
        record_payment(town, issue(town).ticket, amount=Decimal(0), at=clock.now(), by="maud")
    said = refused.value.message.replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Un paiement : il faut plus que zéro, et ce n’est pas le cas de 0."


class TestBatches:
    def test_how_a_delivery_ended_is_told_in_french(self, town: Client, maud: Browser) -> None:
        with client_scope(town.pk):
            issue(town, "T-1", at=clock.now())
        sent = call(town, cast.caller(town), at=clock.now())
        settle(sent, BatchState.UNDELIVERED, kept_words.NOT_ACKNOWLEDGED.format(seconds="5"))
        shown = page(maud, f"/portal/batches/{sent.batch_uuid}")
        assert "Pas arrivé\N{NO-BREAK SPACE}: tout n’a pas été confirmé en 5 s" in shown
        assert "acknowledged" not in shown

    def test_a_guards_finding_is_told_in_french(self, town: Client, maud: Browser) -> None:
        with client_scope(town.pk):
            issue(town, "T-1", at=clock.now())
        sent = arrived(town, at=clock.now())
        found = kept_words.UNUSUAL.format(count=9, total="1,234.50", usual_count=2, usual_total="80.00")
        with client_scope(town.pk):
            agency = sent.revision.batch.agency_id
            Refused.objects.create(
                client_id=town.pk,
                agency_id=agency,
                guard=Guard.UNUSUAL,
                found=found,
                first_at=clock.now(),
                last_at=clock.now(),
                times=1,
            )
        for path in ("/portal/workbench", f"/portal/workbench/agencies/{agency}/allow/unusual"):
            shown = page(maud, path).replace("\N{NO-BREAK SPACE}", " ")
            assert "1 234,50" in shown
            assert "far from the usual" not in shown

    @pytest.mark.parametrize("text", kept_words.TEXTS)
    def test_whatever_is_kept_is_found_again(self, text: str) -> None:
        names = ("fault", "seconds", "hours", "moment", "count", "total", "usual_count", "usual_total")
        kept = text.format(**dict.fromkeys(names, "7"))
        assert in_words(kept) == kept
        with translation.override("fr"):
            assert in_words(kept) != kept

    def test_reasons_that_somebody_typed_stay_as_they_are(self) -> None:
        with translation.override("fr"):
            assert ended_words("The judge said so, twice") == "The judge said so, twice"
            assert "_" not in ended_words("not_due, on_hold, another_agency")
            assert outcome_words("strange: words") == "strange: words"
            assert outcome_words(f"undelivered: {kept_words.RESET}").startswith("Pas arrivé")

    def test_the_words_of_the_statement_are_those_that_are_translated(self) -> None:
        statement = Path(kept_words.__file__).with_name("claim.sql").read_text(encoding="utf-8")
        assert f"'{kept_words.SUPERSEDED}'" in statement


class TestSetUp:
    def test_amounts_of_a_list_are_written_in_french(self, town: Client, maud: Browser) -> None:
        with client_scope(town.pk):
            cost = {
                "default_cost": Decimal("1234.50"),
                "discount_amount": Decimal(0),
                "discount_hours": 0,
                "discount_flag": False,
            }
            add_entry(Offence, client_id=town.pk, at=clock.now(), name="Meter", **cost)
        shown = page(maud, "/portal/set-up/lists/offences").replace("\N{NO-BREAK SPACE}", " ")
        assert "1 234,50 CAD" in shown
        assert "1,234.50" not in shown

    @pytest.mark.parametrize(
        ("name", "typed", "says"),
        [
            ("letterhead", {"address": "a\nb\nc\nd\ne\nf\ng"}, "Une lettre a la place pour 6 lignes d’adresse"),
            ("letterhead", {"email": "nobody"}, "'nobody' n’est pas"),
        ],
    )
    def test_what_is_refused_is_refused_in_french(
        self, maud: Browser, name: str, typed: dict[str, Any], says: str
    ) -> None:
        answer = send(maud, f"/portal/set-up/{name}", **typed)
        assert answer.status_code == 422
        assert says in unescape(answer.content.decode())
