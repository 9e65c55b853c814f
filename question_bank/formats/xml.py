"""The one reader of XML: no entities, no document types, no network, and bounds on depth and count of elements."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from lxml import etree

from question_bank.faults import Place, refusal, shown
from question_bank.formats.encoding import decode
from question_bank.formats.limits import Limits

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml's only name for it

_CHUNK = 64 * 1024
_PROLOGUE = re.compile(r"[\ufeff\s]*(?:<!--(?:(?!--).)*-->|<\?.*?\?>)?", re.DOTALL)
_DECLARED = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*?\?>")
_READABLE = {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "gb18030", "gbk", "gb2312"}


def parse_xml(data: bytes, place: Place, limits: Limits) -> Element:
    """The root element; comments and processing instructions are left out.

    The text is decoded here, so the parser never chooses an encoding, and it is given no document type, so no entity
    exists but the five of XML. Raises BankError: FILE_EMPTY, FILE_BINARY, ENCODING_UNKNOWN, XML_ENTITIES,
    XML_DOCTYPE, XML_DEEP, XML_LARGE, XML_BAD with the line.
    """
    text = _body(_text(data, place), place)
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True,
        huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    plain = text.encode("utf-8")
    count = depth = 0
    try:
        for start in range(0, len(plain), _CHUNK):
            parser.feed(plain[start : start + _CHUNK])
            for event, _element in parser.read_events():
                depth += 1 if event == "start" else -1
                count += event == "start"
                if depth > limits.xml_depth:
                    raise refusal("XML_DEEP", place, limit=limits.xml_depth)
            if count > limits.xml_elements:
                raise refusal("XML_LARGE", place, limit=limits.xml_elements)
        return parser.close()
    except (etree.LxmlError, ValueError) as error:
        raise _bad(error, parser.feed_error_log, place, limits) from None


def is_xml(data: bytes) -> bool:
    """Whether the bytes begin as an XML document does, in any encoding that is read."""
    head = data[:256].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    return re.match(rb"\s*<[?!A-Za-z_]", head.removeprefix(b"\xfe\xff")) is not None


def _bad(error: Exception, log: Sequence[Any], place: Place, limits: Limits) -> Exception:
    said, line = getattr(error, "msg", None) or str(error), getattr(error, "lineno", None)
    if said.startswith("no element found") and len(log):  # a consequence; the log has the cause
        said, line = log[0].message, log[0].line
    if said.startswith("Excessive depth"):
        return refusal("XML_DEEP", place, limit=limits.xml_depth)
    detail = re.sub(r",\s*line \d+, column \d+$", "", said)
    return refusal("XML_BAD", replace(place, line=line or place.line), detail=shown(detail))


def _text(data: bytes, place: Place) -> str:
    if data.startswith((b"<\0", b"\0<")):
        data = (b"\xff\xfe" if data.startswith(b"<") else b"\xfe\xff") + data
    text, _ = decode(place, data)
    declared = _DECLARED.match(text.lstrip("\ufeff \t\r\n"))
    if declared and declared[1].lower() not in _READABLE and not data.isascii():
        raise refusal("ENCODING_UNKNOWN", place)
    return text


def _body(text: str, place: Place) -> str:
    """The text without its XML declaration; a document type can stand only in the prologue, which is searched."""
    at = 0
    while (found := _PROLOGUE.match(text, at)) and found.end() > at:
        at = found.end()
    if text[at : at + 9].upper() == "<!DOCTYPE":
        raise refusal("XML_ENTITIES" if "<!ENTITY" in text[at:] else "XML_DOCTYPE", place)
    head = text.lstrip("\ufeff \t\r\n")
    lines = text[: len(text) - len(head)].count("\n") * "\n"
    declaration = re.match(r"<\?xml\s[^>]*?\?>", head)
    if declaration is None:
        return lines + head
    return lines + "\n" * declaration[0].count("\n") + head[declaration.end() :]
