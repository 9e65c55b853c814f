"""A small law in two editions, and hands that load it and look at what follows."""

from dataclasses import replace
from datetime import date, timedelta

from app.bank import queries, service
from app.ledger.queries import about
from question_bank.items import Citation, Item
from tests.app.bank.conftest import SINGLE
from tests.conftest import START

OLD = """# 夜市管理法

第一条 为了规范夜市经营活动，维护市容环境卫生，制定本法。

第二条 占用道路设置摊位的，应当经城市管理部门批准，并在批准的时间内经营。

第三条 未经批准设置摊位的，责令改正，处二百元以上一千元以下罚款。

第四条 摊位使用高音喇叭招揽顾客的，给予警告。

第五条 本法自2020年5月1日起施行。
"""
NEW = """# 夜市管理法

第一条 为了规范夜市经营活动，维护市容环境卫生，制定本法。

第二条 国家鼓励设区的市建立夜间经济协调机制，公布夜市区域名录。

第三条 占用道路设置摊位的，应当经城市管理部门批准，并在批准的时间内经营。

第四条 未经批准设置摊位的，责令改正，处五百元以上三千元以下罚款。

第五条 本法自2026年4月1日起施行。
"""
LAW, BEFORE, AFTER = "夜市管理法", "2020-01-02", "2026-01-05"
FILES = {BEFORE: f"{LAW}({BEFORE}).md", AFTER: f"{LAW}({AFTER}).md"}
BEGINS = date(2026, 4, 1)
LATER = START + timedelta(days=30)
"""2026-04-01 in Shanghai, the first day of the new edition."""


def question(code: str, article: str, edition: str = BEFORE, law: str = LAW) -> Item:
    return replace(SINGLE, code=code, stem=f"题干{code}？", citation=Citation(law, edition, article))


def load(session, operator, edition, text, *, now=START, dry_run=False, **given):
    """Take up one edition as the operator does."""
    said = service.Given(**given)
    file = (FILES[edition], text.encode())
    return service.load_files(session, operator, [file], now=now, given=said, dry_run=dry_run)[0]


def drawn(session, on):
    """The codes that a paper may draw on a day."""
    refs = [one.ref for one in queries.pool(session, "PUBLIC_LAW", on, None)]
    return sorted(row.item_code for row in queries.versions(session, refs).values())


def statuses(session):
    """Codes and statuses of all questions."""
    return {row.code: row.status for row in queries.find(session, queries.ItemFilter()).rows}


def events(session, code):
    """What the ledger says of a question, newest first."""
    return [entry.event for entry in about(session, "item", code)]
