"""Client codes: which there may be, and that their spellings name one client."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbledger.clients.client import Client, find_client
from curbledger.clients.codes import check_code, code_key
from curbledger.errors import Invalid, NotFound

CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}", fullmatch=True)


@pytest.mark.parametrize("code", ["OC_TOMA", "OC-TOMA", "oc-toma", "oc_toma", "Oc-Toma"])
def test_case_and_dashes_do_not_count(code: str) -> None:
    assert code_key(code) == "oc-toma"


@pytest.mark.parametrize(("one", "other"), [("OC_TOMA", "OCTOMA"), ("A_B", "A__B"), ("A1", "A_1")])
def test_what_differs_otherwise_is_another_code(one: str, other: str) -> None:
    assert code_key(one) != code_key(other)


@given(CODES)
def test_a_good_code_is_kept_as_it_is_and_its_spellings_agree(code: str) -> None:
    assert check_code(code) == code
    for spelling in (code.upper(), code.lower(), code.replace("_", "-"), code.replace("-", "_"), code_key(code)):
        assert code_key(check_code(spelling)) == code_key(code)


@pytest.mark.parametrize(
    "code",
    [
        *("", "_TOMA", "-TOMA", "OC TOMA", "OC/TOMA", "OC.TOMA", "../TOMA", "OC_TOMA\n", " OC_TOMA", "OC%5FTOMA"),
        *("ÖC_TOMA", "OC_TOMA\u0660", "\uff2f\uff23", "x" * 51),
    ],
)
def test_what_could_not_stand_in_a_path_is_no_code(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_code(code)
    assert refused.value.field == "code"


@given(st.text(max_size=60))
def test_only_letters_digits_dashes_and_underscores_make_a_code(code: str) -> None:
    letters = set(string.ascii_letters + string.digits)
    good = 0 < len(code) <= 50 and set(code) <= letters | {"-", "_"} and code[0] in letters
    if good:
        assert check_code(code) == code
    else:
        with pytest.raises(Invalid):
            check_code(code)


@pytest.mark.parametrize("code", ["OC_TOMA", "oc-toma", "OC-TOMA"])
def test_a_client_is_found_however_its_code_is_spelt(town: Client, code: str) -> None:
    assert find_client(code) == town


@pytest.mark.parametrize("code", ["OC_NOWHERE", "OC TOMA", "", "OC_TOMA "])
def test_a_client_who_is_not_there_is_not_found(town: Client, code: str) -> None:
    with pytest.raises(NotFound, match="There is no client"):
        find_client(code)
