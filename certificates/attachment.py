"""A file inside a document that says the same for machines: an associated file (ISO 32000-2, 7.11.4 and 14.13).

It hangs on the catalogue twice: as `AF`, which says how it relates to the document, and among the embedded files, where
every reader lists it. No claim to PDF/A is made by it.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

CREDENTIAL, CREDENTIAL_TYPE = "credential.jwt", "application/vc+jwt"
"""Name and media type of the badge of a certificate."""
ABOUT = "Open Badges 3.0 / Verifiable Credential (VC-JWT)"
SOURCE = "Source"
"""The file is what the document was drawn from (ISO 32000-2, table 43)."""
LONGEST_LIST = 64


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it goes into a document; `name` and `about` are plain ASCII without brackets, `made` is a local day."""

    name: str
    media_type: str
    data: bytes
    about: str
    made: date

    @property
    def moment(self) -> str:
        """When it was made, as a date of PDF: the day stands for the moment, so that the same gives the same bytes."""
        return f"D:{self.made:%Y%m%d}000000+08'00'"


def credential_file(badge: bytes, made: date) -> Attachment | None:
    """The badge of a certificate as its associated file; None where there is none."""
    return Attachment(CREDENTIAL, CREDENTIAL_TYPE, badge, ABOUT, made) if badge else None


def attach(canvas: Canvas, one: Attachment) -> None:
    """Give a document in the making its associated file."""
    doc = canvas._doc  # type: ignore[attr-defined]  # noqa: SLF001  reportlab has no public way to its objects
    moment, size = PDFString(one.moment), str(len(one.data))
    content = PDFDictionary(
        {
            "Type": PDFName("EmbeddedFile"), "Subtype": f"/{_name(one.media_type)}",
            "Params": PDFDictionary({"Size": size, "CreationDate": moment, "ModDate": moment}),
        }
    )  # fmt: skip
    held = doc.Reference(PDFStream(content, one.data, filters=[]), "attachment.content")
    named = PDFString(one.name)
    described = PDFDictionary(
        {
            "Type": PDFName("Filespec"), "F": named, "UF": named, "Desc": PDFString(one.about),
            "AFRelationship": PDFName(SOURCE), "EF": PDFDictionary({"F": held, "UF": held}),
        }
    )  # fmt: skip
    doc.Reference(described, "attachment")
    own = PDFObjectReference("attachment")
    catalogue = doc.Catalog
    catalogue.__NoDefault__ = [*catalogue.__NoDefault__, "AF"]
    catalogue.AF = PDFArray([own])
    catalogue.Names = PDFDictionary({"EmbeddedFiles": PDFDictionary({"Names": PDFArray([named, own])})})


def content_bytes(one: Attachment) -> bytes:
    """The embedded file as the stream of an object."""
    moment, size = one.moment.encode(), len(one.data)
    return (
        b"<</Type/EmbeddedFile/Subtype/%s/Params<</Size %d/CreationDate(%s)/ModDate(%s)>>/Length %d>>\n"
        b"stream\n%s\nendstream"
        % (_name(one.media_type).encode(), size, moment, moment, size, one.data)
    )  # fmt: skip


def description_bytes(one: Attachment, content: int) -> bytes:
    """The description of the file whose content is object `content`."""
    name = one.name.encode()
    return b"<</Type/Filespec/F(%s)/UF(%s)/Desc(%s)/AFRelationship/%s/EF<</F %d 0 R/UF %d 0 R>>>>" % (
        name, name, one.about.encode(), SOURCE.encode(), content, content
    )  # fmt: skip


def catalogue_bytes(one: Attachment, description: int) -> bytes:
    """The entries by which the catalogue knows the file that object `description` describes."""
    name = one.name.encode()
    return b"/AF[%d 0 R]/Names<</EmbeddedFiles<</Names[(%s)%d 0 R]>>>>" % (description, name, description)


def _name(text: str) -> str:
    """A name's regular characters as they are, others by number (ISO 32000-2, 7.3.5)."""
    return "".join(c if c.isalnum() or c in "+-." else f"#{ord(c):02X}" for c in text)


def attached(pdf: bytes, name: str = CREDENTIAL) -> bytes | None:
    """The content of the file embedded under a name in a document of ours; None where there is none or it is no PDF."""
    try:
        return _found(PdfFileReader(BytesIO(pdf)).root, name)
    except (PdfError, KeyError, IndexError, TypeError, ValueError):
        return None


def _found(root: generic.DictionaryObject, name: str) -> bytes | None:
    listed: Any = root["/Names"]["/EmbeddedFiles"]["/Names"]
    for place in range(0, min(len(listed), LONGEST_LIST), 2):
        if listed[place] == name:
            return bytes(listed[place + 1]["/EF"]["/F"].data)
    return None
