"""The transparency log over the ledger: grown in sweeps, signed, proved, and not to be rewritten unnoticed."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.core.errors import Invalid, NotFound, Refused
from app.core.permissions import system_actor
from app.ledger import queries, service
from app.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode
from certificates.translog.audit import audit
from certificates.translog.entries import entry_leaf
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import Tree, check_consistency
from tests.conftest import START, refused

HAND = system_actor("test")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "localhost/log"
LOG = Verifier.of(ORIGIN, KEY.public_key())
KEYS = [LOG.key]


def _write(session, count):
    deeds = [service.Deed("test.thing.done", ("thing", n), after={"n": n, "share": n / 3}) for n in range(count)]
    return service.record_all(session, HAND, deeds, now=START)


def _publish(session, count, now=START):
    """So many further entries, and a checkpoint over all there are."""
    _write(session, count)
    return service.publish(session, KEY, ORIGIN, now)


def _root(session):
    tree = Tree()
    for leaf in session.scalars(select(LedgerEntry.leaf).order_by(LedgerEntry.sequence)):
        tree.append(leaf)
    return tree.root()


def test_appending_writes_leaves_and_leaves_the_tree_to_the_sweep(session):
    last = _write(session, 5)
    assert session.scalar(select(func.count()).select_from(LedgerNode)) == queries.covered(session) == 0
    assert service.grow(session).root() == _root(session)
    assert queries.covered(session) == last - last % 2


def test_a_tree_grown_in_pieces_is_the_tree_grown_at_once(session):
    _write(session, 23)
    sizes = []
    while not sizes or len(set(sizes[-2:])) == 2 or len(sizes) == 1:
        sizes.append(service.grow(session, most=4).size)
    assert sizes[0] == 4
    assert sizes[-1] == queries.size(session)
    assert service.grow(session).root() == _root(session)
    assert service.examine(session).fault == ""


def test_a_checkpoint_is_signed_when_something_was_appended_and_only_then(session, clock):
    first = _publish(session, 3)
    assert Checkpoint.opened(first.note.encode(), [LOG]) == Checkpoint(ORIGIN, first.size, _root(session))
    assert first.key == str(LOG)
    assert service.publish(session, KEY, ORIGIN, clock.now()) is None
    second = _publish(session, 1)
    assert (second.size, queries.checkpoint(session)) == (first.size + 1, second)
    assert queries.checkpoint(session, first.size) == first


def test_an_empty_log_is_not_signed(session):
    if queries.size(session) == 0:
        assert service.publish(session, KEY, ORIGIN, START) is None
    assert queries.checkpoint(session) is None


def test_an_entry_proves_itself_against_the_newest_checkpoint_with_what_it_says(session):
    _write(session, 4)
    number = service.record(
        session, HAND, "credentials.document.sealed", ("certificate", "A-1"), now=START, after={"sha256": "ab"}
    )
    told = _publish(session, 6)
    proof = queries.proof(session, number)
    assert proof.check([LOG]).size == told.size
    assert proof.line.entry["after"] == {"sha256": "ab"}
    assert queries.proof_of_subject(session, "certificate", "A-1", "credentials.document.sealed") == proof
    bare = queries.inclusion(session, number)
    assert bare.line.entry is None
    assert bare.check([LOG]).size == told.size
    assert {key for key in bare.as_dict() if key in {"entry", "salt"}} == set()


def test_every_entry_proves_itself_against_every_checkpoint_that_covers_it(session):
    sizes = [_publish(session, count).size for count in (1, 2, 4, 6)]
    for size in sizes:
        for sequence in range(1, size + 1):
            assert queries.inclusion(session, sequence, size).check([LOG]).size == size


def test_each_checkpoint_is_proved_to_begin_with_those_before(session):
    told = [_publish(session, count) for count in (1, 2, 5, 8)]
    for first in told:
        path, second = queries.consistency(session, first.size)
        check_consistency(first.size, second.size, first.root, second.root, path)
        assert second == told[-1]
        assert queries.consistency(session, first.size, first.size)[0] == ()


def test_what_no_checkpoint_covers_is_not_yet_proved(session):
    assert queries.proof_of_subject(session, "thing", "1", "test.thing.done") is None
    last = _write(session, 3)
    assert queries.proof_of_subject(session, "thing", "1", "test.thing.done") is None
    assert queries.proof_if_any(session, last) is None
    with refused(NotFound, "log-checkpoint-none"):
        queries.proof(session, last)
    told = service.publish(session, KEY, ORIGIN, START)
    after = _write(session, 1)
    for number in (after, after + 5):
        with refused(Refused, "log-not-yet"):
            queries.inclusion(session, number)
    with refused(Invalid, "log-size-zero"):
        queries.inclusion(session, 0)
    with refused(Invalid, "log-size-zero"):
        queries.consistency(session, 0)
    with refused(Invalid, "log-order"):
        queries.consistency(session, told.size + 1)
    with refused(Invalid, "log-number-unusable"):
        queries.inclusion(session, 2**31)
    with refused(NotFound, "log-checkpoint-none"):
        queries.consistency(session, 1, told.size + 1)
    with refused(NotFound, "log-stamp-none"):
        queries.stamp(session, told.size)


GUARDED = ("ledger_node", "ledger_checkpoint", "ledger_stamp")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_node SET place = place",
        "DELETE FROM ledger_node",
        "UPDATE ledger_checkpoint SET size = size",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_stamp SET checkpoint_id = checkpoint_id",
        "DELETE FROM ledger_stamp",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_what_was_published(session, statement):
    told = _publish(session, 4)
    service.take_stamp(session, told.id, b"token", START)
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(statement))


def _unguard(session):
    """What somebody with the database's own password would do first."""
    for table in ("ledger_entry", *GUARDED):
        if session.get_bind().dialect.name == "sqlite":
            for deed in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{deed}"))
        else:
            session.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))


