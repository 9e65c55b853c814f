"""The Merkle tree of RFC 9162 part 2.1: hashing, growth leaf by leaf, proofs made and checked.

A node is (level, index): level 0 are the leaves, and node (l, i) covers the leaves from i·2^l to before (i+1)·2^l.
Only such complete nodes are ever kept; every other root is folded from them.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from certificates.translog.errors import proof_wrong

HASH_BYTES = 32
LONGEST_PATH = 64
LARGEST_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256().digest()

Node = tuple[int, int]
Read = Callable[[Sequence[Node]], Mapping[Node, bytes]]
"""Where complete nodes are kept: gives the hash of each node asked for."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows at its end, held as the roots of its complete parts, the largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)

    @classmethod
    def kept(cls, size: int, read: Read) -> "Tree":
        """The tree of the first `size` leaves, from the complete nodes that are kept."""
        nodes = list(pieces(0, size))
        found = read(nodes) if nodes else {}
        return cls(size, [found[node] for node in nodes])

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; gives (level, index, hash) of every node above the leaves that this completes, upwards."""
        completed: list[tuple[int, int, bytes]] = []
        level, index, found = 0, self.size, leaf
        while index & 1:
            level, index, found = level + 1, index >> 1, node_hash(self._peaks.pop(), found)
            completed.append((level, index, found))
        self._peaks.append(found)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far; SHA-256 of nothing for an empty tree."""
        return _folded(self._peaks)


def _folded(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    *before, found = hashes
    for one in reversed(before):
        found = node_hash(one, found)
    return found


def pieces(start: int, end: int) -> Iterator[Node]:
    """The complete nodes of the leaves from `start` to before `end`, a part of the tree as the RFC cuts it."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _middle(start: int, end: int) -> int:
    """Where a part of two leaves or more is cut: after the largest power of two smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, read: Read) -> tuple[bytes, ...]:
    """The path that proves leaf `index` (from 0) to be in the tree of `size` leaves, from the leaf upwards.

    Raises LogInvalid for a place outside the tree. RFC 9162 part 2.1.3.1.
    """
    _check_sizes(index + 1, size)
    start, end, beside = 0, size, []
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return _roots(beside[::-1], read)


def consistency_proof(first: int, second: int, read: Read) -> tuple[bytes, ...]:
    """The path that proves the tree of `second` leaves to begin with the tree of `first`; empty when they are equal.

    Raises LogInvalid for size 0 and for a first size beyond the second. RFC 9162 part 2.1.4.1.
    """
    _check_sizes(first, second)
    start, end, beside = 0, second, []
    while first != end:
        middle = _middle(start, end)
        if first <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    if start:
        beside.append((start, end))
    return _roots(beside[::-1], read)


def _check_sizes(first: int, second: int) -> None:
    if second == 0 or first == 0:
        raise proof_wrong("PROOF_SIZE_ZERO")
    if not 0 < first <= second <= LARGEST_SIZE:
        raise proof_wrong("PROOF_RANGE")


def _roots(parts: list[tuple[int, int]], read: Read) -> tuple[bytes, ...]:
    made_of = [list(pieces(*part)) for part in parts]
    wanted = sorted({node for nodes in made_of for node in nodes})
    found = read(wanted) if wanted else {}
    return tuple(_folded([found[node] for node in nodes]) for nodes in made_of)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise LogInvalid unless the path leads from leaf `index` (from 0) to the root. RFC 9162 part 2.1.3.2."""
    _check_sizes(index + 1, size)
    _check_hashes(leaf, root, *path)
    place, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            raise proof_wrong("PROOF_LENGTH")
        if place & 1 or place == last:
            found = node_hash(one, found)
            place, last = _up_to_right_child(place, last)
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    if last:
        raise proof_wrong("PROOF_LENGTH")
    if not hmac.compare_digest(found, root):
        raise proof_wrong("PROOF_WRONG")


def _up_to_right_child(place: int, last: int) -> tuple[int, int]:
    """Skip the levels at which the node at the tree's edge has no neighbour."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def check_consistency(first: int, second: int, old: bytes, new: bytes, path: Sequence[bytes]) -> None:
    """Raise LogInvalid unless the path proves that the tree of root `new` begins with that of root `old`.

    A size of 0 is always refused: every tree begins with the empty one, so it says nothing. RFC 9162 part 2.1.4.2.
    """
    _check_sizes(first, second)
    _check_hashes(old, new, *path)
    if first == second:
        if path:
            raise proof_wrong("PROOF_LENGTH")
        if not hmac.compare_digest(old, new):
            raise proof_wrong("PROOF_WRONG")
        return
    if not path:
        raise proof_wrong("PROOF_LENGTH")
    _climb(first, second, (old, new), [old, *path] if first & (first - 1) == 0 else list(path))


def _climb(first: int, second: int, roots: tuple[bytes, bytes], path: list[bytes]) -> None:
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            raise proof_wrong("PROOF_LENGTH")
        if place & 1 or place == last:
            before, after = node_hash(one, before), node_hash(one, after)
            place, last = _up_to_right_child(place, last)
        else:
            after = node_hash(after, one)
        place, last = place >> 1, last >> 1
    if last:
        raise proof_wrong("PROOF_LENGTH")
    if not (hmac.compare_digest(before, roots[0]) and hmac.compare_digest(after, roots[1])):
        raise proof_wrong("PROOF_WRONG")


def _check_hashes(*hashes: bytes) -> None:
    if len(hashes) > LONGEST_PATH + 2 or any(len(one) != HASH_BYTES for one in hashes):
        raise proof_wrong("PROOF_MALFORMED")
