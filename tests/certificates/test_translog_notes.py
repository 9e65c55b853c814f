"""Signed notes and checkpoints: the published examples, and whatever is not quite one."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.translog.errors import LogInvalid
from certificates.translog.note import NOTE_LIMIT, Checkpoint, Verifier, open_note, sign_note
from certificates.translog.tree import EMPTY_ROOT, leaf_hash

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "chizheng.example.cn/log"
LOG = Verifier.of(ORIGIN, KEY.public_key())
CHECKPOINT = Checkpoint(ORIGIN, 5, leaf_hash(b"root"))
NOTE = CHECKPOINT.signed(KEY)

# The key and the note by which the Go module golang.org/x/mod/sumdb/note shows the format.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ESSAY = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def refused(code, ask):
    with pytest.raises(LogInvalid) as refusal:
        ask()
    assert refusal.value.code == code
    assert refusal.value.zh
    assert refusal.value.en


def test_the_published_example_of_a_note_opens_under_its_published_key():
    verifier = Verifier.read(PETER)
    assert str(verifier) == PETER
    assert open_note(ESSAY.encode(), [LOG, verifier]).endswith("what your problem is.\n")
    refused("NOTE_FORGED", lambda: open_note(ESSAY.replace("problem is", "answer is").encode(), [verifier]))


def test_a_checkpoint_that_was_signed_is_read_back_and_its_key_goes_through_its_line():
    assert NOTE.startswith(f"{ORIGIN}\n5\n")
    assert Checkpoint.opened(NOTE.encode(), [Verifier.read(f"{LOG}\n")]) == CHECKPOINT


def test_a_change_of_one_digit_or_another_key_is_noticed():
    refused("NOTE_FORGED", lambda: Checkpoint.opened(NOTE.replace("\n5\n", "\n6\n").encode(), [LOG]))
    refused("NOTE_UNSIGNED", lambda: Checkpoint.opened(NOTE.encode(), [Verifier.of(ORIGIN, OTHER.public_key())]))
    refused("NOTE_UNSIGNED", lambda: Checkpoint.opened(NOTE.encode(), []))


def test_signatures_of_strangers_are_passed_over_and_one_that_is_known_suffices():
    line = sign_note(CHECKPOINT.text(), "witness.example", OTHER).splitlines()[-1]
    assert Checkpoint.opened(f"{NOTE}{line}\n".encode(), [LOG]) == CHECKPOINT


def test_a_known_key_under_another_name_does_not_make_a_checkpoint_of_this_log():
    note = sign_note(CHECKPOINT.text(), "witness.example", OTHER).encode()
    refused(
        "CHECKPOINT_OTHER_LOG", lambda: Checkpoint.opened(note, [Verifier.of("witness.example", OTHER.public_key())])
    )


SIGNATURE = NOTE.splitlines()[-1]


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff\xfe",
        NOTE[:-1].encode(),
        NOTE.replace("\n\n", "\n").encode(),
        NOTE.replace("— ", "- ").encode(),
        NOTE.replace("\n5\n", "\r\n5\n").encode(),
        NOTE.replace(SIGNATURE, SIGNATURE + "\n").encode(),
        NOTE.replace(SIGNATURE, SIGNATURE + " ").encode(),
        NOTE.replace(SIGNATURE, SIGNATURE[:-2]).encode(),
        NOTE.replace(SIGNATURE, f"— {ORIGIN} AAAA").encode(),
        NOTE.replace(f"— {ORIGIN}", "— a+b").encode(),
        (NOTE + (SIGNATURE + "\n") * 64).encode(),
        b"x" * (NOTE_LIMIT + 1) + NOTE.encode(),
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(note):
    refused("NOTE_MALFORMED", lambda: open_note(note, [LOG]))


ROOT = CHECKPOINT.text().split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n5\n",
        f"\n5\n{ROOT}\n",
        f"{ORIGIN}\n05\n{ROOT}\n",
        f"{ORIGIN}\n-5\n{ROOT}\n",
        f"{ORIGIN}\n٥\n{ROOT}\n",
        f"{ORIGIN}\n9223372036854775808\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n5\nAAAA\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT}\n\n\nmore\n",
        f"{ORIGIN}\n5\n{ROOT}",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    refused("CHECKPOINT_MALFORMED", lambda: Checkpoint.read(text))


def test_the_checkpoint_of_an_empty_log_and_one_with_further_lines_are_read():
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert Checkpoint.read(empty.text()) == empty
    assert Checkpoint.read(CHECKPOINT.text() + "further\n") == CHECKPOINT


@pytest.mark.parametrize("line", ["", "a", f"{LOG}x", str(LOG).replace(LOG.id.hex(), "00000000"), "a b+00000000+AQ=="])
def test_what_is_no_key_is_refused(line):
    refused("LOG_KEY", lambda: Verifier.read(line))


@pytest.mark.parametrize("made", [("a\nb", 5, leaf_hash(b"")), (ORIGIN, -1, leaf_hash(b"")), (ORIGIN, 5, b"short")])
def test_nothing_is_signed_that_would_not_be_read(made):
    refused("CHECKPOINT_MALFORMED", lambda: Checkpoint(*made).signed(KEY))


def test_a_note_without_a_last_newline_is_not_signed():
    refused("NOTE_MALFORMED", lambda: sign_note("text", ORIGIN, KEY))
