"""A client's rules for what is handed over. Versions are kept: a placement names the one that made it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext

from curbledger.database.constraints import named_errors
from curbledger.database.fields import MoneyField
from curbledger.database.owned import ClientOwned
from curbledger.errors import Conflict, Invalid
from curbledger.kit import money

if TYPE_CHECKING:
    from datetime import datetime

# What stops a handoff when staff or a court say so (domain.md: "hold").
HOLD_KINDS = ("appeal", "dispute", "bankruptcy", "deceased", "payment_plan", "court", "other", "unprintable")
# The server itself places those of the kind that cannot be printed, and raises an alarm until they are released.
STAFF_HOLD_KINDS = tuple(kind for kind in HOLD_KINDS if kind != "unprintable")

MOST_REASON = 1000
MOST_FACTOR = 1000

# In which a client's notices can be written.
LANGUAGES = (("en", "English"), ("fr", "Français"))


def every_hold_kind() -> list[str]:
    """The default: every kind of hold keeps a violation back."""
    return list(HOLD_KINDS)


class PolicyChanged(Conflict):
    """Somebody else changed the policy meanwhile."""

    code = "policy_changed"


class CollectionsPolicy(ClientOwned):
    """One version of the rules. The newest version of a client is in force."""

    version = models.PositiveIntegerField()
    # Whole days since the due day. One that is due today is not overdue, so 0 and 1 mean the same.
    days_past_due = models.PositiveSmallIntegerField(default=0)
    minimum_balance = MoneyField(default=Decimal("0.01"))
    notice_required = models.BooleanField(default=False)
    # Whole days that must have passed since the notice.
    notice_age_days = models.PositiveSmallIntegerField(default=0)
    excluded_categories = ArrayField(models.BigIntegerField(), default=list)
    excluded_locations = ArrayField(models.BigIntegerField(), default=list)
    # Some debts may not be placed after so many days since issue; null: no limit.
    oldest_age_days = models.PositiveIntegerField(null=True)
    hold_kinds = ArrayField(models.CharField(max_length=20), default=every_hold_kind)
    # Which notice when, and how (schedule.py). Empty: none is sent.
    notice_schedule = models.JSONField(default=list)
    # For people whose own language is not known.
    notice_language = models.CharField(max_length=2, default="en", choices=LANGUAGES)
    # The notice that the law asks for before a late fee, by its stage, and the whole days that must have passed since.
    # 0: the law asks for none.
    fees_after_stage = models.PositiveSmallIntegerField(default=1)
    fees_notice_age_days = models.PositiveSmallIntegerField(default=0)
    # When somebody is to look (placements/alarms.py); 0: never. No payment was recorded for so many hours; what may go
    # waits for so many days; an agency is so many days later than it ever was.
    payments_stale_hours = models.PositiveSmallIntegerField(default=96)
    unsent_days = models.PositiveSmallIntegerField(default=7)
    missed_call_days = models.PositiveSmallIntegerField(default=2)
    # What staff hand over is proposed by one and approved by another; an agency's call gets only what was approved.
    second_person = models.BooleanField(default=False)
    # Guards, off where null (placements/guards.py). A handoff stops where no payment was recorded for so many hours,
    # and where its count or total is more than so many times the usual.
    guard_payment_hours = models.PositiveSmallIntegerField(null=True)
    guard_factor = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    # Why this version came; empty where nobody was asked.
    reason = models.CharField(max_length=MOST_REASON, default="")

    class Meta:
        db_table = "collections_policy"
        constraints = (
            models.UniqueConstraint("client", "version", name="collections_policy_version_is_unique"),
            models.CheckConstraint(
                condition=models.Q(minimum_balance__gt=0), name="collections_policy_minimum_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(notice_language__in=[code for code, _ in LANGUAGES]),
                name="collections_policy_language_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(guard_factor__isnull=True) | models.Q(guard_factor__gte=1),
                name="collections_policy_guard_factor_is_a_multiple",
            ),
        )

    def __str__(self) -> str:
        return f"version {self.version}"


def current_policy() -> CollectionsPolicy:
    """The policy in force in this scope."""
    return CollectionsPolicy.objects.order_by("-version")[:1].get()


def policy_of(version: int) -> CollectionsPolicy | None:
    """That version, where there is one. In the client's scope."""
    return CollectionsPolicy.objects.filter(version=version).first()


