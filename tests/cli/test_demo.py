"""demo: fills a client, and leaves nothing behind where it was typed wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.violations.violation import Violation
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db


def fill(*arguments: str, code: str = "OC_TOMA") -> list[str]:
    return typed("demo", code, *arguments).stdout.splitlines()


def count(code: str = "OC_TOMA") -> int:
    with client_scope(Client.objects.get(code=code).pk):
        return Violation.objects.count()


def test_a_missing_client_is_made_and_switched_on() -> None:
    (said,) = fill("--violations", "12", "--overdue", "5")
    assert said.startswith("Added 12 violations to OC_TOMA; 5 of them are overdue now and owe ")
    assert Client.objects.get().collecting
    assert count() == 12
    assert "hands over 5 violations" in typed("client", "collect", "OC_TOMA", "on").stdout


def test_again_adds() -> None:
    for _ in range(2):
        fill("--violations", "6", "--overdue", "2")
    assert count() == 12
    assert "hands over 4 violations" in typed("client", "collect", "OC_TOMA", "on").stdout


def test_a_client_whose_collections_are_off_keeps_them_off(town: Client) -> None:
    typed("client", "collect", "OC_TOMA", "off")
    said = fill("--violations", "3", "--overdue", "1")
    assert said[1] == "Collections are off: `curbledger client collect OC_TOMA on`."
    assert not Client.objects.get().collecting


def test_one_in_five_is_overdue_where_nothing_else_is_said() -> None:
    assert fill("--violations", "12")[0].startswith(
        "Added 12 violations to OC_TOMA; 2 of them are overdue now and owe "
    )


def test_nothing_can_be_added_too() -> None:
    assert fill("--violations", "0", "--overdue", "0")[0].startswith("Added 0 violations to OC_TOMA")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["OC_TOMA", "--violations", "5", "--overdue", "6"], "Of 5 tickets, 6 cannot be overdue."),
        (["OC_TOMA", "--violations", "-1"], "Invalid value for '--violations'"),
        (["OC_TOMA", "--overdue", "many"], "Invalid value for '--overdue'"),
    ],
)
def test_what_cannot_be_made_is_refused_and_makes_no_client(arguments: Sequence[str], said: str) -> None:
    assert said in refused("demo", *arguments, expect=2)
    assert not Client.objects.exists()


def test_a_code_that_cannot_be_is_refused() -> None:
    assert refused("demo", "X Y", "--violations", "1", "--overdue", "0").startswith("'X Y' is no client code.")
