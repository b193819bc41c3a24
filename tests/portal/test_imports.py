"""The pages of imports: brought, mapped, checked, imported; refused in words; each click once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client as Browser

from curbledger.clients.audit_entry import AuditEntry
from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.importing import turns
from curbledger.importing.file_import import FileImport, State
from curbledger.importing.file_look import FileLook
from curbledger.importing.kept import KeptMapping
from curbledger.importing.mapping import ImportMapping, read_mapping, read_tree
from curbledger.importing.schema import FIELDS, LISTS, Kind
from curbledger.importing.turns import bring_in, take_file
from curbledger.portal.import_forms import Column, Editor
from curbledger.portal.import_words import field_name, list_name
from curbledger.violations.models import Violation
from tests.cast import NOON
from tests.importing.conftest import EXAMPLES
from tests.portal.staff import signed_in
from tests.portal.test_notices import form_key, send

ROWS = b"Ticket No,Issue Date,Amount,Make,Who\nA1,25/03/2026,$50.00,FORD,=1+1\nA2,2/3/2026,60,,x\nA3,13/13/2026,60,,y\n"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sign of life from a second connection, which would not see what a test has not committed."""
    monkeypatch.setattr(turns, "BEAT", 3600.0)


def bring(browser: Browser, rows: bytes = ROWS, kind: str = "violations", name: str = "old.csv") -> Any:
    key = form_key(browser, "/portal/imports")
    return browser.post("/portal/imports", {"form_key": key, "kind": kind, "file": SimpleUploadedFile(name, rows)})


def brought(browser: Browser, **options: Any) -> str:
    """The address of a file that was brought."""
    answer = bring(browser, **options)
    assert answer.status_code == 302
    return str(answer["Location"]).removesuffix("/mapping")


