"""Device identifiers (UDI) of the Chinese issuers other than GS1: MA (IDcode) and AHM.

Sources: MA coding manual of the issuing institute (中关村工信二维码技术研究院), and for AHM what
YY/T 1752 says of its parts. The issuers compute the check characters themselves and do not
publish how, so their place is tested and their value is not.
"""

import re
from collections.abc import Callable, Iterable

from app.traceability.errors import MalformedCode
from app.traceability.rules.gs1_checks import is_day

MA, AHM = "MA.", "AHM"
_MA_DEVICE = re.compile(r"MA\.\d{3}\.M\d\.\d{6}\.\d[0-9A-Za-z]{6}[0-9A-Z]", re.ASCII)
_MA_FIELDS = 5
_AHM_DEVICE = re.compile(r"[0-9A-Za-z]{4,40}", re.ASCII)
_VALUE = re.compile(r"[!-~]{1,40}")
_LONG_DAY, _SHORT_DAY = 8, 6


def _is_date(text: str) -> bool:
    plain = text.isascii() and text.isdigit() and len(text) in {_SHORT_DAY, _LONG_DAY}
    return plain and is_day(text)


def _is_value(text: str) -> bool:
    return bool(_VALUE.fullmatch(text))


_MA_PARTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "S": ("characters", _is_value),
    "L": ("characters", _is_value),
    "D": ("characters", _is_value),
    "M": ("date", _is_date),
    "P": ("date", _is_date),
    "V": ("date", _is_date),
    "E": ("date", _is_date),
    "C": ("characters", lambda text: bool(re.fullmatch(r"[0-9A-Z]", text))),
}
"""Serial, lot, sterilisation lot; made (two letters in use), valid until, expires; check."""
_AHM_PARTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "BN": ("characters", _is_value),
    "SN": ("characters", _is_value),
    "MD": ("date", _is_date),
    "BD": ("date", _is_date),
    "ED": ("date", _is_date),
}
"""Lot, serial, made, best before, expires."""


def read_ma(text: str) -> dict[str, str]:
    """Return device (``DI``) and production parts of an MA code, by their letters.

    Raises:
        MalformedCode: with its cause and the part at which it is.
    """
    fields = text.split(".")
    device = ".".join(fields[:_MA_FIELDS])
    if not _MA_DEVICE.fullmatch(device):
        raise MalformedCode(text, cause="length", identifier="DI")
    return {"DI": device} | _produced(text, fields[_MA_FIELDS:], 1, _MA_PARTS)


def read_ahm(text: str) -> dict[str, str]:
    """Return device (``DI``) and production parts of an AHM code, by their two letters.

    Raises:
        MalformedCode: as ``read_ma``.
    """
    device, *fields = text.removeprefix(AHM).removeprefix(".").split(".")
    if not _AHM_DEVICE.fullmatch(device):
        raise MalformedCode(text, cause="length", identifier="DI")
    return {"DI": device} | _produced(text, fields, 2, _AHM_PARTS)


def _produced(
    text: str,
    fields: Iterable[str],
    letters: int,
    known: dict[str, tuple[str, Callable[[str], bool]]],
) -> dict[str, str]:
    parts: dict[str, str] = {}
    for field in fields:
        name, value = field[:letters], field[letters:]
        if name not in known:
            raise MalformedCode(text, cause="identifier", identifier=name)
        cause, is_right = known[name]
        if name in parts:
            raise MalformedCode(text, cause="repeated", identifier=name)
        if not is_right(value):
            raise MalformedCode(text, cause=cause if value else "length", identifier=name)
        parts[name] = value
    return parts
