"""Where subscriptions may be told: https, at hosts the administrator allowed, nothing else.

The list is what keeps a subscriber from letting us call machines of our own network.
"""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.epcis.errors import DestinationRefused

HTTPS = 443
_VISIBLE = range(0x21, 0x7F)


@dataclass(frozen=True, slots=True)
class Destination:
    """An address to call, taken apart."""

    host: str
    port: int
    target: str


def destination_of(address: str, allowed: Collection[str]) -> Destination:
    """Take an address apart; ``allowed`` are hosts, with ``:port`` where it is not 443.

    Raises:
        DestinationRefused: it is not https, names a user, or its host is not allowed.
    """
    refusal = DestinationRefused("dest", host=address[:100])
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or HTTPS
    except ValueError as error:
        raise refusal from error
    known = host if port == HTTPS else f"{host}:{port}"
    is_plain = all(ord(letter) in _VISIBLE for letter in address)
    if parts.scheme != "https" or "@" in parts.netloc or not is_plain or known not in allowed:
        raise refusal
    return Destination(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
