"""The command `badge`: is a badge, alone or inside a certificate's PDF, signed by this key.

Exit codes: 0 it is, 1 it is not, 2 wrong usage, 3 it cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from certificates.attachment import attached
from certificates.badge import LONGEST, read_badge
from certificates.cose import CodeRefused
from certificates.errors import KeyUnusable
from certificates.verify import SIZE_LIMIT

HOLDS, DOES_NOT, WRONG_USAGE, UNREADABLE = 0, 1, 2, 3
LATE = {"SIGNATURE", "CODE_CONTENT", "CODE_ALGORITHM"}
"""Refusals of what could be read."""


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type to itself
    """Add the command to the parser's."""
    one = commands.add_parser("badge", help="is this badge (VC-JWT) signed by this key")
    one.add_argument("file", type=Path, help="credential.jwt, or the certificate's PDF that holds it")
    one.add_argument("--key", type=Path, required=True, help="the issuer's public key: JWK or PEM")
    one.add_argument("--json", action="store_true", help="print the whole credential as JSON")
    one.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    try:
        key, text = _key(given.key), _text(given.file)
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    except KeyUnusable as fault:
        print(f"{fault.zh} {fault.en}", file=sys.stderr)  # noqa: T201
        return WRONG_USAGE
    try:
        found = read_badge(text, key)
    except CodeRefused as fault:
        print(f"{fault.code}: {fault.zh} {fault.en}")  # noqa: T201
        return DOES_NOT if fault.code in LATE else UNREADABLE
    print(json.dumps(found, ensure_ascii=False, indent=2) if given.json else _as_text(found))  # noqa: T201
    return HOLDS


def _key(path: Path) -> ec.EllipticCurvePublicKey:
    try:
        data = path.read_bytes()
        held = ECKey.import_key(json.loads(data) if data.lstrip().startswith(b"{") else data).public_key
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise _no_key() from fault
    if not isinstance(held, ec.EllipticCurvePublicKey) or not isinstance(held.curve, ec.SECP256R1):
        raise _no_key()
    return held


def _no_key() -> KeyUnusable:
    return KeyUnusable("KEY_KIND", "不是 P-256 公钥。", "This is no public key on P-256.")


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(SIZE_LIMIT + 1)
    held = attached(data) if data.startswith(b"%PDF-") and len(data) <= SIZE_LIMIT else data
    return (held or b"")[: LONGEST + 1].decode(errors="replace").strip()


def _as_text(found: Mapping[str, Any]) -> str:
    subject = found["credentialSubject"]
    rows = [
        ("编号 number", subject["licenseNumber"]), ("持证人 holder", subject["identifier"][0]["identityHash"]),
        ("单位 agency", subject["agency"]), ("区域 region", subject["region"]),
        ("领域 domains", "、".join(subject["domains"])), ("签发 issuer", found["issuer"]["name"]),
        ("有效 valid", f"{found['validFrom']} – {found['validUntil']}"),
        ("状态 status", "未核，请查状态列表 not checked: ask " + found["credentialStatus"][0]["statusListCredential"]),
    ]  # fmt: skip
    return "\n".join(["SIGNED", *(f"  {name}: {value}" for name, value in rows)])
