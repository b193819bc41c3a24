"""People (contract, sections 7 and 8): push a profile, and list the user types it may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import JsonResponse

from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.permissions import Permission
from curbledger.refusal import Refusal
from curbledger.registry.lookups import UserType
from curbledger.registry.push_person import TO_CREATE, Details, lock_person, push_person
from curbledger.wire.endpoint import Call, endpoint
from curbledger.wire.fields import Field, Values, decode_late
from curbledger.wire.kinds import DATE, EMAIL, ID, STATE, TEXT, text_of

if TYPE_CHECKING:
    from django.http import HttpResponse

_NEW = "Required for a new profile."
UNIQUE_ID = Field(
    "unique_id",
    ("unique_id",),
    TEXT,
    limit=50,
    required=True,
    required_code=9013,
    late=True,
    description="Your own key for the person. A known one is updated, an unknown one created.",
)
LOGIN_SOURCE = Field(
    "login_source",
    ("login_source",),
    TEXT,
    limit=20,
    required=True,
    required_code=9014,
    value_code=9015,
    late=True,
    description="Where the person signs in: `OPSCOM`, or a source that the client has configured.",
)


def _text(attribute: str, *names: str, limit: int, **options: Any) -> Field[str]:
    return Field(attribute, names or (attribute,), TEXT, limit=limit, clearable=True, late=True, **options)


def _state(attribute: str, *names: str, of: str) -> Field[str]:
    about = f"Postal abbreviation of the province or state {of}, any case."
    return Field(attribute, names, STATE, clearable=True, late=True, description=about)


def _type(attribute: str, name: str) -> Field[int]:
    about = "An id from `profiles/types/list`."
    return Field(attribute, (name,), ID, clearable=True, late=True, description=about)


# In the order of the contract's table, which is that of the complaints. The attributes are those of `Details`.
DETAILS: tuple[Field[Any], ...] = (
    _text("first_name", limit=50, required_code=9017, description=_NEW),
    _text("last_name", limit=50, required_code=9018, description=_NEW),
    Field(
        "email",
        ("email",),
        EMAIL,
        limit=100,
        required_code=9016,
        clearable=True,
        late=True,
        description=f"{_NEW} No two people share one, in whatever case.",
    ),
    Field(
        "user_name",
        ("user_name",),
        text_of(least=3),
        limit=50,
        clearable=True,
        late=True,
        description="No two people share one, in whatever case.",
    ),
    _text("street", limit=255),
    _text("city", limit=50),
    _text("city2", limit=50),
    _state("province", "province", "state", of="of the address"),
    _state("province2", "province2", "state2", of="of the second address"),
    _text("postal", "postal_code", "zip", limit=20),
    _text("postal2", "postal_code2", "zip2", limit=20),
    _text("street2", limit=255),
    _text("phone_cell", limit=20),
    _type("user_type", "user_type_id"),
    _text("employ_no", limit=50),
    _text("employee_phone", limit=50),
    _text("student_no", limit=50),
    _text("student_phone", limit=50),
    _text("licence_number", "driver_licence_num", "driver_license_num", limit=255),
    _state("licence_province", "driver_licence_prov", "driver_license_state", of="of the driver's licence"),
    Field("date_of_birth", ("date_of_birth",), DATE, clearable=True, late=True, description="`YYYY-MM-DD`."),
    _type("locker_user_type", "locker_user_type_id"),
)
FIELDS = (UNIQUE_ID, LOGIN_SOURCE, *DETAILS)
_TO_CREATE = frozenset(field for field in DETAILS if field.attribute in TO_CREATE)
_TAKEN = {"email": 9019, "user_name": 9020}


@endpoint(permission=Permission.PROFILES_PUSH, fields=FIELDS)
def push(call: Call) -> HttpResponse:
    """Create or update a profile, by its unique_id. What is absent keeps its value; an empty string clears it."""
    with client_scope(call.access.client_id):
        # What is required depends on whether they are known, and is complained of before any format is.
        values = decode_late(FIELDS, call.body, required=() if _is_known(call) else _TO_CREATE)
        details = {field.attribute: values.get(field) for field in DETAILS if field in values}
        try:
            pushed = push_person(
                call.access.client_id,
                values[UNIQUE_ID],
                login_source=values[LOGIN_SOURCE],
                details=cast("Details", details),
                at=call.at,
            )
        except (Invalid, Taken) as error:
            raise _refusal(error, values) from error
    answer = {"status": "success", "unique_id": pushed.unique_id, "UserID": pushed.person_id, "created": pushed.created}
    return JsonResponse(answer)


@endpoint(permission=Permission.PROFILES_PUSH)
def list_types(call: Call) -> HttpResponse:
    """The client's user types, by id."""
    with client_scope(call.access.client_id):
        rows = list(UserType.objects.order_by("number").values_list("number", "name", "external"))
    types = [{"id": str(number), "type_name": name, "ext_info": external} for number, name, external in rows]
    return JsonResponse({"status": "success", "user_types": types})


def _is_known(call: Call) -> bool:
    try:
        unique_id = UNIQUE_ID.read(*UNIQUE_ID.given(call.body))
    except Refusal:
        # It can be nobody's. That it is malformed is complained of in its turn.
        return False
    return unique_id is not None and lock_person(unique_id) is not None


def _refusal(error: Invalid | Taken, values: Values) -> Refusal:
    """What a refusal of the domain is called in this section."""
    if isinstance(error, Taken):
        return Refusal(_TAKEN[error.field])
    field = next(field for field in FIELDS if field.attribute == error.field)
    return Refusal(field.value_code, field=values.spelling(field))
