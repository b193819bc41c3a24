"""The caller's address behind proxies: only what a trusted one wrote is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbledger.kit.addresses import caller_address, parse_networks

TRUSTED = parse_networks("127.0.0.1, 10.0.0.0/8,::1")


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        # Nobody who calls directly is believed.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        # What the caller wrote stands on the left.
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 127.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("127.0.0.1", "10.2.3.4, 10.2.3.5", "10.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense, 10.2.3.4", "10.2.3.4"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("::1", "[2001:DB8::1]:4711", "2001:db8::1"),
        ("::1", "[2001:db8::1]", "2001:db8::1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_right_most_address_that_no_trusted_proxy_has_is_the_callers(
    remote: str, forwarded: str, address: str
) -> None:
    assert caller_address(remote, forwarded, TRUSTED) == address


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert caller_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


@given(st.text())
def test_whatever_a_caller_writes_a_trusted_proxy_wrote_the_last_word(written: str) -> None:
    assert caller_address("10.0.0.1", f"{written}, 203.0.113.9", TRUSTED) == "203.0.113.9"


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "1.2.3", "10.0.0.0/33"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse_networks(f"127.0.0.1, {text}")
