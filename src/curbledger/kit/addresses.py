"""Whose address a call comes from, where proxies that are trusted pass calls on."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
# Some proxies write the caller's port too.
_WITH_PORT = re.compile(r"\[(?P<v6>[^]]*)\](?::\d+)?\Z|(?P<v4>[\d.]+):\d+\Z")


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a list such as `127.0.0.1, 10.0.0.0/8`. Raises ValueError, naming what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def caller_address(remote: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The right-most address that no trusted proxy has: what stands left of it, the caller may have written.

    `remote` is the other end of the connection, `forwarded` the X-Forwarded-For header, to which each proxy adds
    on the right whom it was called by.
    """
    known = remote
    for hop in (remote, *reversed(forwarded.split(","))):
        address = _parse(hop)
        if address is None:
            break
        known = str(address)
        if not any(address in network for network in trusted):
            break
    return known


def _parse(text: str) -> Address | None:
    text = text.strip()
    if found := _WITH_PORT.match(text):
        text = found["v6"] or found["v4"] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that listens for both kinds names callers of the older kind so.
    return getattr(address, "ipv4_mapped", None) or address
