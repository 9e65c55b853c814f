"""The Merkle tree against the RFC's own recursive definitions, and against what others have published."""

import base64
import hashlib
import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.translog.entries import canonical, entry_leaf
from certificates.translog.errors import LogInvalid
from certificates.translog.tree import (
    EMPTY_ROOT,
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
)

few = settings(max_examples=60, deadline=None, database=None)
sizes = st.integers(1, 130)


def _leaves(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


def _naive_root(leaves):
    """MTH of RFC 9162 part 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return hashlib.sha256(b"\x01" + _naive_root(leaves[:cut]) + _naive_root(leaves[cut:])).digest()


def _naive_path(place, leaves):
    """PATH of RFC 9162 part 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    if place < cut:
        return [*_naive_path(place, leaves[:cut]), _naive_root(leaves[cut:])]
    return [*_naive_path(place - cut, leaves[cut:]), _naive_root(leaves[:cut])]


def _naive_subproof(first, leaves, whole):
    """SUBPROOF of RFC 9162 part 2.1.4.1, word for word."""
    if first == len(leaves):
        return [] if whole else [_naive_root(leaves)]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    if first <= cut:
        return [*_naive_subproof(first, leaves[:cut], whole), _naive_root(leaves[cut:])]
    return [*_naive_subproof(first - cut, leaves[cut:], False), _naive_root(leaves[:cut])]


def _kept(leaves):
    """Every complete node as the growing tree gives it, and a reader of them."""
    tree, nodes = Tree(), {(0, place): leaf for place, leaf in enumerate(leaves)}
    for leaf in leaves:
        nodes.update({(level, index): found for level, index, found in tree.append(leaf)})
    return tree, lambda wanted: {node: nodes[node] for node in wanted}


def test_the_empty_tree_and_a_single_leaf_have_the_roots_that_the_rfc_gives_them():
    assert Tree().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert _kept(_leaves(1))[0].root() == hashlib.sha256(b"\x000").digest()


@few
@given(sizes)
def test_a_growing_tree_has_the_root_of_the_recursive_definition_at_every_size(size):
    leaves = _leaves(size)
    tree, read = _kept(leaves)
    assert tree.root() == _naive_root(leaves)
    assert Tree.kept(size, read).root() == tree.root()
    again = Tree.kept(size, read)
    again.append(leaf_hash(b"next"))
    assert again.root() == _naive_root([*leaves, leaf_hash(b"next")])


@few
@given(sizes, st.data())
def test_an_inclusion_proof_is_the_recursive_one_and_is_accepted_for_its_leaf_only(size, data):
    leaves = _leaves(size)
    tree, read = _kept(leaves)
    place = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(place, size, read)
    assert list(path) == _naive_path(place, leaves)
    check_inclusion(leaves[place], place, size, path, tree.root())
    with pytest.raises(LogInvalid):
        check_inclusion(leaf_hash(b"another"), place, size, path, tree.root())
    if path:
        broken = list(path)
        which = data.draw(st.integers(0, len(path) - 1))
        broken[which] = bytes([broken[which][0] ^ 1]) + broken[which][1:]
        for wrong in (broken, path[1:], path[:-1], (*path, path[0])):
            with pytest.raises(LogInvalid):
                check_inclusion(leaves[place], place, size, wrong, tree.root())


@few
@given(sizes, st.data())
def test_a_consistency_proof_is_the_recursive_one_and_holds_for_these_two_trees_only(size, data):
    leaves = _leaves(size)
    first = data.draw(st.integers(1, size))
    old, new = _naive_root(leaves[:first]), _naive_root(leaves)
    path = consistency_proof(first, size, _kept(leaves)[1])
    assert list(path) == _naive_subproof(first, leaves, True)
    check_consistency(first, size, old, new, path)
    rewritten = _naive_root([*leaves[: first - 1], leaf_hash(b"rewritten")])
    with pytest.raises(LogInvalid):
        check_consistency(first, size, rewritten, new, path)
    for wrong in ((*path, new), path[1:] if path else (new,)):
        with pytest.raises(LogInvalid):
            check_consistency(first, size, old, new, wrong)


def test_a_proof_of_or_from_an_empty_log_is_refused_by_maker_and_checker():
    root, read = _kept(_leaves(3))[0].root(), _kept(_leaves(3))[1]
    for ask in (
        lambda: consistency_proof(0, 3, read),
        lambda: consistency_proof(0, 0, read),
        lambda: inclusion_proof(0, 0, read),
        lambda: check_consistency(0, 3, EMPTY_ROOT, root, ()),
        lambda: check_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ()),
        lambda: check_inclusion(EMPTY_ROOT, 0, 0, (), EMPTY_ROOT),
    ):
        with pytest.raises(LogInvalid) as refusal:
            ask()
        assert refusal.value.code == "PROOF_SIZE_ZERO"


