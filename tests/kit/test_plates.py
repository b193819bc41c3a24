"""Two spellings of one plate have one key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.kit.plates import plate_key


@pytest.mark.parametrize(
    "spelling",
    [
        "ABC123",
        "abc 123",
        "AbC-123",
        "  abc\t123\n",
        "ABC\N{EN DASH}123",
        "ABC\N{NO-BREAK SPACE}123",
        "ABC\N{ZERO WIDTH SPACE}123",
        "A.B.C/123",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}BC12\N{FULLWIDTH DIGIT THREE}",
    ],
)
def test_case_spaces_and_dashes_do_not_count(spelling: str) -> None:
    assert plate_key(spelling) == "ABC123"


@pytest.mark.parametrize("plate", ["", " ", "-", "---", "\N{EM DASH} . *"])
def test_a_plate_without_a_letter_or_digit_has_no_key(plate: str) -> None:
    assert not plate_key(plate)


def test_letters_that_look_alike_stay_apart() -> None:
    assert len({plate_key("O0I1"), plate_key("00I1"), plate_key("O011"), plate_key("OOII")}) == 4


def test_an_accent_counts_however_it_is_encoded() -> None:
    composed, combined = "\N{LATIN SMALL LETTER E WITH ACUTE}1", "e\N{COMBINING ACUTE ACCENT}1"

    assert plate_key(composed) == plate_key(combined) == "\N{LATIN CAPITAL LETTER E WITH ACUTE}1"


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=0xFF)))
def test_the_key_of_a_key_is_itself(plate: str) -> None:
    assert plate_key(plate_key(plate)) == plate_key(plate)
