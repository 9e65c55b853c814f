"""The certificate's number for machines: an XMP packet in the document's catalogue (ISO 16684-1, Dublin Core)."""

from datetime import date
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
NUMBER_LIMIT = 200


def packet(number: str, title_zh: str, title_en: str, creator: str, issued_on: date) -> bytes:
    """The XMP packet: `dc:identifier` is the certificate's number."""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">
<rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="{XMP}">
<dc:identifier>{escape(number)}</dc:identifier>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title_zh)}</rdf:li>
<rdf:li xml:lang="en">{escape(title_en)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(creator)}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{issued_on.isoformat()}</xmp:CreateDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


def read_number(xmp: bytes) -> str | None:
    """The certificate's number in an XMP packet, or None where there is none."""
    try:
        root = ElementTree.fromstring(xmp)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return None
    number = (root.findtext(f".//{{{DC}}}identifier") or "").strip()
    return number if 0 < len(number) <= NUMBER_LIMIT else None
