"""Read a statute in Markdown, one article a paragraph: 行政处罚法(2021-01-22).md."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from question_bank.faults import Place, refusal, shown
from question_bank.items import normalise_text
from question_bank.statutes.numerals import whole_number

STATUTE_BYTES = 2 * 1024 * 1024
"""The longest code of the country is under 1 MB; a file above this is something else."""

ARTICLE_COUNT = 2_000
NAME_CHARACTERS = 200
STATE_PREFIX = "中华人民共和国"

_FILE_NAME = re.compile(r"(?P<law>.*?)\s*[(（](?P<edition>\d{4}-\d{1,2}-\d{1,2})[)）]$")
_HEADING = re.compile(r"#{1,6}\s+(?P<text>.+)$")
_EMPHASIS = re.compile(r"^[>\s]*(?:[-+]\s+)?|\*\*|__")
_ARTICLE = re.compile(
    r"第\s*(?P<main>[零〇一二三四五六七八九十百千两]+|\d{1,4})\s*条"
    r"(?:\s*之\s*(?P<part>[一二三四五六七八九十]+|\d{1,2})(?![\u4e00-\u9fff]))?"
    r"(?:\s+(?P<text>.*)|[:：]?)$"
)
_DIVISION = re.compile(r"第\s*[零〇一二三四五六七八九十百]+\s*(?P<kind>[编章节])(?:\s+.*|\s*)$")
_APPENDIX = re.compile(r"附\s*(?:件|录|表)\s*[一二三四五六七八九十\d]*\s*(?:[:：].*|\s.*)?$|附\s*[:：].*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_COMMENCES = re.compile(r"自(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日起(?:施行|实施|生效)")


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its number ("42", or "42-1" for 第四十二条之一), chapter and paragraphs (款).

    `digest` is the SHA-256, in hex, of the paragraphs in one width and without spaces, one a line. An article of an
    index has the digest and no paragraphs.
    """

    number: str
    digest: str
    paragraphs: tuple[str, ...] = field(default=(), repr=False)
    chapter: str = ""

    @property
    def text(self) -> str:
        """The paragraphs, one a line; empty where only the digest is known."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Statute:
    """One edition of a law. `edition` is the day it was passed, 2021-01-22; validity is in days, last day inclusive.

    `valid_from` and `valid_to` are None where the file does not say; they are never guessed.
    """

    law: str
    edition: str
    articles: tuple[Article, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    history: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the articles, in order."""
        return tuple(article.number for article in self.articles)

    def article(self, number: str) -> Article | None:
        """One article by its number."""
        return next((article for article in self.articles if article.number == number), None)


def article_digest(paragraphs: tuple[str, ...]) -> str:
    """SHA-256, in hex, of an article's normalised text."""
    return hashlib.sha256("\n".join(normalise_text(text) for text in paragraphs).encode()).hexdigest()


def short_name(name: str) -> str:
    """The name as questions cite it: without 中华人民共和国, book marks and spaces."""
    plain = "".join(normalise_text(name)).strip("《》")
    return plain.removeprefix(STATE_PREFIX) or plain


def read_statute(name: str, data: bytes, *, edition: str = "", law: str = "") -> Statute:
    """The statute of a file called `name`; `edition` and `law` stand in where the file name is silent.

    `valid_from` is read from the last article that names a day of commencement, when that day is not before the
    edition was passed: an amended law repeats the commencement of its first edition, which says nothing of this one.
    Raises BankError: STATUTE_TOO_LARGE, FILE_EMPTY, FILE_BINARY, ENCODING_UNKNOWN, STATUTE_NO_ARTICLES,
    STATUTE_NAME_MISSING, STATUTE_NAMES_DIFFER, STATUTE_EDITION_MISSING, STATUTE_EDITION_BAD, STATUTE_NUMERAL_BAD,
    STATUTE_ARTICLE_TWICE, STATUTE_ARTICLE_ORDER, STATUTE_ARTICLE_EMPTY, STATUTE_TOO_MANY_ARTICLES.
    """
    place = Place(file=shown(PurePath(name).name))
    if len(data) > STATUTE_BYTES:
        raise refusal("STATUTE_TOO_LARGE", place, limit=STATUTE_BYTES)
    text = _decoded(data, place)
    source = _Source(place)
    source.read(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text))
    articles = tuple(source.finished())
    named = _FILE_NAME.fullmatch(PurePath(name).stem[:NAME_CHARACTERS])
    passed = _edition(edition or (named["edition"] if named else ""), place)
    begins = _commencement(articles)
    return Statute(
        law=_law(law or (named["law"] if named else ""), source.title, place), edition=passed.isoformat(),
        articles=articles, valid_from=begins if begins and begins >= passed else None, history=tuple(source.history),
    )  # fmt: skip


