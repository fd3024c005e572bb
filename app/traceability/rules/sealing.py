"""What a seal says of a site's events, byte by byte: leaves, links, the body and its signature.

Every event is a leaf: its hash, when it was recorded, by whom, and its place in the site's
log. A chain of links runs through all leaves of a site; a seal closes up to 1,024 of them with
a Merkle root, and its signature covers the root of the tree of all seals of the site. Whoever
keeps a checkpoint, on paper or elsewhere, can later show that nothing before it was changed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import pack
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.traceability.rules.merkle import leaf_hash

MOST_EVENTS = 1024
"""A seal closes at most so many events: a proof within it has ten hashes."""
LINK_BYTES = 24
"""Links are kept shortened, only the last one of a seal whole; 192 bits cannot be met by chance."""
MARK = "TC1"
_LOW, _MORE = 0x7F, 0x80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def leaf_of(digest: bytes, recorded_at: datetime, user_id: int, seq: int) -> bytes:
    """Return an event's leaf: event hash, time of recording, actor, place in the log."""
    return digest + pack(">qqq", ticks(recorded_at), user_id, seq)


def genesis(base: str, facility_id: int) -> bytes:
    """Return what the first link of a site is chained to."""
    return sha256(f"{base}/loc/{facility_id}".encode()).digest()


def link_of(before: bytes, leaf: bytes) -> bytes:
    """Return the link of a leaf to all that came before it."""
    return sha256(before + leaf).digest()


def ticks(moment: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (moment - _EPOCH) // _TICK


def packed(numbers: Iterable[int]) -> bytes:
    """Return ascending numbers as the steps between them, seven bits to a byte."""
    out, before = bytearray(), 0
    for number in numbers:
        step, before = number - before, number
        while step > _LOW:
            out.append(step & _LOW | _MORE)
            step >>= 7
        out.append(step)
    return bytes(out)


def unpacked(data: bytes) -> list[int]:
    """Return the numbers that ``packed`` wrote."""
    numbers, number, step, shift = [], 0, 0, 0
    for byte in data:
        step |= (byte & _LOW) << shift
        shift += 7
        if byte < _MORE:
            number += step
            numbers.append(number)
            step = shift = 0
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SealBody:
    """All that a seal says besides its signature.

    ``horizon`` is the key up to which every event of the site is in this or an earlier seal.
    ``head`` is the whole last link, ``root`` the Merkle root of the seal's leaves.
    """

    facility_id: int
    number: int
    first_seq: int
    horizon: int
    sealed_at: datetime
    events: bytes
    links: bytes
    head: bytes
    root: bytes

    def link_at(self, index: int, size: int) -> bytes:
        """Return what is kept of the link of the event at ``index`` of ``size``."""
        if index == size - 1:
            return self.head
        return self.links[index * LINK_BYTES : (index + 1) * LINK_BYTES]

    def content(self) -> bytes:
        """Return the seal as bytes; the last of them are its root."""
        numbers = (self.facility_id, self.number, self.first_seq, self.horizon)
        lists = sha256(pack(">q", len(self.events)) + self.events + self.links).digest()
        return pack(">qqqqq", *numbers, ticks(self.sealed_at)) + lists + self.head + self.root

    def hashed(self) -> bytes:
        """Return the seal as a leaf of the tree of its site's seals."""
        return leaf_hash(self.content())


def links_packed(links: Sequence[bytes]) -> bytes:
    """Return all links but the last, which is the head, shortened."""
    return b"".join(link[:LINK_BYTES] for link in links[:-1])


class CheckpointError(ValueError):
    """The text is no checkpoint of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a site's log was when a seal was made, in few enough words for a printed code.

    ``tree`` is the Merkle root over the site's first ``seals`` seals.
    """

    facility_id: int
    seals: int
    seq: int
    sealed_at: datetime
    head: bytes
    tree: bytes
    key_id: int
    signature: bytes = b""

    def message(self) -> bytes:
        """Return what is signed."""
        return ".".join(self._parts()).encode()

    def text(self) -> str:
        """Return the checkpoint with its signature, as it is printed."""
        return ".".join([*self._parts(), _to_text(self.signature)])

    def _parts(self) -> list[str]:
        numbers = (self.facility_id, self.seals, self.seq, ticks(self.sealed_at), self.key_id)
        return [MARK, *map(str, numbers), _to_text(self.head), _to_text(self.tree)]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text.

        Raises:
            CheckpointError: it is none.
        """
        try:
            mark, facility, seals, seq, at, key, head, tree, signature = text.strip().split(".")
            found = cls(
                facility_id=int(facility),
                seals=int(seals),
                seq=int(seq),
                sealed_at=_EPOCH + int(at) * _TICK,
                key_id=int(key),
                head=_to_bytes(head),
                tree=_to_bytes(tree),
                signature=_to_bytes(signature),
            )
        except (ValueError, OverflowError) as error:
            raise CheckpointError(text) from error
        if mark != MARK or found.text() != text.strip():
            raise CheckpointError(text)
        return found

    def signed_by(self, public_key: bytes) -> bool:
        """Say whether the owner of this key signed it."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, self.message())
        except (InvalidSignature, ValueError):
            return False
        return True


def _to_text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _to_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
