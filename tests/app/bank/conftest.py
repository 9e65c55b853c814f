"""Questions and hands that write and judge them."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.bank import service
from app.bank.models import BankStatute
from question_bank.items import Citation, Item, ItemType, Level, Option, Paper
from tests.conftest import PASSWORD, START

SINGLE = Item(
    code="Q-1",
    type=ItemType.SINGLE,
    stem="当事人逾期不申请听证的，视为什么？",
    options=(Option("A", "放弃听证权利"), Option("B", "默认处罚成立"), Option("C", "撤回陈述")),
    key=("A",),
    explanation="逾期即视为放弃。",
    paper=Paper.PUBLIC_LAW,
    topic="行政处罚法",
    citation=Citation("行政处罚法", "2021-01-22", "64"),
    level=Level.APPLICATION,
    difficulty=0.7,
    tags=("听证",),
)
JUDGED = replace(
    SINGLE, code="Q-2", type=ItemType.TRUE_FALSE, stem="执法人员不得少于两人。", options=(), key=("T",), tags=()
)
SEVERAL = replace(
    SINGLE,
    code="Q-3",
    type=ItemType.MULTIPLE,
    stem="下列哪些由设区的市的规章可以设定？",
    options=(Option("A", "警告"), Option("B", "一定数额罚款"), Option("C", "行政拘留"), Option("D", "以上都是")),
    key=("A", "B"),
)
TEXT = """一、单选题
1. 设定行政处罚应当遵循什么原则？（ B ）
A. 效率优先
B. 公正、公开
C. 从重从快
D. 内部掌握
解析：公正、公开是法定原则。
2. 这道题没有答案（  ）
A. 甲
B. 乙
三、判断题
3. 执法时应当主动出示执法证件。（ √ ）
"""


@pytest.fixture
def client(client):
    """The browser of a reader of English."""
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def written(session, cast):
    """Three drafts by tan; returns their codes."""
    for question in (SINGLE, JUDGED, SEVERAL):
        service.create_item(session, cast["tan"].actor, question, now=START)
    return [SINGLE.code, JUDGED.code, SEVERAL.code]


@pytest.fixture
def final(session, cast, written):
    """The three, written by tan and approved by rui."""
    chosen = [(code, 1) for code in written]
    service.submit(session, cast["tan"].actor, chosen, now=START)
    service.approve(session, cast["rui"].actor, chosen, now=START)
    return written


@pytest.fixture
def cited(session, cast):
    """Final questions on each article of the older edition of a small law, by tan, approved by rui."""
    from tests.app.bank.night_market import question

    codes = [f"N-{number}" for number in range(1, 5)]
    for number, code in enumerate(codes, 1):
        service.create_item(session, cast["tan"].actor, question(code, str(number)), now=START, submit=True)
    service.approve(session, cast["rui"].actor, [(code, 1) for code in codes], now=START)
    return codes


@pytest.fixture
def both(session, operator, cited):
    """Both editions of that law, of which the newer begins on 1 April; returns the newer's id."""
    from tests.app.bank import night_market

    night_market.load(session, operator, night_market.BEFORE, night_market.OLD)
    night_market.load(session, operator, night_market.AFTER, night_market.NEW)
    return session.scalar(select(func.max(BankStatute.id)))


@pytest.fixture
def judge(session, cast):
    """rui, the reviewer, who knows the password."""
    session.get_one(Account, cast["rui"].account_id).password_hash = hash_password(PASSWORD)
    session.flush()
    return cast["rui"].actor
