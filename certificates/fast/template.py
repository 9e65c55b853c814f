"""A layout's first layer, parsed once into the bytes with which every sealed document of that layout begins.

What changes from document to document is written behind it: pages with their second layer, a small font of the
holder's characters, the photo, the metadata, the seal. One pass, one revision, one cross-reference table
(ISO 32000-2, 7.5), with the hole for the signature value written in that same pass (12.8.1).
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.attachment import Attachment, catalogue_bytes, content_bytes, description_bytes
from certificates.errors import SealFailed
from certificates.fast.cms import PreparedSeal
from certificates.fast.outlines import Subset, outlines_of
from certificates.fast.overlay import Overlay
from certificates.sign import FIELD_NAME

HEADER = b"%PDF-2.0\n%\xe2\xe3\xcf\xd3\n"
RANGE_WIDTH = 48
"""Characters kept for the numbers of the byte range, which are known only when all else is written."""
OWN = ("/Metadata", "/AcroForm", "/Perms", "/Extensions", "/AF", "/Names")
ESIC = b"/ESIC<</Type/DeveloperExtensions/BaseVersion/1.7/ExtensionLevel 1>>"  # ETSI EN 319 142-1, 5.6
CURVES = (
    b"/ISO_[<</Type/DeveloperExtensions/BaseVersion/2.0/ExtensionLevel 32002"
    b"/URL(https://www.iso.org/standard/45875.html)/ExtensionRevision(:2022)>>]"
)
"""ISO/TS 32002: signatures over elliptic curves."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's object number, the entries of its dictionary that stay, its first content and its resources."""

    number: int
    entries: bytes
    contents: tuple[int, ...]
    fonts: bytes
    pictures: bytes
    resources: bytes


@dataclass(frozen=True, slots=True)
class Template:
    """The prepared first layer of a layout. Make it with `prepare`; safe to share between threads."""

    prefix: bytes
    places: tuple[int, ...]
    pages: tuple[_Page, ...]
    catalogue: bytes

    @classmethod
    def prepare(cls, static: bytes) -> "Template":
        """The template of a layout's first layer, a PDF without any holder's data.

        Raises SealFailed for a file that is no PDF or already signed.
        """
        try:
            reader = PdfFileReader(BytesIO(static))
            found = None if reader.embedded_signatures else _prepare(reader)
        except (PdfError, ValueError, KeyError) as fault:
            words = f"The first layer is unreadable: {fault}"
            raise SealFailed("TEMPLATE_UNREADABLE", "版式底稿无法读取。", words) from fault
        if found is None:
            raise SealFailed("ALREADY_SIGNED", "文件已有签名。", "The document already carries a signature.")
        return found

    def seal(
        self,
        overlay: Overlay,
        *,
        info: Mapping[str, str],
        xmp: bytes,
        seal: PreparedSeal,
        now: datetime,
        attachment: Attachment | None = None,
    ) -> bytes:
        """The document with this second layer, sealed at `now` (aware): PAdES B-B, certified, no change permitted.

        `info` fills the information dictionary, `xmp` is the whole packet, `attachment` a file inside. The same layers
        give the same bytes up to the signature. Raises SealFailed for a number of pages other than the layout's.
        """
        if overlay.pages != len(self.pages):
            raise SealFailed("PAGES_DIFFER", "页数与版式不符。", "The marks are for another number of pages.")
        return _Document(self, seal).write(overlay, info, xmp, now, attachment)


def _prepare(reader: PdfFileReader) -> Template:
    trailer, root = reader.trailer, reader.root
    found: Any = reader  # most of its ways through a file are untyped
    pages = [found.find_page_for_modification(index)[0].reference for index in range(int(root["/Pages"]["/Count"]))]
    described = [trailer.raw_get("/Root"), _raw(trailer, "/Info"), _raw(root, "/Metadata")]
    dropped = {one.idnum for one in (*pages, *described) if isinstance(one, generic.Reference | generic.IndirectObject)}
    size = int(trailer["/Size"])
    out, places = BytesIO(), [0] * size
    out.write(HEADER)
    for number in range(1, size):
        if number in dropped:
            continue
        places[number] = out.tell()
        out.write(b"%d 0 obj\n" % number)
        found.get_object(generic.Reference(number, 0, reader)).write_to_stream(out, None)
        out.write(b"\nendobj\n")
    return Template(out.getvalue(), tuple(places), tuple(map(_page, pages)), _entries(root, leave=OWN))


def _raw(found: Any, key: str) -> Any:  # noqa: ANN401 - a dictionary of pyHanko and what it holds, unresolved
    return found.raw_get(key) if key in found else None


