"""`audit` and `log-proof` of `python -m certificates`: what an outsider needs to check the log, without our server.

Exit codes: 0 holds, 1 does not, 2 wrong usage, 3 could not tell.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from certificates.translog.audit import Report, audit
from certificates.translog.bundle import BUNDLE_LIMIT, Proof, document_fault
from certificates.translog.dump import LINE_LIMIT
from certificates.translog.errors import LogInvalid
from certificates.translog.note import NOTE_LIMIT, Checkpoint, Verifier, as_saved

HOLDS, DOES_NOT, WRONG_USAGE, UNTOLD = 0, 1, 2, 3


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type to itself
    """Add both commands to the parser's."""
    whole = commands.add_parser("audit", help="does a dump of the log agree with checkpoints published earlier")
    whole.add_argument("dump", type=Path, help="JSON lines written by `python -m app ledger dump`")
    whole.add_argument(
        "--checkpoint", type=Path, action="append", required=True, help="an old signed checkpoint; repeatable"
    )
    whole.set_defaults(run=_audit)
    one = commands.add_parser("log-proof", help="is one entry in the log of a signed checkpoint")
    one.add_argument("proof", type=Path, help="the proof as downloaded, JSON")
    one.add_argument("--document", type=Path, help="also: is it the proof of this document")
    one.set_defaults(run=_log_proof)
    for command in (whole, one):
        command.add_argument(
            "--key", type=Path, action="append", required=True, help="the log's public key, a line or PEM; repeatable"
        )
        command.add_argument("--json", action="store_true", help="print the answer as JSON")


def _audit(given: argparse.Namespace) -> int:
    try:
        notes = [as_saved(_bounded(path, NOTE_LIMIT)) for path in given.checkpoint]
        checkpoints = [Checkpoint.opened(note, _verifiers(given.key, note)) for note in notes]
        with given.dump.open("rb") as file:
            report = audit(_lines(file), checkpoints)
    except OSError as fault:
        return _unusable(fault)
    except LogInvalid as fault:
        return _refused(fault, UNTOLD, as_json=given.json)
    print(_as_json(report.as_dict()) if given.json else _as_text(report))  # noqa: T201
    return HOLDS if report.fault is None else UNTOLD if report.unreadable else DOES_NOT


def _log_proof(given: argparse.Namespace) -> int:
    try:
        proof = Proof.read(_bounded(given.proof, BUNDLE_LIMIT))
        verifiers = _verifiers(given.key, proof.note.encode(errors="replace"))
        digest = _digest(given.document) if given.document else ""
    except OSError as fault:
        return _unusable(fault)
    except LogInvalid as fault:
        return _refused(fault, UNTOLD, as_json=given.json)
    try:
        found = proof.check(verifiers)
    except LogInvalid as fault:
        return _refused(fault, DOES_NOT, as_json=given.json)
    if digest and (other := document_fault(proof, digest)):
        return _refused(other, DOES_NOT, as_json=given.json)
    data = {"outcome": "IN_LOG", "origin": found.origin, "sequence": proof.line.sequence, "size": found.size}
    words = f"IN_LOG\n  第 {proof.line.sequence} 条在日志之内 entry {proof.line.sequence} is in the log: {found.origin}"
    print(_as_json(data) if given.json else words)  # noqa: T201
    return HOLDS


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bounded(path: Path, limit: int) -> bytes:
    """The file, or just enough of a huge one to be refused for its size."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line, or just enough of a huge one to be refused for its size."""
    while line := file.readline(LINE_LIMIT + 1):
        yield line


def _verifiers(paths: list[Path], note: bytes) -> list[Verifier]:
    """The keys of these files; one in PEM takes the name that the note's checkpoint gives its log."""
    name = Checkpoint.claimed(note).origin
    return [_verifier(_bounded(path, NOTE_LIMIT), name) for path in paths]


def _verifier(held: bytes, name: str) -> Verifier:
    try:
        if not held.lstrip().startswith(b"-----BEGIN"):
            return Verifier.read(held.decode("utf-8-sig"))
        is_certificate = b"-----BEGIN CERTIFICATE-----" in held
        key = load_pem_x509_certificate(held).public_key() if is_certificate else load_pem_public_key(held)
    except LogInvalid:
        raise
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise LogInvalid("LOG_KEY", "日志公钥不可用。", "The public key of the log cannot be used.")
    return Verifier.of(name, key)


def _unusable(fault: OSError) -> int:
    print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)  # noqa: T201
    return WRONG_USAGE


def _refused(fault: LogInvalid, exit_code: int, *, as_json: bool) -> int:
    outcome = "UNDETERMINED" if exit_code == UNTOLD else "NOT_PROVED"
    found = {"code": fault.code, "zh": fault.zh, "en": fault.en, **fault.data}
    print(_as_json({"outcome": outcome, "fault": found}) if as_json else f"{outcome}\n{_told(fault)}")  # noqa: T201
    return exit_code


def _told(fault: LogInvalid) -> str:
    return f"  {fault.code}: {fault.zh} {fault.en}"


def _as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _as_text(report: Report) -> str:
    lines = [str(report.as_dict()["outcome"]), *([_told(report.fault)] if report.fault else [])]
    lines.append(f"  条目 entries: {report.entries}，隐去内容 withheld: {report.withheld}")
    lines.append(f"  根 root: {report.as_dict()['root']}")
    return "\n".join(lines)
