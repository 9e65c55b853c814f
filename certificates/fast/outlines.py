"""A small TrueType font of just the characters of one document, built from outlines that stay read.

A general subsetter reads, closes over and rewrites every table: tens of milliseconds a document. Here the tables are
cut once per process, and a font of a few dozen glyphs is put together from slices (OpenType 1.9: glyf, head, hhea,
hmtx, loca, maxp, and the hinting programs cvt, fpgm, prep; ISO 32000-2, table 124, asks for no others).
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from reportlab.pdfbase import pdfmetrics

ARGUMENTS_ARE_WORDS, SCALE, MORE, TWO_SCALES, TWO_BY_TWO = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080
MAGIC = 0xB1B0AFBA
HINTING = ("cvt ", "fpgm", "prep")
FAST, TIGHT = 1, 9
"""Levels of compression: the second saves a tenth of a font's size and takes three times as long."""
TO_UNICODE_HEAD = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
TO_UNICODE_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
BLOCK = 100


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph's outline, padded to four bytes, and where in it the numbers of its parts stand."""

    outline: bytes
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Subset:
    """A font program of some characters: `codes` gives each character its two-byte code in hexadecimal.

    `program` and `to_unicode` are deflated; `length` is the program's own; `widths` the /W array's content from code 1.
    """

    name: str
    program: bytes
    length: int
    widths: bytes
    codes: Mapping[int, str]
    to_unicode: bytes


class Outlines:
    """The tables of one registered TrueType face, read once; safe to share between threads."""

    def __init__(self, key: str) -> None:
        face = _face(key)
        self.name = face.name.decode() if isinstance(face.name, bytes) else str(face.name)
        self.characters: Mapping[int, int] = face.charToGlyph
        self._metrics = face.hmetrics
        self._places = face.glyphPos
        self._glyf = bytes(face.get_table("glyf"))
        self._glyphs: dict[int, Glyph] = {}
        self._head = bytearray(face.get_table("head"))
        self._head[8:12] = bytes(4)
        self._head[50:52] = b"\0\1"  # long offsets in loca
        self._unit = 1000 / struct.unpack(">H", self._head[18:20])[0]
        self._hhea, self._maxp = bytes(face.get_table("hhea")), bytes(face.get_table("maxp"))
        self._fixed = {tag: _table(bytes(face.get_table(tag))) for tag in HINTING if tag in face.table}
        self.descriptor = _descriptor(face)

    def subset(self, characters: Iterable[int], level: int = FAST) -> Subset:
        """A font of these characters in order of their code points; those it lacks are drawn as the missing glyph."""
        wanted = sorted(set(characters))
        glyphs = [0, *(self.characters.get(one, 0) for one in wanted)]
        new = {old: index for index, old in reversed(list(enumerate(glyphs)))}
        outlines = [self._renumbered(old, glyphs, new) for old in glyphs]  # `glyphs` grows by the parts of composites
        program = self._program(glyphs, outlines)
        codes = {one: f"{index:04X}" for index, one in enumerate(wanted, 1)}
        widths = " ".join(f"{self._metrics[old][0] * self._unit:.4g}" for old in glyphs[1 : len(wanted) + 1])
        tag = _tag(zlib.crc32("".join(map(chr, wanted)).encode()))
        return Subset(
            f"{tag}+{self.name}", zlib.compress(program, level), len(program), widths.encode(), codes,
            zlib.compress(_to_unicode(codes), level),
        )  # fmt: skip

    def _renumbered(self, old: int, glyphs: list[int], new: dict[int, int]) -> bytes:
        glyph = self._glyphs.get(old) or self._read(old)
        if not glyph.parts:
            return glyph.outline
        outline = bytearray(glyph.outline)
        for place, part in glyph.parts:
            if part not in new:
                new[part] = len(glyphs)
                glyphs.append(part)
            outline[place : place + 2] = new[part].to_bytes(2, "big")
        return bytes(outline)

    def _read(self, number: int) -> Glyph:
        outline = self._glyf[self._places[number] : self._places[number + 1]]
        padded = outline + bytes(-len(outline) % 4)
        glyph = self._glyphs[number] = Glyph(padded, tuple(_parts(outline)))
        return glyph

    def _program(self, glyphs: list[int], outlines: list[bytes]) -> bytes:
        count = len(glyphs)
        places = [0, *accumulate(map(len, outlines))]
        pairs = [value for old in glyphs for value in self._metrics[old]]
        tables = {
            **self._fixed,
            "glyf": _table(b"".join(outlines)),
            "head": _table(bytes(self._head)),
            "hhea": _table(self._hhea[:34] + count.to_bytes(2, "big")),
            "hmtx": _table(struct.pack(f">{2 * count}H", *(value & 0xFFFF for value in pairs))),
            "loca": _table(struct.pack(f">{count + 1}I", *places)),
            "maxp": _table(self._maxp[:4] + count.to_bytes(2, "big") + self._maxp[6:]),
        }
        return _font_file(tables)


