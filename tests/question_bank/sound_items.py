"""Sound questions of every type, for tests of properties that must hold for all of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from question_bank.items import (
    GAP,
    LETTERS,
    OPEN_COUNT_TAG,
    OPTION_KEYS,
    Area,
    Blank,
    Citation,
    Criterion,
    Item,
    ItemType,
    Level,
    Option,
    Paper,
    Picture,
    Review,
    Shape,
    normalise_text,
)

ALPHABET = "法执罚人员甲乙丙的二 bcXYZ0129é㎡ⅣＡ（）。，；“”《》？、<>&\"'{}=~#:\\/$%*|[]-+_.!?^@`"
_CODES = "ABCxyz019._-"
_MARKS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF89a", "webp": b"RIFF\x04\0\0\0WEBP"}


def texts(most: int = 20, *, lines: bool = False) -> st.SearchStrategy[str]:
    """Text without blanks at its ends that says something and holds no gap; with `lines`, of several lines."""
    alphabet = ALPHABET + "\n" if lines else ALPHABET
    return st.text(alphabet, min_size=1, max_size=most).map(_plain).filter(lambda text: normalise_text(text) != "")


def _plain(text: str) -> str:
    return GAP.sub("", text.strip()).replace("{{", "{").strip()


def labels() -> st.SearchStrategy[str]:
    """A label, or none."""
    return st.just("") | texts(12)


def numbers() -> st.SearchStrategy[str]:
    """A number in digits, as a trainer writes it."""
    whole = st.integers(-9999, 9999).map(str)
    return whole | st.decimals(-999, 999, places=2, allow_nan=False, allow_infinity=False).map(lambda n: f"{n:f}")


def tolerances() -> st.SearchStrategy[Decimal]:
    """How far an answer may be off."""
    return st.sampled_from(["0", "0.5", "1", "10", "0.25"]).map(Decimal)


@st.composite
def options(draw: st.DrawFn, least: int = 2, most: int = 5, *, plain: bool = False) -> tuple[Option, ...]:
    """Options that differ, lettered from A on; some with feedback unless `plain`."""
    said = draw(st.lists(texts(), min_size=least, max_size=most, unique_by=normalise_text))
    feedback = [draw(st.just("") | texts()) if not plain else "" for _ in said]
    return tuple(
        Option(letter, text, told) for letter, text, told in zip(LETTERS, said, feedback, strict=False)
    )  # fmt: skip


@st.composite
def valued(draw: st.DrawFn, chosen: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options, all with a worth or none."""
    if draw(st.integers(0, 3)):
        return chosen
    worth = st.integers(-100, 100).map(Decimal) | st.sampled_from(["33.33333", "-12.5", "0"]).map(Decimal)
    return tuple(replace(option, worth=draw(worth)) for option in chosen)


@st.composite
def _pictures(draw: st.DrawFn, letters: tuple[str, ...], least: int = 0) -> tuple[Picture, ...]:
    count = draw(st.integers(least, max(least, draw(st.sampled_from([0, 0, 1, 2])))))
    found = []
    for number in range(count):
        kind = draw(st.sampled_from(sorted(_MARKS)))
        name = f"{draw(st.sampled_from(['图', 'sign', 'a-b_c.d']))}{number}.{kind}"
        at = draw(st.sampled_from(["", *letters])) if number >= least else ""
        data = _MARKS[kind] + draw(st.binary(min_size=1, max_size=12))
        found.append(Picture(name, f"image/{kind}", data, draw(texts()), at))
    return tuple(found)


@st.composite
def _choice(draw: st.DrawFn, item: Item) -> Item:
    chosen = draw(valued(draw(options(2, len(OPTION_KEYS)))))
    letters = [option.key for option in chosen]
    if item.type is ItemType.SINGLE:
        return replace(item, options=chosen, key=(draw(st.sampled_from(letters)),))
    least = 1 if OPEN_COUNT_TAG in item.tags else 2
    key = draw(st.lists(st.sampled_from(letters), min_size=least, unique=True))
    return replace(item, options=chosen, key=tuple(sorted(key)))


@st.composite
def _judgement(draw: st.DrawFn, item: Item) -> Item:
    return replace(item, key=(draw(st.sampled_from("TF")),))


@st.composite
def _matching(draw: st.DrawFn, item: Item) -> Item:
    chosen = draw(options())
    prompts = draw(st.lists(texts(), min_size=2, max_size=5, unique_by=normalise_text))
    letters = st.sampled_from([option.key for option in chosen])
    key = tuple(f"{number}{draw(letters)}" for number in range(1, len(prompts) + 1))
    return replace(item, options=chosen, prompts=tuple(prompts), key=key)


@st.composite
def _ordering(draw: st.DrawFn, item: Item) -> Item:
    chosen = draw(options(3, 6))
    return replace(item, options=chosen, key=tuple(draw(st.permutations([option.key for option in chosen]))))


@st.composite
def _written(draw: st.DrawFn) -> Blank:
    weight = draw(st.integers(1, 5))
    if draw(st.booleans()):
        return Blank(tuple(draw(st.lists(texts(), min_size=1, max_size=3, unique_by=normalise_text))), weight=weight)
    accepted = tuple(draw(st.lists(numbers(), min_size=1, max_size=2, unique_by=Decimal)))
    return Blank(accepted, draw(tolerances()), weight=weight)


@st.composite
def _chosen(draw: st.DrawFn) -> Blank:
    chosen = draw(options(plain=True))
    right = draw(st.sampled_from([option.key for option in chosen]))
    return Blank((right,), options=chosen, weight=draw(st.integers(1, 5)))


