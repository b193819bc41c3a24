"""A mapping that is wrong says where, by the key's name."""

from __future__ import annotations

import pytest

from curbledger.errors import Invalid
from curbledger.importing.mapping import load_mapping
from curbledger.importing.schema import Kind
from tests.importing.conftest import EXAMPLES, PAYMENTS, TICKETS, Desk


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ('fine = "fine"\nfyne = "x"', "fields.fyne: there is no such field of violations; did you mean fine?"),
        ('fine = { colum = "fine" }', "fields.fine.colum: there is no such key here; did you mean column?"),
        ("fine = { }", "fields.fine: does not say where its value comes from; give one of column, columns, constant"),
        ('fine = { column = "a", constant = 5 }', "fields.fine: says column and constant; one of them is enough"),
        ('fine = { column = "a", format = "%Y" }', "fields.fine.format: does not fit; this field is read as: amount"),
        ('fine = { column = "a", decimal = ";" }', "fields.fine.decimal: is one of these: '.', ','"),
        ('fine = { made_from = ["a"] }', "fields.fine.made_from: only ticket, reference and unique_id can be made"),
        ("fine = { days_after_issue = 2 }", "fields.fine.days_after_issue: only due is counted from the issue"),
        ('fine = { column = "a", join = "-" }', "fields.fine.join: joins nothing; it belongs with columns"),
        ("fine = 5", "fields.fine: is a table of keys"),
        ('comment = "c"', "fields.fine: is missing; violations cannot be imported without it"),
        ('fine = "f"\npaid_on = { column = "p", format = "%H:%M" }', "fields.paid_on.format: '%H:%M' names no day"),
        ('fine = "f"\nagency = "a"', "fields.agency: needs fields.sent_on beside it"),
        ('fine = "f"\nsent_on = "a"', "fields.sent_on: needs fields.agency beside it"),
        ('fine = "f"\nplate_type = "a"', "fields.plate: is missing"),
        (
            'fine = "f"\nstatus = { column = "s", values = { payed = ["P"] } }',
            "fields.status.values.payed: there is no such status; there are open, paid, spoiled",
        ),
        (
            'fine = "f"\nstatus = { column = "s", values = { paid = ["P"], open = ["p"] } }',
            "fields.status.values: 'p' stands for paid and for open",
        ),
        ('fine = "f"\n[lists.maker]\nunknown = "add"', "lists: there is no list maker; there are agency, category"),
        (
            'fine = "f"\n[lists.make]\nunknown = "drop"',
            "lists.make.unknown: is one of these: 'add', 'blank', 'reject'",
        ),
        ('fine = "f"\n[lists.make]\ncost = "5"', "lists.make.cost: only an offence costs something"),
        ('fine = "f"\n[lists.province]\nunknown = "add"', "lists.province.unknown: a province is not added by a file"),
        (
            'fine = "f"\n[lists.make.aliases]\nFord = ["F"]\nFiat = ["f"]',
            "lists.make.aliases: 'f' stands for Ford and for Fiat",
        ),
        ('fine = "f"\n[file]\nencoding = "klingon"', "file.encoding: names no encoding: 'klingon'"),
        ('fine = "f"\n[file]\nencoding = "utf-16"', "file.encoding: utf-16 is not read here; save the file as UTF-8"),
        ('fine = "f"\n[file]\ndelimiter = "::"', "file.delimiter: has at most 1 characters"),
        ('fine = "f"\n[file]\nearliest = "long ago"', "file.earliest: 'long ago' is not a day such as 1970-01-01"),
        ('fine = "f"\n[files]\na = 1', "files: there is no such key here; did you mean file?"),
        ('fine = "', "is not TOML"),
    ],
)
def test_the_fault_names_the_key(desk: Desk, change: str, fault: str) -> None:
    path = desk.write(TICKETS.replace('fine = "fine"', change), "mapping.toml")

    with pytest.raises(Invalid) as refused:
        load_mapping(path, Kind.VIOLATIONS)

    assert fault in refused.value.message
    assert str(path) in refused.value.message


def test_every_fault_is_named_at_once(desk: Desk) -> None:
    path = desk.write('[fields]\nticket = "t"\nissued = { constant = 2020-01-01 }\nfines = "f"\n', "mapping.toml")

    with pytest.raises(Invalid) as refused:
        load_mapping(path, Kind.VIOLATIONS)

    assert [line.split(":")[0].strip() for line in refused.value.message.splitlines()[1:]] == [
        "fields.fines",
        "fields.due",
        "fields.fine",
    ]


def test_a_number_cannot_be_the_same_for_every_row(desk: Desk) -> None:
    path = desk.write(PAYMENTS.replace('reference = "reference"', 'reference = { constant = "R" }'), "mapping.toml")

    with pytest.raises(Invalid, match=r"fields\.reference\.constant: every row would have the same number"):
        load_mapping(path, Kind.PAYMENTS)


def test_a_mapping_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        load_mapping(desk.folder / "no.toml", Kind.PEOPLE)


def test_every_example_can_be_used() -> None:
    kinds = {"people": Kind.PEOPLE, "payments": Kind.PAYMENTS}

    assert [load_mapping(one, kinds.get(one.stem, Kind.VIOLATIONS)).kind for one in sorted(EXAMPLES.glob("*.toml"))]
