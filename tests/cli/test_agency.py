"""agency add, list, change, assign."""

from __future__ import annotations

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.agency import AgencyCategory
from curbledger.violations.models import Category
from tests.cli.typing_in import refused, typed


def category(town: Client) -> int:
    with client_scope(town.pk):
        made = Category.objects.create(client_id=town.pk, name="Private")
        made.refresh_from_db()
        return made.number


def test_agencies_are_made_listed_and_renamed(town: Client) -> None:
    assert typed("agency", "list", "OC_TOMA").stderr == "OC_TOMA has no agency yet.\n"
    assert typed("agency", "add", "OC_TOMA", "--name", "Alpha").stdout == "Made agency Alpha.\n"
    assert refused("agency", "add", "OC_TOMA", "--name", "ALPHA") == "There is an agency of this name."
    said = typed("agency", "change", "OC_TOMA", "alpha", "--name", "Beta", "--assigned-only")
    assert said.stdout == "Agency Beta takes only what is kept for it.\n"
    assert "no agency of OC_TOMA takes tickets of no category" in said.stderr
    said = typed("agency", "list", "OC_TOMA")
    assert said.stdout == "Beta: takes only what is kept for it; kept for it: none\n"


def test_a_category_is_kept_for_an_agency_and_for_nobody(town: Client) -> None:
    number = category(town)
    typed("agency", "add", "OC_TOMA", "--name", "Alpha")
    said = typed("agency", "assign", "OC_TOMA", str(number), "alpha").stdout
    assert said == f"Category {number} is kept for Alpha.\n"
    assert f"kept for it: {number} Private" in typed("agency", "list", "OC_TOMA").stdout
    assert (
        typed("agency", "assign", "OC_TOMA", str(number), "none").stdout == f"Category {number} is kept for nobody.\n"
    )
    with client_scope(town.pk):
        assert not AgencyCategory.objects.exists()


def test_what_is_not_there_is_named(town: Client) -> None:
    assert "There is no agency yet." in refused("agency", "assign", "OC_TOMA", str(category(town)), "Alpha")
    assert refused("agency", "assign", "OC_TOMA", "99", "none") == "There is no category 99."
