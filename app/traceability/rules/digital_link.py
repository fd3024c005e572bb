"""Read GS1 Digital Links (GS1 网址码): a key and its qualifiers in the path, the rest as query.

Source: GS1 Digital Link URI Syntax 1.4. Stricter than browsers: what is not exactly a link
of the standard is refused, so that two readers never see two things in it.
"""

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.traceability.rules.gs1 import MOST_ELEMENTS, Elements, judged, malformed
from app.traceability.rules.gs1_identifiers import IDENTIFIERS
from app.traceability.rules.gs1_table import NEVER_IN_QUERY, PATHS

_SCHEMES = frozenset({"http", "https", "HTTP", "HTTPS"})
_WRITTEN = re.compile(r"(?:[!#$&-;=?-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})+")
"""Characters of an address; a percent sign only before two hexadecimal digits."""
_QUALIFIERS = {
    key: frozenset(ai for order in orders for ai in order) for key, orders in PATHS.items()
}


def read_link(text: str) -> Elements:
    """Return the elements of a GS1 Digital Link, those of its path first.

    Raises:
        MalformedCode: with its cause and the identifier at which it is; ``link`` where the
            address itself is not one.
    """
    parts = _split(text)
    path = _path(text, parts.path)
    query = _query(text, parts.query, path[0][0])
    pairs = [*path, *query]
    names = {ai for ai, _ in pairs}
    if len(names) < len(pairs):
        raise malformed(text, "repeated", path[0][0])
    if len(pairs) > MOST_ELEMENTS:
        raise malformed(text, "length", pairs[MOST_ELEMENTS][0])
    return judged(text, pairs)


def _split(text: str) -> SplitResult:
    if not _WRITTEN.fullmatch(text) or text.partition("://")[0] not in _SCHEMES:
        raise malformed(text, "link", "")
    try:
        parts = urlsplit(text)
        is_place = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise malformed(text, "link", "") from error
    if not is_place:
        raise malformed(text, "link", "")
    return parts


def _path(text: str, path: str) -> list[tuple[str, str]]:
    """Return key and qualifiers: from the last key behind which all are pairs, in order."""
    segments = [unquote(part) for part in path.removesuffix("/").split("/")]
    at = next((at for at in range(len(segments) - 2, 0, -1) if _is_key(segments, at)), None)
    if at is None:
        raise malformed(text, "link", "")
    pairs = list(zip(segments[at::2], segments[at + 1 :: 2], strict=True))
    key, qualifiers = pairs[0][0], [ai for ai, _ in pairs[1:]]
    if not any(_in_order(qualifiers, order) for order in PATHS[key]):
        raise malformed(text, "link", key)
    return pairs


def _is_key(segments: list[str], at: int) -> bool:
    """Say whether a key begins here: it and what follows are pairs of identifier and value."""
    paired = (len(segments) - at) % 2 == 0
    return segments[at] in PATHS and paired and set(segments[at::2]) <= set(IDENTIFIERS)


def _in_order(found: list[str], order: tuple[str, ...]) -> bool:
    rest = iter(order)
    return all(ai in rest for ai in found)


def _query(text: str, query: str, key: str) -> list[tuple[str, str]]:
    """Return the attributes; names that are no digits belong to others and are passed over."""
    named = parse_qsl(query, keep_blank_values=True)
    pairs = [(name, value) for name, value in named if name.isascii() and name.isdigit()]
    for ai, _ in pairs:
        if ai not in IDENTIFIERS or ai in NEVER_IN_QUERY or ai in _QUALIFIERS[key]:
            raise malformed(text, "identifier", ai)
    return pairs
