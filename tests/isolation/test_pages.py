"""Every page, found in Django's own resolver: who is let in, and that nobody reaches another client's rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import get_resolver

from curbledger.clients.client import Client
from curbledger.clients.token import ApiToken
from curbledger.database.scope import client_scope
from curbledger.importing.models import FileImport, KeptMapping
from curbledger.notices.models import LetterRun, Message
from curbledger.permissions import ROLE_PERMISSIONS, Role
from curbledger.permits.models import Lot
from curbledger.placements.models import Agency, Batch, Proposal
from curbledger.portal import own, sign_in, welcome
from curbledger.portal.page import Lobby, Page
from curbledger.registry.models import Make, Person, Vehicle
from curbledger.violations.models import Attachment, Hold, Offence, Violation
from tests.cast import NOON
from tests.isolation.filling import fill
from tests.isolation.test_routes import _PARAMETER, Route, walk
from tests.portal.staff import signed_in, staff


def hold_on(person: Person) -> Hold:
    """The hold that is filled in is on a ticket."""
    return Hold.objects.create(
        client_id=person.client_id, person=person, kind="court", reason="x", placed_by="x", starts_at=NOON
    )


def brought_file() -> FileImport:
    """The import that is filled in, with a file on the disk, and a list of rejected rows."""
    one = FileImport.objects.select_related("client").get()
    one.folder.mkdir(parents=True)
    one.path.write_text("id\n1\n", encoding="utf-8")
    one.rejected_path.write_text("line,reason,id\n2,x,1\n", encoding="utf-8")
    return one


# Pages of no client: they see nobody's rows.
LOBBY = {own.language, own.clients, own.password, sign_in.sign_in, sign_in.sign_out, welcome.welcome}
# What stands in a path. Where it names a row, the row is one of the town's.
SAMPLES = {"rest": "no/such/page", "stage": "1", "kind": "mail", "language": "fr", "revision": "1", "form": "csv"}
SAMPLES |= {"report": "payments"}
SAMPLES |= {"listing": "makes", "invitation": "1-x"}
SAMPLES |= {"guard": "payments"}
ROWS: dict[str, Callable[[], object]] = {
    "person_id": lambda: Person.objects.get().pk,
    "hold_id": lambda: hold_on(Person.objects.get()).pk,
    "vehicle_id": lambda: Vehicle.objects.get().pk,
    "message_id": lambda: Message.objects.get().pk,
    "run_id": lambda: LetterRun.objects.get().pk,
    "violation_id": lambda: Violation.objects.get().pk,
    "agency_id": lambda: Agency.objects.get().pk,
    "proposal_id": lambda: Proposal.objects.get().pk,
    "batch_id": lambda: Batch.objects.get().uuid,
    "import_id": lambda: brought_file().pk,
    "mapping_id": lambda: KeptMapping.objects.get().pk,
    "entry_id": lambda: Make.objects.order_by("pk")[0].pk,
    "offence_id": lambda: Offence.objects.get().pk,
    "token_id": lambda: ApiToken.objects.get().pk,
    "user_id": lambda: staff(Client.objects.get(code="OC_TOMA")).pk,
    "lot_id": lambda: Lot.objects.get().pk,
    "unique_id": lambda: Attachment.objects.get().unique_id,
}

ROUTES = tuple(route for route in walk(get_resolver().url_patterns) if route.path.startswith("/portal/"))
PAGES = tuple(route for route in ROUTES if isinstance(route.view, Page))
each_page = pytest.mark.parametrize("route", PAGES, ids=[route.path for route in PAGES])
each_of_a_row = pytest.mark.parametrize(
    "route",
    [route for route in PAGES if route.parameters & set(ROWS)],
    ids=[route.path for route in PAGES if route.parameters & set(ROWS)],
)


def page(route: Route) -> Page:
    assert isinstance(route.view, Page)
    return route.view


class Visitor:
    """Knows the town's ids, and may be anybody."""

    def __init__(self, town: Client) -> None:
        fill(town)
        with client_scope(town.pk):
            self._known = {**SAMPLES, **{name: str(find()) for name, find in ROWS.items()}}

    def address(self, route: Route) -> str:
        return _PARAMETER.sub(lambda found: self._known[found[1]], route.path)

    def answers(self, route: Route, browser: Browser) -> list[HttpResponseBase]:
        """What each method of the page answers."""
        address = self.address(route)
        return [browser.generic(method, address) for method in page(route).methods]


@pytest.fixture
def visitor(town: Client) -> Visitor:
    return Visitor(town)


def statuses(answers: list[HttpResponseBase]) -> set[int]:
    # Read to its end, a file is closed; closed alone, its answer would close the test's connection with it.
    for answer in answers:
        if answer.streaming:
            b"".join(answer)
    return {answer.status_code for answer in answers}


def test_every_page_is_one_that_these_tests_know_how_to_visit() -> None:
    assert len(PAGES) > 1
    for route in ROUTES:
        assert isinstance(route.view, Page | Lobby), f"{route.path}: a page takes @page, or @lobby for no client"
        assert isinstance(route.view, Page) or route.view in LOBBY, f"{route.path}: is it a page of no client?"
        assert route.parameters <= {*SAMPLES, *ROWS}, f"{route.path}: add to SAMPLES or ROWS"


@each_page
def test_who_has_not_signed_in_is_asked_to(visitor: Visitor, route: Route) -> None:
    for answer in visitor.answers(route, Browser()):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/portal/sign-in")


@each_page
@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_it_may_and_nothing_else(visitor: Visitor, town: Client, route: Route, role: Role) -> None:
    found = statuses(visitor.answers(route, signed_in(town, role)))
    if page(route).permission in ROLE_PERMISSIONS[role]:
        # A form that is empty is complained of; of the files there is a row and nothing on the disk, and the bytes of
        # the batch were erased.
        assert found <= ({404} if route.parameters & {"rest", "unique_id", "form"} else {200, 302, 405, 422})
    else:
        assert found == {403}


@each_of_a_row
def test_what_belongs_to_another_client_is_not_there(
    visitor: Visitor, town: Client, campus: Client, route: Route
) -> None:
    """A stranger with every role's rights and an id of ours; so too somebody who only looks at another client."""
    stranger, system = signed_in(campus, "administrator"), signed_in(None)
    system.post("/portal/clients", {"client": "CAMPUS"})
    for browser in (stranger, system):
        assert statuses(visitor.answers(route, browser)) == {404}


@each_page
def test_a_page_shows_a_stranger_nothing_of_ours(visitor: Visitor, town: Client, campus: Client, route: Route) -> None:
    for answer in visitor.answers(route, signed_in(campus, "administrator")):
        shown = b"".join(answer).decode(errors="replace")
        assert "Town of OC_TOMA" not in shown