def _decoded(data: bytes, place: Place) -> str:
    if not data.strip():
        raise refusal("FILE_EMPTY", place)
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise refusal("FILE_BINARY", place)
        return text
    raise refusal("ENCODING_UNKNOWN", place)


class _Source:
    """The lines of a file, told apart: title, history, chapters, articles; what follows an appendix is left out."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.title = ""
        self.history: list[str] = []
        self._chapter = ""
        self._open: tuple[str, str, list[str], int] | None = None
        self._done: list[Article] = []
        self._ended = False

    def read(self, text: str) -> None:
        for line_number, raw in enumerate(text.splitlines(), 1):
            line = " ".join(raw.split())  # widths of gaps say nothing, and no pattern below has to walk over them
            if line and not self._ended:
                self._take(line, line_number)

    def _take(self, line: str, line_number: int) -> None:
        heading = _HEADING.match(line)
        plain = _EMPHASIS.sub("", heading["text"] if heading else line).strip()
        if not _HAN.search(plain):
            return  # rules, pictures, Latin page furniture
        article = _ARTICLE.match(plain)
        if article:
            self._begin(article, line_number)
        elif _APPENDIX.match(plain) and self._open is not None:
            self._ended = True
        elif heading or _DIVISION.match(plain):
            self._divide(plain, is_title=bool(heading))
        elif self._open is not None:
            self._open[2].append(plain)
        else:
            self.history.append(plain)

    def _divide(self, plain: str, *, is_title: bool) -> None:
        division = _DIVISION.match(plain)
        if division is None and is_title and not self.title and self._open is None:
            self.title = plain
        elif division is not None and division["kind"] != "节":
            self._chapter = re.sub(r"\s+", " ", plain)

    def _begin(self, found: re.Match[str], line_number: int) -> None:
        place = Place(file=self.place.file, line=line_number)
        number = _article_number(found["main"], found["part"], place)
        before = self._open[0] if self._open else ""
        if number in {article.number for article in self._done} | {before}:
            raise refusal("STATUTE_ARTICLE_TWICE", place, number=number)
        if not _follows(before, number):
            raise refusal("STATUTE_ARTICLE_ORDER", place, before=before or "0", number=number)
        self._close()
        self._open = (number, self._chapter, [found["text"]] if found["text"] else [], line_number)

    def _close(self) -> None:
        if self._open is None:
            return
        number, chapter, lines, line_number = self._open
        place = Place(file=self.place.file, line=line_number)
        if not lines:
            raise refusal("STATUTE_ARTICLE_EMPTY", place, number=number)
        if len(self._done) >= ARTICLE_COUNT:
            raise refusal("STATUTE_TOO_MANY_ARTICLES", place, limit=ARTICLE_COUNT)
        paragraphs = tuple(lines)
        self._done.append(Article(number, article_digest(paragraphs), paragraphs, chapter))

    def finished(self) -> Iterator[Article]:
        if self._open is None:
            raise refusal("STATUTE_NO_ARTICLES", self.place)
        self._close()
        self._open = None
        yield from self._done


def _article_number(main: str, part: str | None, place: Place) -> str:
    values = [int(text) if text.isdigit() else whole_number(text) for text in (main, part) if text]
    if not all(values):
        raise refusal("STATUTE_NUMERAL_BAD", place, value=shown(f"第{main}条" + (f"之{part}" if part else "")))
    return "-".join(str(value) for value in values)


def _follows(before: str, number: str) -> bool:
    """Whether articles are in unbroken order: 41, 42, 42-1, 42-2, 43, beginning with 1."""
    main, _dash, part = (before or "0").partition("-")
    following = {str(int(main) + 1)}
    if before:
        following.add(f"{main}-{int(part or 0) + 1}")
    return number in following


def _edition(text: str, place: Place) -> date:
    if not text:
        raise refusal("STATUTE_EDITION_MISSING", place)
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        raise refusal("STATUTE_EDITION_BAD", place, value=shown(text)) from None


def _law(named: str, title: str, place: Place) -> str:
    law, titled = short_name(named), short_name(title)
    if not (law or titled) or len(law or titled) > NAME_CHARACTERS:
        raise refusal("STATUTE_NAME_MISSING", place)
    if law and titled and law != titled:
        raise refusal("STATUTE_NAMES_DIFFER", place, named=shown(law), titled=shown(titled))
    return law or titled


def _commencement(articles: tuple[Article, ...]) -> date | None:
    """The day named in the newest article that speaks of commencement, as 自2021年7月15日起施行."""
    for article in reversed(articles[-3:]):
        found = _COMMENCES.search(normalise_text(article.text))
        if found:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                return None
    return None
