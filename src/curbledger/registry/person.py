"""A person: driver, owner, student, member of staff. Every column of the original's profile is here."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Coalesce, Lower, Now
from django.utils.translation import gettext

from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.errors import NotFound

if TYPE_CHECKING:
    from curbledger.clients.client import Client


# Two of them stand in one index, whose rows are bounded.
_LONGEST_KEY = 200
# How the database makes the key of a name. Cut, because one letter can be eighteen of them.
NAME_KEY = f"left(lower(regexp_replace(normalize({{}}, NFKD), '[^[:alnum:]]', '', 'g')), {_LONGEST_KEY})"


class NameKey(models.Func):
    """A name without accents, signs and case (find.py makes the key of what is searched likewise)."""

    template = NAME_KEY.format("%(expressions)s")
    output_field = models.CharField()


# Of a phone number: without the country, which some write and some do not.
PHONE_DIGITS = 10


class PhoneKey(models.Func):
    """A phone number as its last digits; none where it has no digit."""

    template = f"nullif(right(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), {PHONE_DIGITS}), '')"
    output_field = models.CharField()


def _key(expression: models.Func, *, null: bool = False) -> models.GeneratedField:
    """A column that the database keeps to find a row by."""
    return models.GeneratedField(
        expression=expression,
        output_field=models.CharField(max_length=_LONGEST_KEY, null=null, db_collation="C"),
        db_persist=True,
    )


def text(limit: int = 255, **options: Any) -> models.CharField[Any, Any]:
    """A text that may be absent. Absent is null, as on the wire, and never an empty string."""
    return models.CharField(max_length=limit, null=True, **options)


class Person(ClientOwned):
    """One profile. `unique_id` is the integrator's key for it.

    The original's `salt`, `encid`, `register_token` and `api_token` have no column: no secret of a person is
    ever handed to a third party, and what is not kept cannot leak.
    """

    unique_id = text(50)
    enabled = models.SmallIntegerField(null=True)
    salutation = text(20)
    first_name = text(50)
    middle_name = text(50)
    last_name = text(50)
    user_name = text(50)
    email = text(100)
    street = text()
    city = text(50)
    province = ClientForeignKey("registry.Province", null=True)
    postal = text(20)
    street2 = text()
    city2 = text(50)
    province2 = ClientForeignKey("registry.Province", null=True)
    postal2 = text(20)
    phone_cell = text(20)
    status = models.SmallIntegerField(default=1)
    user_type = ClientForeignKey("registry.UserType", null=True)
    employ_no = text(50)
    department = models.IntegerField(null=True)
    employee_phone = text(50)
    staff_faculty = models.BooleanField(default=False)
    student_no = text(50)
    student_phone = text(50)
    student_phone2 = text(50)
    last_updated = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    private_comment = models.TextField(null=True)
    public_comment = models.TextField(null=True)
    licence_number = text()
    licence_province = ClientForeignKey("registry.Province", null=True)
    date_of_birth = models.DateField(null=True)
    staff_mail_permit = models.BooleanField(default=False)
    extended_id = text(50)
    uuid = models.UUIDField(default=uuid.uuid4)
    campus_box = text(50)
    new_email = text(100)
    read_only_user_id = models.BigIntegerField(null=True)
    student_no_int = models.BigIntegerField(null=True)
    employ_no_int = models.BigIntegerField(null=True)
    student_campus_location = text(100)
    employee_campus_location = text(100)
    mail_permit_to = text(100, default="Permanent Mailing Address")
    is_cloud_account = models.SmallIntegerField(null=True)
    last_self_updated = models.DateTimeField(null=True)
    email_consent = models.SmallIntegerField(null=True)
    text_reminders = models.SmallIntegerField(null=True)
    reminder_time = models.SmallIntegerField(null=True)
    locker_user_type = ClientForeignKey("registry.UserType", null=True)
    preferred_name = text(50)
    plate_alert = models.BooleanField(default=False)
    people_alert = models.BooleanField(default=False)
    force_password_change = models.BooleanField(default=True)
    last_password_change = models.DateTimeField(null=True)
    login_source = text(20, default="OPSCOM")
    company_id = models.BigIntegerField(null=True)
    tax_exemption = text(50)
    company_manager = models.SmallIntegerField(null=True)
    receives_invoice = models.SmallIntegerField(null=True)
    account_number = text(50)
    company_bill_recipient = models.SmallIntegerField(null=True)
    kais_employer = text(100)
    kais_building = text(100)
    kais_supervisor_name = text(100)
    kais_supervisor_title = text(100)
    modified = models.DateTimeField(db_default=Now())
    bambora_customer_code = text(50)
    language = text(10)
    preferred_communication_method = text(20)

    # How people are found: names without accents, signs and case, the address in small letters, the mobile number's
    # last digits. In the order of bytes, because only that lets a range of an index find what begins alike, and under
    # row-level security nothing else than equality or a range does.
    last_key = _key(NameKey(Coalesce("last_name", models.Value(""))))
    first_key = _key(NameKey(Coalesce("first_name", models.Value(""))))
    email_key = _key(Lower("email"), null=True)
    phone_key = _key(PhoneKey("phone_cell"), null=True)

    class Meta:
        db_table = "person"
        constraints = (
            models.UniqueConstraint("client", "unique_id", name="person_unique_id_is_unique"),
            models.UniqueConstraint("client", Lower("email"), name="person_email_is_unique"),
            models.UniqueConstraint("client", Lower("user_name"), name="person_user_name_is_unique"),
        )
        indexes = (
            models.Index("client", "last_key", "first_key", "id", name="person_by_name"),
            models.Index("client", "email_key", "id", name="person_by_email"),
            models.Index("client", "phone_key", "id", name="person_by_phone"),
        )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or f"person {self.pk}"


def find_person(client: Client, person_id: int) -> Person:
    """The person of that id. In the client's scope. Raises NotFound."""
    try:
        return Person.objects.get(pk=person_id)
    except Person.DoesNotExist:
        said = gettext("{client} has no person {person}.").format(client=client.code, person=person_id)
        raise NotFound(said) from None
