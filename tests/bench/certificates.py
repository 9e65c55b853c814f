"""Certificates per second on one core, beside the bare signature and pyHanko alone, and where the time goes."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from certificates import qr, typeset
from certificates.fonts import Font, find_font
from certificates.keys import Signer, create_authority, load_signer
from certificates.model import CertificateFace
from certificates.qr import verify_address
from certificates.render import render_certificate
from certificates.sign import seal
from certificates.verify import verify_pdf

NOW = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


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
        verify_url=verify_address("https://chizheng.example.cn", number, f"7K4M-{index:04d}"),
        issuer_name="平凉市城市管理综合行政执法局",
        issuer_name_en="Pingliang Bureau of Urban Management Enforcement",
    )


def per_second(work: Callable[[int], object], seconds: float) -> float:
    """How often the work is done in a second of this process's own processor time."""
    work(0)
    done, start, wall = 0, time.process_time(), time.perf_counter()
    # Processor time is what one core means on a shared machine; the wall only bounds the run.
    while time.process_time() - start < seconds and time.perf_counter() - wall < seconds * 4:
        done += 1
        work(done)
    return done / (time.process_time() - start)


def _signer(folder: Path) -> tuple[Signer, bytes]:
    files = create_authority(folder / "authority", NOW, "基准测试机关", "bench")
    signer = load_signer(files.seal_key, files.seal_certificate, "bench", [files.issuing_certificate])
    return signer, files.root_certificate.read_bytes()


def _layout_only(font: Font, index: int) -> None:
    person = face(index)
    for name, text in person.texts():
        if name != "verify_url":
            typeset.fit(text, "", font, width=200, height=20, size=12, floor=6, name=name)


def run(seconds: float) -> dict[str, Any]:
    """Rates per second of processor time of one core, and each stage's share of one sealed certificate."""
    part = max(seconds / 6, 0.2)
    font = find_font()
    with tempfile.TemporaryDirectory() as folder:
        signer, root = _signer(Path(folder))
    ready = render_certificate(face(1), font)
    sealed = seal(ready, signer, NOW)
    whole = per_second(lambda i: seal(render_certificate(face(i), font), signer, NOW), part)
    rates = {
        "signed_pdfs_per_second": whole,
        "bare_p256_signatures_per_second": per_second(lambda _: signer.sign_bytes(ready[:256]), part),
        "pyhanko_on_ready_file_per_second": per_second(lambda _: seal(ready, signer, NOW), part),
        "verifications_per_second": per_second(lambda _: verify_pdf(sealed, [root]), part),
    }
    text = 1 / per_second(lambda i: _layout_only(font, i), part / 2)
    code = 1 / per_second(lambda i: qr.modules(face(10_000 + i).verify_url), part / 2)
    page = 1 / per_second(lambda i: render_certificate(face(i), font), part)
    sealing, signature = 1 / rates["pyhanko_on_ready_file_per_second"], 1 / rates["bare_p256_signatures_per_second"]
    total = page + sealing
    stages = {
        "text_fitting": text,
        "qr_code": code,
        "font_subset_and_page_writing": max(page - text - code, 0.0),
        "pdf_rewriting_hashing_and_cms": sealing - signature,
        "signature": signature,
    }
    shares = {name: round(cost / total, 4) for name, cost in stages.items()}
    return {**{name: round(rate, 1) for name, rate in rates.items()}, "share_of_time": shares, "bytes": len(sealed)}


if __name__ == "__main__":
    import json

    print(json.dumps(run(12), ensure_ascii=False, indent=2))
