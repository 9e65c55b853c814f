"""Seals whose key lies elsewhere than in a PEM file: a PKCS#11 token (SoftHSM2), and PKCS#12."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from certificates.authority import KeyKind, Purpose, certify_seal, store_certificate
from certificates.errors import KeyUnusable
from certificates.hsm import make_token_key, parse_uri
from certificates.keys import Signer, load_signer
from certificates.sign import Level
from certificates.verify import Outcome
from tests.certificates.judges import mupdf_accepts, poppler_accepts
from tests.certificates.seals import Office, note

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "4711-秘密"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token named Seal in a folder of its own; the beginning of an address of what lies in it."""
    if not MODULE.exists() or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM2 is not installed")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    for label in ("Seal", "Locked"):
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN],
            check=True, capture_output=True,
        )  # fmt: skip
    yield "pkcs11:token=Seal"
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def address(token: str, name: str, more: str = "") -> str:
    return f"{token};object={name}?module-path={MODULE}{more}"


def sealed_in_token(token: str, kind: KeyKind, office: Office, folder: Path) -> Signer:
    uri = address(token, f"seal-{kind.value}")
    public = make_token_key(uri, PIN, kind)
    certificate = certify_seal(office.issuing, public, office.name, office.now)
    chain = folder / "issuing.pem"
    chain.write_bytes(office.issuing.pem)
    return load_signer(uri, store_certificate(folder, Purpose.SEAL, certificate), PIN, [chain])


@pytest.mark.parametrize("kind", list(KeyKind))
def test_a_key_that_never_leaves_its_token_seals_what_strangers_and_we_accept(
    token: str, kind: KeyKind, office: Office, tmp_path: Path
) -> None:
    signer = sealed_in_token(token, kind, office, tmp_path)
    pdf = replace(office, signer=signer).sealed(note())
    (tmp_path / "sealed.pdf").write_bytes(pdf)
    assert poppler_accepts(tmp_path / "sealed.pdf")
    assert mupdf_accepts(tmp_path / "sealed.pdf")
    verdict = office.judged(pdf, crls=office.crls())
    assert (verdict.outcome, verdict.level) == (Outcome.GENUINE, Level.B_LT)
    with pytest.raises(KeyUnusable) as taken:
        make_token_key(address(token, f"seal-{kind.value}"), PIN, kind)
    assert taken.value.code == "TOKEN_KEY_EXISTS"


def test_the_pin_may_lie_in_a_file_and_a_forked_process_opens_the_token_anew(
    token: str, office: Office, tmp_path: Path
) -> None:
    (tmp_path / "pin").write_text(PIN + "\n")
    uri = address(token, "forked", f"&pin-source=file:{tmp_path / 'pin'}")
    certificate = certify_seal(office.issuing, make_token_key(uri), office.name, office.now)
    signer = load_signer(uri, store_certificate(tmp_path, Purpose.SEAL, certificate), None)
    child = os.fork()
    if not child:
        (tmp_path / "by-child").write_bytes(signer.sign_bytes(b"data"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    for signature in ((tmp_path / "by-child").read_bytes(), signer.sign_bytes(b"data")):
        public.verify(signature, b"data", ec.ECDSA(SHA256()))


def test_one_signers_end_does_not_end_the_others_of_the_same_token(token: str, office: Office, tmp_path: Path) -> None:
    uri = address(token, "shared")
    certificate = certify_seal(office.issuing, make_token_key(uri, PIN), office.name, office.now)
    path = store_certificate(tmp_path, Purpose.SEAL, certificate)
    first, second = load_signer(uri, path, PIN), load_signer(uri, path, PIN)
    assert first.sign_bytes(b"data")
    first._key._session.close()
    assert second.sign_bytes(b"data")
    assert first.sign_bytes(b"data")


def refusal(key: Path | str, certificate: Path | None, password: str | None) -> str:
    with pytest.raises(KeyUnusable) as refused:
        load_signer(key, certificate, password)
    assert refused.value.zh
    return refused.value.code


def test_a_token_that_does_not_open_or_holds_another_key_is_refused(token: str, office: Office, tmp_path: Path) -> None:
    uri = address(token, "mine")
    make_token_key(uri, PIN)
    stranger = store_certificate(tmp_path, Purpose.SEAL, office.seal.certificate)
    assert refusal(uri, stranger, PIN) == "KEY_MISMATCH"
    assert refusal(uri, None, PIN) == "CERTIFICATE_ABSENT"
    assert refusal(uri.replace("Seal", "Locked"), stranger, "wrong") == "TOKEN_UNUSABLE"
    assert refusal(address(token, "absent"), stranger, PIN) == "TOKEN_UNUSABLE"
    assert refusal("pkcs11:token=Other;object=mine?module-path=" + str(MODULE), stranger, PIN) == "TOKEN_UNUSABLE"
    assert refusal("pkcs11:object=mine?module-path=/nowhere.so", stranger, PIN) == "TOKEN_UNUSABLE"


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:object=seal",
        "pkcs11:token=Seal?module-path=/a.so",
        "pkcs11:object=seal;slot-id=1?module-path=/a.so",
        "pkcs11:object=a;object=b?module-path=/a.so",
        "pkcs11:object=%FF?module-path=/a.so",
        "pkcs11:object=seal;type=public?module-path=/a.so",
    ],
)
def test_an_address_that_is_not_understood_whole_is_refused(uri: str) -> None:
    assert refusal(uri, None, None) == "PKCS11_URI"


def test_an_address_says_what_rfc_7512_says() -> None:
    found = parse_uri(
        "pkcs11:token=My%20token;object=%E7%AB%A0;id=%01%ff;type=private?module-path=/m.so&pin-value=p", "x"
    )
    assert (found.token, found.label, found.id, found.module, found.pin) == (
        "My token",
        "章",
        b"\x01\xff",
        "/m.so",
        "p",
    )


def test_a_pkcs_12_file_brings_its_own_certificates(office: Office, tmp_path: Path, now: datetime) -> None:
    best = serialization.BestAvailableEncryption("口令".encode())
    content = pkcs12.serialize_key_and_certificates(
        b"seal", office.seal.key, office.seal.certificate, [office.issuing.certificate, office.root.certificate], best
    )
    path = tmp_path / "Seal.P12"
    path.write_bytes(content)
    signer = load_signer(path, None, "口令")
    assert signer.certificate == office.seal.certificate
    assert signer.chain == (office.issuing.certificate.public_bytes(serialization.Encoding.DER),)
    assert refusal(path, None, "wrong") == "KEY_LOCKED"
    (tmp_path / "junk.pfx").write_bytes(b"junk")
    assert refusal(tmp_path / "junk.pfx", None, None) == "KEY_LOCKED"
    bare = pkcs12.serialize_key_and_certificates(None, office.seal.key, None, None, best)
    path.write_bytes(bare)
    assert refusal(path, None, "口令") == "CERTIFICATE_ABSENT"