def _face(key: str) -> Any:  # noqa: ANN401 - the stubs know no TrueType face
    font: Any = pdfmetrics.getFont(key)
    return font.face


@lru_cache(maxsize=16)
def outlines_of(key: str) -> Outlines:
    """The outlines of a registered face, read on first use."""
    return Outlines(key)


def _parts(outline: bytes) -> Iterable[tuple[int, int]]:
    """Of a composite glyph, each part's number and the place where it is written (OpenType, glyf)."""
    if not outline or outline[0] < 0x80:  # a negative number of contours says composite
        return
    place, flags = 10, MORE
    while flags & MORE:
        flags, part = struct.unpack_from(">HH", outline, place)
        yield place + 2, part
        place += 8 if flags & ARGUMENTS_ARE_WORDS else 6
        place += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & TWO_BY_TWO else 0


@dataclass(frozen=True, slots=True)
class _Table:
    """A table padded to four bytes, its own length and its checksum."""

    padded: bytes
    length: int
    checksum: int


def _table(content: bytes) -> _Table:
    padded = content + bytes(-len(content) % 4)
    return _Table(padded, len(content), _checksum(padded))


def _font_file(tables: Mapping[str, _Table]) -> bytes:
    """The tables behind their directory, with every checksum as the format asks (OpenType, table directory)."""
    power = len(tables).bit_length() - 1
    start = 12 + 16 * len(tables)
    directory = [struct.pack(">IHHHH", 0x00010000, len(tables), 16 << power, power, 16 * (len(tables) - (1 << power)))]
    ordered = sorted(tables.items())
    for tag, table in ordered:
        if tag == "head":
            adjustment = start + 8
        directory.append(struct.pack(">4sIII", tag.encode(), table.checksum, start, table.length))
        start += len(table.padded)
    head = b"".join(directory)
    font = bytearray(head + b"".join(table.padded for _tag, table in ordered))
    total = _checksum(head) + sum(table.checksum for _tag, table in ordered)
    font[adjustment : adjustment + 4] = struct.pack(">I", (MAGIC - total) & 0xFFFFFFFF)
    return bytes(font)


def _checksum(padded: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _tag(number: int) -> str:
    """Six capital letters of a subset (ISO 32000-2, 9.9.2), the same for the same characters."""
    letters = ""
    for _place in range(6):
        number, letter = divmod(number, 26)
        letters += chr(65 + letter)
    return letters


def _to_unicode(codes: Mapping[int, str]) -> bytes:
    """What each code means in Unicode, so that text can be searched and read aloud (ISO 32000-2, 9.10.3)."""
    lines = [f"<{code}> <{chr(one).encode('utf-16-be').hex().upper()}>" for one, code in codes.items()]
    blocks = [lines[at : at + BLOCK] for at in range(0, len(lines), BLOCK)]
    written = "".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar\n" for block in blocks)
    return TO_UNICODE_HEAD + written.encode() + TO_UNICODE_TAIL


def _descriptor(face: Any) -> bytes:  # noqa: ANN401 - a TrueType face, which the stubs do not know
    """The font descriptor's fixed entries (ISO 32000-2, table 121); flag 4: glyphs outside the Latin set."""
    box = " ".join(f"{value:.0f}" for value in face.bbox)
    return (
        f"/Flags 4 /FontBBox [{box}] /ItalicAngle {face.italicAngle:g} /Ascent {face.ascent:.0f}"
        f" /Descent {face.descent:.0f} /CapHeight {face.capHeight:.0f} /StemV {face.stemV:.0f}"
    ).encode()
