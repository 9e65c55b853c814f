"""Files brought by anybody: each has its own verdict, within five seconds and 200 MB, and none brings us down."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from certificates.authority import make_issuing, make_root
from certificates.sign import Level
from certificates.verify import SIZE_LIMIT, Outcome, verify_file
from tests.certificates.forging import Swindler
from tests.certificates.seals import Office, note
from tests.conftest import THOROUGH

PROJECT = Path(__file__).resolve().parents[2]
SECONDS, MEGABYTES = 5, 200
JUDGE = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from certificates.verify import verify_file
folder = Path(sys.argv[1])
crls = [one.read_bytes() for one in sorted(folder.glob("*.crl"))]
known = {"crls": crls, "tsa_roots": [(folder / "tsa.pem").read_bytes()]}
root, at = (folder / "root.pem").read_bytes(), datetime.fromisoformat(sys.argv[2])
told = {}
for path in sorted(folder.glob("*.bin")):
    start = time.perf_counter()
    verdict = verify_file(path, [root], at, **known)
    told[path.stem] = [verdict.outcome.value, list(verdict.codes), time.perf_counter() - start]
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"told": told, "megabytes": int(peak.split()[1]) / 1024}))
"""


def encrypted() -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("user", ownerPassword="owner"))
    canvas.drawString(100, 100, "secret")
    canvas.save()
    return buffer.getvalue()


def many_revisions(sealed: bytes) -> bytes:
    """Five thousand revisions after the sealed one, each leading to the one before."""
    parts, place, before = [sealed], len(sealed), sealed.rindex(b"xref\n")
    for number in range(5_000):
        body = b"%d 0 obj\n<< /N %d >>\nendobj\n" % (9_000, number)
        table = b"xref\n0 0\ntrailer\n<< /Root 1 0 R /Size 9001 /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
        parts.append(body + table % (before, place + len(body)))
        before = place + len(body)
        place += len(parts[-1])
    return b"".join(parts)


def part_signed(sealed: bytes) -> bytes:
    """Pages put behind what the signature covers, but before the end of the file."""
    return sealed + b"\n7 0 obj\n<< /Type /Page >>\nendobj\n"


def broken_table(swindler: Swindler) -> bytes:
    place = swindler.sealed.rindex(b"startxref\n") + len(b"startxref\n")
    return swindler._flipped(place)


def crowded_hole(office: Office, swindler: Swindler) -> bytes:
    """A signature with fifty certificates of one name, so that a search for chains would try all their orders."""
    root = make_root(office.name, office.now)
    same = [make_issuing(root, office.name, office.now).certificate for _ in range(50)]
    whole = swindler._cms(swindler.sealed)
    found = [asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in same]
    whole["content"]["certificates"] = cms.CertificateSet([*whole["content"]["certificates"], *found])
    content = whole.dump()
    start, end = swindler._hole(swindler.sealed)
    hole = content.hex().upper().encode()
    grown = swindler.sealed[:start] + hole + swindler.sealed[end:]
    before, after = start - 1, start + len(hole) + 1
    ranges = b"/ByteRange [0 %d %d %d]" % (before, after, len(grown) - after)
    place = grown.index(b"/ByteRange")
    length = grown.index(b"]", place) + 1 - place
    return grown[:place] + ranges.ljust(length) + grown[place + length :]


