"""Many people: copies for the benchmarks stand as their original does, and several processes find what one finds."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from app.core.clock import local_day
from app.eligibility import jobs
from app.eligibility.models import PersonState, StateSweep
from app.eligibility.queries.states import states_of
from app.eligibility.service import states
from app.eligibility.service.states import Sweep, hands_for
from app.extensions import db
from app.registry.models import Person
from tests.bench.crowd import grow
from tests.bench.eligibility_load import NOW, bureau
from tests.conftest import thorough
from tests.live import LiveSite, database


def test_copies_stand_as_the_officer_they_were_copied_from(session):
    template = min(bureau(session).values())
    grow(session, template, 1_000_000, 3)
    day = local_day(NOW, ZoneInfo("Asia/Shanghai"))
    copied = list(session.scalars(select(Person.id).where(Person.id >= 1_000_000).order_by(Person.id)))
    first, *others = states_of(session, [template, *copied], NOW, day)
    assert len(others) == 3
    assert {(one.outcome, one.reasons, one.unit_id, one.next_change_at) for one in others} == {
        (first.outcome, first.reasons, first.unit_id, first.next_change_at)
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=thorough)])
def test_several_processes_find_what_one_finds(kind, tmp_path, monkeypatch):
    with database(kind, tmp_path / "db") as url:
        site = LiveSite(url, tmp_path)
        site.migrate()
        with site.app.app_context():
            grow(db.session(), min(bureau(db.session()).values()), 1_000_000, 1_200)
            assert hands_for(db.session(), Sweep.EVERYONE) == 1
            alone = everyone(NOW)
            db.session.execute(delete(PersonState))
            db.session.execute(delete(StateSweep))
            db.session.commit()
            monkeypatch.setattr(states, "MANY", 1_000)
            monkeypatch.setattr(states.os, "cpu_count", lambda: 2)
            assert hands_for(db.session(), Sweep.EVERYONE) == 2
            assert everyone(NOW) == alone
            assert len(alone) == 1_400
            db.session.remove()
            db.engine.dispose()


def everyone(now):
    """Who stands how after a look at everyone that wrote all of it."""
    written = jobs.look_at_everyone(now)
    rows = list(db.session.scalars(select(PersonState).order_by(PersonState.person_id)))
    assert written == len(rows)
    return [(row.person_id, row.outcome, tuple(row.reasons), row.unit_id, row.next_change_at) for row in rows]
