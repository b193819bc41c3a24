"""Digests: SHA-256, written as lower-case hexadecimal."""

from __future__ import annotations

import hashlib


def sha256(data: bytes) -> str:
    """The digest of `data`."""
    return hashlib.sha256(data).hexdigest()
