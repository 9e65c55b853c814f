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
    "TIME_STAMP_DEVELOPMENT": (
        G,
        "时间戳来自开发测试用的时间戳服务，不能证明任何时间。",
        "The time stamp comes from an authority for development, for testing only; it proves no time to anybody.",
    ),
    "REVOCATION_CHECKED": (
        G,
        "根据截至 {as_of} 的吊销信息，签章证书未被吊销。",
        "By revocation data as of {as_of} the seal is not revoked.",
    ),
    "REVOCATION_NOT_CHECKED": (
        G,
        "没有适用的吊销列表，未核查签章证书是否被吊销。",
        "No revocation list that applies was at hand: whether the seal is revoked was not checked.",
    ),
    "SEAL_REVOKED_LATER": (
        G,
        "签章证书（或其上级）自 {since} 起被吊销；可信时间戳证明本件签章在此之前，仍然有效。",
        "The seal, or a CA above it, is revoked from {since} on; this was provably sealed before and stays good.",
    ),
    "SEAL_EXPIRED_LATER": (
        G,
        "签章证书已于 {not_after} 到期；可信时间戳证明签章在到期之前。",
        "The seal's certificate ran out on {not_after}; the time stamp proves that it sealed before that.",
    ),
    "SEAL_EXPIRED_UNPROVED": (
        G,
        "签章证书已于 {not_after} 到期，而签章时间没有可信时间戳证明。",
        "The seal's certificate ran out on {not_after}, and no time stamp proves that it sealed before that.",
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
    "SEAL_REVOKED": (
        N,
        "签章证书（或其上级）自 {since} 起被吊销，没有可信时间戳证明签章在此之前。",
        "The seal, or a CA above it, is revoked from {since} on, and no time stamp proves that this was sealed before.",
    ),
    "TIME_STAMP_INVALID": (N, "时间戳无效或不受信任。", "The time stamp is invalid or not trusted."),
    "TIME_STAMP_REVOKED": (
        N,
        "时间戳服务的证书自 {since} 起被吊销，不能再证明签章时间。",
        "The time-stamp authority's certificate is revoked from {since} on and proves this time no longer.",
    ),
    "TIME_STAMP_MISSING": (
        N,
        "本件签发时带有时间戳，现已被去除。",
        "This document was issued with a time stamp, which has been removed.",
    ),
    "LEVEL_NOT_AS_ISSUED": (
        N,
        "签章级别为 {level}，与登记的 {expected} 不符。",
        "The seal is of level {level}, not {expected} as registered.",
    ),
    "NOT_PADES": (
        N,
        "签名不是 PAdES 形式（缺少签名证书属性）。",
        "The signature is not of the PAdES form: the attribute that names its certificate is missing.",
    ),
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


class Answer(StrEnum):
    """An answer to one question; what is not known is never YES."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class Question(StrEnum):
    """The three questions, always answered apart.

    UNCHANGED: is this file genuine and unchanged. VALIDLY_SEALED: was the seal valid when it sealed. IN_FORCE: is the
    credential in force on the day that matters, which no file can tell of itself: ask the registry or its status list.
    """

    UNCHANGED = "unchanged"
    VALIDLY_SEALED = "validly_sealed"
    IN_FORCE = "in_force"


# Where the bytes were found whole and signed by a certificate of the authority, but the sealing itself does not hold.
NOT_VALIDLY_SEALED = frozenset(
    {"SEAL_NOT_VALID_THEN", "SEAL_REVOKED", "SEAL_PURPOSE", "TIME_STAMP_INVALID", "TIME_STAMP_REVOKED", "NOT_CERTIFIED"}
)
# Genuine as far as is known, but something that decides whether the sealing was valid is not known.
UNPROVED = frozenset({"REVOCATION_NOT_CHECKED", "SEAL_EXPIRED_UNPROVED"})
FORM_ONLY = frozenset({"NOT_PADES", "WEAK_ALGORITHM"})


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
    digest of the bytes judged, in hexadecimal, empty for a file too large to be read. `level` is B-B, B-T or B-LT.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    signed_at: datetime | None
    signer_subject: str | None
    certificate_number: str | None
    sha256: str
    level: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, in their order."""
        return tuple(one.code for one in self.findings)

    @property
    def answers(self) -> Mapping[Question, Answer]:
        """The answers to the three questions, as far as the file and the lists at hand can give them."""
        return {
            Question.UNCHANGED: self._unchanged(),
            Question.VALIDLY_SEALED: self._validly_sealed(),
            Question.IN_FORCE: Answer.UNKNOWN,
        }

    def _unchanged(self) -> Answer:
        if self.outcome is Outcome.GENUINE or NOT_VALIDLY_SEALED & set(self.codes):
            return Answer.YES
        if self.outcome is Outcome.UNDETERMINED or FORM_ONLY & set(self.codes):
            return Answer.UNKNOWN
        return Answer.NO

    def _validly_sealed(self) -> Answer:
        if NOT_VALIDLY_SEALED & set(self.codes):
            return Answer.NO
        return Answer.YES if self.outcome is Outcome.GENUINE and not UNPROVED & set(self.codes) else Answer.UNKNOWN

    @property
    def is_attestation(self) -> bool:
        """Whether it is the genuine attestation of a decision; its number is then in the place of a certificate's."""
        return any(one.code == "ATTESTATION" for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON-ready data."""
        return {
            "outcome": self.outcome.value,
            "answers": {question.value: answer.value for question, answer in self.answers.items()},
            "level": self.level,
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
