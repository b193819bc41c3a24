"""The digest is the one that other tools print."""

from __future__ import annotations

from curbledger.kit.digest import sha256


def test_the_digest_is_what_sha256sum_prints() -> None:
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
