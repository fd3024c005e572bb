"""What our own labels say, made by the strict rules of those who read them.

Whatever is written here is read back before it is drawn: what our reader would refuse, or
read as anything else, is never printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn
from urllib.parse import quote

from app.traceability.rules.codes import OWN_CODE, OWN_SEAL, Scan, recognise
from app.traceability.rules.digital_link import read_link
from app.traceability.rules.gs1 import Elements, judged, malformed
from app.traceability.rules.gs1_identifiers import is_predefined
from app.traceability.rules.gs1_table import PATHS
from app.traceability.rules.repairs import GROUP_SEPARATOR

_PLAIN = "-._~"
_IN_QUERY = _PLAIN + "!$'()*,;:@/"


@dataclass(frozen=True, slots=True)
class Written:
    """A GS1 message, as people read it (``typed``) and as a scanner sends it."""

    typed: str
    message: str


def element_string(elements: Mapping[str, str]) -> Written:
    """Return the message of these elements, those of a set length first.

    Raises:
        MalformedCode: a value, or what stands together, is against the rules; or a value has
            a bracket, which labels that people read use for identifiers.
    """
    pairs = sorted(elements.items(), key=lambda pair: not is_predefined(pair[0]))
    typed = "".join(f"({ai}){value}" for ai, value in pairs)
    for ai, value in pairs:
        if "(" in value or ")" in value:
            raise malformed(typed, "characters", ai)
    judged(typed, pairs)
    parts = [ai + value + ("" if is_predefined(ai) else GROUP_SEPARATOR) for ai, value in pairs]
    return Written(typed, "".join(parts).removesuffix(GROUP_SEPARATOR))


def digital_link(root: str, elements: Elements) -> str:
    """Return the Digital Link of these elements under ``root``, ``https://host`` without a slash.

    Raises:
        MalformedCode: they are against the rules, or have no key.
    """
    key = next((ai for ai in elements if ai in PATHS), "")
    order = next((each for each in PATHS.get(key, ()) if set(each) & set(elements)), ())
    path = [ai for ai in (key, *order) if ai in elements]
    walked = "".join(f"/{ai}/{quote(elements[ai], safe=_PLAIN)}" for ai in path)
    asked = "&".join(
        f"{ai}={quote(value, safe=_IN_QUERY)}" for ai, value in elements.items() if ai not in path
    )
    link = f"{root}{walked}" + (f"?{asked}" if asked else "")
    if read_link(link) != elements:
        raise malformed(link, "link", key)
    return link


def own_link(root: str, code: str, seal: str = "") -> str:
    """Return the address of a code's page under ``root``, with the seal of its label.

    Raises:
        MalformedCode: our reader would not read the same code out of it.
    """
    link = f"{root}/c/{quote(code, safe=_PLAIN)}" + (f"?s={seal}" if seal else "")
    return link if _reads(recognise(link), code, seal) else _refused(link)


def own_message(code: str, seal: str) -> Written:
    """Return an own label as GS1 message: our identifiers 91 (code) and 92 (seal).

    Raises:
        MalformedCode: our reader would not read the same code out of it.
    """
    written = element_string({OWN_CODE: code, OWN_SEAL: seal})
    found = recognise(f"]d2{written.message}")
    return written if _reads(found, code, seal) else _refused(written.typed)


def _reads(found: Scan, code: str, seal: str) -> bool:
    return found.fault is None and (found.code, found.seal) == (code, seal)


def _refused(text: str) -> NoReturn:
    raise malformed(text, "value", OWN_CODE)


def lot_content(lot_number: str, expires_on: date) -> tuple[str, ...]:
    """Return what the seal of a pack's or lot's label stands for."""
    return lot_number, expires_on.isoformat()
