"""Signed notes and checkpoints: C2SP signed-note v1.0.0 with Ed25519 (type 0x01), and C2SP tlog-checkpoint."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certificates.translog.errors import LogInvalid
from certificates.translog.tree import EMPTY_ROOT, HASH_BYTES, LARGEST_SIZE

NOTE_LIMIT = 256 * 1024
MOST_SIGNATURES = 64
ED25519 = b"\x01"
KEY_BYTES, SIGNATURE_BYTES, ID_BYTES = 32, 64, 4
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def _note_wrong() -> LogInvalid:
    return LogInvalid("NOTE_MALFORMED", "这不是签名文本（signed note）。", "This is not a signed note.")


def _checkpoint_wrong() -> LogInvalid:
    return LogInvalid("CHECKPOINT_MALFORMED", "这不是日志检查点。", "This is not a checkpoint of a log.")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public Ed25519 key (32 bytes) under the name by which it signs notes. Raises LogInvalid for an unusable one."""

    name: str
    key: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.key) != KEY_BYTES:
            raise LogInvalid("LOG_KEY", "日志公钥不可用。", "The public key of the log cannot be used.")

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), cut."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """The key as one line of text: name+id+base64(0x01 ‖ key), as the note tools of Go write it."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def of(cls, name: str, key: Ed25519PublicKey) -> "Verifier":
        """The public key under a name."""
        return cls(name, key.public_bytes_raw())

    @classmethod
    def read(cls, line: str) -> "Verifier":
        """The key from its line of text. Raises LogInvalid when it is none, or its id is not its own."""
        name, _plus, rest = line.strip().partition("+")
        told, _plus, encoded = rest.partition("+")
        held = _base64(encoded) or b""
        found = cls(name, held[1:] if held[:1] == ED25519 else b"")
        if told != found.id.hex():
            raise LogInvalid("LOG_KEY", "日志公钥不可用。", "The public key of the log cannot be used.")
        return found


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(one.isspace() for one in name)


def _base64(text: str) -> bytes | None:
    """The bytes of a text in the one way in which base64 may be written, or None."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return found if base64.b64encode(found).decode() == text else None


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The text, which ends in a newline, signed under a name."""
    verifier = Verifier.of(name, key.public_key())
    if not text.endswith("\n") or _has_control(text):
        raise _note_wrong()
    signature = base64.b64encode(verifier.id + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def _has_control(text: str) -> bool:
    return any(one < " " and one != "\n" for one in text)


def _parts(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The text with its last newline, and each signature as name and bytes."""
    if len(note) > NOTE_LIMIT:
        raise _note_wrong()
    try:
        told = note.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _note_wrong() from fault
    text, blank, lines = told.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _has_control(told):
        raise _note_wrong()
    signed = lines[:-1].split("\n")
    if len(signed) > MOST_SIGNATURES:
        raise _note_wrong()
    return text + "\n", [_signature(line) for line in signed]


def _signature(line: str) -> tuple[str, bytes]:
    dash, _space, rest = line.partition(" ")
    name, _space, encoded = rest.partition(" ")
    held = _base64(encoded)
    if dash != "—" or not _is_name(name) or held is None or len(held) <= ID_BYTES:
        raise _note_wrong()
    return name, held


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that at least one of these keys has signed; signatures of others are passed over.

    Raises LogInvalid NOTE_MALFORMED, NOTE_UNSIGNED when none of the keys has signed, NOTE_FORGED when one that is named
    has not.
    """
    return _opened(note, verifiers)[0]


def _opened(note: bytes, verifiers: Iterable[Verifier]) -> tuple[str, set[str]]:
    text, signatures = _parts(note)
    known = {(one.name, one.id): one for one in verifiers}
    signed_by: set[str] = set()
    for name, held in signatures:
        verifier = known.get((name, held[:ID_BYTES]))
        if verifier is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.key).verify(held[ID_BYTES:], text.encode())
        except InvalidSignature as fault:
            raise LogInvalid(
                "NOTE_FORGED",
                "签名与日志公钥不符，文本被改动或并非该日志所签。",
                "The signature does not fit the log's key: the text was altered, or the log never signed it.",
            ) from fault
        signed_by.add(name)
    if not signed_by:
        raise LogInvalid("NOTE_UNSIGNED", "没有所信任密钥的签名。", "No key that is trusted has signed this.")
    return text, signed_by


def as_saved(data: bytes) -> bytes:
    """A note that a mail program or a text editor has saved, with the line ends and without the mark it put in.

    What was signed cannot become another text by this: the signature is checked afterwards.
    """
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").strip() + b"\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it holds, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed: three lines."""
        if not _is_name(self.origin) or not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_BYTES:
            raise _checkpoint_wrong()
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: Ed25519PrivateKey) -> str:
        """The note: the text signed under the log's own name."""
        return sign_note(self.text(), self.origin, key)

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint in a note's text; further lines are passed over. Raises LogInvalid CHECKPOINT_MALFORMED."""
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise _checkpoint_wrong()
        size, root = int(lines[1]), _base64(lines[2])
        if size > LARGEST_SIZE or root is None or len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
            raise _checkpoint_wrong()
        return cls(lines[0], size, root)

    @classmethod
    def claimed(cls, note: bytes) -> "Checkpoint":
        """What an unchecked note claims; only for finding the key under whose name it should be signed."""
        return cls.read(_parts(note)[0])

    @classmethod
    def opened(cls, note: bytes, verifiers: Iterable[Verifier]) -> "Checkpoint":
        """The checkpoint of a note signed, under the log's own name, by one of the keys. Raises LogInvalid."""
        text, signed_by = _opened(note, verifiers)
        found = cls.read(text)
        if found.origin not in signed_by:
            raise LogInvalid(
                "CHECKPOINT_OTHER_LOG",
                "检查点不是由其所称的日志签名。",
                "The checkpoint is not signed by the log that it names.",
            )
        return found
