"""The lease: at most one holder of a name at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from app.core.lease import acquire, last_beat, release
from app.extensions import db
from tests.conftest import START


def test_the_second_waits_until_the_first_lets_it_lapse(session):
    assert acquire(session, "jobs", "a", START, 45)
    assert not acquire(session, "jobs", "b", START + timedelta(seconds=44), 45)
    assert acquire(session, "jobs", "b", START + timedelta(seconds=45), 45)
    assert not acquire(session, "jobs", "a", START + timedelta(seconds=46), 45)


def test_renewing_pushes_the_end_on(session):
    assert acquire(session, "jobs", "a", START, 45)
    assert acquire(session, "jobs", "a", START + timedelta(seconds=40), 45)
    assert not acquire(session, "jobs", "b", START + timedelta(seconds=84), 45)
    assert last_beat(session, "jobs") == START + timedelta(seconds=40)


def test_giving_it_up_frees_it_at_once_but_only_its_holder_can(session):
    acquire(session, "jobs", "a", START, 45)
    release(session, "jobs", "b", START)
    assert not acquire(session, "jobs", "b", START, 45)
    release(session, "jobs", "a", START)
    assert acquire(session, "jobs", "b", START, 45)


def test_names_do_not_stand_in_each_others_way(session):
    assert acquire(session, "jobs", "a", START, 45)
    assert acquire(session, "mail", "b", START, 45)
    assert last_beat(session, "nobody") is None


def test_of_sixteen_that_ask_at_once_exactly_one_gets_it(own_site):
    def ask(number):
        with own_site.app_context():
            got = acquire(db.session(), "jobs", f"holder-{number}", START, 45)
            db.session.commit()
            return got

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(16))) == 1
