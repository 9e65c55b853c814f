"""False files made out of true ones."""

import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from certificates import sign
from certificates.keys import AuthorityFiles, Signer
from certificates.sign import Level
from tests.certificates.seals import Office


class Unscrupulous(PdfSigner):
    """Signs even where an earlier signature forbids it."""

    def _enforce_certification_constraints(self, reader: object) -> None:
        del reader


class Forger:
    """Makes false files out of a true one."""

    def __init__(self, sealed: bytes, page: bytes, signer: Signer, authority: AuthorityFiles, now: datetime) -> None:
        self.sealed, self.page, self.signer, self.authority, self.now = sealed, page, signer, authority, now
        found = re.search(rb"/Contents <([0-9A-F]+)>", sealed)
        assert found
        self.hole = found.span(1)

    def byte(self, place: int, value: bytes = b"") -> bytes:
        new = value or (b"1" if self.sealed[place : place + 1] != b"1" else b"2")
        return self.sealed[:place] + new + self.sealed[place + 1 :]

    def content_byte(self) -> bytes:
        return self.byte(self.sealed.index(b"dc:identifier>") + 20)

    def hole_padding(self) -> bytes:
        return self.byte(self.hole[1] - 8)

    def hole_letter_case(self) -> bytes:
        place = next(i for i in range(*self.hole) if self.sealed[i : i + 1].isalpha())
        return self.byte(place, self.sealed[place : place + 1].lower())

    def digest_parameters(self) -> bytes:
        """A byte that neither the signature nor any judge looks at: the parameters of the digest named inside."""
        oid = bytes.fromhex("608648016503040201").hex().upper().encode()
        return self.byte(self.sealed.index(oid + b"0500", self.sealed.index(oid, self.hole[0]) + 1) + len(oid))

    def longer_value(self) -> bytes:
        """The CMS made to swallow some of the zeros behind it."""
        return self.byte(self.hole[0] + 4)

    def signature_byte(self) -> bytes:
        raw = bytes.fromhex(self.sealed[slice(*self.hole)].decode())
        signature = cms.ContentInfo.load(raw)["content"]["signer_infos"][0]["signature"].native
        return self.byte(self.hole[0] + 2 * (raw.index(signature) + 40))

    def revision(self) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(self.sealed))
        writer.root["/Pages"]["/Kids"][0]["/Rotate"] = generic.NumberObject(180)
        writer.update_container(writer.root["/Pages"]["/Kids"][0])
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def trailing(self) -> bytes:
        return self.sealed + b"% harmless\n"

    def truncated(self) -> bytes:
        return self.sealed[:-20]

    def copied_signature(self) -> bytes:
        """A true signature in the hole of another file of the same length."""
        other = self.sealed.replace("〔2026〕000017".encode(), "〔2026〕000018".encode(), 1)
        assert other != self.sealed
        return other

    def narrowed_range(self) -> bytes:
        """The byte range made to stop short of the end."""
        found = re.search(rb"/ByteRange \[ ?0 (\d+) (\d+) (\d+)", self.sealed)
        assert found
        start, end = found.span(3)
        shorter = str(int(found.group(3)) - 10).encode().ljust(end - start)
        return self.sealed[:start] + shorter + self.sealed[end:]

    def shadow_range(self) -> bytes:
        """A second range, as if another field had signed."""
        return self.sealed.replace(b"/Trans", b"/ByteRange [0 1 2 3] /Trans", 1)

    def second_signature(self) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(self.sealed))
        metadata = PdfSignatureMetadata(field_name="Second", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        return self.sign(writer, metadata, self.signer, "Second")

    def not_certified(self) -> bytes:
        metadata = PdfSignatureMetadata(field_name="Plain", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
        return self.sign(sign._writer(self.page), metadata, self.signer, "Plain")

    def form_filling_allowed(self) -> bytes:
        metadata = PdfSignatureMetadata(
            field_name="Form", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS,
            subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256",
        )  # fmt: skip
        return self.sign(sign._writer(self.page), metadata, self.signer, "Form")

    def sign(self, writer: object, metadata: PdfSignatureMetadata, signer: Signer, field: str) -> bytes:
        pdf_signer = Unscrupulous(metadata, signer, new_field_spec=SigFieldSpec(field))
        work = pdf_signer.async_sign_pdf(writer, bytes_reserved=12_288)  # type: ignore[arg-type]
        return bytes(sign.run(work).getbuffer())

    def expired(self) -> bytes:
        """A stolen seal used after its certificate ran out."""
        late = self.signer.not_after + timedelta(days=3)
        return sign.run(sign._seal(sign._writer(self.page), self.signer, late, None)).pdf

    def tls_certificate(self) -> bytes:
        """A key of the same issuing CA, meant for a web server."""
        issuer = x509.load_pem_x509_certificate(self.authority.issuing_certificate.read_bytes())
        issuer_key = serialization.load_pem_private_key(self.authority.issuing_key.read_bytes(), "秘密 pw".encode())
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "web.example")])
        start, end = self.now - timedelta(1), self.now + timedelta(90)
        built = (
            x509.CertificateBuilder(issuer.subject, name, key.public_key(), 99, start, end)
            .add_extension(x509.KeyUsage(*(True, *(False,) * 8)), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]
        )
        chain = [issuer.public_bytes(serialization.Encoding.DER)]
        return sign.seal(self.page, Signer(key, built, chain), self.now)

    def unsigned(self) -> bytes:
        return self.page

    def broken_table(self) -> bytes:
        place = self.sealed.rindex(b"startxref\n") + len(b"startxref\n")
        return self.byte(place, b"0")

    def html(self) -> bytes:
        return b"<html>certificate</html>"

    def empty(self) -> bytes:
        return b""


