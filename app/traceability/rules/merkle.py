"""Merkle trees of RFC 6962: one root for many leaves, and short proofs about them."""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; the first byte keeps leaves and nodes apart."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashed leaves."""
    return root_of_peaks(peaks_of(hashes))


def peaks_of(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the full trees that the leaves make, the largest first."""
    peaks: list[bytes] = []
    for number, hashed in enumerate(hashes):
        add_leaf(peaks, number, hashed)
    return peaks


def add_leaf(peaks: list[bytes], size: int, hashed: bytes) -> None:
    """Add a hashed leaf to a tree of ``size`` leaves that is known by its peaks."""
    while size & 1:
        hashed = node_hash(peaks.pop(), hashed)
        size >>= 1
    peaks.append(hashed)


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root of a tree that is known by its peaks."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root."""
    if len(hashes) <= 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*inclusion_path(hashes[:split], index), root_of(hashes[split:])]
    return [*inclusion_path(hashes[split:], index - split), root_of(hashes[:split])]


def consistency_path(hashes: Sequence[bytes], older: int) -> list[bytes]:
    """Return the hashes that show that the first ``older`` leaves have not changed since."""
    return _subproof(hashes, older, whole=True) if 0 < older < len(hashes) else []


def _subproof(hashes: Sequence[bytes], older: int, *, whole: bool) -> list[bytes]:
    if older == len(hashes):
        return [] if whole else [root_of(hashes)]
    split = _split(len(hashes))
    if older <= split:
        return [*_subproof(hashes[:split], older, whole=whole), root_of(hashes[split:])]
    return [*_subproof(hashes[split:], older - split, whole=False), root_of(hashes[:split])]


def included(hashed: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether the path leads from the leaf at ``index`` to the root of ``size`` leaves."""
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(step, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, step)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def consistent(older: tuple[int, bytes], newer: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Say whether the path shows that a tree of so many leaves grew out of the older one."""
    (old_size, old_root), (new_size, new_root) = older, newer
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    steps = list(path) if old_size & (old_size - 1) else [old_root, *path]
    return bool(steps) and _climbed(old_size - 1, new_size - 1, steps) == (old_root, new_root)


def _climbed(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the older and the newer root that the steps lead to, or None if they lead nowhere."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