def page(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def filled(browser: Browser, address: str) -> dict[str, Any]:
    """What the form on a page would send as it stands."""
    text = browser.get(address).content.decode().partition('method="post" class="card form')[2]
    said: dict[str, Any] = {}
    for name, value in re.findall(
        r'<input type="(?:text|hidden|number|date)" name="([^"]+)"(?: value="([^"]*)")?', text
    ):
        said[name] = unescape(value)
    for name, area in re.findall(r'(?s)<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text):
        said[name] = unescape(area)
    for name, body in re.findall(r'(?s)<select name="([^"]+)"[^>]*>(.*?)</select>', text):
        said[name] = [unescape(one) for one in re.findall(r'<option value="([^"]*)" selected', body)]
    return said


def turn(town: Client) -> None:
    taken = take_file(town)
    assert taken is not None
    bring_in(town, taken, at=NOON)


def one(town: Client) -> FileImport:
    with client_scope(town.pk):
        return FileImport.objects.latest("pk")


def test_a_file_is_brought_mapped_checked_and_imported(town: Client, manager: Browser) -> None:
    address = brought(manager)
    form = filled(manager, f"{address}/mapping")
    assert form["field-ticket-source"] == ["column:Ticket No"]
    assert form["field-issued-format"] == "%d/%m/%Y"
    assert form["field-due-source"] == ["days_after_issue"]
    assert "$50.00" in page(manager, f"{address}/mapping")
    answer = manager.post(f"{address}/mapping", form)
    assert (answer.status_code, answer["Location"]) == (302, address)
    waiting = page(manager, address)
    assert 'hx-trigger="every 1s"' in waiting
    assert "The queue takes it in a moment." in waiting
    turn(town)
    checked = page(manager, address)
    assert "hx-trigger" not in checked
    assert "Would be imported" in checked
    assert "13/13/2026' is no day" in checked
    assert send(manager, address, step="import").status_code == 302
    turn(town)
    done = page(manager, address)
    assert "What happened" in done
    assert (one(town).imported, one(town).rejected) == (2, 1)
    with client_scope(town.pk):
        assert sorted(Violation.objects.values_list("ticket", flat=True)) == ["A1", "A2"]
    listed = page(manager, "/portal/imports")
    assert "old.csv" in listed
    rejected = manager.get(f"{address}/rejected")
    assert b"".join(rejected).startswith(b"line,reason,Ticket No")
    assert "attachment" in rejected["Content-Disposition"]


def test_days_that_could_be_others_are_asked_for_and_not_guessed(town: Client, manager: Browser) -> None:
    rows = b"Ticket No,Issue Date,Amount\nA1,07/08/2026,50\nA2,01/02/2026,60\n"
    address = brought(manager, rows=rows)
    asked = "Is 07/08/2026 July 8, 2026 or Aug. 7, 2026?"
    assert asked in page(manager, f"{address}/mapping")
    form = filled(manager, f"{address}/mapping")
    assert form["field-issued-format"] == ""
    answer = manager.post(f"{address}/mapping", form)
    assert answer.status_code == 422
    assert asked in unescape(answer.content.decode())
    assert one(town).mapping == ""
    said = {**filled(manager, f"{address}/mapping"), "field-issued-format": "%d/%m/%Y"}
    assert manager.post(f"{address}/mapping", said).status_code == 302
    assert read_tree(one(town).mapping)["fields"]["issued"] == {"column": "Issue Date", "format": ["%d/%m/%Y"]}


def test_a_double_click_brings_and_imports_once(town: Client, manager: Browser) -> None:
    key = form_key(manager, "/portal/imports")
    for _ in range(2):
        sent = {"form_key": key, "kind": "violations", "file": SimpleUploadedFile("old.csv", ROWS)}
        assert manager.post("/portal/imports", sent).status_code == 302
    with client_scope(town.pk):
        assert FileImport.objects.count() == 1
    address = f"/portal/imports/{one(town).pk}"
    manager.post(f"{address}/mapping", filled(manager, f"{address}/mapping"))
    turn(town)
    key = form_key(manager, address)
    for _ in range(2):
        assert send(manager, address, key, step="import").status_code == 302
    turn(town)
    assert take_file(town) is None


def test_two_people_at_once_and_the_second_is_told(town: Client, manager: Browser) -> None:
    address = brought(manager)
    manager.post(f"{address}/mapping", filled(manager, f"{address}/mapping"))
    turn(town)
    other = signed_in(town, "administrator")
    theirs = form_key(other, address)
    assert send(manager, address, step="import").status_code == 302
    answer = send(other, address, theirs, step="import")
    assert answer.status_code == 422
    assert "Somebody else was faster" in answer.content.decode()
    assert manager.get(f"{address}/mapping").status_code == 409


@pytest.mark.parametrize(
    ("rows", "says"), [(b"", "The file is empty."), (b"PK\x03\x04...", "spreadsheet"), (b"\xff\xfea\0", "UTF-16")]
)
def test_what_is_no_csv_is_refused_at_its_field(town: Client, manager: Browser, rows: bytes, says: str) -> None:
    answer = bring(manager, rows)
    assert answer.status_code == 422
    assert says in unescape(answer.content.decode())
    with client_scope(town.pk):
        assert not FileImport.objects.exists()


def test_a_mapping_that_cannot_be_used_is_told_and_changes_nothing(town: Client, manager: Browser) -> None:
    address = brought(manager)
    form = {**filled(manager, f"{address}/mapping"), "field-fine-source": "", "field-issued-format": "%H"}
    answer = manager.post(f"{address}/mapping", form)
    assert answer.status_code == 422
    said = unescape(answer.content.decode())
    assert "fields.fine: is missing" in said
    assert "names no day, month and year" in said
    assert (one(town).state, one(town).mapping) == (State.UPLOADED, "")
    no_toml = send(manager, f"{address}/text", text="[fields\n")
    assert "is not TOML" in unescape(no_toml.content.decode())


def test_a_mapping_is_pasted_kept_begun_with_and_fetched(town: Client, manager: Browser) -> None:
    text = (EXAMPLES / "philadelphia.toml").read_text(encoding="utf-8")
    rows = b"car_id,year,month,day,amount,violation,vehicle_make\n7,2020,3,1,50,METER EXPIRED CC,CHEV\n"
    first = brought(manager, rows=rows)
    assert send(manager, f"{first}/text", text=text, keep_as="Philadelphia").status_code == 302
    turn(town)
    assert one(town).imported == 1
    with client_scope(town.pk):
        kept = KeptMapping.objects.get()
    fetched = manager.get(f"/portal/imports/mappings/{kept.pk}")
    assert fetched.content.decode() == text
    assert "philadelphia.toml" in fetched["Content-Disposition"]
    second = brought(manager, rows=rows)
    form = filled(manager, f"{second}/mapping?from={kept.pk}")
    assert form["list-make-aliases"].startswith("Acura = ACUR")
    assert manager.post(f"{second}/mapping", {**form, "keep_as": "Philadelphia"}).status_code == 302
    with client_scope(town.pk):
        again = KeptMapping.objects.get()
    assert read_mapping(again.text, Kind.VIOLATIONS) == read_mapping(text, Kind.VIOLATIONS)


def kept_as(town: Client, browser: Browser, name: str) -> int:
    """A mapping that is kept under this name."""
    address = brought(browser)
    form = {**filled(browser, f"{address}/mapping"), "keep_as": name}
    assert browser.post(f"{address}/mapping", form).status_code == 302
    with client_scope(town.pk):
        return KeptMapping.objects.get(name=name).pk


def test_a_kept_mapping_is_renamed_and_removed(town: Client, manager: Browser) -> None:
    mapping, other = kept_as(town, manager, "Old"), kept_as(town, manager, "Other")
    url = f"/portal/imports/mappings/{mapping}/change"
    assert url in page(manager, "/portal/imports")
    assert send(manager, url, name="  New   one ").status_code == 302
    with client_scope(town.pk):
        assert set(KeptMapping.objects.values_list("name", flat=True)) == {"New one", "Other"}
    for name, says in (("Other", "Another mapping has this name."), (" ", "required")):
        answer = send(manager, url, name=name)
        assert (answer.status_code, says in unescape(answer.content.decode())) == (422, True)
    key = form_key(manager, url)
    assert send(manager, url, key, action="remove").status_code == 302
    # Twice does it once; and what is gone is gone.
    assert send(manager, url, key, action="remove").status_code == 404
    assert manager.get(url).status_code == 404
    with client_scope(town.pk):
        assert [one.pk for one in KeptMapping.objects.all()] == [other]
        assert AuditEntry.objects.filter(about="import_mapping", act="removed").count() == 1


def test_a_look_at_rows_of_a_file_is_written_down_for_good(town: Client, manager: Browser) -> None:
    def looks() -> list[str]:
        with client_scope(town.pk):
            return [one.what for one in FileLook.objects.order_by("pk") if one.seen_by.startswith("manager-")]

    address = brought(manager)
    assert looks() == []
    form = filled(manager, f"{address}/mapping")
    assert looks() == ["rows"]
    manager.post(f"{address}/mapping", form)
    seen = looks()
    page(manager, address)
    assert looks() == seen, "nothing of the file is shown while it waits"
    turn(town)
    page(manager, address)
    b"".join(manager.get(f"{address}/rejected"))
    assert looks() == [*seen, "rejected", "list"]
    with pytest.raises(IntegrityError, match="only ever added"), client_scope(town.pk):
        FileLook.objects.all().delete()


@pytest.mark.parametrize(
    ("example", "kind"),
    [
        ("philadelphia", Kind.VIOLATIONS),
        ("moving-in", Kind.VIOLATIONS),
        ("people", Kind.PEOPLE),
        ("payments", Kind.PAYMENTS),
    ],
)
def test_the_form_says_all_that_a_mapping_can(example: str, kind: Kind) -> None:
    """What it shows and sends again is what it was: TOML in, the form, TOML out."""
    tree = read_tree((EXAMPLES / f"{example}.toml").read_text(encoding="utf-8"))
    before = ImportMapping.model_validate(tree)
    columns = {column: Column() for source in before.fields.values() for column in source.named_columns}
    shown = Editor(None, kind=kind, columns=columns, tree=tree)
    sent: dict[str, Any] = {}
    for form in (shown.whole, *shown.sources, *shown.lists):
        for name in form.fields:
            if (value := form[name].value()) is not None:
                sent[form.add_prefix(name)] = value
    sent["form_key"] = shown.whole["form_key"].value()
    data = QueryLike(sent)
    again = Editor(data, kind=kind, columns=columns, tree=tree)
    assert again.is_valid(), [form.errors for form in (again.whole, *again.sources, *again.lists) if form.errors]
    after = ImportMapping.model_validate(again.tree())
    assert after.model_dump() == {**before.model_dump(), "kind": kind}


class QueryLike(dict[str, Any]):
    """What a browser sends, as Django reads it."""

    def getlist(self, name: str) -> list[Any]:
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]


def test_a_file_is_dropped_and_goes(town: Client, manager: Browser) -> None:
    address = brought(manager)
    assert send(manager, address, step="drop").status_code == 302
    assert "Dropped" in page(manager, address)
    assert manager.get(f"{address}/mapping").status_code == 409


def test_a_failure_is_told_without_where_the_server_keeps_things(town: Client, manager: Browser) -> None:
    address = brought(manager)
    manager.post(f"{address}/mapping", filled(manager, f"{address}/mapping"))
    one(town).path.unlink()
    turn(town)
    said = page(manager, address)
    assert "Nothing was imported." in said
    assert str(one(town).folder) not in said
    assert manager.get(f"{address}/mapping").status_code == 400


def test_who_may_not_import_sees_none_of_it(town: Client, manager: Browser) -> None:
    address = brought(manager)
    officer = signed_in(town, "collections-officer")
    for path in ("/portal/imports", address, f"{address}/mapping"):
        assert officer.get(path).status_code == 403


def test_every_field_and_list_has_a_name() -> None:
    for kind in Kind:
        for field in FIELDS[kind]:
            assert "_" not in field_name(field)
    assert all(list_name(name) for name in LISTS)