def _rewrite(session, sequence):
    """Change an entry so that its own leaf fits again."""
    one = session.get_one(LedgerEntry, sequence)
    content = queries.content(vars(one)) | {"reason": "nothing happened"}
    session.execute(
        text("UPDATE ledger_entry SET reason = 'nothing happened', leaf = :leaf WHERE sequence = :s"),
        {"leaf": entry_leaf(content, bytes.fromhex(one.salt)), "s": sequence},
    )
    session.expire_all()


def _rewrite_with_tree(session, sequence):
    """The same, and grow the whole tree again over it."""
    _rewrite(session, sequence)
    session.execute(text("DELETE FROM ledger_node"))
    service.grow(session)


def _drop_last(session, _sequence):
    session.execute(text("DELETE FROM ledger_stamp"))
    session.execute(text("DELETE FROM ledger_entry WHERE sequence = (SELECT max(sequence) FROM ledger_entry)"))
    session.execute(text("UPDATE ledger_head SET size = size - 1"))


def _sign_otherwise(session, sequence):
    """Rewrite everything, and sign the checkpoint anew with a key of one's own."""
    _rewrite_with_tree(session, sequence)
    size = queries.checkpoint(session).size
    told = Checkpoint(ORIGIN, size, _root(session))
    session.execute(
        text("UPDATE ledger_checkpoint SET root = :root, note = :note, key = :key"),
        {"root": told.root, "note": told.signed(OTHER), "key": str(Verifier.of(ORIGIN, OTHER.public_key()))},
    )
    session.expire_all()


def _by(statement):
    return lambda session, _sequence: session.execute(text(statement))


