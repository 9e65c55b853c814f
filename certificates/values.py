"""What one document shows, by the names of its layout's places."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from certificates.attachment import Attachment, credential_file
from certificates.errors import FaceInvalid, LayoutInvalid
from certificates.layout import Code, Layout, Slot, Twins
from certificates.model import CertificateFace

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Values:
    """A document's number, issuer and local day of issue, and what stands in its places.

    `texts` are Chinese and English by slot, `pictures` PNG or JPEG files, `codes` what a QR code says, `attachment` a
    file that goes into the document.
    """

    number: str
    issuer: str
    issued_on: date
    texts: Mapping[str, Twins]
    codes: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, bytes | None] = field(default_factory=dict)
    attachment: Attachment | None = None

    def require(self, layout: Layout) -> None:
        """Raises LayoutInvalid `VALUE_MISSING` for a place without a value, FaceInvalid for an unprintable one."""
        for page in layout.pages:
            for one in page.placed:
                if isinstance(one, Slot) and one.name not in self.texts:
                    raise _missing(layout, one.name)
                if isinstance(one, Code) and not self.codes.get(one.name):
                    raise _missing(layout, one.name)
        for name, words in self.texts.items():
            for text in (words.zh, words.en):
                if CONTROL.search(text):
                    raise FaceInvalid(
                        "FACE_CONTROL_CHARACTER", f"证件字段“{name}”含有控制字符。",
                        f"The field {name} holds a control character.", {"field": name},
                    )  # fmt: skip

    def as_data(self) -> dict[str, Any]:
        """The values as JSON-ready data, pictures and attachment left out."""
        return {
            "number": self.number, "issuer": self.issuer, "issued_on": self.issued_on.isoformat(),
            "texts": {name: [words.zh, words.en] for name, words in self.texts.items()}, "codes": dict(self.codes),
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any], pictures: Mapping[str, bytes | None] | None = None) -> "Values":
        """The values that `as_data` wrote, with their pictures."""
        texts = {name: Twins(zh=zh, en=en) for name, (zh, en) in data["texts"].items()}
        day = date.fromisoformat(data["issued_on"])
        return cls(data["number"], data["issuer"], day, texts, dict(data["codes"]), pictures or {})


def _missing(layout: Layout, name: str) -> LayoutInvalid:
    return LayoutInvalid(
        "VALUE_MISSING", f"版式 {layout.key} 的“{name}”没有内容。", f"Layout {layout.key} was given no {name}.",
        {"layout": layout.key, "place": name},
    )  # fmt: skip


def certificate_values(face: CertificateFace) -> Values:
    """The values of a certificate, for its own layout and for the pocket card."""
    validity = Twins(
        zh=f"自{chinese(face.valid_from)}起至{chinese(face.valid_to)}止，首尾两日均有效。",
        en=f"Valid from {english(face.valid_from)} through {english(face.valid_to)}, both days included.",
    )
    texts = {
        "name": Twins(zh=face.holder_name, en=face.holder_name_en),
        "holder-id": Twins(zh=face.holder_id_masked),
        "agency": Twins(zh=face.agency, en=face.agency_en),
        "region": Twins(zh=face.region, en=face.region_en),
        "domains": Twins(zh="、".join(face.domains), en="; ".join(face.domains_en)),
        "source": Twins(zh=face.authority_source, en=face.authority_source_en),
        "validity": validity,
        "issuer": Twins(zh=face.issuer_name, en=face.issuer_name_en),
        "issued-on": Twins(zh=f"{chinese(face.issued_on)}  {english(face.issued_on)}"),
        "number": Twins(zh=face.number),
        "check-code": Twins(zh=face.check_code),
        "scan": Twins(zh=printed_address(face.verify_url)),
        "days": Twins(zh=f"{face.valid_from:%Y.%m.%d} – {face.valid_to:%Y.%m.%d}"),
    }
    code = face.code_text or face.verify_url
    return Values(
        face.number, face.issuer_name, face.issued_on, texts, {"code": code}, {"photo": face.photo},
        credential_file(face.badge, face.issued_on),
    )  # fmt: skip


def printed_address(url: str) -> str:
    """The site's page where number and check code can be typed by hand."""
    parts = urlsplit(url)
    return f"{parts.netloc}/{unquote(parts.path).strip('/').split('/')[0]}" if parts.netloc else url


def chinese(day: date) -> str:
    """2026年5月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def english(day: date) -> str:
    """1 May 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
