"""An office that seals in tests: its authority, a clock of its own, revocation lists, and what it seals."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from reportlab.pdfgen.canvas import Canvas

from certificates import metadata
from certificates.authority import Pair, make_development_tsa, make_issuing, make_root, make_seal
from certificates.crl import Reason, Revocation, make_crl
from certificates.fonts import Font
from certificates.keys import Signer
from certificates.layout import layouts
from certificates.sign import Level, Validation, seal_document
from certificates.specimen import specimen
from certificates.tsa import DevelopmentTimeStamper
from certificates.verify import Verdict, verify_pdf


@dataclass(frozen=True)
class Office:
    """Keys by purpose; the seal is revoked `revoked_at`, 100 days after `now`, in `late_crls` only."""

    name: str
    now: datetime
    root: Pair
    issuing: Pair
    seal: Pair
    tsa_root: Pair
    tsa: Pair
    signer: Signer = field(repr=False)

    @classmethod
    def opened(cls, now: datetime, name: str = "平凉市城市管理综合行政执法局") -> "Office":
        root = make_root(name, now)
        issuing = make_issuing(root, name, now)
        seal = make_seal(issuing, name, now)
        tsa_root, tsa = make_development_tsa(now, days=20 * 365)
        chain = [issuing.certificate.public_bytes(serialization.Encoding.DER)]
        return cls(name, now, root, issuing, seal, tsa_root, tsa, Signer(seal.key, seal.certificate, chain))

    @property
    def revoked_at(self) -> datetime:
        return self.now + timedelta(days=100)

    def clock(self, at: datetime | None = None) -> DevelopmentTimeStamper:
        return DevelopmentTimeStamper(self.tsa, lambda: at or self.now)

    def crls(self, at: datetime | None = None, *revocations: Revocation, by_root: bool = False) -> tuple[bytes, ...]:
        """The three lists of a day; the revocations stand in the issuing CA's, or in the root's."""
        day = at or self.now
        ours = [list(revocations) if by_root else [], [] if by_root else list(revocations), []]
        pairs = zip((self.root, self.issuing, self.tsa_root), ours, strict=True)
        return tuple(make_crl(issuer, found, 1, day) for issuer, found in pairs)

    def late_crls(
        self, reason: Reason = Reason.KEY_COMPROMISE, invalid_from: datetime | None = None
    ) -> tuple[bytes, ...]:
        """The lists after the seal was revoked."""
        gone = Revocation(self.seal.certificate.serial_number, self.revoked_at, reason, invalid_from)
        return self.crls(self.revoked_at + timedelta(hours=1), gone)

    def validation(self, at: datetime | None = None) -> Validation:
        return Validation((self.root.pem,), self.crls(at), (), (self.tsa_root.pem,))

    def sealed(self, page: bytes, level: Level = Level.B_LT, at: datetime | None = None) -> bytes:
        moment = at or self.now
        stamper = None if level is Level.B_B else self.clock(moment)
        done = seal_document(
            page, self.signer, moment, stamper, self.validation(moment) if level is Level.B_LT else None
        )
        assert done.level is level
        return done.pdf

    def judged(self, pdf: bytes, **known: object) -> Verdict:
        """The verdict of somebody who trusts this office and its clock."""
        asked = {"tsa_roots": [self.tsa_root.pem], **known}
        return verify_pdf(pdf, [self.root.pem], **asked)  # type: ignore[arg-type]


def note(number: str = "第1号") -> bytes:
    """The smallest page that counts as a certificate."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(100, 100, "certificate")
    metadata.describe(canvas, number, ("证", "Certificate"), "", "", date(2026, 5, 1))
    canvas.save()
    return buffer.getvalue()


def drawn_layouts(font: Font) -> Mapping[str, bytes]:
    """Every version of every layout there is, drawn and not yet sealed."""
    return {one.key: specimen(one, font) for one in layouts()}
