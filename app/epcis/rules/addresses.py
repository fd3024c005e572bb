"""Names of things as URIs: what GS1 numbers as Digital Links, all else under an own base.

Sources: GS1 Digital Link URI Syntax 1.2 §4.11, EPC Tag Data Standard 2.0 §6, CBV 2.0 §8.9.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from app.traceability.rules.gs1_uris import canonical

__all__ = ["Addresses", "canonical"]

_SERIAL = re.compile(r"\(01\)(\d{14})\(21\)(.+)")
_BOX = re.compile(r"\(00\)(\d{18})")
_LINK = re.compile(r"https://id\.gs1\.org/(?:01/(\d{14})/21/([^/?#]+)|00/(\d{18}))")
GS1 = "https://id.gs1.org"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The private URIs of this installation; ``base`` has no slash at its end.

    A 20-digit trace code is not a GS1 key, so it never stands in a Digital Link.
    """

    base: str

    @property
    def extensions(self) -> str:
        """The namespace of our own fields."""
        return f"{self.base}/epcis/fields/"

    def of_code(self, code: str) -> str:
        """Return the URI of a coded thing."""
        serial = _SERIAL.fullmatch(code)
        if serial:
            return f"{GS1}/01/{serial[1]}/21/{quote(serial[2], safe='')}"
        box = _BOX.fullmatch(code)
        return f"{GS1}/00/{box[1]}" if box else f"{self.base}/c/{quote(code, safe='')}"

    def code_in(self, uri: str) -> str | None:
        """Return the code of a coded thing's URI; None when it names no single thing of ours."""
        own = self._within("c", uri)
        if own is not None:
            return own
        link = _LINK.fullmatch(canonical(uri))
        if link is None:
            return None
        return f"(00){link[3]}" if link[3] else f"(01){link[1]}(21){unquote(link[2])}"

    def of_place(self, facility: str, place: str = "") -> str:
        """Return the URI of a facility, or of a place in it."""
        tail = f"/{quote(place, safe='')}" if place else ""
        return f"{self.base}/loc/{quote(facility, safe='')}{tail}"

    def place_in(self, uri: str) -> tuple[str, str] | None:
        """Return the codes of facility and place (or none) that a URI names."""
        inner = self._within("loc", uri, whole=False)
        if inner is None:
            return None
        facility, _, place = inner.partition("/")
        return unquote(facility), unquote(place)

    def of_document(self, reference: str) -> str:
        """Return the URI of one of our documents."""
        return f"{self.base}/doc/{quote(reference, safe='')}"

    def document_in(self, uri: str) -> str | None:
        """Return the reference of the document a URI names."""
        return self._within("doc", uri)

    def _within(self, kind: str, uri: str, *, whole: bool = True) -> str | None:
        start = f"{self.base}/{kind}/"
        if not uri.startswith(start):
            return None
        rest = uri[len(start) :]
        return unquote(rest) if whole else rest
