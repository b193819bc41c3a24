"""The page on which tickets are written."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.portal.forms import new_key
from curbledger.registry.models import Province
from curbledger.violations.models import Attachment, Violation
from tests import cast

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture
def typed(town: Client) -> dict[str, Any]:
    with client_scope(town.pk):
        return {
            "form_key": new_key(),
            "plate": "ABC 123",
            "province": Province.objects.get(code="ON").pk,
            "offences": [cast.offence(town, "Blocking", "30.00").pk, cast.offence(town, "Hydrant", "75.50").pk],
        }


def tickets(town: Client) -> list[str]:
    with client_scope(town.pk):
        return list(Violation.objects.values_list("ticket", flat=True))


def test_a_ticket_is_written_with_its_photos_and_shown(town: Client, clerk: Browser, typed: dict[str, Any]) -> None:
    photos = [SimpleUploadedFile(f"{name}.png", PNG) for name in ("front", "back")]
    answer = clerk.post("/portal/issue", {**typed, "evidence": photos}, follow=True)
    shown = answer.content.decode()
    assert all(word in shown for word in ("-000001 is issued", "Blocking", "Hydrant", "ABC 123", "clerk-"))
    with client_scope(town.pk):
        assert Attachment.objects.count() == 2


def test_a_double_click_writes_one_ticket(town: Client, clerk: Browser, typed: dict[str, Any]) -> None:
    for _ in range(2):
        assert clerk.post("/portal/issue", typed).status_code == 302
    assert len(tickets(town)) == 1
    assert "done already" in clerk.get("/portal/violations").content.decode()


@pytest.mark.parametrize("missing", ["plate", "province", "offences"])
def test_what_is_missing_is_said_and_nothing_is_written(
    town: Client, clerk: Browser, typed: dict[str, Any], missing: str
) -> None:
    del typed[missing]
    answer = clerk.post("/portal/issue", typed)
    assert answer.status_code == 422
    assert f'id="id_{missing}_error"' in answer.content.decode()
    assert tickets(town) == []


def test_a_file_that_is_no_photo_leaves_no_ticket_and_no_gap(
    town: Client, clerk: Browser, typed: dict[str, Any]
) -> None:
    bad = {**typed, "evidence": [SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("b.png", b"<svg>")]}
    answer = clerk.post("/portal/issue", bad)
    assert answer.status_code == 422
    assert "b.png is no photo" in answer.content.decode()
    assert tickets(town) == []
    assert clerk.post("/portal/issue", typed).status_code == 302
    assert tickets(town)[0].endswith("-000001")


def test_an_offence_of_another_client_cannot_be_chosen(
    town: Client, campus: Client, clerk: Browser, typed: dict[str, Any]
) -> None:
    with client_scope(campus.pk):
        theirs = cast.offence(campus).pk
    assert clerk.post("/portal/issue", {**typed, "offences": [theirs]}).status_code == 422
    assert tickets(town) == []


def test_the_province_begins_as_that_of_most_tickets_lately(
    town: Client, clerk: Browser, typed: dict[str, Any]
) -> None:
    with client_scope(town.pk):
        visitor = Province.objects.get(code="IL").pk
    for province in (typed["province"], typed["province"], visitor):
        clerk.post("/portal/issue", {**typed, "province": province, "form_key": new_key()})
    assert len(tickets(town)) == 3
    shown = clerk.get("/portal/issue").content.decode()
    assert f'<option value="{typed["province"]}" selected>ON' in shown
