"""The commands `curbledger notice …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.db.models import Count

from curbledger.cli.inputs import Code, who
from curbledger.clients.client import Client, find_client
from curbledger.clients.policy import CollectionsPolicy, change_policy, current_policy
from curbledger.clients.schedule import WAYS, check_schedule, in_words, read_schedule
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.kit import clock
from curbledger.notices.letterhead import letterhead_of, save_letterhead
from curbledger.notices.letters import drop_run, find_run, make_letter_run, mark_posted
from curbledger.notices.message import Message
from curbledger.notices.pdf import print_run
from curbledger.notices.plan import plan_notices
from curbledger.notices.text import KINDS, reset_text, save_text, wording

app = typer.Typer(help="Notices: telling people what they owe.", no_args_is_help=True)
_NUMBERS = {name: kind for kind, name in KINDS.items()}


def _read_step(text: str) -> tuple[int, str]:
    days, _, by = text.partition(":")
    if not days.isascii() or not days.isdigit() or by not in WAYS:
        raise typer.BadParameter(f"{text!r} is not a notice such as 14:mail. The ways are {', '.join(WAYS)}.")
    return int(days), by


def _read_kind(text: str) -> int:
    if text not in _NUMBERS:
        raise typer.BadParameter(f"{text!r} is neither mail nor letter.")
    return _NUMBERS[text]


@app.command()
def schedule(
    code: Annotated[str, Code],
    steps: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DAYS:WAY", help="Each notice, such as 14:mail 30:letter. None: show it.", show_default=False
        ),
    ] = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="Send no notices.")] = False,
    language: Annotated[
        str | None, typer.Option(metavar="en|fr", help="For people whose own language is not known.")
    ] = None,
    fees_after: Annotated[
        int | None, typer.Option(min=0, max=9, metavar="NUMBER", help="The notice before any late fee; 0: none.")
    ] = None,
    fees_wait: Annotated[
        int | None, typer.Option(min=0, max=3650, metavar="DAYS", help="Whole days between that notice and a fee.")
    ] = None,
) -> None:
    """Say which notices go when, and what late fees wait for; or show it."""
    client = find_client(code)
    wanted = [_read_step(step) for step in steps or ()]
    if language not in {None, "en", "fr"}:
        raise typer.BadParameter("Take en or fr.", param_hint="--language")
    changes: dict[str, Any] = {
        "notice_schedule": check_schedule(wanted) if wanted or none else None,
        "notice_language": language,
        "fees_after_stage": fees_after,
        "fees_notice_age_days": fees_wait,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    with client_scope(client.pk):
        policy = current_policy()
        if changes:
            policy = change_policy(client_id=client.pk, at=clock.now(), by=who(), **changes)
    _show(client, policy)


@app.command()
def due(code: Annotated[str, Code]) -> None:
    """Queue every notice that is due, and say how many messages stand where. The queue does so by itself."""
    client = find_client(code)
    with client_scope(client.pk):
        plan_notices(client, at=clock.now())
        counted = Message.objects.values_list("state", "kind").annotate(count=Count("id")).order_by("state", "kind")
        for state, kind, count in counted:
            typer.echo(f"{state:<12} {KINDS.get(kind or 0, '-'):<7} {count}")


@app.command()
def letters(
    code: Annotated[str, Code],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the PDF goes.")],
    number: Annotated[int | None, typer.Option("--run", metavar="NUMBER", help="A run that was made before.")] = None,
) -> None:
    """Print the letters that wait into one PDF. They count as sent once `posted` says so."""
    client = find_client(code)
    if out.exists():
        raise Invalid(f"{out} is there already, and is left as it is.", field="out")
    with client_scope(client.pk):
        run = make_letter_run(client, at=clock.now(), by=who()) if number is None else find_run(number)
        if run is None:
            typer.echo("No letters wait.", err=True)
            return
        file = print_run(client, run)
        # Before the run is committed: one whose file could not be written was never made.
        try:
            out.write_bytes(file)
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}.", field="out") from None
    typer.echo(f"Letter run {run.pk}: {run.letters} letters in {out}. Once they are in the post:")
    typer.echo(f"  curbledger notice posted {client.code} {run.pk}")


@app.command()
def posted(
    code: Annotated[str, Code],
    number: Annotated[int, typer.Argument(help="The run's number.", metavar="RUN", show_default=False)],
    drop: Annotated[bool, typer.Option("--drop", help="It was thrown away instead: its letters wait again.")] = False,
) -> None:
    """Say that a run of letters was posted: only now its tickets have their notice."""
    client = find_client(code)
    with client_scope(client.pk):
        if drop:
            count = drop_run(number, at=clock.now(), by=who())
            typer.echo(f"Letter run {number} was thrown away: {count} letters wait again.")
        else:
            count = mark_posted(client, number, at=clock.now(), by=who())
            typer.echo(f"Letter run {number} was posted: {count} tickets have their notice.")


@app.command()
def letterhead(
    code: Annotated[str, Code],
    address: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Below the client's name; lines are parted by ' / '.")
    ] = None,
    phone: Annotated[str | None, typer.Option(metavar="TEXT", help="For questions.")] = None,
    website: Annotated[str | None, typer.Option(metavar="TEXT", help="Where one pays or asks.")] = None,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Whom people answer.")] = None,
) -> None:
    """Say who writes: what stands on letters and mails. What is not given stays."""
    client = find_client(code)
    with client_scope(client.pk):
        head = letterhead_of(client)
        head = save_letterhead(
            client,
            address=head.address if address is None else address.replace(" / ", "\n"),
            phone=head.phone if phone is None else phone,
            website=head.website if website is None else website,
            email=head.email if email is None else email,
        )
    for line in (client.name, *head.address.splitlines(), head.phone, head.website, head.email):
        if line:
            typer.echo(line)


@app.command()
def text(
    code: Annotated[str, Code],
    *,
    stage: Annotated[int, typer.Option(metavar="NUMBER", help="Which notice.")],
    by: Annotated[int, typer.Option(parser=_read_kind, metavar="mail|letter", help="By which way.")],
    language: Annotated[str, typer.Option(metavar="en|fr", help="In which language.")] = "en",
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="The new text: the subject, an empty line, the body.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Go back to the text that comes along.")] = False,
) -> None:
    """Show what a notice says, or change it."""
    client = find_client(code)
    if language not in {"en", "fr"}:
        raise typer.BadParameter("Take en or fr.", param_hint="--language")
    with client_scope(client.pk):
        if default:
            reset_text(stage=stage, kind=by, language=language)
        elif file is not None:
            subject, _, body = _read(file).partition("\n")
            save_text(
                client, stage=stage, kind=by, language=language, subject=subject, body=body, at=clock.now(), by=who()
            )
        words = wording(stage=stage, kind=by, language=language)
    typer.echo(f"{words.subject}\n\n{words.body}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}.", field="from") from None


def _show(client: Client, policy: CollectionsPolicy) -> None:
    stages = read_schedule(policy.notice_schedule)
    for stage in stages:
        typer.echo(f"Notice {stage.number}: {in_words(stage)}")
    if not stages:
        typer.echo(f"{client.code} sends no notices.")
    typer.echo(f"In {policy.notice_language} to people whose own language is not known.")
    if policy.fees_after_stage == 0:
        typer.echo("Late fees wait for no notice.")
    else:
        wait = f", and {policy.fees_notice_age_days} days more" if policy.fees_notice_age_days else ""
        typer.echo(f"Late fees wait for notice {policy.fees_after_stage}{wait}.")
