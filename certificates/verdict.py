"""The judgement of a file: an outcome with its reasons, each in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """GENUINE: sealed by a trusted authority and unchanged. NOT_GENUINE: not so. UNDETERMINED: could not be told."""

    GENUINE = "GENUINE"
    NOT_GENUINE = "NOT_GENUINE"
    UNDETERMINED = "UNDETERMINED"


G, N, U = Outcome.GENUINE, Outcome.NOT_GENUINE, Outcome.UNDETERMINED

# code: (what it makes of the outcome, Chinese, English)
MESSAGES: dict[str, tuple[Outcome, str, str]] = {
    "SEALED_UNCHANGED": (
        G,
        "文件由受信任的发证机关签章，签章后一字未改。",
        "Sealed by a trusted authority and not changed by a byte since.",
    ),
    "TIME_STAMPED": (G, "签章时间由可信时间戳证明。", "The time of sealing is proved by a trusted time stamp."),
    "TIME_CLAIMED": (
        G,
        "签章时间为签章方自称，没有可信时间戳。",
        "The time of sealing is the sealer's own statement; there is no trusted time stamp.",
    ),
    "ATTESTATION": (
        G,
        "本件是一项上岗核验决定的证明，不是执法证件；不能凭本件执法。",
        "This is an attestation of a duty decision and no certificate; nobody may enforce by it.",
    ),
    "TOO_LARGE": (
        U,
        "文件超过 {limit} 字节，未予检验。",
        "The file is larger than {limit} bytes and was not examined.",
    ),
    "ENCRYPTED": (U, "文件已加密，无法检验。", "The file is encrypted and cannot be examined."),
    "NO_ROOTS": (U, "没有可信任的根证书，无法判断。", "There is no root certificate to trust, so nothing can be said."),
    "SEALED_IN_FUTURE": (
        U,
        "文件自称的签章时间晚于检验时间。",
        "The file claims to have been sealed after the moment of this check.",
    ),
    "EXAMINATION_FAILED": (U, "检验过程出错，无法判断。", "The examination broke down, so nothing can be said."),
    "NOT_PDF": (N, "这不是 PDF 文件。", "This is not a PDF file."),
    "NOT_SIGNED": (N, "文件没有电子签名。", "The file carries no signature."),
    "SEVERAL_SIGNATURES": (
        N,
        "文件有不止一处签名标记，凭证只有一个签章。",
        "The file has more than one signature mark; a certificate has exactly one seal.",
    ),
    "BYTE_RANGE_INVALID": (
        N,
        "签名所覆盖的范围被改动或不合规范。",
        "The range that the signature covers was altered or is malformed.",
    ),
    "TRAILING_BYTES": (
        N,
        "签章之后文件末尾被添加了内容。",
        "Bytes were added to the end of the file after it was sealed.",
    ),
    "REVISION_APPENDED": (N, "签章之后文件被追加了修订。", "A revision was appended to the file after it was sealed."),
    "TRUNCATED": (N, "文件不完整，末尾缺失。", "The file is incomplete: its end is missing."),
    "SEAL_UNREADABLE": (N, "签名数据损坏或被改动。", "The signature's data are damaged or were altered."),
    "CONTENT_CHANGED": (N, "文件内容在签章后被改动。", "The content was changed after it was sealed."),
    "SIGNATURE_INVALID": (N, "签名与签名者的密钥不符。", "The signature does not match the signer's key."),
    "UNTRUSTED": (
        N,
        "签名者的证书不是由受信任的发证机关签发的。",
        "The signer's certificate was not issued by a trusted authority.",
    ),
    "SEAL_NOT_VALID_THEN": (
        N,
        "签章时，签章证书不在有效期内。",
        "The seal's certificate was not valid at the time of sealing.",
    ),
    "SEAL_PURPOSE": (
        N,
        "签名者的证书未被授权用于签署文件。",
        "The signer's certificate is not allowed to sign documents.",
    ),
    "TIME_STAMP_INVALID": (N, "时间戳无效或不受信任。", "The time stamp is invalid or not trusted."),
    "WEAK_ALGORITHM": (N, "签名使用了不被接受的算法。", "The signature uses an algorithm that is not accepted."),
    "NOT_CERTIFIED": (
        N,
        "签名未禁止后续改动，不是凭证的签章方式。",
        "The signature does not forbid changes, which is not how certificates are sealed.",
    ),
    "BROKEN_STRUCTURE": (N, "PDF 结构（交叉引用表）损坏。", "The PDF's structure (cross-reference table) is broken."),
    "NOT_A_CERTIFICATE": (
        N,
        "文件由受信任的机关签章，但其中没有凭证编号。",
        "A trusted authority sealed this file, but it holds no certificate number.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: `code` for programs, the sentence in Chinese and English, what it rests on."""

    code: str
    zh: str
    en: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of a file; `signed_at`, `signer_subject` and `certificate_number` are given only if GENUINE.

    Nothing that an unsealed or altered file says about itself is repeated here. `signed_at` is aware. `sha256` is the
    digest of the bytes judged, in hexadecimal.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    signed_at: datetime | None
    signer_subject: str | None
    certificate_number: str | None
    sha256: str

    @property
    def is_attestation(self) -> bool:
        """Whether it is the genuine attestation of a decision; its number is then in the place of a certificate's."""
        return any(one.code == "ATTESTATION" for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON-ready data."""
        return {
            "outcome": self.outcome.value,
            "findings": [{"code": f.code, "zh": f.zh, "en": f.en, "data": dict(f.data)} for f in self.findings],
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "signer_subject": self.signer_subject,
            "certificate_number": self.certificate_number,
            "sha256": self.sha256,
        }


class Refusal(Exception):
    """Ends an examination with one finding."""

    def __init__(self, code: str, **data: str) -> None:
        super().__init__(code)
        self.finding = finding(code, **data)

    @property
    def outcome(self) -> Outcome:
        return MESSAGES[self.finding.code][0]


def finding(code: str, **data: str) -> Finding:
    """The finding of this code, its sentences filled with the data."""
    _, zh, en = MESSAGES[code]
    return Finding(code, zh.format(**data), en.format(**data), data)
