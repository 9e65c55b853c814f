"""Bytes to text: UTF-8, UTF-16 and GB18030, and nothing by guesswork beyond these."""

import codecs

from question_bank.faults import Fault, Place, fault, refusal

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RARE_SHARE = 0.1  # text that is not GB18030 decodes to characters outside GB 2312


def decode(place: Place, data: bytes) -> tuple[str, tuple[Fault, ...]]:
    """The text, with a note when it was not UTF-8.

    Raises BankError: FILE_EMPTY, FILE_BINARY, ENCODING_UNKNOWN.
    """
    if not data.strip():
        raise refusal("FILE_EMPTY", place)
    text, encoding = _decode(place, data)
    if "\0" in text:
        raise refusal("FILE_BINARY", place)
    if not text.strip():
        raise refusal("FILE_EMPTY", place)
    notes = () if encoding.startswith("utf-8") else (fault("ENCODING_READ_AS", place, encoding=encoding.upper()),)
    return text, notes


def _decode(place: Place, data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(place, data, encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        return _unmarked_utf16(place, data)
    text = _strict(place, data, "gb18030")
    if not _is_plausible(text):
        raise refusal("ENCODING_UNKNOWN", place)
    return text, "gb18030"


def _strict(place: Place, data: bytes, encoding: str) -> str:
    if encoding == "utf-32":
        raise refusal("ENCODING_UNKNOWN", place)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise refusal("ENCODING_UNKNOWN", place) from None


def _unmarked_utf16(place: Place, data: bytes) -> tuple[str, str]:
    """Line ends tell the byte order; a binary file has no such pattern and is refused."""
    sample = data[:4096]
    for encoding, newline in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        if newline in sample and len(data) % 2 == 0:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text and _is_plausible(text):
                return text, encoding
    raise refusal("FILE_BINARY", place)


def _is_plausible(text: str) -> bool:
    sample = [char for char in text[:20_000] if ord(char) > 0x7F]
    rare = sum(1 for char in sample if not _is_common(char))
    controls = sum(1 for char in text[:20_000] if ord(char) < 0x20 and char not in "\t\r\n\v\f")
    return rare <= len(sample) * _RARE_SHARE and not controls


def _is_common(char: str) -> bool:
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return char in "✓✔✗✘☑—–•·￼　\u00a0\ufeff\u200b"
