"""The auditor who has a dump, an old checkpoint and a key, and nothing else."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.__main__ import main
from certificates.translog.audit import audit
from certificates.translog.bundle import Proof
from certificates.translog.dump import LINE_LIMIT, Line
from certificates.translog.entries import entry_leaf
from certificates.translog.errors import LogInvalid
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import EMPTY_ROOT, Tree, inclusion_proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "chizheng.example.cn/log"
LOG = Verifier.of(ORIGIN, KEY.public_key())


def _line(place, **more):
    entry = {"sequence": place, "event": "test.thing.done", "after": {"sha256": f"{place:064x}", "share": 0.5}, **more}
    salt = bytes([place]) * 16
    return Line(place, entry_leaf(entry, salt), entry, salt)


LINES = [_line(place) for place in range(1, 12)]


def _checkpoint(size, lines=LINES):
    tree = Tree()
    for line in lines[:size]:
        tree.append(line.leaf)
    return Checkpoint(ORIGIN, size, tree.root())


def _told(lines):
    return [line.text().encode() for line in lines]


def _fault(lines, *checkpoints):
    report = audit(lines, checkpoints)
    return report.fault and report.fault.code, report.entries


def test_a_dump_that_grew_agrees_with_every_checkpoint_published_before():
    report = audit(_told(LINES), [_checkpoint(7), _checkpoint(11), _checkpoint(1), Checkpoint(ORIGIN, 0, EMPTY_ROOT)])
    assert (report.fault, report.entries, report.withheld) == (None, 11, 0)
    assert report.root == _checkpoint(11).root


def test_entries_whose_content_is_withheld_keep_their_place_in_the_tree():
    bare = [Line(line.sequence, line.leaf) if line.sequence % 2 else line for line in LINES]
    report = audit(_told(bare), [_checkpoint(7)])
    assert (report.fault, report.withheld, report.root) == (None, 6, _checkpoint(11).root)


def _instead(old, new):
    """A hand that writes something else wherever it finds the old."""
    return lambda told: [line.replace(old, new, 1) for line in told]


# what a hand does to the dump, the fault that is told, and how many entries were sound before it
HANDS = {
    "a word is changed": (lambda told: [*told[:3], *_instead(b"thing", b"other")(told[3:])], "ENTRY_CHANGED", 3),
    "a salt is changed": (_instead(b"0404", b"0405"), "ENTRY_CHANGED", 3),
    "an entry is removed": (lambda told: told[:4] + told[5:], "SEQUENCE_BROKEN", 4),
    "two are exchanged": (lambda told: [told[1], told[0], *told[2:]], "SEQUENCE_BROKEN", 0),
    "the end is cut off": (lambda told: told[:5], "LOG_SHORTER", 5),
    "everything is gone": (lambda told: [], "LOG_SHORTER", 0),
    "an entry is rewritten": (lambda told: [*told[:2], *_told([_line(3, reason="x")]), *told[3:]], "ROOT_DIFFERS", 6),
    "a number inside is changed": (_instead(b'{"sequence":2,"ev', b'{"sequence":9,"ev'), "ENTRY_CHANGED", 1),
    "a line is no JSON": (lambda told: [*told[:2], b"{\n"], "LINE_UNREADABLE", 2),
    "a name stands twice": (_instead(b'{"sequence"', b'{"sequence":9,"sequence"'), "LINE_UNREADABLE", 0),
    "a line is endless": (lambda told: [told[0], b"x" * (LINE_LIMIT + 1)], "LINE_UNREADABLE", 1),
    "a number is infinite": (_instead(b"0.5", b"Infinity"), "LINE_UNREADABLE", 0),
    "a leaf is too long": (_instead(b'"leaf":"', b'"leaf":"00'), "LINE_UNREADABLE", 0),
    "a line is nested without end": (lambda told: [b"[" * 100_000], "LINE_UNREADABLE", 0),
}


@pytest.mark.parametrize("hand", HANDS)
def test_the_first_thing_that_is_not_as_it_was_is_named(hand):
    change, code, sound = HANDS[hand]
    assert _fault(change(_told(LINES)), _checkpoint(7)) == (code, sound)


def test_a_rewriting_after_the_last_checkpoint_cannot_be_seen_but_one_before_it_can():
    rewritten = [*LINES[:8], _line(9, reason="other"), *LINES[9:]]
    assert _fault(_told(rewritten), _checkpoint(8)) == (None, 11)
    assert _fault(_told(rewritten), _checkpoint(8), _checkpoint(9)) == ("ROOT_DIFFERS", 8)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(b"".join(_told(LINES)))
    (tmp_path / "old.txt").write_text(_checkpoint(7).signed(KEY))
    (tmp_path / "log.pub").write_text(f"{LOG}\n")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "log.pem").write_bytes(pem)
    return tmp_path


def _command(files, *more, dump="dump.jsonl", key="log.pub", old="old.txt"):
    return main(["audit", str(files / dump), "--checkpoint", str(files / old), "--key", str(files / key), *more])


@pytest.mark.parametrize("key", ["log.pub", "log.pem"])
def test_the_command_says_consistent_with_the_key_as_a_line_or_as_pem(files, capsys, key):
    assert _command(files, key=key) == 0
    assert capsys.readouterr().out.startswith("CONSISTENT\n")


def test_a_checkpoint_saved_from_a_letter_with_other_line_ends_is_read_all_the_same(files):
    note = _checkpoint(7).signed(KEY)
    (files / "old.txt").write_bytes(b"\xef\xbb\xbf" + note.replace("\n", "\r\n").strip().encode() + b"\r\n\r\n")
    (files / "log.pub").write_bytes(b"\xef\xbb\xbf" + f"{LOG}\r\n".encode())
    assert _command(files) == 0


def test_the_command_says_what_is_not_as_it_was_and_leaves_with_one(files, capsys):
    (files / "dump.jsonl").write_bytes(b"".join(_told(LINES)).replace(b"thing.done", b"thing.gone"))
    assert _command(files, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["fault"]["code"], told["fault"]["sequence"]) == (
        "NOT_CONSISTENT",
        "ENTRY_CHANGED",
        "1",
    )


def test_the_command_leaves_with_three_when_it_cannot_tell(files, capsys):
    (files / "dump.jsonl").write_bytes(b"not a dump\n")
    assert _command(files) == 3
    (files / "old.txt").write_text(_checkpoint(7).signed(KEY).replace("\n7\n", "\n8\n"))
    assert _command(files) == 3
    assert "NOTE_FORGED" in capsys.readouterr().out
    (files / "log.pub").write_text("nonsense")
    assert _command(files) == 3
    (files / "log.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert _command(files, key="log.pem") == 3


def test_a_file_that_is_not_there_is_wrong_usage(files, capsys):
    assert _command(files, dump="none") == 2
    assert "none" in capsys.readouterr().err


def _proof(place, size):
    nodes, tree = {(0, n): line.leaf for n, line in enumerate(LINES)}, Tree()
    for line in LINES[:size]:
        nodes.update({(level, index): found for level, index, found in tree.append(line.leaf)})
    path = inclusion_proof(place - 1, size, lambda wanted: {node: nodes[node] for node in wanted})
    return Proof(LINES[place - 1], path, _checkpoint(size).signed(KEY))


def test_the_proof_of_one_entry_goes_through_its_file_and_holds(files, capsys):
    file = files / "proof.json"
    file.write_text(json.dumps(_proof(4, 9).as_dict()))
    assert main(["log-proof", str(file), "--key", str(files / "log.pub")]) == 0
    assert capsys.readouterr().out.startswith("IN_LOG")
    assert Proof.read(file.read_bytes()).check([LOG]) == _checkpoint(9)


def test_a_proof_speaks_of_the_document_whose_digest_the_entry_holds(files, capsys):
    document = files / "document.pdf"
    document.write_bytes(b"sealed")
    digest = hashlib.sha256(b"sealed").hexdigest()
    entry = {"sequence": 1, "after": {"sha256": digest}}
    line = Line(1, entry_leaf(entry, b"s"), entry, b"s")
    file = files / "proof.json"
    file.write_text(json.dumps(Proof(line, (), Checkpoint(ORIGIN, 1, line.leaf).signed(KEY)).as_dict()))
    command = ["log-proof", str(file), "--key", str(files / "log.pub"), "--document", str(document)]
    assert main(command) == 0
    document.write_bytes(b"other")
    assert main(command) == 1
    assert "PROOF_OTHER_DOCUMENT" in capsys.readouterr().out


PROOF_HANDS = {
    "another size": (lambda told: told | {"checkpoint": _checkpoint(8).signed(KEY)}, "PROOF_LENGTH", 1),
    "another entry": (lambda told: told | _proof(5, 9).line.as_dict(), "PROOF_WRONG", 1),
    "changed content": (lambda told: told | {"entry": told["entry"] | {"reason": "x"}}, "ENTRY_CHANGED", 1),
    "a shorter path": (lambda told: told | {"path": told["path"][1:]}, "PROOF", 1),
    "a forged checkpoint": (lambda told: told | {"checkpoint": told["checkpoint"].replace("9", "8", 1)}, "NOTE_F", 1),
    "another format": (lambda told: told | {"format": "x"}, "PROOF_MALFORMED", 3),
    "no path": (lambda told: told | {"path": None}, "PROOF_MALFORMED", 3),
    "a path of anything": (lambda told: told | {"path": [1]}, "PROOF_MALFORMED", 3),
    "no checkpoint": (lambda told: told | {"checkpoint": 5}, "PROOF_MALFORMED", 3),
    "half a character": (lambda told: told | {"checkpoint": "\ud800"}, "NOTE_MALFORMED", 3),
}  # fmt: skip


@pytest.mark.parametrize("hand", PROOF_HANDS)
def test_a_proof_that_went_through_a_hand_is_refused(files, capsys, hand):
    change, code, left_with = PROOF_HANDS[hand]
    file = files / "proof.json"
    file.write_text(json.dumps(change(_proof(4, 9).as_dict())))
    assert main(["log-proof", str(file), "--key", str(files / "log.pub")]) == left_with
    assert code in capsys.readouterr().out


def test_a_proof_without_content_still_proves_its_leaf():
    proof = _proof(4, 9)
    bare = Proof(Line(4, proof.line.leaf), proof.path, proof.note)
    assert bare.check([LOG]).size == 9
    assert "entry" not in bare.as_dict()


def test_an_endless_proof_is_refused():
    with pytest.raises(LogInvalid):
        Proof.read(b" " * (16 * 1024 * 1024 + 1))
