"""The font of the page: found once per process, asked which characters it can draw."""

import importlib.util
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from certificates.errors import FontUnusable, GlyphMissing

# Streams as plain bytes: writing them in ASCII took a third of the drawing and a fifth of the file. The setting is the
# process's, and nothing else here draws with reportlab.
rl_config.useA85 = 0
DRAWING = threading.Lock()
"""Held while a page is drawn: reportlab's font object reads its file through one cursor."""
PACKAGE = "paperang_p2_fonts_cjk"
PACKAGE_FILE = "fonts/wqy-microhei.ttc"


@dataclass(frozen=True, slots=True)
class Font:
    """A TrueType font ready for embedding: the name it is registered under, its file, the characters it draws."""

    name: str
    path: Path
    characters: frozenset[int]

    def width(self, text: str, size: float) -> float:
        """The advance width of the text at this size, both in points."""
        return float(pdfmetrics.stringWidth(text, self.name, size))


def find_font(path: str | Path | None = None) -> Font:
    """The font at `path` (the operator's FONT_PATH), or the packaged WenQuanYi Micro Hei.

    The first call of a process opens the file, later ones are free. Raises FontUnusable for a file that is absent or
    has no TrueType outlines (CFF outlines cannot be embedded).
    """
    return _open(Path(path).resolve() if path else _packaged())


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
def _open(path: Path) -> Font:
    name = f"certificate-{path.stem}"
    try:
        font = TTFont(name, str(path), asciiReadable=False)
    except (TTFError, OSError) as fault:
        raise FontUnusable(
            "FONT_UNUSABLE",
            f"字体文件 {path.name} 无法使用：须为 TrueType 轮廓。",
            f"The font file {path.name} cannot be used: it must exist and hold TrueType outlines.",
            {"path": str(path), "reason": str(fault)},
        ) from fault
    pdfmetrics.registerFont(font)
    return Font(name=name, path=path, characters=frozenset(font.face.charToGlyph))


def missing_glyphs(text: str, font: Font) -> tuple[str, ...]:
    """The characters of the text that the font cannot draw, each once, in order of appearance."""
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
