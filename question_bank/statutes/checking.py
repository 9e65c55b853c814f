"""Questions against the statutes they cite: the article exists, the figures of the right answer stand in it."""

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from importlib import resources

from question_bank.faults import Fault, Place, fault
from question_bank.items import GAP, TRUE, Blank, Citation, Item, ItemType, normalise_text
from question_bank.statutes.figures import Figure, figures_of
from question_bank.statutes.index import Index
from question_bank.statutes.numerals import number, whole_number
from question_bank.statutes.reading import short_name

_NUMERAL = r"(?:\d{1,4}|[零〇一二三四五六七八九十百千]{1,12})"
_ONE = rf"{_NUMERAL}(?:条(?:之[一二三四五六七八九十])?)?"
_CITED = re.compile(rf"第{_ONE}(?:(?:至|到|[-—–~、和及与])+第?{_ONE})*")
_ARTICLE = re.compile(rf"(?P<link>至|到|-|—|–|~)?第?(?P<main>{_NUMERAL})(?:条(?:之(?P<part>[一二三四五六七八九十]))?)?")
_ASKS_FOR_WRONG = re.compile(
    r"(?:哪|何)[^。]*(?:错误|不正确|不准确|不符合|不属于|不包括|不合法|不成立|有误|违法)[^。，,]*[??。(]?\s*[))]?$"
)
_RANGE_LIMIT = 30


def cited_articles(item: Item, laws: Sequence[str] = ()) -> tuple[Citation, ...]:
    """The item's own citation, then every article its explanation names (第72条, 第57至59条), each once.

    An article belongs to the law of `laws` named last before it in the explanation, else to the item's own.
    """
    own = item.citation
    if own is None:
        return ()
    found = [own] if own.article else []
    text = normalise_text(item.explanation)
    named = sorted({*laws, own.law}, key=len, reverse=True)
    for match in _CITED.finditer(text):
        law = _named_before(text[: match.start()], named) or own.law
        edition = own.edition if law == own.law else ""
        found += [Citation(law, edition, article) for article in _numbers(match[0])]
    return tuple(dict.fromkeys(found))


def _named_before(text: str, laws: Sequence[str]) -> str:
    """The law named last in the running sentence; of two at one place the longer name."""
    sentence = re.split(r"[。;；]", text)[-1]
    places = [
        (sentence.rfind(short_name(law)) + len(short_name(law)), law) for law in laws if short_name(law) in sentence
    ]
    return max(places, key=lambda found: (found[0], len(found[1])))[1] if places else ""


def _numbers(said: str) -> Iterator[str]:
    """The articles of one run such as 第57、58条 or 第57条至第59条; numbers after its last 条 are something else."""
    before: int | None = None
    for match in _ARTICLE.finditer(said[: _end(said)]):
        main = _value(match["main"])
        if main is None:
            continue
        if match["part"]:
            yield f"{main}-{whole_number(match['part'])}"
        elif match["link"] and before is not None and before < main <= before + _RANGE_LIMIT:
            yield from (str(value) for value in range(before + 1, main + 1))
        else:
            yield str(main)
        before = main


def _end(said: str) -> int:
    last = said.rfind("条")
    return last + 3 if said[last + 1 : last + 2] == "之" else last + 1


