"""Sealed certificates a second: B-B by the prepared layout, B-B and B-LT by the reference, in one process and in two.

Beside them bare signatures of each kind of key and pyHanko alone on a ready file, and the stages' shares of a B-B
document: layout, code, badge, fonts, PDF writing, hashing, signing. Every document is of another holder, with a signed
code and a badge of its own; the fonts, the prepared layout and the keys stay loaded, as in the sealing process. B-LT is
stamped by the development authority in the same process, so that no network is measured. Rates are by processor time of
the process that works; those of two processes by the wall, with the processor seconds they used beside them.
"""

import hashlib
import io
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from multiprocessing import get_context
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from PIL import Image, ImageFilter

from certificates import photo, qr
from certificates.badge import Badge, sign_badge
from certificates.code import CodeContent, CodeDomain, encode_code
from certificates.cose import LocalKey
from certificates.fast import Press
from certificates.fast.cms import PreparedSeal
from certificates.fast.overlay import Overlay
from certificates.fonts import Font, find_font
from certificates.layout import layout_of
from certificates.model import CertificateFace
from certificates.placing import placed
from certificates.qr import public_address, verify_address
from certificates.render import CERTIFICATE, render, render_certificate
from certificates.sign import seal, seal_document
from certificates.values import Values, certificate_values
from certificates.verify import verify_pdf
from tests.certificates.seals import Office

NOW = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
SITE = "https://chizheng.example.cn"
PICTURES = 64
KINDS = ("fast_b_b", "fast_b_b_with_photo", "reference_b_b", "reference_b_lt")