def policy_with(policy: CollectionsPolicy, **changes: Any) -> CollectionsPolicy:
    """What a policy would be with `changes`; not saved. Raises Invalid for what a policy cannot say."""
    changed = CollectionsPolicy(**{name: getattr(policy, name) for name in CHANGEABLE}, version=policy.version)
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise TypeError(f"A policy has no {name}")
        setattr(changed, name, _checked(name, value))
    return changed


def differences(before: CollectionsPolicy, after: CollectionsPolicy) -> dict[str, tuple[Any, Any]]:
    """What two versions say differently: the old value and the new one, by column."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in sorted(CHANGEABLE)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def change_policy(
    *, client_id: int, at: datetime, by: str, based_on: int | None = None, reason: str = "", **changes: Any
) -> CollectionsPolicy:
    """Put a new version in force: the present one with `changes`. In the client's scope.

    `based_on` is the version that whoever changes it had before them. Raises PolicyChanged where it is not the newest
    one any more, Invalid for what a policy cannot say.
    """
    newest = CollectionsPolicy.objects.order_by("-version").first() or CollectionsPolicy(version=0)
    if based_on is not None and newest.version != based_on:
        raise PolicyChanged(gettext("Somebody else changed the policy meanwhile."))
    policy = policy_with(newest, **changes)
    policy.client_id = client_id
    policy.version = newest.version + 1
    policy.created_at, policy.created_by, policy.reason = at, by, reason.strip()[:MOST_REASON]
    # Two changes at once cannot both become the same version: the constraint refuses the second.
    with named_errors():
        policy.save(force_insert=True)
    return policy


def _checked(name: str, value: Any) -> Any:  # noqa: ANN401  # any column's
    """A value as its column keeps it. Raises Invalid, for the column."""
    if name == "minimum_balance":
        return money.check(value, gettext("The smallest balance"), field=name)
    if name == "hold_kinds":
        unknown = [kind for kind in value if kind not in HOLD_KINDS]
        if unknown:
            raise Invalid(gettext("There is no kind of hold {kind}.").format(kind=unknown[0]), field=name)
        return [kind for kind in HOLD_KINDS if kind in value]
    if name == "guard_factor" and value is not None and not 1 <= value < MOST_FACTOR:
        raise Invalid(
            gettext("Take a number from {least} to {most}.").format(least=1, most=MOST_FACTOR - 1), field=name
        )
    least, most = LEAST.get(name, 0), MOST.get(name)
    if most is not None and value is not None and not least <= value <= most:
        raise Invalid(gettext("Take a number from {least} to {most}.").format(least=least, most=most), field=name)
    return value


# The smallest and the largest numbers that a policy says.
LEAST = {"oldest_age_days": 1, "guard_payment_hours": 1}
MOST = {
    "days_past_due": 3650,
    "notice_age_days": 3650,
    "oldest_age_days": 36_500,
    "fees_after_stage": 9,
    "fees_notice_age_days": 3650,
    "payments_stale_hours": 8760,
    "unsent_days": 3650,
    "missed_call_days": 3650,
    "guard_payment_hours": 8760,
}
CHANGEABLE = frozenset(
    {
        "days_past_due",
        "minimum_balance",
        "notice_required",
        "notice_age_days",
        "excluded_categories",
        "excluded_locations",
        "oldest_age_days",
        "hold_kinds",
        "notice_schedule",
        "notice_language",
        "fees_after_stage",
        "fees_notice_age_days",
        "payments_stale_hours",
        "unsent_days",
        "missed_call_days",
        "second_person",
        "guard_payment_hours",
        "guard_factor",
    }
)