def _value(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else whole_number(text)


def key_figures(item: Item) -> tuple[Figure, ...]:
    """The figures that the right answer asserts.

    Of a choice: those of the right options (of the others, where the question asks what is wrong). Of a true statement:
    those of the statement; a false one asserts none. Of blanks: the figures that stand in them. Figures that the stem
    itself gives, as the amounts and counts of a story, are facts of the case and not of the law.
    """
    if item.type is ItemType.TRUE_FALSE:
        return figures_of(item.stem) if item.key == (TRUE,) else ()
    if item.blanks:
        return tuple(_blank_figures(item))
    if item.type is ItemType.CASE:
        return _beside_given(item.stem, tuple(figure for part in item.parts for figure in key_figures(part)))
    return _beside_given(item.stem, tuple(figure for text in _key_texts(item) for figure in figures_of(text)))


def _key_texts(item: Item) -> Iterator[str]:
    if item.type in {ItemType.SINGLE, ItemType.MULTIPLE}:
        wrong = bool(_ASKS_FOR_WRONG.search(normalise_text(item.stem)))
        yield from (option.text for option in item.options if (option.key in item.key) is not wrong)
    elif item.type is ItemType.MATCHING:
        used = {pair[-1:] for pair in item.key}
        yield from (option.text for option in item.options if option.key in used)
    elif item.type is ItemType.ORDERING:
        yield from (option.text for option in item.options)
    else:
        yield from (criterion.text for criterion in item.rubric)
        yield item.model_answer


def _beside_given(stem: str, found: tuple[Figure, ...]) -> tuple[Figure, ...]:
    given = figures_of(stem)
    return tuple(figure for figure in found if not any(figure.same(known) for known in given))


def _blank_figures(item: Item) -> Iterator[Figure]:
    """Figures of the stem with its first solutions written in, where they reach into a blank."""
    solutions = [unicodedata.normalize("NFKC", _solution(blank)) for blank in item.blanks]
    stem = unicodedata.normalize("NFKC", item.stem)
    filled, spans, end = "", [], 0
    for match in GAP.finditer(stem):
        if int(match[1]) <= len(solutions):
            filled += stem[end : match.start()]
            solution = solutions[int(match[1]) - 1]
            spans.append((len(filled), len(filled) + len(solution)))
            filled, end = filled + solution, match.end()
    for figure in figures_of(filled + stem[end:]):
        if any(figure.start < last and first < figure.end for first, last in spans):
            yield figure
    if not spans:
        alone = (figure for text in solutions for figure in figures_of(text) or _bare(text))
        yield from _beside_given(item.stem, tuple(alone))


def _solution(blank: Blank) -> str:
    return next((option.text for option in blank.options if option.key == blank.accepted[0]), blank.accepted[0])


def _bare(text: str) -> tuple[Figure, ...]:
    """A number alone, as the answer of a numeric question whose unit the stem names."""
    value = number(text)
    return () if value is None else (Figure(value, "", text, 0, len(text)),)


def applied_figures() -> Mapping[str, Mapping[str, str]]:
    """Code of a bundled question → figure → why it stands in no article: reckoned, or an instance of a limit."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        resources.files(__package__).joinpath("applied.toml").read_text("utf-8")
    )
    return found


def figure_faults(
    item: Item, texts: Index, place: Place | None = None, *, applied: Container[str] = ()
) -> tuple[Fault, ...]:
    """FIGURE_NOT_IN_ARTICLE for each figure of the right answer that no cited article has; or what the citation lacks.

    `texts` holds statutes with their paragraphs; `applied` are figures, as written, that apply the article to a case
    and were reckoned by hand. An item that cites nothing has nothing to be held against.
    """
    where = place or Place(item=item.code or None)
    if item.citation is None:
        return ()
    asserted = key_figures(item)
    broken = texts.faults(item.citation, where)
    if broken or not asserted:
        return broken
    cited = cited_articles(item, tuple({statute.law for statute in texts.statutes}))
    standing = [figure for citation in cited for figure in figures_of(_text(citation, texts))]
    articles = "、".join(dict.fromkeys(citation.article for citation in cited))
    missing = dict.fromkeys(figure.text for figure in asserted if not any(figure.same(known) for known in standing))
    return tuple(
        fault("FIGURE_NOT_IN_ARTICLE", where, figure=text, law=item.citation.law, articles=articles)
        for text in missing
        if text not in applied
    )


def _text(cited: Citation, texts: Index) -> str:
    editions = texts.editions(cited.law)
    found = texts.edition(cited.law, cited.edition) if cited.edition else (editions[-1] if editions else None)
    article = found.article(cited.article) if found else None
    return article.text if article else ""
