"""The fonts of the page: found once per process, asked which characters they can draw, one after the other."""

import importlib.util
import os
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDocument
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from certificates.errors import FontUnusable, GlyphMissing

# Streams as plain bytes: writing them in ASCII took a third of the drawing and a fifth of the file. The setting is the
# process's, and nothing else here draws with reportlab.
rl_config.useA85 = 0
DRAWING = threading.Lock()
"""Held while a page is drawn: reportlab's font object reads its file through one cursor."""
PACKAGE = "paperang_p2_fonts_cjk"
PACKAGE_FILE = "fonts/wqy-microhei.ttc"


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One TrueType file ready for embedding: the key it is registered under, its path, the characters it draws.

    `title` is its PostScript name.
    """

    key: str
    path: Path
    title: str
    characters: frozenset[int]


@dataclass(frozen=True, slots=True)
class Font:
    """A chain of faces: each character is drawn by the first that has it. `name` and `path` are the first one's.

    `characters` are those that any of them draws.
    """

    name: str
    path: Path
    characters: frozenset[int]
    faces: tuple[Face, ...] = ()

    def width(self, text: str, size: float) -> float:
        """The advance width of the text at this size, both in points."""
        return sum(float(pdfmetrics.stringWidth(piece, key, size)) for key, piece in self.runs(text))

    def runs(self, text: str) -> tuple[tuple[str, str], ...]:
        """The text in pieces that one face draws, each with that face's key."""
        if len(self.faces) < 2:
            return ((self.name, text),) if text else ()
        return _runs(self.faces, text)

    def face(self, key: str) -> Face:
        """The face of this key."""
        return next(face for face in self.faces if face.key == key)


@lru_cache(maxsize=8192)
def _runs(faces: tuple[Face, ...], text: str) -> tuple[tuple[str, str], ...]:
    def key_of(character: str) -> str:
        return next((face.key for face in faces if ord(character) in face.characters), faces[0].key)

    return tuple((key, "".join(found)) for key, found in groupby(text, key_of))


def find_font(path: str | Path | None = None) -> Font:
    """The font at `path` (the operator's FONT_PATH, several files parted by `os.pathsep`), or the packaged one.

    The packaged one is WenQuanYi Micro Hei. The first call of a process opens the files, later ones are free. Raises
    FontUnusable for a file that is absent or has no TrueType outlines (CFF outlines cannot be embedded), and for two
    files that call themselves by one name.
    """
    paths = [Path(part).resolve() for part in str(path).split(os.pathsep) if part.strip()] if path else []
    return _chain(tuple(paths) or (_packaged(),))


def _packaged() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise FontUnusable(
            "FONT_ABSENT",
            "未找到内置字体包，请设置 FONT_PATH。",
            "The packaged font is not installed; set FONT_PATH.",
            {"package": PACKAGE},
        )
    return Path(places[0]) / PACKAGE_FILE


@lru_cache(maxsize=8)
def _chain(paths: tuple[Path, ...]) -> Font:
    faces = tuple(_open(path) for path in dict.fromkeys(paths))
    names = [face.title for face in faces]
    for face in faces:
        if names.count(face.title) > 1:  # the document knows a font by this name alone
            raise FontUnusable(
                "FONT_TWICE",
                f"FONT_PATH 中有两个字体都名为“{face.title}”。",
                f"Two fonts of FONT_PATH call themselves {face.title}.",
                {"font": face.title},
            )
    characters = frozenset[int]().union(*(face.characters for face in faces))
    return Font(faces[0].key, faces[0].path, characters, faces)


@lru_cache(maxsize=16)
def _open(path: Path) -> Face:
    key = f"certificate-{path.stem}-{zlib.crc32(str(path).encode()):08x}"
    try:
        font = _Embedded(key, str(path), asciiReadable=False)
    except (TTFError, OSError) as fault:
        raise FontUnusable(
            "FONT_UNUSABLE",
            f"字体文件 {path.name} 无法使用：须为 TrueType 轮廓。",
            f"The font file {path.name} cannot be used: it must exist and hold TrueType outlines.",
            {"path": str(path), "reason": str(fault)},
        ) from fault
    pdfmetrics.registerFont(font)
    return Face(key, path, font.face.name.decode("latin-1"), frozenset(font.face.charToGlyph))


class _Embedded(TTFont):
    """A font whose characters beyond the Basic Multilingual Plane can be copied out of the document again."""

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802 - reportlab's name
        subsets = list(self.state[doc].subsets)
        names = [self.getSubsetInternalName(number, doc)[1:] for number in range(len(subsets))]
        super().addObjects(doc)
        known: dict[str, Any] = doc.idToObject
        for name, subset in zip(names, subsets, strict=True):
            written = known["BasicFonts"].dict[name]
            known[written.ToUnicode.name].content = to_unicode(written.BaseFont, subset)


def to_unicode(fontname: str, subset: Iterable[int]) -> str:
    """The map from codes to text (ISO 32000-2, 9.10.3): UTF-16BE, so that rare characters are surrogate pairs."""
    codes = list(subset)
    lines = [f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for index, code in enumerate(codes)]
    # A block may hold 100 entries (Adobe Technical Note 5014, 1.4.1).
    blocks = "\n".join(
        f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar"
        for start in range(0, len(lines), 100)
        if (some := lines[start : start + 100])
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({fontname}) /Ordering ({fontname}) /Supplement 0 >> def\n"
        f"/CMapName /{fontname} def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{len(codes) - 1:02X}>\nendcodespacerange\n{blocks}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def missing_glyphs(text: str, font: Font) -> tuple[str, ...]:
    """The characters of the text that no face of the font can draw, each once, in order of appearance."""
    return tuple(dict.fromkeys(character for character in text if ord(character) not in font.characters))


def require_glyphs(texts: Iterable[str], font: Font) -> None:
    """Raises GlyphMissing for the first character that would be printed as an empty box."""
    for text in texts:
        for character in missing_glyphs(text, font):
            codepoint = f"U+{ord(character):04X}"
            raise GlyphMissing(
                "GLYPH_MISSING",
                f"字体没有“{character}”（{codepoint}）这个字，无法印制“{text}”。",
                f"The font has no glyph for “{character}” ({codepoint}) in “{text}”; nothing was printed.",
                {"character": character, "codepoint": codepoint, "text": text},
            )