def test_a_proof_about_what_lies_outside_the_log_is_refused():
    root, read = _kept(_leaves(3))[0].root(), _kept(_leaves(3))[1]
    for ask in (
        lambda: consistency_proof(4, 3, read),
        lambda: inclusion_proof(3, 3, read),
        lambda: inclusion_proof(-2, 3, read),
        lambda: check_consistency(-1, 3, root, root, ()),
        lambda: check_inclusion(root, 2**63, 2**64, (), root),
    ):
        with pytest.raises(LogInvalid) as refusal:
            ask()
        assert refusal.value.code == "PROOF_RANGE"


def test_hashes_of_the_wrong_length_and_endless_paths_are_refused():
    root = _kept(_leaves(3))[0].root()
    for path in ((b"short",), (root,) * 100):
        with pytest.raises(LogInvalid) as refusal:
            check_inclusion(root, 1, 3, path, root)
        assert refusal.value.code == "PROOF_MALFORMED"


def test_the_published_vectors_of_inclusion_are_judged_as_their_authors_judge_them(shared):
    files = sorted((shared / "corpora" / "merkle_inclusion").rglob("*.json"))
    assert len(files) > 80
    judged = {}
    for file in files:
        case = json.loads(file.read_bytes())
        leaf, root, *path = (
            base64.b64decode(one or "") for one in (case["leafHash"], case["root"], *(case["proof"] or []))
        )
        try:
            check_inclusion(leaf, case["leafIdx"], case["treeSize"], path, root)
            refused = False
        except LogInvalid:
            refused = True
        judged[file.relative_to(shared).as_posix()] = (refused, case["wantErr"])
    assert {name: both for name, both in judged.items() if both[0] != both[1]} == {}
    assert {True, False} == {want for _refused, want in judged.values()}


FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | FINITE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@few
@given(st.dictionaries(st.text(), PLAIN, max_size=6))
def test_the_quick_writer_writes_what_the_library_of_rfc_8785_writes(entry):
    assert canonical(entry) == rfc8785.dumps(entry)


def test_the_canonical_form_is_the_same_whichever_engine_kept_the_numbers():
    assert (
        canonical({"b": 1.0, "a": "é\u007f\n"})
        == canonical({"a": "é\u007f\n", "b": 1})
        == '{"a":"é\u007f\\n","b":1}'.encode()
    )
    assert canonical({"x": 1e22}) == canonical({"x": 10**22}) == b'{"x":1e+22}'
    assert canonical({"\U00010000": 1, "\uffff": 2}) == '{"\U00010000":1,"\uffff":2}'.encode()  # by UTF-16


@pytest.mark.parametrize("entry", [{"x": float("nan")}, {"x": "\ud800"}, {"x": 10**400}, {"x": {1, 2}}, {1: "x"}])
def test_what_has_no_canonical_form_is_refused(entry):
    with pytest.raises(LogInvalid) as refusal:
        canonical(entry)
    assert refusal.value.code == "ENTRY_NOT_CANONICAL"


def test_a_leaf_is_the_hash_that_the_description_says():
    entry, salt = {"sequence": 1, "event": "test.thing.done"}, bytes(range(16))
    inner = hashlib.sha256(b'{"event":"test.thing.done","sequence":1}').digest()
    assert entry_leaf(entry, salt) == hashlib.sha256(b"\x00" + salt + inner).digest()
    assert entry_leaf(entry, bytes(16)) != entry_leaf(entry, salt)
