"""A question with every field filled, of each type, through each format that carries it; and proof that we would see it
if a writer forgot one of them.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from question_bank.formats import native, read, writers
from question_bank.items import (
    Area,
    Blank,
    Citation,
    Criterion,
    Item,
    ItemType,
    Level,
    Opaque,
    Option,
    Paper,
    Picture,
    Review,
    Shape,
    check_item,
)
from tests.question_bank.formats.kept import EXAMPLES, kept_by_gift, kept_by_moodle, kept_by_qti
from tests.question_bank.sound_items import sound_items

T = ItemType
OPTIONS = tuple(
    Option(letter, f"{letter}项 <{letter}> {{=}}~#:\\", f"{letter}的反馈") for letter in "ABC"
)  # fmt: skip
WORTH = tuple(replace(o, worth=Decimal(w)) for o, w in zip(OPTIONS, ("80", "20", "-50"), strict=True))
PLAIN = tuple(Option(letter, f"{letter}选") for letter in "ABC")
PNG = b"\x89PNG\r\n\x1a\nx"
STEM = Picture("街景.png", "image/png", PNG, "一条街")
AT_B = Picture("b.png", "image/png", PNG + b"b", "标志乙", "B")
BARE = Item(
    "XF-1", T.SINGLE, "谁？\n  何时？", (), (), "因为a<b。\n见法条", Paper.PROFESSIONAL, "处罚/程序",
    Citation("行政处罚法", "2021-01-22", "42-1"), Level.JUDGEMENT, 0.65, ("常考", "a,b", "chizheng:level=RECALL"),
    "平凉", "XF20", seconds=90, author_role="命题", review=Review.CHECKED,
)  # fmt: skip
GAPPED = "由{{1}}名，{{2}}日，{{3}}决定"
BLANKS = (Blank(("两", "2*"), weight=3), Blank(("15", "16"), Decimal("0.5"), weight=2))
GAP = Blank(("B",), options=PLAIN, weight=4)
AREAS = (
    Area("A", Shape.CIRCLE, (9, 8, 7)), Area("B", Shape.RECTANGLE, (1, 2, 30, 40)),
    Area("C", Shape.POLYGON, (0, 0, 9, 1, 4, 7)),
)  # fmt: skip
RUBRIC = (Criterion("出示证件\n两次", 2), Criterion("告知权利"))
WHOLE: dict[ItemType, Item] = {
    T.SINGLE: replace(BARE, options=OPTIONS, key=("B",), pictures=(STEM, AT_B)),
    T.MULTIPLE: replace(BARE, options=WORTH, key=("A", "B"), pictures=(STEM, AT_B)),
    T.TRUE_FALSE: replace(BARE, key=("F",), pictures=(STEM,)),
    T.MATCHING: replace(BARE, options=OPTIONS, prompts=("立案", "听证"), key=("1C", "2B"), pictures=(STEM,)),
    T.ORDERING: replace(BARE, options=OPTIONS, key=("C", "A", "B"), pictures=(STEM, AT_B)),
    T.FILL: replace(BARE, stem=GAPPED, blanks=(*BLANKS, Blank(("局", "委员会")))),
    T.NUMERIC: replace(BARE, stem="限期{{1}}日", blanks=(BLANKS[1],), pictures=(STEM,)),
    T.CLOZE: replace(BARE, stem=GAPPED, blanks=(*BLANKS, GAP), pictures=(STEM,)),
    T.HOTSPOT: replace(BARE, areas=AREAS, key=("A", "B", "C"), pictures=(STEM, replace(STEM, name="c.png"))),
    T.SHORT_ANSWER: replace(BARE, rubric=RUBRIC, model_answer="先出示\n再告知", pictures=(STEM,)),
    T.CASE_ANALYSIS: replace(BARE, rubric=RUBRIC, model_answer="略"),
}
WHOLE = {kind: replace(item, type=kind) for kind, item in WHOLE.items()}


def case(*kinds: ItemType) -> Item:
    parts = tuple(
        Item(
            f"XF-1.{number}", kind, one.stem, one.options, one.key, f"理由{number}", prompts=one.prompts,
            blanks=one.blanks, areas=one.areas, rubric=one.rubric, model_answer=one.model_answer,
            pictures=one.pictures, weight=number + 1,
        )
        for number, (kind, one) in enumerate(((kind, WHOLE[kind]) for kind in kinds), 1)
    )  # fmt: skip
    return replace(BARE, type=T.CASE, parts=parts, pictures=(STEM,))


WHOLE[T.CASE] = case(*(kind for kind in WHOLE if kind not in {T.TRUE_FALSE, T.CASE_ANALYSIS}))
NO_GIFT = {T.ORDERING, T.CLOZE, T.HOTSPOT}
KEPT: dict[str, Callable[[Item], Item]] = {
    "native": lambda item: item, "qti": kept_by_qti, "moodle": kept_by_moodle, "gift": kept_by_gift,
}  # fmt: skip


def fit_for_gift(item: Item) -> Item | None:
    """The question without what keeps it out of GIFT; None where that is its type."""
    if item.type in NO_GIFT:
        return None
    if item.type is T.FILL:
        text = next((blank for blank in item.blanks if blank.tolerance is None), None)
        item = replace(item, stem="由{{1}}决定", blanks=(text,)) if text else replace(item, blanks=())
    if any("->" in text for text in (*item.prompts, *(text for blank in item.blanks for text in blank.accepted))):
        return None
    parts = [part for part in map(fit_for_gift, item.parts) if part]
    parts = [replace(part, code=f"{item.code}.{number}") for number, part in enumerate(parts, 1)]
    item = replace(item, pictures=(), parts=tuple(parts))
    lacks = (item.type is T.CASE and not parts) or (item.type is T.FILL and not item.blanks)
    return None if lacks else item


def carried(name: str) -> list[Item]:
    """The whole questions that a format carries."""
    items = list(WHOLE.values())
    return [found for found in map(fit_for_gift, items) if found] if name == "gift" else items


def again(name: str, item: Item, written: Item | None = None) -> Item | None:
    """The question as it reads back; where `written` is given, that is what the writer made of it."""
    data, faults = writers.write(name, [written or item], "题库")
    assert "ITEM_NOT_CARRIED" not in {found.code for found in faults}
    found = read(f"a.{writers.WRITERS[name].ending}", data).items
    return found[0] if found else None


@pytest.mark.parametrize(("name", "item"), [(name, item) for name in KEPT for item in carried(name)])
def test_a_question_with_every_field_filled_reads_back_equal(name: str, item: Item) -> None:
    assert check_item(item) == []
    assert again(name, item) == KEPT[name](item)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_items(set(ItemType) - NO_GIFT).map(fit_for_gift).filter(lambda item: item is not None))
def test_every_question_that_gift_carries_reads_back_equal(item: Item) -> None:
    assert again("gift", item) == kept_by_gift(item)


def options(item: Item, **changes: object) -> Item:
    changed = tuple(replace(option, **changes) for option in item.options)  # type: ignore[arg-type]
    return replace(item, options=changed, parts=tuple(options(part, **changes) for part in item.parts))


def blanks(item: Item, **changes: object) -> Item:
    changed = tuple(replace(blank, **changes) for blank in item.blanks)  # type: ignore[arg-type]
    return replace(item, blanks=changed)


def parts(item: Item, **changes: object) -> Item:
    return replace(item, parts=tuple(replace(part, **changes) for part in item.parts))  # type: ignore[arg-type]


FORGETFUL: dict[str, Callable[[Item], Item]] = {
    **{
        field.name: (lambda item, field=field: replace(item, **{field.name: field.default}))
        for field in fields(Item)
        if field.name not in {"code", "type", "stem", "options", "key", "opaque", "weight", "parts", "blanks", "areas"}
    },
    "code": lambda item: replace(item, code="XF-2"),
    "stem": lambda item: replace(item, stem=item.stem.replace("？", "")),
    "options": lambda item: replace(item, options=item.options[::-1]),
    "key": lambda item: replace(item, key=("T",) if item.type is T.TRUE_FALSE else item.key[::-1]),
    "edition": lambda item: replace(item, citation=replace(item.citation or Citation("", "", ""), edition="")),
    "article": lambda item: replace(item, citation=replace(item.citation or Citation("", "", ""), article="")),
    "options.feedback": lambda item: options(item, feedback=""),
    "options.worth": lambda item: options(item, worth=None),
    "blanks.accepted": lambda item: replace(
        item, blanks=tuple(replace(blank, accepted=blank.accepted[:1]) for blank in item.blanks)
    ),
    "blanks.tolerance": lambda item: replace(
        item,
        blanks=tuple(replace(b, tolerance=Decimal(0) if b.tolerance is not None else None) for b in item.blanks),
    ),
    "blanks.weight": lambda item: blanks(item, weight=1),
    "prompts": lambda item: replace(item, prompts=tuple(text + "？" for text in item.prompts)),
    "areas": lambda item: replace(item, areas=tuple(replace(one, coords=one.coords[::-1]) for one in item.areas)),
    "rubric.weight": lambda item: replace(item, rubric=tuple(replace(one, weight=1) for one in item.rubric)),
    "pictures.alt": lambda item: replace(item, pictures=tuple(replace(one, alt="图") for one in item.pictures)),
    "pictures.at": lambda item: replace(item, pictures=tuple(replace(one, at="") for one in item.pictures)),
    "parts": lambda item: replace(item, parts=item.parts[:1]),
    "parts.weight": lambda item: parts(item, weight=1),
    "parts.explanation": lambda item: parts(item, explanation=""),
}  # fmt: skip
NOT_IN_GIFT = {"areas", "pictures", "pictures.alt", "pictures.at"}


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name in KEPT for field in FORGETFUL if name != "gift" or field not in NOT_IN_GIFT],
)
def test_a_writer_that_forgot_a_field_would_be_found_out(name: str, field: str) -> None:
    changed = [(item, forgetful) for item in carried(name) if (forgetful := FORGETFUL[field](item)) != item]
    assert changed, "no question fills this field"
    assert any(again(name, item, forgetful) != KEPT[name](item) for item, forgetful in changed)


def test_what_is_kept_aside_for_one_format_goes_out_again_in_that_format_only() -> None:
    item = replace(WHOLE[T.SINGLE], opaque=(Opaque("moodle", "name", "名"), Opaque("gift", "title", "题")), pictures=())
    assert again("native", item) == again("qti", item) == item
    for name, kept in (("moodle", item.opaque[0]), ("gift", item.opaque[1])):
        found = again(name, item)
        assert found is not None
        assert found.opaque == (kept,)
    assert native.write([item]) != native.write([replace(item, opaque=())])