TAMPERING = {
    "an entry and its leaf": (_rewrite, "ledger-node"),
    "an entry, its leaf and the tree": (_rewrite_with_tree, "ledger-root"),
    "the last entry is dropped": (_drop_last, "ledger-shorter"),
    "everything, signed by another key": (_sign_otherwise, "ledger-signature"),
    "a node": (
        _by("UPDATE ledger_node SET hash = (SELECT root FROM ledger_checkpoint) WHERE level = 2"),
        "ledger-node",
    ),
    "the tree's top is dropped": (_by("DELETE FROM ledger_node WHERE level = 3"), "ledger-node"),
    "all nodes are dropped": (_by("DELETE FROM ledger_node"), "ledger-node"),
    "a node too many": (_by("INSERT INTO ledger_node SELECT 9, 0, root FROM ledger_checkpoint"), "ledger-node"),
}


@pytest.mark.parametrize("hand", TAMPERING)
def test_verifying_finds_whatever_a_hand_does_to_a_published_log(session, hand):
    told = _publish(session, 9 - queries.size(session) % 9)
    assert service.examine(session, KEYS).fault == ""
    change, fault = TAMPERING[hand]
    _unguard(session)
    change(session, 2)
    found = service.examine(session, KEYS)
    assert (found.fault, found.signatures) == (fault, True)
    assert found.words()
    assert told.size >= 9


def test_a_log_that_contradicts_its_checkpoint_signs_nothing_more(session):
    _publish(session, 9)
    _unguard(session)
    _rewrite_with_tree(session, 2)
    with refused(Refused, "log-contradicts"):
        _publish(session, 1)
    assert session.scalar(select(func.count()).select_from(LedgerCheckpoint)) == 1


def test_a_checkpoint_kept_elsewhere_uncovers_a_log_whose_own_was_exchanged(session):
    kept = Checkpoint.opened(_publish(session, 9).note.encode(), [LOG])
    assert service.examine(session, KEYS, [kept]).checkpoints == 2
    _unguard(session)
    _sign_otherwise(session, 2)
    assert service.examine(session).fault == ""  # without the keys it agrees with itself
    assert service.examine(session, None, [kept]).fault == "ledger-root"


def test_the_dump_is_what_the_auditor_elsewhere_needs_and_withholds_what_it_should(session):
    told = Checkpoint.opened(_publish(session, 7).note.encode(), [LOG])
    _write(session, 2)
    whole = [line.encode() for line in service.dump(session)]
    report = audit(whole, [told])
    assert (report.fault, report.entries, report.root) == (None, queries.size(session), _root(session))
    bare = [line.encode() for line in service.dump(session, bare=True)]
    assert audit(bare, [told]).root == report.root
    assert {key for line in bare for key in json.loads(line)} == {"sequence", "leaf"}


def test_numbers_that_json_does_not_hold_are_kept_as_text_and_the_rest_is_found_as_written(session):
    odd = {
        "large": 2**60,
        "endless": float("inf"),
        "tiny": 1e-7,
        "huge": 1e22,
        "whole": 1.0,
        "minus": -0.0,
        "yes": True,
    }
    number = service.record(session, HAND, "test.thing.done", ("thing", 1), now=START, after=odd)
    session.expire_all()
    assert queries.entry(session, number).after["large"] == str(2**60)
    assert queries.entry(session, number).after["endless"] == "inf"
    assert service.verify(session)[1] is None


def test_a_checkpoint_is_stamped_once_a_day(session, clock):
    assert service.stamp_wanted(session, START) is None
    first = _publish(session, 1)
    assert service.stamp_wanted(session, START).id == first.id
    assert service.take_stamp(session, first.id, b"token", START)
    assert not service.take_stamp(session, first.id, b"other", START)
    assert queries.stamp(session, first.size) == b"token"
    second = _publish(session, 1, START + timedelta(hours=1))
    assert service.stamp_wanted(session, START + timedelta(hours=23)) is None
    assert service.stamp_wanted(session, START + timedelta(hours=25)).id == second.id
    assert [row.size for row in queries.checkpoints(session, stamped=True)] == [first.size]