def _part(found: Any, key: str) -> Any:  # noqa: ANN401
    return found[key] if key in found else {}  # noqa: SIM401 - `get` would not resolve a reference


def _page(reference: Any) -> _Page:  # noqa: ANN401
    page = reference.get_object()
    resources = _part(page, "/Resources")
    content = page.raw_get("/Contents") if "/Contents" in page else generic.ArrayObject()
    content = content if isinstance(content, generic.IndirectObject) else content.get_object()
    found = content.get_object()
    streams = [found.raw_get(at) for at in range(len(found))] if isinstance(found, generic.ArrayObject) else [content]
    return _Page(
        number=reference.idnum,
        entries=_entries(page, leave=("/Contents", "/Resources", "/Annots")),
        contents=tuple(one.idnum for one in streams),
        fonts=_entries(_part(resources, "/Font")),
        pictures=_entries(_part(resources, "/XObject")),
        resources=_entries(resources, leave=("/Font", "/XObject")),
    )


def _entries(found: generic.DictionaryObject, leave: Sequence[str] = ()) -> bytes:
    """The entries of a dictionary as bytes, without its brackets."""
    out = BytesIO()
    for key in found:
        if key not in leave:
            generic.NameObject(key).write_to_stream(out, None)
            out.write(b" ")
            found.raw_get(key).write_to_stream(out, None)
            out.write(b"\n")
    return out.getvalue()


class _Document:
    """One document while it is written: bytes so far, and where each object begins."""

    def __init__(self, template: Template, seal: PreparedSeal) -> None:
        self._template = template
        self._seal = seal
        self._parts: list[bytes] = []
        self._length = len(template.prefix)
        self._places = list(template.places)

    def write(
        self, overlay: Overlay, info: Mapping[str, str], xmp: bytes, now: datetime, attachment: Attachment | None
    ) -> bytes:
        """Everything up to the signature's hole, then what follows it, then the signature into the hole."""
        catalogue, metadata, described, form, field, signature = (self._new() for _part in range(6))
        named = {name: self._font(key, font) for name, (key, font) in overlay.fonts.items()}
        pictures = {name: self._stream(data, _picture(data)) for data, name in overlay.pictures.items()}
        for index, page in enumerate(self._template.pages):
            stream = self._stream(overlay.stream(index), b"/Filter/FlateDecode")
            self._object(page.number, _page_bytes(page, stream, named, pictures, field if index == 0 else 0))
        self._object(metadata, _stream_bytes(xmp, b"/Type/Metadata/Subtype/XML"))
        self._object(described, b"<<%s>>" % b"".join(b"/%s %s" % (k.encode(), string(v)) for k, v in info.items()))
        self._object(form, b"<</Fields[%d 0 R]/SigFlags 3>>" % field)
        self._object(
            field,
            b"<</FT/Sig/T(%s)/Type/Annot/Subtype/Widget/F 132/Rect[0 0 0 0]/P %d 0 R/V %d 0 R>>"
            % (FIELD_NAME.encode(), self._template.pages[0].number, signature),
        )
        self._object(catalogue, self._catalogue(metadata, form, signature, self._attached(attachment)))
        return self._sealed(signature, b"/Root %d 0 R/Info %d 0 R" % (catalogue, described), now)

    def _new(self) -> int:
        self._places.append(0)
        return len(self._places) - 1

    def _object(self, number: int, content: bytes) -> None:
        self._places[number] = self._length
        self._add(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def _add(self, content: bytes) -> None:
        self._parts.append(content)
        self._length += len(content)

    def _stream(self, data: bytes, entries: bytes) -> int:
        number = self._new()
        self._object(number, _stream_bytes(data, entries))
        return number

    def _font(self, key: str, font: Subset) -> int:
        """The objects of one embedded subset (ISO 32000-2, 9.7); returns the number of the outermost."""
        name = font.name.encode()
        program = self._stream(font.program, b"/Filter/FlateDecode/Length1 %d" % font.length)
        unicode = self._stream(font.to_unicode, b"/Filter/FlateDecode")
        descriptor, inner, outer = self._new(), self._new(), self._new()
        self._object(
            descriptor,
            b"<</Type/FontDescriptor/FontName/%s%s/FontFile2 %d 0 R>>" % (name, outlines_of(key).descriptor, program),
        )
        self._object(
            inner,
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDToGIDMap/Identity/DW 1000/W[1[%s]]/FontDescriptor %d 0 R"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>" % (name, font.widths, descriptor),
        )
        self._object(
            outer,
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, inner, unicode),
        )
        return outer

    def _attached(self, one: Attachment | None) -> bytes:
        """The objects of the file inside; returns the entries of the catalogue that name it."""
        if one is None:
            return b""
        content, description = self._new(), self._new()
        self._object(content, content_bytes(one))
        self._object(description, description_bytes(one, content))
        return catalogue_bytes(one, description)

    def _catalogue(self, metadata: int, form: int, signature: int, attached: bytes) -> bytes:
        extensions = ESIC + (CURVES if self._seal.is_curve else b"")
        return b"<<%s/Metadata %d 0 R/AcroForm %d 0 R/Perms<</DocMDP %d 0 R>>/Extensions<<%s>>%s>>" % (
            self._template.catalogue, metadata, form, signature, extensions, attached
        )  # fmt: skip

    def _sealed(self, signature: int, trailer: bytes, now: datetime) -> bytes:
        self._places[signature] = self._length
        self._add(
            b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:%sZ)"
            b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams"
            b"<</Type/TransformParams/V/1.2/P 1>>>>]\n/ByteRange " % (signature, _moment(now))
        )
        hole = 2 * self._seal.longest + 2
        start = self._length + RANGE_WIDTH + len(b"\n/Contents ")
        tail = b">>\nendobj\n"
        after = start + hole
        table = after + len(tail)
        tail += self._table(table, trailer)
        ranges = b"[0 %d %d %d]" % (start, after, len(tail))
        self._add(ranges.ljust(RANGE_WIDTH) + b"\n/Contents ")
        before = self._template.prefix + b"".join(self._parts)
        digest = hashlib.sha256(before)
        digest.update(tail)
        value = self._seal.value(digest.digest()).hex().upper().encode()
        return b"%s<%s>%s" % (before, value.ljust(hole - 2, b"0"), tail)

    def _table(self, place: int, trailer: bytes) -> bytes:
        """The cross-reference table and what follows it (ISO 32000-2, 7.5.4 and 7.5.5)."""
        free = [number for number, where in enumerate(self._places) if where == 0]
        following = dict(zip(free, [*free[1:], 0], strict=True))
        rows = [
            b"%010d %05d f \n" % (following[number], 65535 if number == 0 else 0)
            if number in following
            else b"%010d 00000 n \n" % where
            for number, where in enumerate(self._places)
        ]
        name = hashlib.sha256(b"".join(self._parts)).hexdigest()[:32].encode()
        return b"xref\n0 %d\n%strailer\n<</Size %d%s/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n" % (
            len(rows), b"".join(rows), len(rows), trailer, name, name, place
        )  # fmt: skip


