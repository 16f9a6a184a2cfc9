"""Merkle trees over SHA-256 as in RFC 6962 section 2.1 (Certificate Transparency).

Leaves and inner nodes are hashed with different first bytes, so that an inner node can never be
passed off as a leaf. A tree of n leaves splits at the largest power of two below n.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

_LEAF = b"\x00"
_NODE = b"\x01"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The hashes beside the way from leaf `index` of `size` up to the root, lowest first."""

    index: int
    size: int
    path: tuple[bytes, ...]


def leaf_hash(record: bytes) -> bytes:
    """Hash of one canonical record (32 bytes)."""
    return hashlib.sha256(_LEAF + record).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes in order; the root of nothing is SHA-256 of the empty string."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> InclusionProof:
    """The proof that leaf `index` is under the root of these leaves; IndexError if it is not."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    level, position = leaves, index
    while len(level) > 1:
        beside = position ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, position = _level_above(level), position // 2
    return InclusionProof(index, len(leaves), tuple(path))


def is_included(leaf: bytes, proof: InclusionProof, expected_root: bytes) -> bool:
    """Whether the proof leads from the leaf hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= proof.index < proof.size:
        return False
    position, last = proof.index, proof.size - 1
    computed = leaf
    for beside in proof.path:
        if last == 0:
            return False
        if position % 2 or position == last:
            computed = _node_hash(beside, computed)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            computed = _node_hash(computed, beside)
        position, last = position // 2, last // 2
    return last == 0 and computed == expected_root


def prove_growth(leaves: Sequence[bytes], earlier_size: int) -> tuple[bytes, ...]:
    """The proof that the tree over the first leaves has only grown since (RFC 6962 section 2.1.2).

    IndexError unless 0 < `earlier_size` <= number of leaves; the proof of a tree with itself is
    empty.
    """
    if not 0 < earlier_size <= len(leaves):
        raise IndexError(earlier_size)
    path: list[bytes] = []
    start, end, size, known = 0, len(leaves), earlier_size, True
    # Down from the top to where the earlier tree ends. What is left on the way is as it was then,
    # what is right of it came later; `known` while the earlier root itself is what is asked about.
    while size < end - start:
        split = 1 << (end - start - 1).bit_length() - 1
        if size <= split:
            path.append(root(leaves[start + split : end]))
            end = start + split
        else:
            path.append(root(leaves[start : start + split]))
            start, size, known = start + split, size - split, False
    if not known:
        path.append(root(leaves[start:end]))
    return tuple(reversed(path))


def has_grown(
    earlier_size: int, earlier_root: bytes, size: int, expected_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the earlier tree is the beginning of the later one (RFC 9162
    section 2.1.4.2).
    """
    if not 0 < earlier_size <= size:
        return False
    if earlier_size == size:
        return not path and earlier_root == expected_root
    place, last = earlier_size - 1, size - 1
    while place % 2:
        place, last = place // 2, last // 2
    # A whole power of two is a node of the later tree, and its root starts the proof.
    rest = list(path) if place else [earlier_root, *path]
    if not rest:
        return False
    before = now = rest[0]
    for beside in rest[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            before, now = _node_hash(beside, before), _node_hash(beside, now)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            now = _node_hash(now, beside)
        place, last = place // 2, last // 2
    return last == 0 and (before, now) == (earlier_root, expected_root)


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    # Pairing neighbours and carrying an odd last one up gives the same tree as splitting at the
    # largest power of two, without recursion.
    above = [_node_hash(level[left], level[left + 1]) for left in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
