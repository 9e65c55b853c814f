"""A document's number and kind for machines: an XMP packet in its catalogue (ISO 16684-1, Dublin Core)."""

from datetime import date
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
NUMBER_LIMIT = 200
ATTESTATION = "attestation"
"""The `dc:type` of an attestation; a certificate states none."""


def packet(number: str, title_zh: str, title_en: str, creator: str, issued_on: date, kind: str = "") -> bytes:
    """The XMP packet: `dc:identifier` is the document's number, `dc:type` its kind where that is no certificate."""
    stated = f"<dc:type><rdf:Bag><rdf:li>{escape(kind)}</rdf:li></rdf:Bag></dc:type>\n" if kind else ""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
<rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="{XMP}">
<dc:identifier>{escape(number)}</dc:identifier>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title_zh)}</rdf:li>
<rdf:li xml:lang="en">{escape(title_en)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(creator)}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
{stated}<xmp:CreateDate>{issued_on.isoformat()}</xmp:CreateDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


def describe(
    canvas: Canvas, number: str, titles: tuple[str, str], subject: str, creator: str, issued_on: date, kind: str = ""
) -> None:
    """Give a document its title, subject and dates, in the information dictionary and in XMP; `titles` are zh and en.

    The day of issue stands for the time of making, so that the same content gives the same bytes.
    """
    canvas.setTitle(f"{titles[0]} {number}")
    canvas.setAuthor(creator)
    canvas.setSubject(subject)
    canvas.setKeywords(number)
    canvas.setCreator("Chizheng")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setDateFormatter(lambda *_now: f"D:{issued_on:%Y%m%d}000000+08'00'")
    form = PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")})
    catalogue = canvas._doc.Catalog  # type: ignore[attr-defined]  # noqa: SLF001  reportlab has no public way to it
    catalogue.Metadata = PDFStream(form, packet(number, *titles, creator, issued_on, kind), filters=[])


def read_number(xmp: bytes) -> str | None:
    """The document's number in an XMP packet, or None where there is none."""
    number = _text(xmp, f".//{{{DC}}}identifier")
    return number if 0 < len(number) <= NUMBER_LIMIT else None


def read_kind(xmp: bytes) -> str:
    """The kind of document that an XMP packet states; empty for a certificate."""
    return _text(xmp, f".//{{{DC}}}type/{{{RDF}}}Bag/{{{RDF}}}li")


def _text(xmp: bytes, path: str) -> str:
    try:
        root = ElementTree.fromstring(xmp)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return ""
    return (root.findtext(path) or "").strip()
