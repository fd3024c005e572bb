from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.rules.merkle import (
    EMPTY,
    add_leaf,
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
    node_hash,
    peaks_of,
    root_of,
    root_of_peaks,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]
"""Enough for every shape: full trees, one leaf more, one less."""


def plain_root(hashes: list[bytes]) -> bytes:
    """Return the root as RFC 6962 writes it down."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(plain_root(hashes[:split]), plain_root(hashes[split:]))


def test_the_root_is_that_of_the_standard_for_every_size() -> None:
    assert root_of([]) == EMPTY
    for size in range(1, len(LEAVES)):
        assert root_of(LEAVES[:size]) == plain_root(LEAVES[:size])


def test_a_tree_grows_by_its_peaks_alone() -> None:
    peaks: list[bytes] = []
    for size, hashed in enumerate(LEAVES):
        add_leaf(peaks, size, hashed)
        assert root_of_peaks(peaks) == plain_root(LEAVES[: size + 1])
        assert peaks == peaks_of(LEAVES[: size + 1])


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_is_shown_to_be_included_and_no_other(place: tuple[int, int]) -> None:
    size, index = place
    path = inclusion_path(LEAVES[:size], index)
    root = root_of(LEAVES[:size])

    assert len(path) <= (size - 1).bit_length()
    assert included(LEAVES[index], index, size, path, root)
    assert not included(leaf_hash(b"other"), index, size, path, root)
    assert not included(LEAVES[index], index, size, path, leaf_hash(b"other"))
    assert not included(LEAVES[index], index + size, size, path, root)
    assert not included(LEAVES[index], index, size, [*path, root], root)
    assert not path or not included(LEAVES[index], index, size, path[:-1], root)


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_a_tree_is_shown_to_have_grown_out_of_an_older_one(sizes: tuple[int, int]) -> None:
    old_size, size = sizes
    old, new = (old_size, root_of(LEAVES[:old_size])), (size, root_of(LEAVES[:size]))
    path = consistency_path(LEAVES[:size], old_size)
    forged = [*LEAVES[: old_size - 1], leaf_hash(b"other")]

    assert consistent(old, new, path)
    assert not consistent((old_size, root_of(forged)), new, path)
    assert not consistent(old, (size, leaf_hash(b"other")), path)
    assert not consistent(old, new, [*path, EMPTY])


@pytest.mark.parametrize("sizes", [(0, 3), (4, 3)])
def test_nothing_grows_out_of_nothing_or_backwards(sizes: tuple[int, int]) -> None:
    old, new = sizes
    assert not consistent((old, root_of(LEAVES[:old])), (new, root_of(LEAVES[:new])), [])