def nested_hole(swindler: Swindler) -> bytes:
    depth = 5_000
    content = b""
    for _ in range(depth):
        size = len(content)
        header = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        content = b"\x30" + header + content
    return swindler._refilled(content[: (swindler._hole(swindler.sealed)[1] - swindler._hole(swindler.sealed)[0]) // 2])


CASES: Mapping[str, tuple[str, str]] = {
    "not-a-pdf": ("NOT_GENUINE", "NOT_PDF"),
    "empty": ("NOT_GENUINE", "NOT_PDF"),
    "encrypted": ("UNDETERMINED", "ENCRYPTED"),
    "500-megabytes": ("UNDETERMINED", "TOO_LARGE"),
    "as-large-as-is-read": ("NOT_GENUINE", "REVISION_APPENDED"),
    "large-and-marked": ("NOT_GENUINE", "BYTE_RANGE_INVALID"),
    "thousands-of-revisions": ("NOT_GENUINE", "REVISION_APPENDED"),
    "part-signed": ("NOT_GENUINE", "TRAILING_BYTES"),
    "partial-range": ("NOT_GENUINE", "BYTE_RANGE_INVALID"),
    "incremental-forgery": ("NOT_GENUINE", "REVISION_APPENDED"),
    "another-root": ("NOT_GENUINE", "UNTRUSTED"),
    "expired-after-stamp": ("GENUINE", "SEAL_EXPIRED_LATER"),
    "expired-before-stamp": ("NOT_GENUINE", "SEAL_NOT_VALID_THEN"),
    "revoked-after-stamp": ("GENUINE", "SEAL_REVOKED_LATER"),
    "revoked-before-stamp": ("NOT_GENUINE", "SEAL_REVOKED"),
    "copied-signature": ("NOT_GENUINE", "CONTENT_CHANGED"),
    "broken-xref": ("NOT_GENUINE", "BROKEN_STRUCTURE"),
    "crowded-hole": ("NOT_GENUINE", "SEAL_UNREADABLE"),
    "nested-hole": ("NOT_GENUINE", "SEAL_UNREADABLE"),
}


def write_cases(folder: Path, office: Office) -> None:
    sealed = office.sealed(note())
    swindler = Swindler(office, note(), note("第2号"), sealed)
    makers: dict[str, Callable[[], bytes]] = {
        "not-a-pdf": lambda: b"<html>certificate</html>",
        "empty": lambda: b"",
        "encrypted": encrypted,
        "as-large-as-is-read": lambda: sealed + b"startxref" * ((SIZE_LIMIT - len(sealed)) // 9),
        "large-and-marked": lambda: b"%PDF-1.7\n" + b"/ByteRange [" * (SIZE_LIMIT // 12 - 1),
        "thousands-of-revisions": lambda: many_revisions(sealed),
        "part-signed": lambda: part_signed(sealed),
        "partial-range": swindler.partial_range,
        "incremental-forgery": swindler.shadowed_field,
        "another-root": swindler.another_key,
        "expired-after-stamp": lambda: sealed,
        "expired-before-stamp": swindler.expired_seal,
        "revoked-after-stamp": lambda: sealed,
        "revoked-before-stamp": swindler.revoked_seal,
        "copied-signature": swindler.copied_signature,
        "broken-xref": lambda: broken_table(swindler),
        "crowded-hole": lambda: crowded_hole(office, swindler),
        "nested-hole": lambda: nested_hole(swindler),
    }
    for name, make in makers.items():
        (folder / f"{name}.bin").write_bytes(make())
    with (folder / "500-megabytes.bin").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(500 * 1024 * 1024)  # a hole in the file: no disk is used
    for number, crl in enumerate(office.late_crls()):
        (folder / f"{number}.crl").write_bytes(crl)
    (folder / "root.pem").write_bytes(office.root.pem)
    (folder / "tsa.pem").write_bytes(office.tsa_root.pem)


def test_every_hostile_file_has_its_own_verdict_within_five_seconds_and_200_megabytes(
    office: Office, tmp_path: Path
) -> None:
    write_cases(tmp_path, office)
    at = office.signer.not_after + timedelta(days=10)
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(tmp_path), at.isoformat()], capture_output=True, check=False, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    answer = json.loads(done.stdout)
    assert set(answer["told"]) == set(CASES)
    for name, (outcome, code) in CASES.items():
        said, codes, seconds = answer["told"][name]
        assert said == outcome, (name, codes)
        assert code in codes, (name, codes)
        assert seconds < SECONDS, name
    assert answer["megabytes"] < MEGABYTES, answer["megabytes"]


def test_a_file_too_large_is_not_read_and_its_digest_is_not_claimed(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(note() * 3)
    verdict = verify_file(path, [office.root.pem], size_limit=len(note()))
    assert (verdict.outcome, verdict.codes, verdict.sha256) == (Outcome.UNDETERMINED, ("TOO_LARGE",), "")


def test_a_pipe_or_a_folder_is_no_file_and_nothing_waits_for_it(office: Office, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(OSError, match=str(path.name)):
            verify_file(path, [office.root.pem])


def test_a_byte_changed_anywhere_in_a_stamped_document_is_noticed(office: Office) -> None:
    """Also inside the time stamp, whose bytes the seal does not cover."""
    sealed = office.sealed(note(), Level.B_LT)
    swindler = Swindler(office, note(), note(), sealed)
    start, end = swindler._hole(sealed)
    used = start + len(sealed[start:end].rstrip(b"0"))
    step = 7 if THOROUGH else 211
    places = [*range(7, start, 2 * step), *range(start, used, step), *range(end, len(sealed), step)]
    places += range(used, end, 60 * step)
    for place in places:
        verdict = office.judged(swindler._flipped(place))
        assert verdict.outcome is Outcome.NOT_GENUINE, (place - start, verdict.codes)