@st.composite
def _blanks(draw: st.DrawFn, item: Item) -> Item:
    if item.type is ItemType.NUMERIC:
        accepted = tuple(draw(st.lists(numbers(), min_size=1, max_size=2, unique_by=Decimal)))
        blank = Blank(accepted, draw(tolerances()))
        return replace(item, stem=item.stem + draw(st.sampled_from(["", "{{1}}", "{{1}}米"])), blanks=(blank,))
    kind = _written() if item.type is ItemType.FILL else _written() | _chosen()
    blanks = draw(st.lists(kind, min_size=1, max_size=3))
    stem = item.stem + "".join(f"{{{{{n}}}}}{draw(labels())}" for n in range(1, len(blanks) + 1))
    return replace(item, stem=stem, blanks=tuple(blanks))


@st.composite
def _area(draw: st.DrawFn, letter: str) -> Area:
    shape = draw(st.sampled_from(Shape))
    x, y, wide, high = (draw(st.integers(1, 400)) for _ in range(4))
    coords = {
        Shape.CIRCLE: (x, y, wide),
        Shape.RECTANGLE: (x, y, x + wide, y + high),
        Shape.POLYGON: (x, y, x + wide, y, x + wide, y + high),
    }
    return Area(letter, shape, coords[shape])


@st.composite
def _hotspot(draw: st.DrawFn, item: Item) -> Item:
    areas = tuple(draw(_area(letter)) for letter in LETTERS[: draw(st.integers(1, 4))])
    key = draw(st.lists(st.sampled_from([area.key for area in areas]), min_size=1, unique=True))
    return replace(item, areas=areas, key=tuple(sorted(key)))


@st.composite
def _by_people(draw: st.DrawFn, item: Item) -> Item:
    criteria = st.builds(Criterion, texts(), st.integers(1, 9))
    rubric = tuple(draw(st.lists(criteria, max_size=3)))
    model = draw(texts(40, lines=True)) if not rubric or draw(st.booleans()) else ""
    return replace(item, rubric=rubric, model_answer=model)


@st.composite
def _case(draw: st.DrawFn, item: Item) -> Item:
    kinds = draw(st.lists(st.sampled_from([kind for kind in ItemType if kind is not ItemType.CASE]), min_size=1,
                          max_size=3))  # fmt: skip
    parts = []
    for number, kind in enumerate(kinds, 1):
        bare = Item(f"{item.code}.{number}", kind, draw(texts(30, lines=True)), (), (), weight=draw(st.integers(1, 9)))
        parts.append(draw(_whole(replace(bare, explanation=draw(labels())))))
    return replace(item, parts=tuple(parts))


_BY_TYPE: dict[ItemType, Callable[[Item], st.SearchStrategy[Item]]] = {
    ItemType.SINGLE: _choice,
    ItemType.MULTIPLE: _choice,
    ItemType.TRUE_FALSE: _judgement,
    ItemType.MATCHING: _matching,
    ItemType.ORDERING: _ordering,
    ItemType.FILL: _blanks,
    ItemType.CLOZE: _blanks,
    ItemType.NUMERIC: _blanks,
    ItemType.HOTSPOT: _hotspot,
    ItemType.CASE: _case,
    ItemType.SHORT_ANSWER: _by_people,
    ItemType.CASE_ANALYSIS: _by_people,
}


@st.composite
def _whole(draw: st.DrawFn, item: Item) -> Item:
    """The item with its truth and its pictures."""
    found = draw(_BY_TYPE[item.type](item))
    letters = tuple(option.key for option in found.options)
    return replace(found, pictures=draw(_pictures(letters, 1 if item.type is ItemType.HOTSPOT else 0)))


def citations() -> st.SearchStrategy[Citation]:
    """A law, with or without edition and article."""
    return st.builds(
        Citation,
        st.sampled_from(["行政处罚法", "城市管理执法办法"]) | texts(10),
        st.sampled_from(["", "2021-01-22"]),
        st.sampled_from(["", "1", "42", "42-1"]),
    )


@st.composite
def sound_items(draw: st.DrawFn, types: Iterable[ItemType] = tuple(ItemType)) -> Item:
    """A question that `check_item` finds nothing wrong with, of one of the types, with any of its fields filled.

    Texts have no blanks at their ends; parts of a case have codes `<code>.<n>` and no labels of their own.
    """
    tags = draw(st.lists(texts(8), max_size=3, unique=True))
    kind = draw(st.sampled_from(sorted(types)))
    if kind is ItemType.MULTIPLE and draw(st.booleans()):
        tags.append(OPEN_COUNT_TAG)
    item = Item(
        code=draw(st.text(_CODES, max_size=10).map(lambda tail: "Q" + tail)),
        type=kind,
        stem=draw(texts(60, lines=True)),
        options=(),
        key=(),
        explanation=draw(st.just("") | texts(40, lines=True)),
        paper=draw(st.sampled_from(Paper)),
        topic=draw(labels()),
        citation=draw(st.none() | citations()),
        level=draw(st.sampled_from(Level)),
        difficulty=draw(st.none() | st.integers(0, 100).map(lambda n: n / 100)),
        tags=tuple(tags),
        overlay=draw(st.none() | texts(8)),
        source_fact=draw(st.none() | texts(8)),
        seconds=draw(st.none() | st.integers(1, 14400)),
        author_role=draw(labels()),
        review=draw(st.sampled_from(Review)),
    )
    return draw(_whole(item))
