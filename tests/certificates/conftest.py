"""A throw-away authority, a face and sealed files for the tests of certificates."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from certificates.fonts import Font, find_font
from certificates.keys import AuthorityFiles, Signer, create_authority, load_signer
from certificates.model import CertificateFace
from certificates.qr import verify_address
from certificates.render import render_certificate
from certificates.sign import seal
from tests.certificates.seals import Office

NUMBER = "平执证〔2026〕000017"
CODE = "7K4M-Q2XD"


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def font() -> Font:
    return find_font()


@pytest.fixture(scope="session")
def make_face() -> Callable[..., CertificateFace]:
    def make(**changes: Any) -> CertificateFace:
        values: dict[str, Any] = {
            "number": NUMBER,
            "holder_name": "李明",
            "holder_name_en": "Li Ming",
            "holder_id_masked": "6228********1234",
            "agency": "崇信县综合行政执法局",
            "agency_en": "Chongxin County Enforcement Bureau",
            "region": "甘肃省平凉市崇信县",
            "region_en": "Chongxin County, Pingliang, Gansu",
            "domains": ("市容环境卫生", "城市规划管理", "园林绿化"),
            "domains_en": ("City appearance", "Urban planning", "Parks and greening"),
            "authority_source": "《中华人民共和国行政处罚法》第十八条",
            "authority_source_en": "Administrative Penalty Law, article 18",
            "issued_on": date(2026, 5, 1),
            "valid_from": date(2026, 5, 1),
            "valid_to": date(2029, 4, 30),
            "check_code": CODE,
            "verify_url": verify_address("https://chizheng.example.cn", NUMBER, CODE),
            "issuer_name": "平凉市城市管理综合行政执法局",
            "issuer_name_en": "Pingliang Bureau of Urban Management Enforcement",
        }
        return CertificateFace(**(values | changes))

    return make


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG portrait of nobody."""
    image = Image.new("RGB", (300, 450), "#9fb4cf")
    ImageDraw.Draw(image).ellipse((90, 100, 210, 260), fill="#e8c9a8")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> AuthorityFiles:
    return create_authority(
        tmp_path_factory.mktemp("keys") / "authority", now, "平凉市城市管理综合行政执法局", "秘密 pw"
    )


@pytest.fixture(scope="session")
def signer(authority: AuthorityFiles) -> Signer:
    return load_signer(authority.seal_key, authority.seal_certificate, "秘密 pw", [authority.issuing_certificate])


@pytest.fixture(scope="session")
def root(authority: AuthorityFiles) -> bytes:
    return authority.root_certificate.read_bytes()


@pytest.fixture(scope="session")
def page(make_face: Callable[..., CertificateFace], font: Font) -> bytes:
    return render_certificate(make_face(), font)


@pytest.fixture(scope="session")
def sealed(page: bytes, signer: Signer, now: datetime) -> bytes:
    return seal(page, signer, now)


@pytest.fixture
def sealed_file(sealed: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed)
    return path


@pytest.fixture(scope="session")
def office(now: datetime) -> Office:
    """A bureau with a seal, a clock for development and revocation lists."""
    return Office.opened(now)
