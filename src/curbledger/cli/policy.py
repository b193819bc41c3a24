"""The commands `curbledger policy show` and `policy set`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from curbledger.cli import words
from curbledger.cli.inputs import Code, amount_of, read_kind, who
from curbledger.clients.client import Client, find_client
from curbledger.clients.policy import (
    CHANGEABLE,
    CollectionsPolicy,
    change_policy,
    current_policy,
    differences,
    policy_with,
)
from curbledger.clients.schedule import in_words, read_schedule
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.kit import clock, money
from curbledger.placements.compare import compare
from curbledger.registry.pick import pick
from curbledger.violations.lists import Category, Location

app = typer.Typer(help="Policies: what goes to collections.", no_args_is_help=True)
_NONE = "none"


def _days(text: str) -> int:
    if text.lower() == _NONE:
        return -1
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter(f"{text!r} is neither a number of days nor {_NONE}.")
    return int(text)


def _times(text: str) -> Decimal:
    if text.lower() == _NONE:
        return Decimal(-1)
    try:
        times = Decimal(text)
    except InvalidOperation:
        times = Decimal("NaN")
    if not times.is_finite() or not 1 <= times < 1000:  # noqa: PLR2004  # as its column
        raise typer.BadParameter(f"{text!r} is neither a number from 1 to 999 nor {_NONE}.")
    return round(times, 2)


def _number(help_text: str) -> Any:  # noqa: ANN401  # Typer's own
    return typer.Option(metavar="N", min=0, help=help_text)


@app.command()
def show(code: Annotated[str, Code]) -> None:
    """Show the policy in force."""
    client = find_client(code)
    with client_scope(client.pk):
        policy = current_policy()
        typer.echo(f"Version {policy.version}, {_day(policy, client)}, {policy.created_by}")
        for name in sorted(CHANGEABLE):
            typer.echo(f"{name:<22} {_value(name, getattr(policy, name), client)}")


_Minimum = Annotated[
    Decimal | None,
    typer.Option(parser=amount_of("The smallest balance"), metavar="AMOUNT", help="What owes less stays."),
]
_Oldest = Annotated[int | None, typer.Option(parser=_days, metavar="N|none", help="What was issued earlier stays.")]
_Noticed = Annotated[
    bool | None, typer.Option("--notice-required/--no-notice-required", help="Whether only who was sent a notice goes.")
]
_Kinds = Annotated[
    list[str] | None,
    typer.Option(parser=read_kind, metavar="KIND", help="A hold that keeps a ticket back; these and no others."),
]
_Categories = Annotated[
    list[str] | None,
    typer.Option(metavar="NUMBER", help="A category that never goes; these and no others; none: all go."),
]
_Places = Annotated[
    list[str] | None,
    typer.Option(metavar="NUMBER", help="A place whose tickets never go; these and no others; none: all go."),
]


_Factor = Annotated[
    Decimal | None,
    typer.Option(parser=_times, metavar="X|none", help="Nothing goes that is so many times the usual."),
]


@app.command("set")
def set_(
    code: Annotated[str, Code],
    *,
    days_past_due: Annotated[int | None, _number("Days past due that are waited for.")] = None,
    minimum_balance: _Minimum = None,
    oldest_age_days: _Oldest = None,
    notice_required: _Noticed = None,
    notice_age_days: Annotated[int | None, _number("Days that must have passed since the notice.")] = None,
    hold_kind: _Kinds = None,
    exclude_category: _Categories = None,
    exclude_place: _Places = None,
    payments_stale_hours: Annotated[
        int | None, _number("Hours without a payment until somebody is to look; 0: never.")
    ] = None,
    unsent_days: Annotated[int | None, _number("Days that what may go waits until somebody is to look.")] = None,
    missed_call_days: Annotated[int | None, _number("Days that an agency is late until somebody is to look.")] = None,
    second_person: Annotated[
        bool | None,
        typer.Option("--second-person/--no-second-person", help="Whether a second person approves what goes."),
    ] = None,
    guard_payment_hours: Annotated[
        int | None, typer.Option(parser=_days, metavar="N|none", help="Nothing goes after hours without a payment.")
    ] = None,
    guard_factor: _Factor = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it changes.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say what would go.")] = False,
) -> None:
    """Put a new version in force: the present one with what is given. Says what it does to what goes now."""
    typed: dict[str, Any] = {
        "days_past_due": days_past_due,
        "minimum_balance": minimum_balance,
        "notice_required": notice_required,
        "notice_age_days": notice_age_days,
        "hold_kinds": hold_kind,
        "payments_stale_hours": payments_stale_hours,
        "unsent_days": unsent_days,
        "missed_call_days": missed_call_days,
        "second_person": second_person,
        "oldest_age_days": oldest_age_days,
        "guard_payment_hours": guard_payment_hours,
        "guard_factor": guard_factor,
    }
    # What is typed as `none` is read as less than nothing.
    changes = {
        name: None if isinstance(value, int | Decimal) and value < 0 else value
        for name, value in typed.items()
        if value is not None
    }
    client = find_client(code)
    with client_scope(client.pk):
        changes |= _left_out(exclude_category, exclude_place)
        made = _change(client, changes, reason=reason, dry_run=dry_run)
    if made is not None:
        typer.echo(f"Version {made.version} is in force.")


def _change(client: Client, changes: dict[str, Any], *, reason: str, dry_run: bool) -> CollectionsPolicy | None:
    """Say what differs and what goes; then change it, unless it is to be looked at only. In the client's scope."""
    at, before = clock.now(), current_policy()
    after = policy_with(before, **changes)
    changed = differences(before, after)
    if not changed:
        raise Invalid("Say what is to change.")
    for name, (old, new) in changed.items():
        typer.echo(f"{name}: {_value(name, old, client)} -> {_value(name, new, client)}")
    found = compare(client, after, at=at)
    now, then = (words.heap(heap.count, heap.total, client) for heap in (found.now, found.then))
    typer.echo(f"Goes now: {now}. Then: {then}.")
    if dry_run:
        return None
    return change_policy(client_id=client.pk, at=at, by=who(), based_on=before.version, reason=reason, **changes)


def _left_out(categories: list[str] | None, places: list[str] | None) -> dict[str, Any]:
    """What never goes, by the numbers of the lists. In the client's scope."""
    found: dict[str, Any] = {}
    for column, model, numbers in (
        ("excluded_categories", Category, categories),
        ("excluded_locations", Location, places),
    ):
        if numbers is None:
            continue
        wanted = [] if [one.lower() for one in numbers] == [_NONE] else numbers
        if not all(one.isascii() and one.isdigit() for one in wanted):
            raise Invalid(f"Take numbers of the list, or {_NONE}.", field=column)
        found[column] = sorted({pick(model, int(one), field=column) for one in wanted})
    return found


def _day(policy: CollectionsPolicy, client: Client) -> str:
    return f"{policy.created_at.astimezone(client.zone):%Y-%m-%d %H:%M}"


def _value(name: str, value: Any, client: Client) -> str:  # noqa: ANN401  # any column's
    if name == "notice_schedule":
        value = [in_words(step) for step in read_schedule(value)]
    elif name in {"excluded_categories", "excluded_locations"}:
        model = Category if name == "excluded_categories" else Location
        value = [f"{row.number} {row.name}" for row in model.objects.filter(pk__in=value).order_by("number")]
    elif name == "minimum_balance":
        return money.show(value, client.currency)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _NONE if value is None else str(value)