@dataclass(frozen=True)
class Swindler:
    """Forges what an office sealed with a time stamp; each method is one way, and needs no key of the office."""

    office: Office
    page: bytes
    other_page: bytes
    sealed: bytes

    def _hole(self, pdf: bytes) -> tuple[int, int]:
        found = re.search(rb"/Contents <([0-9A-F]+)>", pdf)
        assert found
        return found.span(1)

    def _cms(self, pdf: bytes) -> cms.ContentInfo:
        start, end = self._hole(pdf)
        return cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode()))

    def _refilled(self, content: bytes) -> bytes:
        start, end = self._hole(self.sealed)
        return self.sealed[:start] + content.hex().upper().encode().ljust(end - start, b"0") + self.sealed[end:]

    def _flipped(self, place: int) -> bytes:
        new = b"1" if self.sealed[place : place + 1] != b"1" else b"2"
        return self.sealed[:place] + new + self.sealed[place + 1 :]

    def _revised(self, change: str) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(self.sealed))
        getattr(self, change)(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def one_byte(self) -> bytes:
        return self._flipped(self.sealed.index(b"dc:identifier>") + 20)

    def appended_revision(self) -> bytes:
        return self._revised("_rotate")

    def _rotate(self, writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = generic.NumberObject(180)
        writer.update_container(page)

    def swapped_page(self) -> bytes:
        return self._revised("_swap")

    def _swap(self, writer: IncrementalPdfFileWriter) -> None:
        """The first page shows another content."""
        page = writer.root["/Pages"]["/Kids"][0]
        stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 100 Td (500) Tj ET")
        page["/Contents"] = writer.add_object(stream)
        writer.update_container(page)

    def shadowed_field(self) -> bytes:
        return self._revised("_shadow")

    def _shadow(self, writer: IncrementalPdfFileWriter) -> None:
        """A second field of the seal's name stands before it, so that readers ask the wrong one."""
        form = writer.root["/AcroForm"]
        shadow = generic.DictionaryObject(
            {
                generic.pdf_name("/FT"): generic.pdf_name("/Tx"),
                generic.pdf_name("/T"): generic.pdf_string(sign.FIELD_NAME),
                generic.pdf_name("/V"): generic.pdf_string("valid"),
            }
        )
        form["/Fields"].insert(0, writer.add_object(shadow))
        writer.update_container(form["/Fields"])
        writer.update_root()

    def another_key(self) -> bytes:
        """An authority of the same name, made by the swindler, with a time stamp of the true clock."""
        other = Office.opened(self.office.now, self.office.name)
        return sign.seal(self.page, other.signer, self.office.now, self.office.clock())

    def stripped_time_stamp(self) -> bytes:
        whole = self._cms(self.sealed)
        del whole["content"]["signer_infos"][0]["unsigned_attrs"]
        return self._refilled(whole.dump())

    def foreign_time_stamp(self) -> bytes:
        """The true stamp taken off and one of an unknown clock put on."""
        whole = self._cms(self.sealed)
        signer = whole["content"]["signer_infos"][0]
        imprint = sha256(signer["signature"].native).digest()
        token = sign.run(Office.opened(self.office.now, "外").clock().async_timestamp(imprint, "sha256"))
        signer["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
        return self._refilled(whole.dump())

    def copied_time_stamp(self) -> bytes:
        """A true stamp, but of another document."""
        other = self.office.sealed(self.other_page, Level.B_T)
        token = self._cms(other)["content"]["signer_infos"][0]["unsigned_attrs"]
        whole = self._cms(self.sealed)
        whole["content"]["signer_infos"][0]["unsigned_attrs"] = token
        return self._refilled(whole.dump())

    def copied_signature(self) -> bytes:
        """The true seal of another certificate, with its stamp, put into this one's hole."""
        return self._refilled(self._cms(self.office.sealed(self.other_page, Level.B_LT)).dump())

    def partial_range(self) -> bytes:
        found = re.search(rb"/ByteRange \[ ?0 (\d+) (\d+) (\d+)", self.sealed)
        assert found
        start, end = found.span(3)
        shorter = str(int(found.group(3)) - 10).encode().ljust(end - start)
        return self.sealed[:start] + shorter + self.sealed[end:]

    def words_after_the_end(self) -> bytes:
        return self.sealed + b"% and 500 yuan\n"

    def truncated(self) -> bytes:
        return self.sealed[:-20]

    def changed_signature(self) -> bytes:
        start, end = self._hole(self.sealed)
        raw = bytes.fromhex(self.sealed[start:end].decode())
        value = self._cms(self.sealed)["content"]["signer_infos"][0]["signature"].native
        return self._flipped(start + 2 * (raw.index(value) + 40))

    def filled_padding(self) -> bytes:
        return self._flipped(self._hole(self.sealed)[1] - 8)

    def expired_seal(self) -> bytes:
        """A stolen seal used after its certificate ran out."""
        late = self.office.signer.not_after + timedelta(days=3)
        stamp = self.office.clock(late)
        return sign.run(sign._seal(sign._writer(self.page), self.office.signer, late, stamp)).pdf

    def revoked_seal(self) -> bytes:
        """A stolen seal used after it was revoked, with a true stamp."""
        late = self.office.revoked_at + timedelta(minutes=1)
        return sign.seal(self.page, self.office.signer, late, self.office.clock(late))
