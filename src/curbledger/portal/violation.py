"""One violation: its money as a sum, its photos and offences, all that happened, and what would become of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from curbledger.database.actor import Actor
from curbledger.errors import NotFound
from curbledger.importing.file_import import FileImport, State
from curbledger.importing.schema import Kind
from curbledger.kit import clock
from curbledger.permissions import Permission
from curbledger.placements.models import Placement
from curbledger.portal.acts import links_for
from curbledger.portal.batch_words import ended_words
from curbledger.portal.page import page
from curbledger.portal.way_back import list_url, looked_for
from curbledger.registry.access import note_looks
from curbledger.violations.attach import find_file
from curbledger.violations.explain import explain
from curbledger.violations.models import Attachment, Detail, Violation
from curbledger.violations.state import VOID, states_of
from curbledger.violations.sums import parts_of
from curbledger.violations.timeline import Moment, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpResponse, HttpResponseBase

    from curbledger.portal.visit import Visit

_JOINED = (
    "vehicle__province",
    "vehicle__plate_type",
    "vehicle__make",
    "vehicle__colour",
    "vehicle__vehicle_type",
    "person",
    "category",
    "location",
)


def find_violation(violation_id: int) -> Violation:
    """The ticket with all that it is picked from. In the client's scope. Raises NotFound."""
    found = Violation.objects.select_related(*_JOINED).filter(pk=violation_id).first()
    if found is None:
        raise NotFound(_("There is no such ticket."))
    return found


@page(Permission.VIOLATIONS_READ)
def violation(visit: Visit, violation_id: int) -> HttpResponse:
    """The page of one ticket."""
    shown = find_violation(violation_id)
    with_people = visit.may(Permission.PEOPLE_READ)
    if with_people:
        note_looks(visit.client, [shown.person_id], what="ticket", by=visit.by, at=visit.at)
    files = list(Attachment.objects.filter(violation_id=shown.pk, archived__isnull=True).order_by("id"))
    past = timeline(visit.client, shown, with_people=with_people)
    moments = sorted([*_with_file(past, shown), *_placed(visit, shown)], key=lambda moment: moment.at, reverse=True)
    state = states_of(visit.client, [shown.pk], at=visit.at)[shown.pk]
    explanation = explain(visit.client, shown.ticket, at=visit.at, with_people=with_people)
    context: dict[str, Any] = {
        "title": _("Ticket {ticket}").format(ticket=shown.ticket),
        "violation": shown,
        "state": state,
        "nothing_to_pay": state in VOID and explanation.owed > 0,
        "offences": Detail.objects.filter(violation_id=shown.pk).select_related("offence", "location").order_by("id"),
        "photos": [file for file in files if file.mime.startswith("image/")],
        "papers": [file for file in files if not file.mime.startswith("image/")],
        "moments": moments,
        "explanation": explanation,
        "parts": parts_of(shown, open_discount=shown.balance - explanation.owed),
        "acts": links_for(visit, shown),
        "looked_for": looked_for(visit.request),
        "list_url": list_url(looked_for(visit.request)),
    }
    return visit.show("portal/violation.html", context)


@page(Permission.VIOLATIONS_READ)
def file(_visit: Visit, unique_id: UUID) -> HttpResponseBase:
    """A photo or a paper of a ticket. Raises NotFound."""
    kept = find_file(unique_id)
    response = FileResponse(kept.path.open("rb"), content_type=kept.mime, filename=kept.name)
    # Whatever it is, it is no page of ours: no script in it runs.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _with_file(past: list[Moment], shown: Violation) -> Iterator[Moment]:
    """The same, with the name of the file that brought the ticket in, where one was uploaded."""
    for one in past:
        if one.kind != "brought_in":
            yield one
            continue
        # What an import writes bears the moment at which it ends.
        done = FileImport.objects.filter(kind=Kind.VIOLATIONS, state=State.DONE, ended_at=shown.created_at)
        yield replace(one, detail=done.values_list("file_name", flat=True).first() or "")


def _let_go(visit: Visit, turn: Placement) -> str:
    """Why it went, as the placement keeps it; nothing of what another system had handed over."""
    if turn.policy_version is None:
        return ""
    told = {"version": turn.policy_version, "due": clock.local_day(turn.due_at, visit.client.zone)}
    if turn.noticed_at is None:
        return _("It was unpaid, due %(due)s: version %(version)s of the policy let it go.") % told
    told["noticed"] = clock.local_day(turn.noticed_at, visit.client.zone)
    return _("It was unpaid, due %(due)s, last notice %(noticed)s: version %(version)s of the policy let it go.") % told


def _placed(visit: Visit, shown: Violation) -> Iterator[Moment]:
    """Its turns at agencies. One that never arrived, or went out again as the next revision, is none."""
    turns = (
        Placement.objects.filter(violation_id=shown.pk)
        .exclude(state="superseded")
        .select_related("revision__batch__agency")
    )
    for turn in turns:
        agency = turn.revision.batch.agency.name
        revision = turn.revision
        yield Moment(
            at=revision.claimed_at,
            kind="placed",
            by=revision.handed_over_by or revision.token_name,
            by_kind=Actor.TOKEN if revision.token_name and not revision.handed_over_by else "",
            why=_let_go(visit, turn),
            amount=turn.balance,
            detail=agency,
        )
        if turn.ended_at is not None:
            yield Moment(
                at=turn.ended_at,
                kind=turn.state,
                by=turn.ended_by or "",
                why=ended_words(turn.ended_reason or ""),
                detail=agency,
            )
