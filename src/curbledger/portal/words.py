"""What the codes of the domain are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from curbledger.permissions import Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

ROLE_NAMES: dict[Role | None, Lazy] = {
    Role.CLERK: _("Clerk"),
    Role.COLLECTIONS_OFFICER: _("Collections officer"),
    Role.MANAGER: _("Manager"),
    Role.ADMINISTRATOR: _("Administrator"),
    None: _("System administrator"),
}