@lru_cache(maxsize=2)
def face(index: int) -> CertificateFace:
    """A different holder each time, as a cohort has."""
    number = f"平执证〔2026〕{index:06d}"
    name = "王李张刘陈"[index % 5] + GIVEN[index % 20] + GIVEN[index // 20 % 20]
    return CertificateFace(
        number=number,
        holder_name=name,
        holder_id_masked="6228********1234",
        agency="崇信县综合行政执法局",
        agency_en="Chongxin County Enforcement Bureau",
        region="甘肃省平凉市崇信县",
        region_en="Chongxin County, Pingliang, Gansu",
        domains=("市容环境卫生", "城市规划管理", "园林绿化"),
        domains_en=("City appearance", "Urban planning", "Parks and greening"),
        authority_source="《中华人民共和国行政处罚法》第十八条",
        authority_source_en="Administrative Penalty Law, article 18",
        issued_on=date(2026, 5, 1),
        valid_from=date(2026, 5, 1),
        valid_to=date(2029, 4, 30),
        check_code=f"7K4M-{index:04d}",
        verify_url=verify_address(SITE, number, f"7K4M-{index:04d}"),
        issuer_name="平凉市城市管理综合行政执法局",
        issuer_name_en="Pingliang Bureau of Urban Management Enforcement",
    )


class Workshop:
    """Everything that stays loaded while documents are made."""

    def __init__(self) -> None:
        self.seals = Office.opened(NOW)
        self.validation, self.clock = self.seals.validation(), self.seals.clock()
        self.code_key = LocalKey(ec.generate_private_key(ec.SECP256R1()))
        self.font: Font = find_font()
        self.layout = layout_of(CERTIFICATE)
        self.press = Press(self.layout, self.font, self.seals.signer)
        self.pictures = [portrait() for _one in range(PICTURES)]

    @cached_property
    def ready(self) -> bytes:
        """A page to be sealed."""
        return render_certificate(face(1), self.font)

    def values(self, index: int, *, with_photo: bool = False) -> Values:
        """What one certificate shows, code and badge included, with one of so many photos that none stays cached."""
        one = replace(face(index), code_text=self.code(index), badge=self.badge(index).encode())
        if with_photo:
            one = replace(one, photo=self.pictures[index % PICTURES])
        return certificate_values(one)

    def code(self, index: int) -> str:
        """The signed code of one certificate."""
        one = face(index)
        days = tuple(CodeDomain(str(key), 1, one.valid_from, one.valid_to) for key in range(3))
        content = CodeContent(
            issuer=one.issuer_name, issued_at=NOW, expires_at=datetime(2029, 4, 30, 16, tzinfo=UTC), number=one.number,
            name=one.holder_name, identity="1234", domains=days, agency=one.agency, regions=("620823",),
            index=index % 131_072,
        )  # fmt: skip
        return encode_code(content, self.code_key, SITE)

    def badge(self, index: int) -> str:
        """The badge of one certificate."""
        one = face(index)
        said = Badge(
            number=one.number, title=self.layout.title.zh, description=self.layout.subject, issuer=one.issuer_name,
            holder=one.holder_name, identity="1234", agency=one.agency, region=one.region, domains=one.domains,
            authority=one.authority_source, valid_from=NOW, valid_until=datetime(2029, 4, 30, 16, tzinfo=UTC),
            index=index % 131_072, address=public_address(SITE, one.number),
        )  # fmt: skip
        return sign_badge(said, self.code_key, SITE)

    def make(self, kind: str, index: int) -> bytes:
        """One sealed document."""
        if kind.startswith("fast"):
            return self.press.sealed(self.values(index, with_photo=kind.endswith("photo")), NOW)
        page = render(self.layout, self.values(index), self.font)
        if kind == "reference_b_b":
            return seal(page, self.seals.signer, NOW)
        return seal_document(page, self.seals.signer, NOW, self.clock, self.validation).pdf


def portrait() -> bytes:
    """A photo of nobody, as a JPEG of the size that is asked for."""
    buffer = io.BytesIO()
    Image.effect_noise((413, 531), 18).convert("RGB").filter(ImageFilter.GaussianBlur(1)).save(
        buffer, "JPEG", quality=85
    )
    return buffer.getvalue()


def per_second(work: Callable[[int], object], seconds: float) -> float:
    """How often the work is done in a second of this process's own processor time."""
    work(0)
    done, start, wall = 0, time.process_time(), time.perf_counter()
    # Processor time is what one core means on a shared machine; the wall only bounds the run.
    while time.process_time() - start < seconds and time.perf_counter() - wall < seconds * 4:
        done += 1
        work(done)
    return done / (time.process_time() - start)


def alone(kind: str, seconds: float) -> tuple[int, float, float]:
    """In a process of its own: documents made, wall seconds, processor seconds."""
    shop = Workshop()
    shop.make(kind, 0)
    done, wall, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < seconds:
        done += 1
        shop.make(kind, done)
    return done, time.perf_counter() - wall, time.process_time() - used


def together(kind: str, seconds: float, hands: int = 2) -> dict[str, float]:
    """Documents a second of several processes at once, by the wall."""
    with ProcessPoolExecutor(hands, get_context("spawn")) as pool:
        found = list(pool.map(alone, [kind] * hands, [seconds] * hands))
    return {
        "per_second": round(sum(done / wall for done, wall, _used in found), 1),
        "per_processor_second": round(sum(done for done, _wall, _used in found) / sum(one[2] for one in found), 1),
        "wall_seconds": round(max(wall for _done, wall, _used in found), 1),
        "processor_seconds": round(sum(used for _done, _wall, used in found), 1),
    }


def bare_signatures(part: float) -> dict[str, float]:
    """Signatures a second of each kind of key, over 256 bytes."""
    data, sha256 = bytes(256), hashes.SHA256()
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    small, large = (rsa.generate_private_key(65537, bits) for bits in (2048, 3072))
    work: dict[str, Callable[[int], object]] = {
        "p256": lambda _: curve.sign(data, ec.ECDSA(sha256)), "ed25519": lambda _: edwards.sign(data),
        "rsa2048": lambda _: small.sign(data, padding.PKCS1v15(), sha256),
        "rsa3072": lambda _: large.sign(data, padding.PKCS1v15(), sha256),
    }  # fmt: skip
    return {name: round(per_second(sign, part), 1) for name, sign in work.items()}


def shares(shop: Workshop, part: float) -> dict[str, float]:
    """Of the time of one B-B document by the prepared layout; what no stage names is the writing of the PDF."""
    marks = placed(shop.layout, shop.values(1), shop.font)
    document, prepared = shop.make("fast_b_b", 1), PreparedSeal(shop.seals.signer)
    texts = [shop.code(index) for index in range(400)]
    whole = 1 / per_second(lambda i: shop.make("fast_b_b", i), part)
    badge = 1 / per_second(shop.badge, part)
    code = 1 / per_second(lambda i: qr.modules.__wrapped__(texts[i % 400]), part) + 1 / per_second(shop.code, part)
    stages = {
        "layout": 1 / per_second(lambda i: placed(shop.layout, shop.values(i), shop.font), part) - code - badge,
        "code": code,
        "badge": badge,
        "fonts": 1 / per_second(lambda _: Overlay(marks, shop.press.shared(shop.values(1))), part)
        - 1 / per_second(lambda _: shop.values(1), part),
        "hashing": 1 / per_second(lambda _: hashlib.sha256(document).digest(), part),
        "signing": 1 / per_second(lambda _: prepared.value(bytes(32)), part),
    }
    stages["pdf_writing"] = whole - sum(stages.values())
    return {name: round(cost / whole, 4) for name, cost in stages.items()}


def run(seconds: float) -> dict[str, Any]:
    """Rates per second, each stage's share, sizes in bytes."""
    part = max(seconds / 12, 0.2)
    shop = Workshop()
    root = shop.seals.root.pem
    sealed = {kind: shop.make(kind, 1) for kind in KINDS}
    return {
        "documents_per_second": {kind: round(per_second(lambda i, k=kind: shop.make(k, i), part), 1) for kind in KINDS},
        "documents_per_second_of_two_processes": {kind: together(kind, max(part, 3.0)) for kind in KINDS},
        "bare_signatures_per_second": bare_signatures(part / 2),
        "bare_pyhanko_on_ready_file_per_second": round(
            per_second(lambda _: seal(shop.ready, shop.seals.signer, NOW), part), 1
        ),
        "photos_prepared_per_second": {
            "ready": round(per_second(lambda i: photo.prepare(shop.pictures[i % PICTURES], 35 / 45), part), 1),
            "to_be_cut": round(per_second(lambda i: photo.prepare(shop.pictures[i % PICTURES], 0.7), part), 1),
        },
        "verifications_per_second": round(per_second(lambda _: verify_pdf(sealed["fast_b_b"], [root]), part), 1),
        "share_of_time": shares(shop, part / 2),
        "bytes": {kind: len(data) for kind, data in sealed.items()},
    }


if __name__ == "__main__":
    import json

    print(json.dumps(run(12), ensure_ascii=False, indent=2))
