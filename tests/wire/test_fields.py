"""Fields are read by their declaration: names in order of precedence, required first, then formats."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbledger.refusal import NAMES_FIELD, Refusal
from curbledger.wire.body import Json, Number
from curbledger.wire.fields import Field, Values, decode
from curbledger.wire.kinds import AMOUNT, DATE, ID, LOCAL_DATETIME, TEXT, Kind

AMOUNT_FIELD = Field("amount", ("amount", "Amount"), AMOUNT, limit=9)
START = Field("start", ("startTime", "StartDateUtc"), LOCAL_DATETIME, limit=20, required=True, value_code=9007)
END = Field(
    "end", ("endTime", "EndDateUtc"), LOCAL_DATETIME, limit=20, required=True, required_code=9004, value_code=9005
)
PLATE = Field("plate", ("plate", "LicencePlate"), TEXT, limit=25, required=True, required_code=9006)
NUMBER = Field("number", ("permitNo",), TEXT, limit=50)
BIRTH = Field("birth", ("date_of_birth",), DATE, clearable=True)
USER_TYPE = Field("user_type", ("user_type_id",), ID)
FIELDS = (AMOUNT_FIELD, START, END, PLATE, NUMBER, BIRTH, USER_TYPE)

GOOD: dict[str, Json] = {"startTime": "2018-07-02T09:00:00", "endTime": "2018-07-02T09:30:00", "plate": "PL8RDR"}


def complaint(*fields: Field[Any], **body: Json) -> tuple[int, str | None]:
    with pytest.raises(Refusal) as caught:
        decode(fields, body)
    return caught.value.code, caught.value.field


def read(kind: Kind[Any], value: Json) -> Any:
    field = Field("it", ("it",), kind)
    return decode((field,), {"it": value}).get(field)


def test_the_first_name_of_the_row_wins_whatever_the_order_of_the_keys() -> None:
    values = decode((PLATE,), {"LicencePlate": "SECOND", "plate": "FIRST"})
    assert values[PLATE] == "FIRST"
    assert values.spelling(PLATE) == "plate"


def test_a_null_name_gives_way_to_the_next() -> None:
    values = decode((PLATE,), {"plate": None, "LicencePlate": "SECOND"})
    assert values[PLATE] == "SECOND"
    assert values.spelling(PLATE) == "LicencePlate"


def test_an_empty_name_does_not_give_way() -> None:
    assert complaint(PLATE, plate="", LicencePlate="SECOND") == (9006, None)


def test_names_are_exact_and_unknown_keys_are_ignored() -> None:
    assert complaint(PLATE, Plate="X", PLATE="Y") == (9006, None)
    assert NUMBER not in decode((NUMBER,), {"permitno": ["x"], "\0": "\0"})


def test_null_is_absent_and_empty_is_not() -> None:
    values = decode((NUMBER, BIRTH, USER_TYPE), {"permitNo": None, "date_of_birth": ""})
    assert (NUMBER in values, BIRTH in values, USER_TYPE in values) == (False, True, False)
    assert (values.emptied(NUMBER), values.emptied(BIRTH)) == (False, True)
    assert values.get(NUMBER) is None
    assert values.get(BIRTH) is None


def test_an_empty_text_is_a_text() -> None:
    values = decode((NUMBER,), {"permitNo": ""})
    assert values.get(NUMBER) == ""
    assert values.emptied(NUMBER)


def test_an_empty_string_is_no_amount_where_it_clears_nothing() -> None:
    assert complaint(AMOUNT_FIELD, Amount="") == (9033, "Amount")


def test_required_fields_come_first_in_order_of_declaration() -> None:
    bad: dict[str, Json] = {"amount": "much", "permitNo": "x" * 51}
    assert complaint(*FIELDS, **bad) == (9031, "startTime")
    assert complaint(*FIELDS, **bad, startTime="never") == (9004, None)
    assert complaint(*FIELDS, **bad, startTime="never", endTime="never") == (9006, None)
    assert complaint(*FIELDS, **bad, startTime="never", endTime="never", plate="P") == (9033, "amount")


def test_formats_come_in_order_of_declaration() -> None:
    bad = {**GOOD, "permitNo": "x" * 51}
    assert complaint(*FIELDS, **bad) == (9030, "permitNo")
    assert complaint(*FIELDS, **{**bad, "endTime": "never"}) == (9005, None)
    assert complaint(*FIELDS, **{**bad, "endTime": "never", "startTime": "never"}) == (9007, None)


@pytest.mark.parametrize("name", ["startTime", "StartDateUtc"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_field_is_named_as_the_caller_spelt_it(name: str, value: Json) -> None:
    assert complaint(START, **{name: value}) == (9031, name)


def test_a_missing_field_that_nobody_spelt_goes_by_its_first_name() -> None:
    assert complaint(START) == (9031, "startTime")
    assert decode((NUMBER,), {}).spelling(NUMBER) == "permitNo"


def test_a_field_over_its_limit_is_named_as_the_caller_spelt_it() -> None:
    assert complaint(PLATE, LicencePlate="X" * 26) == (9030, "LicencePlate")
    assert decode((PLATE,), {"plate": "É" * 25})[PLATE] == "É" * 25


def test_a_field_may_have_a_code_of_its_own_for_its_limit() -> None:
    plate = Field("plate", ("plate",), TEXT, limit=50, limit_code=9021)
    assert complaint(plate, plate="X" * 51) == (9021, None)


@pytest.mark.parametrize("value", [True, False, ["x"], {}, {"a": "x"}, "A\0B"], ids=repr)
def test_what_is_no_text_is_refused(value: Json) -> None:
    assert complaint(PLATE, LicencePlate=value) == (9033, "LicencePlate")
    assert complaint(START, startTime=value) == (9007, None)


@pytest.mark.parametrize("written", ["8", "14.50", "1E+2", "-0"])
def test_a_number_for_a_text_is_its_text_as_written(written: str) -> None:
    assert read(TEXT, Number(written)) == written


def test_a_number_for_a_text_has_the_limit_of_a_text() -> None:
    assert complaint(PLATE, plate=Number("1" * 26)) == (9030, "plate")


@pytest.mark.parametrize("amount", ["0.01", "14.5", "14.50", "999999.99", "007.50", "50"])
def test_an_amount_is_read_from_a_string_and_from_a_number(amount: str) -> None:
    assert read(AMOUNT, amount) == Decimal(amount)
    assert str(read(AMOUNT, Number(amount))) == str(Decimal(amount).quantize(Decimal("0.01")))


def test_a_number_counts_by_its_value() -> None:
    assert read(AMOUNT, Number("1E+2")) == 100
    assert read(AMOUNT, Number("14.500")) == Decimal("14.50")


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1", "1000000", "0.001", "14.505", "1e2", "$5", " 5", "5,00", "NaN", "٣", ".5", "5.", "+5"]
)
def test_what_is_no_amount_is_refused(amount: str) -> None:
    assert complaint(AMOUNT_FIELD, Amount=amount) == (9033, "Amount")


@pytest.mark.parametrize("amount", ["0", "-1", "1e6", "0.001", "1e-9", "14.505", "1e400"])
def test_a_number_that_is_no_amount_is_refused(amount: str) -> None:
    assert complaint(AMOUNT_FIELD, amount=Number(amount)) == (9033, "amount")


def test_an_amount_of_ten_characters_is_over_the_limit() -> None:
    assert complaint(AMOUNT_FIELD, amount="0000014.50") == (9030, "amount")


def test_a_local_time_has_no_zone() -> None:
    assert read(LOCAL_DATETIME, "2018-07-02T23:59:59") == datetime.fromisoformat("2018-07-02T23:59:59")


@pytest.mark.parametrize(
    "time",
    [
        "2018-07-02",
        "2018-07-02 09:00:00",
        "2018-07-02T09:00",
        "2018-07-02T09:00:00Z",
        "2018-7-2T9:00:00",
        "20180702T090000",
        "2018-07-02T24:00:00",
        "2018-07-02T23:59:60",
        "2018-02-30T00:00:00",
        "2018-07-02T09:00:00\n",
        "0000-00-00T00:00:00",
        "0001-01-01T00:00:00",
        "٢٠١٨-07-02T09:00:00",
    ],
)
def test_what_is_no_time_is_refused_with_the_fields_own_code(time: str) -> None:
    assert complaint(START, startTime=time) == (9007, None)


def test_a_time_over_its_limit_is_9030() -> None:
    assert complaint(START, StartDateUtc="2018-07-02T09:00:00+00:00") == (9030, "StartDateUtc")


def test_a_date_is_a_day_of_the_calendar() -> None:
    assert read(DATE, "1901-01-31") == date(1901, 1, 31)
    for wrong in ("1901-02-29", "31-01-1901", "1901-01-31T00:00:00", "19010131", "1901-W05-4", "0000-00-00"):
        assert complaint(BIRTH, date_of_birth=wrong) == (9033, "date_of_birth")


def test_an_id_is_a_positive_whole_number() -> None:
    assert read(ID, "6") == read(ID, Number("6")) == 6
    for wrong in ("0", "-1", "6.0", "1e1", "six", "", "9223372036854775808", "9" * 30, "٦"):
        assert complaint(USER_TYPE, user_type_id=wrong) == (9033, "user_type_id")


SCALARS = (
    st.none() | st.booleans() | st.text() | st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", fullmatch=True).map(Number)
)
SHAPED = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S")) | st.dates().map(str) | st.just("7")
NAMES = st.sampled_from([name for field in FIELDS for name in field.names])
VALUES = SCALARS | SHAPED | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(), SCALARS, max_size=2)


@given(st.dictionaries(NAMES | st.text(), VALUES))
def test_whatever_was_sent_is_read_or_refused_by_the_contract(body: dict[str, Json]) -> None:
    outcome: Values | Refusal
    try:
        outcome = decode(FIELDS, body)
    except Refusal as error:
        outcome = error
    if isinstance(outcome, Values):
        assert all(field in outcome for field in FIELDS if field.required)
    else:
        assert outcome.code in {9004, 9005, 9006, 9007, 9030, 9031, 9033}
        assert (outcome.field in {*body, "startTime"}) == (outcome.code in NAMES_FIELD)
