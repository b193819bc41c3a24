"""Who receives. A client can have several agencies; a category of tickets can be kept for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import Conflict, NotFound

if TYPE_CHECKING:
    from datetime import datetime

# What the agency of a client that has named none is called.
FIRST_AGENCY = "Collections"


class Agency(ClientOwned):
    """One collection agency of a client."""

    name = models.CharField(max_length=200)
    # Opted in: what was delivered stays open until the agency confirms count and digest.
    acknowledges = models.BooleanField(default=False)
    # Takes nothing but the categories that are kept for it.
    assigned_only = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "agency"
        constraints = (models.UniqueConstraint("client", Lower("name"), name="agency_name_is_unique"),)

    def __str__(self) -> str:
        return self.name


class AgencyCategory(ClientOwned):
    """Tickets of this category go to this agency, and to no other."""

    agency = ClientForeignKey("placements.Agency")
    category = ClientForeignKey("violations.Category")

    class Meta:
        db_table = "agency_category"
        constraints = (models.UniqueConstraint("client", "category", name="agency_category_has_one_agency"),)

    def __str__(self) -> str:
        return f"category {self.category_id} to agency {self.agency_id}"


class AgencyToken(ClientOwned):
    """For which agency a token collects."""

    token = ClientForeignKey("clients.ApiToken")
    agency = ClientForeignKey("placements.Agency")

    class Meta:
        db_table = "agency_token"
        constraints = (models.UniqueConstraint("client", "token", name="agency_token_has_one_agency"),)

    def __str__(self) -> str:
        return f"token {self.token_id} for agency {self.agency_id}"


def agency_for_token(token_id: int) -> Agency:
    """The agency a token collects for. In the client's scope. Raises NotFound where it collects for none."""
    agency = Agency.objects.filter(pk__in=AgencyToken.objects.filter(token_id=token_id).values("agency_id")).first()
    if agency is None:
        raise NotFound("This token collects for no agency. `curbledger token add` with --agency makes one that does.")
    return agency


def name_agency(*, client_id: int, name: str | None, at: datetime) -> Agency:
    """The client's agency of that name, made if it is new; without a name its only one. In the client's scope.

    Raises Conflict where no name is given and there are several.
    """
    if name is None:
        names = list(Agency.objects.order_by("id").values_list("name", flat=True))
        if len(names) > 1:
            raise Conflict(f"Say which agency with --agency. There are: {', '.join(names)}.")
        name = names[0] if names else FIRST_AGENCY
    # Two that make the same agency at once: the constraint lets one in, and both read it.
    Agency.objects.bulk_create([Agency(client_id=client_id, name=name, created_at=at)], ignore_conflicts=True)
    return Agency.objects.get(name__iexact=name)


def pick_agency(name: str | None) -> Agency:
    """The agency of that name in any case; without a name the only one. In the client's scope.

    Raises NotFound, and Conflict where no name is given and there are several.
    """
    found = list(Agency.objects.order_by("id") if name is None else Agency.objects.filter(name__iexact=name.strip()))
    if len(found) == 1:
        return found[0]
    names = list(Agency.objects.order_by("id").values_list("name", flat=True))
    if not names:
        raise NotFound(_("There is no agency yet."))
    if name is None:
        raise Conflict(_("Say which agency. There are: {names}.").format(names=", ".join(names)))
    raise NotFound(_("There is no agency {name}. There are: {names}.").format(name=repr(name), names=", ".join(names)))


def bind_token(*, client_id: int, token_id: int, agency: Agency) -> None:
    """Let a token collect for an agency. In the client's scope."""
    AgencyToken.objects.create(client_id=client_id, token_id=token_id, agency_id=agency.pk)
