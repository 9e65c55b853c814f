"""Judges who know nothing of our code: poppler, MuPDF, OpenSSL and qpdf."""

import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def poppler_accepts(path: Path) -> bool:
    said = output_of(tool("pdfsig"), "-nocert", str(path))
    return "Signature is Valid." in said and "Total document signed" in said


def mupdf_accepts(path: Path) -> bool:
    return "The document is unchanged since signing" in output_of(tool("mutool"), "sign", "-v", str(path))


def openssl_accepts(path: Path, root: Path, at: datetime) -> bool:
    """The signature taken out of the file and checked over the bytes it covers."""
    openssl, data = tool("openssl"), path.read_bytes()
    found = re.search(rb"/ByteRange\s*\[\s*0 (\d+) (\d+) (\d+)", data)
    if found is None:
        return False
    before, after, tail = (int(group) for group in found.groups())
    try:
        raw = bytes.fromhex(data[before + 1 : after - 1].decode())
    except ValueError:
        return False
    length = int.from_bytes(raw[2:4], "big") + 4
    path.with_suffix(".p7s").write_bytes(raw[:length])
    path.with_suffix(".bin").write_bytes(data[:before] + data[after : after + tail])
    done = subprocess.run(
        [openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(path.with_suffix(".p7s")),
         "-content", str(path.with_suffix(".bin")), "-CAfile", str(root), "-attime", str(int(at.timestamp())),
         "-out", "/dev/null"], capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def qpdf_accepts(path: Path) -> bool:
    """Whether the structure is sound; qpdf knows nothing of signatures."""
    return subprocess.run([tool("qpdf"), "--check", str(path)], capture_output=True, check=False).returncode == 0


def changed(data: bytes, place: int) -> bytes:
    """The bytes with one of them made another digit."""
    altered = bytearray(data)
    altered[place] = ord("1") if altered[place] != ord("1") else ord("2")
    return bytes(altered)
