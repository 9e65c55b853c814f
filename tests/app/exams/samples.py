"""One question of each type that is not a plain choice, with answers that no page of a paper may show."""

import io
from collections.abc import Sequence
from decimal import Decimal

from PIL import Image
from sqlalchemy.orm import Session

from app.bank.queries.rows import columns_of
from question_bank.items import Area, Blank, Criterion, Item, ItemType, Option, Picture, Shape, check_item
from tests.conftest import START

TOPIC = "题型"


def options(*texts: str) -> tuple[Option, ...]:
    """Options under the letters of the bank."""
    return tuple(Option(letter, text) for letter, text in zip("ABCDEFGH", texts, strict=False))


def png(width: int = 400, height: int = 300) -> bytes:
    """A picture of that size."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#dfe7f2").save(out, "PNG")
    return out.getvalue()


STREET = Picture("street.png", "image/png", png(), "街面示意图：左上为占道摊位，右下为店招")
FILL = Item(
    "FILL-1", ItemType.FILL, "先行登记保存应在{{1}}日内处理，由{{2}}批准。", (), (),
    blanks=(Blank(("七密", "7密")), Blank(("负责人密",))), explanation="解析密填空",
)  # fmt: skip
NUMERIC = Item(
    "NUM-1", ItemType.NUMERIC, "听证应在几日前通知？", (), (), blanks=(Blank(("7.25",), Decimal("0.5")),),
    explanation="解析密数字",
)  # fmt: skip
MATCHING = Item(
    "MATCH-1", ItemType.MATCHING, "下列情形各适用哪一程序？", options("简易程序", "普通程序", "听证程序"),
    ("1A", "2B"), prompts=("小额罚款", "立案调查"), explanation="解析密配对",
)  # fmt: skip
ORDERING = Item(
    "ORDER-1", ItemType.ORDERING, "按办案顺序排列。", options("立案", "调查", "告知", "决定", "送达"),
    ("A", "B", "C", "D", "E"), explanation="解析密排序",
)  # fmt: skip
CLOZE = Item(
    "CLOZE-1", ItemType.CLOZE, "罚款决定与收缴应当{{1}}，由{{2}}收缴。", (), (),
    blanks=(Blank(("B",), options=options("合并", "分离", "豁免")), Blank(("银行密",))), explanation="解析密完形",
)  # fmt: skip
HOTSPOT = Item(
    "SPOT-1", ItemType.HOTSPOT, "指出占道摊位。", (), ("A",), areas=(Area("A", Shape.RECTANGLE, (31, 41, 153, 167)),),
    pictures=(STREET,), explanation="解析密图",
)  # fmt: skip
CASE = Item(
    "CASE-1", ItemType.CASE, "某日执法队员发现一处占道经营。", (), (), explanation="解析密案例",
    parts=(
        Item("CASE-1.1", ItemType.SINGLE, "应先做什么？", options("罚款", "亮证", "扣押"), ("B",)),
        Item("CASE-1.2", ItemType.FILL, "不得少于{{1}}人。", (), (), blanks=(Blank(("两密",)),), weight=2),
        Item("CASE-1.3", ItemType.ORDERING, "排列。", options("甲步", "乙步", "丙步"), ("A", "B", "C")),
    ),
)  # fmt: skip
SHORT = Item(
    "SHORT-1", ItemType.SHORT_ANSWER, "简述亮证执法。", (), (), model_answer="范文密",
    rubric=(Criterion("评分密一", 3), Criterion("评分密二", 1)),
)  # fmt: skip
MIXED = Item(
    "CASE-2", ItemType.CASE, "某店夜间噪声扰民。", (), (),
    parts=(
        Item("CASE-2.1", ItemType.TRUE_FALSE, "可以当场处罚。", (), ("F",)),
        Item("CASE-2.2", ItemType.CASE_ANALYSIS, "说明理由。", (), (), model_answer="范文密案", weight=3),
    ),
)  # fmt: skip
AUTOMATIC = (FILL, NUMERIC, MATCHING, ORDERING, CLOZE, HOTSPOT, CASE)


def keep(session: Session, items: Sequence[Item]) -> list[int]:
    """Final questions of the public-law paper; returns the ids of their versions."""
    from app.bank.models import Item as Kept
    from app.bank.models import ItemVersion

    made = []
    for item in items:
        assert check_item(item) == []
        row = Kept(code=item.code, paper="PUBLIC_LAW", status="FINAL", latest=1, in_use=1, created_at=START)
        session.add(row)
        session.flush()
        version = ItemVersion(
            item_id=row.id, number=1, author_account_id=None, author_label="test", created_at=START,
            **{**columns_of(item), "topic": TOPIC},
        )  # fmt: skip
        session.add(version)
        session.flush()
        made.append(version.id)
    return made
