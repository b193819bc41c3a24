"""A body is one JSON object, strictly; whatever is not is 9003, with what and where."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curbledger.refusal import Refusal
from curbledger.wire.body import Number, parse

# What the contract keeps as its sample of two calls, tabs and all.
DOCUMENTED = b'{\n\t"apiToken": "YOUR-API-TOKEN",\n}'


def refusal(raw: bytes) -> str:
    """What follows the code's own message."""
    with pytest.raises(Refusal) as caught:
        parse(raw)
    assert caught.value.code == 9003
    assert caught.value.status == 400
    return caught.value.message.removeprefix("Could not parse the request. ")


def plain(value: Any) -> Any:
    """The value with its numbers as Decimals."""
    match value:
        case Number():
            return value.value
        case list():
            return [plain(member) for member in value]
        case dict():
            return {key: plain(member) for key, member in value.items()}
    return value


def test_the_documented_sample_is_refused_at_its_comma() -> None:
    line = DOCUMENTED.splitlines()[1]
    assert refusal(DOCUMENTED) == f"A comma has nothing after it: line 2 column {line.index(b',') + 1}."
    assert refusal(DOCUMENTED).endswith("line 2 column 30.")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "The body is empty: line 1 column 1."),
        (gzip.compress(b"{}", mtime=0), "The body is compressed; send it as it is: line 1 column 1."),
        (b" \r\n\t", "The body is empty: line 1 column 1."),
        (b"\xef\xbb\xbf", "The body is empty: line 1 column 1."),
        (b"[]", "Expected an object: line 1 column 1."),
        (b'\n "text"', "Expected an object: line 2 column 2."),
        (b"NaN", "Expected an object: line 1 column 1."),
        (b"{", "Expected a key in double quotes, but the body ends: line 1 column 2."),
        (b"{'a': 1}", "Expected a key in double quotes: line 1 column 2."),
        (b"{,}", "Expected a key in double quotes: line 1 column 2."),
        (b'{"a"}', "Expected a colon: line 1 column 5."),
        (b'{"a":', "Expected a value, but the body ends: line 1 column 6."),
        (b'{"a":}', "Expected a value: line 1 column 6."),
        (b'{"a":1', "Expected a comma or }, but the body ends: line 1 column 7."),
        (b'{"a":1 "b":2}', "Expected a comma or }: line 1 column 8."),
        (b'{"a":[1 2]}', "Expected a comma or ]: line 1 column 9."),
        (b'{"a":[1}', "Expected a comma or ]: line 1 column 8."),
        (b'{"a":1,', "Expected a key in double quotes, but the body ends: line 1 column 8."),
        (b'{"a":1,,"b":2}', "Expected a key in double quotes: line 1 column 8."),
        (b'{"a":[1,\n2 , ] }', "A comma has nothing after it: line 2 column 3."),
        (b'{"a":1}{', "Something follows the end of the JSON: line 1 column 8."),
        (b'{"a":1},', "Something follows the end of the JSON: line 1 column 8."),
        (b'{"a":01}', "Expected a comma or }: line 1 column 7."),
        (b'{"a":1.}', "Expected a comma or }: line 1 column 7."),
        (b'{"a":.5}', "Expected a value: line 1 column 6."),
        (b'{"a":+5}', "Expected a value: line 1 column 6."),
        (b'{"a":-}', "Expected a value: line 1 column 6."),
        (b'{"a":0x1F}', "Expected a comma or }: line 1 column 7."),
        (b'{"a":True}', "Expected a value: line 1 column 6."),
        (b'{"a":nullx}', "Expected a comma or }: line 1 column 10."),
        (b'{"a":NaN}', "NaN and Infinity are not JSON: line 1 column 6."),
        (b'{"a":[-Infinity]}', "NaN and Infinity are not JSON: line 1 column 7."),
        (b'{"a":1} // why', "Something follows the end of the JSON: line 1 column 9."),
        (b'{"a":"b', "A string is not closed: line 1 column 6."),
        (b'{"a":"b\\', "A string holds an escape that is not JSON: line 1 column 8."),
        (b'{"a":"b\nc"}', "A string holds a control character: line 1 column 8."),
        (b'{"a":"\\x41"}', "A string holds an escape that is not JSON: line 1 column 7."),
        (b'{"a":"\\u12"}', "A string holds an escape that is not JSON: line 1 column 7."),
        (b'{"a":"\\u+123"}', "A string holds an escape that is not JSON: line 1 column 7."),
        (b'{"a":"\\ud83d"}', "A string holds half of a surrogate pair: line 1 column 7."),
        (b'{"a":"\\ud83dx\\ude00"}', "A string holds half of a surrogate pair: line 1 column 7."),
        (b'{"a":"\\uDE00\\uD83D"}', "A string holds half of a surrogate pair: line 1 column 7."),
        (b'{"\\ud800":1}', "A string holds half of a surrogate pair: line 1 column 3."),
        (b'{"a":\xa01}', "The body is not UTF-8: line 1 column 6."),
        (b'{"a":"\xed\xa0\xbd"}', "The body is not UTF-8: line 1 column 7."),
        ('{"ä":\u00a01}'.encode(), "Expected a value: line 1 column 6."),
        ('\ufeff{"é": "ü" x}'.encode(), "Expected a comma or }: line 1 column 11."),
        ("\ufeff\ufeff{}".encode(), "Expected an object: line 1 column 1."),
    ],
)
def test_what_is_not_json_is_refused_with_what_and_where(raw: bytes, said: str) -> None:
    assert refusal(raw) == said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_encodings_are_refused_with_a_mark_or_without(encoding: str) -> None:
    assert refusal('{"apiToken": "x"}'.encode(encoding)) == "The body is not UTF-8: line 1 column 1."


