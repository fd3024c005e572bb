"""Seals on what we print: whose it is, what it said and until when, tested without a look-up.

A seal names the last day it holds and digests what was printed; the keyed digest over both and
over the thing's own code makes it this installation's. Only whoever holds the secret can make
one, so a label of another county, or one bent to another thing, is told from ours.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SEAL = re.compile(r"(\d{6})([A-Z2-7]{6})([A-Z2-7]{16})", re.ASCII)
"""Last day as YYMMDD, 30 bits of what was printed, 80 bits of the keyed digest."""
_DAY, _CONTENT, _PROOF = "%y%m%d", 6, 16


class SealVerdict(StrEnum):
    """What a seal turned out to be, in the order in which it is tested."""

    GENUINE = "genuine"
    FOREIGN = "foreign"
    """Not made under this installation's secret, or not for this code."""
    EXPIRED = "expired"
    OUTDATED = "outdated"
    """Ours, but the thing is no longer what was printed then."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is sealed: the code, what else it stands for, and the last day it holds."""

    code: str
    content: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Makes and tests the seals of one purpose."""

    key: bytes

    @classmethod
    def derive(cls, secret: str, purpose: str) -> Self:
        """Derive the key of ``purpose`` from the installation's secret (HKDF, RFC 5869)."""
        material = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
        return cls(material.derive(secret.encode()))

    def seal(self, printed: Printed) -> str:
        """Return the seal of what is printed: 28 capital letters and digits."""
        told = printed.until.strftime(_DAY) + self._digest(*printed.content)[:_CONTENT]
        return told + self._digest(printed.code, told)[:_PROOF]

    def judge(
        self, seal: str, code: str, content: tuple[str, ...] | None, *, on: date
    ) -> SealVerdict:
        """Say whether a seal read with ``code`` holds on a day, for what it stands for now.

        Without a content nobody asks what it stands for.
        """
        found = SEAL.fullmatch(seal)
        if found is None:
            return SealVerdict.FOREIGN
        day, said, proof = found.groups()
        if not hmac.compare_digest(self._digest(code, day + said)[:_PROOF], proof):
            return SealVerdict.FOREIGN
        if datetime.strptime(day, _DAY).date() < on:  # noqa: DTZ007 - a day has no zone
            return SealVerdict.EXPIRED
        if content is None:
            return SealVerdict.GENUINE
        same = hmac.compare_digest(self._digest(*content)[:_CONTENT], said)
        return SealVerdict.GENUINE if same else SealVerdict.OUTDATED

    def _digest(self, *texts: str) -> str:
        """Return the keyed digest of texts, none of which can pass for a part of another."""
        message = "".join(f"{len(text)}:{text}" for text in texts)
        digest = hmac.new(self.key, message.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode()
