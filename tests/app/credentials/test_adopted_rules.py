"""What a place adopted counts wherever its rules are read: hours, reminders, renewal, power items, squads, titles."""

import hashlib
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.credentials import service as credentials
from app.credentials.models import Certificate
from app.credentials.queries import certificates_of, life
from app.eligibility import queries as eligibility
from app.eligibility.queries.squads import regime_for, templates_for
from app.regimes.models import RegimeAdoption, RegimeDraft
from app.registry import queries as registry
from app.registry.service import kinds
from app.training import queries as training
from app.training.models import Reminder
from app.training.service.reminders import due_today
from tests.conftest import START

TODAY = date(2026, 3, 2)
ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = 'basis = "local"\nsource = "市局〔2026〕3号"\n'
ITEM = (
    '[[item]]\ncode = "PL-PIGEON"\ndomain = "HOU"\ntitle = { zh = "违规养鸽", en = "pigeons kept against the rules" }\n'
    'regulator = { zh = "住建部门", en = "housing" }\nsource = "市局〔2026〕4号"\n'
)
TEMPLATE = (
    '[[template]]\ncode = "PL-3"\ntitle = { zh = "三人组", en = "squad of three" }\n'
    'members = { OFFICER = 2, AUXILIARY = 1 }\nsource = "市局〔2026〕5号"\n'
)


def value(name, number):
    return f'[[value]]\nname = "{name}"\nvalue = {number}\n{SOURCE}'


@pytest.fixture
def adopted(session):
    """Let Pingliang have adopted an overlay from a day on."""

    def lay(text, since=TODAY):
        draft = RegimeDraft(
            regime="pingliang", title="本市规定", text=text, writers=[], created_at=START, created_by="test",
            changed_at=START, changed_by="test",
        )  # fmt: skip
        session.add(draft)
        session.flush()
        session.add(
            RegimeAdoption(
                regime="pingliang", number=draft.id, draft_id=draft.id, title=draft.title, text=text,
                sha256=hashlib.sha256(text.encode()).hexdigest(), effective_from=since, adopted_at=START,
                adopted_by="test", reason="局务会", version_before="-", counts={},
            )
        )  # fmt: skip
        session.flush()

    return lay


def test_the_hours_of_a_year_are_those_adopted(session, people, adopted):
    person = people("KT-1001")
    assert training.year_of(session, person, 2027, TODAY).year.required == 60
    adopted(value("hours.per_year", 80), date(2027, 1, 1))
    assert training.required_hours(session, "pingliang", 2026) == 60
    assert training.required_hours(session, "pingliang", 2027) == 80
    assert training.required_hours(session, None, 2027) is None
    assert training.year_of(session, person, 2027, TODAY).year.required == 80


def test_who_is_short_of_hours_is_warned_by_the_days_adopted(session, people, adopted):
    people("KT-1001")
    september = date(2026, 9, 20)  # 102 days before the end of the year
    assert [one.kind for one in due_today(session, september)] == []
    adopted(value("hours.warn_days", 110) + value("reminders.days", [105, 30]))
    assert [(one.kind, one.threshold_days) for one in due_today(session, september)] == [("HOURS", 105)]


def test_holders_are_reminded_on_the_days_adopted(session, officer, issue, adopted, clock):
    last = session.get(Certificate, issue(officer("KT-0101")).id).valid_to
    early = last - timedelta(days=200)
    assert credentials.remind_holders(session, early, now=clock.now()) == 0
    adopted(value("reminders.days", [210, 20]))
    assert credentials.remind_holders(session, early, now=clock.now()) == 1
    assert [one.threshold_days for one in session.scalars(select(Reminder))] == [210]


def test_renewal_opens_in_the_window_adopted(session, officer, issue, operator, adopted, clock):
    person = officer("KT-0101")
    number = issue(person).number
    last = life(session, operator, number, clock.now(), ZONE).row.valid_to
    clock.forward(days=(last - TODAY).days - 200)
    assert [one.state for one in certificates_of(session, person, clock.now(), ZONE)] == ["ACTIVE"]
    adopted(value("renewal.window_days", 220))
    found = life(session, operator, number, clock.now(), ZONE)
    assert (found.row.state, (last - found.renewal_opens).days) == ("EXPIRING", 220)
    assert [one.state for one in certificates_of(session, person, clock.now(), ZONE)] == ["EXPIRING"]


def test_an_adopted_power_item_is_listed_recorded_and_asked_about(session, house, adopted):
    scope = frozenset({house.bureau})
    assert "PL-PIGEON" not in {item.code for item in registry.items_of(session, house.bureau)}
    with pytest.raises(kinds.Invalid):
        kinds.check_item(session, house.bureau, "PL-PIGEON")
    adopted(ITEM)
    listed = {item.code: item.zh for item in registry.items_of(session, house.bureau)}
    assert listed["PL-PIGEON"] == "违规养鸽"
    assert "PL-PIGEON" in {item.code for item in registry.power_matrix(session, TODAY, scope).items}
    kinds.check_item(session, house.bureau, "PL-PIGEON")
    offered = eligibility.choices(session, scope)
    assert "PL-PIGEON" in {code for _domain, items in offered.items for code, _title in items}
    assert "PL-PIGEON" in regime_for(session, house.bureau).items
    assert eligibility.titles(session, "pingliang").items["PL-PIGEON"].en == "pigeons kept against the rules"


def test_an_adopted_squad_template_can_be_chosen(session, house, adopted):
    assert "PL-3" not in templates_for(session, house.bureau)
    adopted(TEMPLATE)
    assert "PL-3" in templates_for(session, house.bureau)
    assert "PL-3" in dict(eligibility.choices(session, frozenset({house.bureau})).templates)
