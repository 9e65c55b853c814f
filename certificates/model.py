"""What is printed on a certificate, as plain data."""

import re
from dataclasses import dataclass, fields
from datetime import date

from certificates.errors import FaceInvalid

REQUIRED = ("number", "holder_name", "holder_id_masked", "agency", "region", "authority_source", "check_code",
            "verify_url", "issuer_name")  # fmt: skip

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFace:
    """Every fact that a certificate shows; English twins may be empty and are then left out.

    `photo` is a PNG or JPEG file. `valid_from` and `valid_to` are local days, both inclusive. `holder_id_masked` is
    printed as given: mask it before. `verify_url` is the public address, see `qr.verify_address`; `code_text` is what
    the QR code says, that address where it is empty. `badge` is the same certificate as a VC-JWT, which goes into the
    document as a file; empty leaves it out.
    Raises FaceInvalid for an empty required field, control characters, no domains, or dates in the wrong order.
    """

    number: str
    holder_name: str
    holder_id_masked: str
    agency: str
    region: str
    domains: tuple[str, ...]
    authority_source: str
    issued_on: date
    valid_from: date
    valid_to: date
    check_code: str
    verify_url: str
    issuer_name: str
    photo: bytes | None = None
    holder_name_en: str = ""
    agency_en: str = ""
    region_en: str = ""
    domains_en: tuple[str, ...] = ()
    authority_source_en: str = ""
    issuer_name_en: str = ""
    code_text: str = ""
    badge: bytes = b""

    def __post_init__(self) -> None:
        for name in REQUIRED:
            if not getattr(self, name).strip():
                raise FaceInvalid(
                    "FACE_FIELD_EMPTY", f"证件字段“{name}”为空。", f"The field {name} is empty.", {"field": name}
                )
        if not self.domains or not all(domain.strip() for domain in self.domains):
            raise FaceInvalid(
                "FACE_NO_DOMAIN", "没有执法领域。", "There is no domain of enforcement.", {"field": "domains"}
            )
        if self.valid_to < self.valid_from:
            raise FaceInvalid(
                "FACE_DATES_REVERSED",
                f"有效期止于{self.valid_to}，早于起始日{self.valid_from}。",
                f"The validity ends on {self.valid_to}, before it begins on {self.valid_from}.",
                {"field": "valid_to"},
            )
        for name, text in self.texts():
            if CONTROL.search(text):
                raise FaceInvalid(
                    "FACE_CONTROL_CHARACTER",
                    f"证件字段“{name}”含有控制字符。",
                    f"The field {name} holds a control character.",
                    {"field": name},
                )

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Every printed text with the name of its field, in the order of the fields."""
        found: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                found.append((field.name, value))
            elif isinstance(value, tuple):
                found.extend((field.name, part) for part in value)
        return tuple(found)
