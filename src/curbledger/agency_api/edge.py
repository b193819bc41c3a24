"""The edge of every path here: browsers may call, and what the framework would answer in its own words is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.http import HttpResponse

from curbledger.agency_api.access import PERMISSION
from curbledger.agency_api.refusals import answer_error
from curbledger.database.actor import Actor, acting
from curbledger.refusal import render, wrong_method

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from curbledger.permissions import Permission

_ALLOWED = "GET, OPTIONS"
_PREFLIGHT = {
    "Allow": _ALLOWED,
    "Access-Control-Allow-Methods": _ALLOWED,
    "Access-Control-Allow-Headers": "content-type, authorization, idempotency-key",
    "Access-Control-Max-Age": "86400",
}
_EXPOSED = (
    "X-Batch-Id, X-Batch-Revision, X-Record-Count, X-Total-Owing, ETag, Repr-Digest, Content-Disposition, Retry-After"
)


@dataclass(frozen=True, eq=False)
class Edge:
    """A view as Django calls it."""

    view: Callable[..., HttpResponseBase]

    # The token is in a header that no other site can make a browser send.
    csrf_exempt: ClassVar[bool] = True
    methods: ClassVar[tuple[str, ...]] = ("GET",)
    permission: ClassVar[Permission] = PERMISSION

    def __call__(self, request: HttpRequest, **captured: str) -> HttpResponseBase:
        """Answer. Raises nothing: every way to fail has the one body."""
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204, headers=_PREFLIGHT)
        elif request.method not in self.methods:
            response = render(wrong_method(self.methods, allow=_ALLOWED))
        else:
            try:
                # Who it is, is found out within (access.py).
                with acting(Actor.SYSTEM, "agency API"):
                    response = self.view(request, **captured)
            except Exception as error:  # noqa: BLE001 - the edge: what nobody foresaw is logged, and answered too.
                response = answer_error(request, error)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        # What belongs to one token is for no cache on the way.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