def test_a_mark_before_utf8_is_passed_over() -> None:
    assert parse(b'\xef\xbb\xbf{"a":"b"}') == {"a": "b"}


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b'{"a":1,"a":2}', "line 1 column 8."),
        (b'{"a":1,\n"a":true}', "line 2 column 1."),
        (b'{"a":"1","a":1}', "line 1 column 10."),
        (b'{"a":null,"a":1}', "line 1 column 11."),
        (b'{"x":[{"y":{"a":1,"b":2,"a":3}}],"z":{}}', "line 1 column 25."),
        (b'{"p":{"q":{}},"a":[1],"a":[true]}', "line 1 column 23."),
        (b'{"a":1,"\\u0061":2}', "line 1 column 8."),
    ],
)
def test_a_key_that_stands_twice_with_different_values_is_refused_at_its_second_place(raw: bytes, where: str) -> None:
    assert refusal(raw) == f"A key stands twice with different values: {where}"


@pytest.mark.parametrize(
    "raw", [b'{"a":1,"a":1}', b'{"a":1.50,"a":15e-1}', b'{"a":{"b":[1]},"a":{"b":[1.0]}}', b'{"a":"b","\\u0061":"b"}']
)
def test_a_key_that_stands_twice_with_the_same_value_is_read(raw: bytes) -> None:
    assert list(parse(raw)) == ["a"]


def test_numbers_are_kept_as_they_were_written() -> None:
    body = parse(b'{"a":14.50,"b":0.1000000000000000055511151231257827,"c":-0,"d":1E+2}')
    assert [number.text for number in body.values() if isinstance(number, Number)] == [
        "14.50",
        "0.1000000000000000055511151231257827",
        "-0",
        "1E+2",
    ]
    assert plain(body)["d"] == Decimal(100)


@pytest.mark.parametrize(
    "number",
    [
        "9" * 1001,
        "9" * 5000,
        "-0." + "1" * 5000,
        "1e999999",
        "1E-999999",
        "0e999999999999999999999999",
        "1e" + "0" * 10 + "1001",
        "9" * 600 + "e600",
        "1e" + "9" * 5000,
    ],
)
def test_a_number_of_thousands_of_digits_is_refused(number: str) -> None:
    assert refusal(f'{{"a":{number}}}'.encode()) == "A number has too many digits: line 1 column 6."


def test_a_number_of_a_thousand_digits_is_read() -> None:
    assert plain(parse(b'{"a":' + b"9" * 1000 + b"}")) == {"a": Decimal("9" * 1000)}
    assert plain(parse(b'{"a":1e0000000000400}')) == {"a": Decimal("1e400")}


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_ends_at_32(opening: str, closing: str) -> None:
    inner = f"{opening * 31}1{closing * 31}"
    assert parse(f'{{"a":{inner}}}'.encode())
    assert refusal(f'{{"a":[{inner}]}}'.encode()).startswith("The nesting is deeper than 32: line 1 column ")


@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'[{"a":', b"{", b'"', b"\\"])
def test_a_million_openings_are_refused_at_once(piece: bytes) -> None:
    refusal(b'{"a":' + piece * (1_000_000 // len(piece)))


def test_brackets_and_commas_in_strings_are_text() -> None:
    body = parse(b'{"a":"[[{,}]] \\" , }","b,]":"\\\\"}')
    assert body == {"a": '[[{,}]] " , }', "b,]": "\\"}
    assert parse(b'{"a":"' + b"[" * 1000 + b'"}') == {"a": "[" * 1000}


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse(b'{"a":"\\ud83d\\uDE97 \\u00e9"}') == {"a": "\U0001f697 é"}


@given(st.binary() | st.text().map(str.encode) | st.text('{}[]",:\\u09eE.-+ntfd8 \n').map(str.encode))
@example(DOCUMENTED)
@example(b'{"a":\x00}')
def test_any_bytes_are_an_object_or_9003(raw: bytes) -> None:
    try:
        outcome: object = parse(raw)
    except Refusal as error:
        outcome = error.code
    assert isinstance(outcome, dict) or outcome == 9003


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_whatever_is_printed_as_json_is_read_back(body: dict[str, Any], ascii_only: bool, indent: int | str) -> None:
    raw = json.dumps(body, ensure_ascii=ascii_only, indent=indent).encode()
    exact = json.loads(raw, parse_int=Decimal, parse_float=Decimal)
    assert plain(parse(raw)) == exact


@given(st.text('{}[]",:\\u09eE.-+ntfd8 \n', max_size=40).map(lambda inside: f'{{"a":{inside}}}'))
def test_nothing_is_read_that_the_standard_parser_refuses(text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        refusal(text.encode())
