"""What this library refuses, each refusal with a code and a sentence in both languages."""

from collections.abc import Mapping
from types import MappingProxyType


class CertificateError(ValueError):
    """A refusal: `code` for programs, `zh` and `en` for people, `data` for what was refused."""

    def __init__(self, code: str, zh: str, en: str, data: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.data: Mapping[str, str] = MappingProxyType(dict(data or {}))


class FaceInvalid(CertificateError):
    """A field of the certificate's face is empty, contradictory or not printable."""


class GlyphMissing(CertificateError):
    """The font cannot draw a character; `data` holds `character`, `codepoint` and `text`."""


class TextDoesNotFit(CertificateError):
    """A text is too long for its place even at the smallest readable size."""


class PhotoUnreadable(CertificateError):
    """The photo is not a picture that can be printed."""


class FontUnusable(CertificateError):
    """There is no font, or it is not a TrueType font that may be embedded."""


class LayoutInvalid(CertificateError):
    """A layout's file is wrong or absent, or a value that the layout needs was not given."""


class CodeTooLong(CertificateError):
    """A QR code cannot hold the text, or its place on the page is too small for it."""


class KeyUnusable(CertificateError):
    """A key or certificate file is absent, locked, or does not belong to its partner."""


class AuthorityExists(CertificateError):
    """The directory already holds an authority; nothing was overwritten."""


class SealFailed(CertificateError):
    """The document could not be sealed; no sealed bytes exist."""