def _page_bytes(page: _Page, stream: int, fonts: Mapping[str, int], pictures: Mapping[str, int], field: int) -> bytes:
    contents = b" ".join(b"%d 0 R" % one for one in (*page.contents, stream))
    own_fonts = b"".join(b"/%s %d 0 R" % (name.encode(), one) for name, one in fonts.items())
    own_pictures = b"".join(b"/%s %d 0 R" % (name.encode(), one) for name, one in pictures.items())
    return b"<<%s/Contents[%s]/Resources<<%s/Font<<%s%s>>/XObject<<%s%s>>>>%s>>" % (
        page.entries, contents, page.resources, page.fonts, own_fonts, page.pictures, own_pictures,
        b"/Annots[%d 0 R]" % field if field else b"",
    )  # fmt: skip


def _stream_bytes(data: bytes, entries: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def _picture(data: bytes) -> bytes:
    """The dictionary of a JPEG: its size and number of components stand in its frame header (ITU-T T.81, B.2.2)."""
    place = 2
    while place + 9 < len(data):
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width, components = struct.unpack_from(">HHB", data, place + 5)
            space = {1: b"DeviceGray", 3: b"DeviceRGB", 4: b"DeviceCMYK"}[components]
            return (
                b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/%s/Filter/DCTDecode"
                % (width, height, space)
            )
        place += 2 + length
    raise SealFailed("PICTURE_UNREADABLE", "照片数据损坏。", "The picture's data are damaged.")


def _moment(now: datetime) -> bytes:
    return f"{now.astimezone(UTC):%Y%m%d%H%M%S}".encode()


def string(text: str) -> bytes:
    """A text string: plain where it is printable ASCII, else UTF-16 with its mark, in hexadecimal (7.9.2.2)."""
    if text.isascii() and text.isprintable() and not set(text) & set("()\\"):
        return f"({text})".encode()
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().upper().encode()
