"""Reminders: each threshold once, and again only when the date moves."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.accounts.models import OutboxMail
from app.core.errors import NotFound
from app.regimes.policy import Text
from app.training import jobs, queries, service
from app.training.models import Notice, Reminder
from tests.app.training.conftest import at

WORDS = Text("证件将到期", "Your certificate expires"), Text("请换发。", "Please renew it.")


def _count(session, model=Notice):
    return session.scalar(select(func.count()).select_from(model))


def _remind(session, person, due=date(2026, 6, 1), threshold=90):
    return service.remind(session, person, "CERTIFICATE", "C-1", due, threshold, *WORDS, at(3))


def test_a_reminder_is_written_once_per_threshold_and_again_when_the_date_moves(session, cast):
    ou = cast["ou"].actor.person_id
    assert _remind(session, ou) is True
    assert _remind(session, ou) is False
    assert _remind(session, ou, threshold=30) is True
    assert _remind(session, ou, due=date(2026, 7, 1)) is True
    assert _remind(session, ou, due=date(2026, 7, 1)) is False
    assert _remind(session, ou) is True
    assert _count(session) == _count(session, OutboxMail) == 4
    assert _count(session, Reminder) == 2


def test_the_letter_is_in_both_languages_chinese_first(session, cast):
    _remind(session, cast["ou"].actor.person_id)
    mail = session.scalars(select(OutboxMail)).one()
    assert (mail.recipient, mail.subject) == ("ou@example.cn", "证件将到期 / Your certificate expires")
    assert mail.body.index("请换发") < mail.body.index("Please renew")


def test_without_an_address_the_notice_stands_alone(session, people):
    assert _remind(session, people("KT-1001")) is True
    assert (_count(session), _count(session, OutboxMail)) == (1, 0)


def test_the_sweep_tells_each_threshold_once_though_it_runs_twice_or_misses_days(
    session, cast, people, make_programme, application
):
    people("KT-1001")
    make_programme(tasks=("REGISTER",))
    service.mark_done(
        session, cast["tan"].actor, queries.programmes(session)[0].id, ["KT-1001"], "REGISTER", date(2026, 3, 1),
        "DOCUMENT", "备案表", today=date(2026, 3, 2), now=at(2),
    )  # fmt: skip
    session.commit()
    with application.app_context():
        counts = [
            jobs.remind_deadlines(at(day))
            for day in (
                date(2026, 3, 2),
                date(2026, 3, 2),
                date(2026, 3, 31),
                date(2026, 4, 5),
                date(2026, 4, 6),
                date(2026, 6, 29),
                date(2026, 7, 1),
            )
        ]
    assert counts == [1, 0, 0, 1, 0, 1, 0]
    told = session.scalars(select(Reminder.threshold_days).order_by(Reminder.id)).all()
    assert told == [180, 90, 7]
    assert [n.person_id for n in session.scalars(select(Notice))] == [cast["ou"].actor.person_id] * 3


def test_a_moved_deadline_is_told_anew(session, cast, make_programme, application):
    programme = make_programme()
    session.commit()
    with application.app_context():
        assert jobs.remind_deadlines(at(2)) == 1
        service.move_deadline(session, cast["tan"].actor, programme, date(2026, 7, 31), "疫情", version=1, now=at(3))
        session.commit()
        assert jobs.remind_deadlines(at(3)) == 1
        assert jobs.remind_deadlines(at(4)) == 0


def test_missing_hours_are_told_only_near_the_years_end(session, cast, application):
    session.commit()
    with application.app_context():
        counts = [
            jobs.remind_deadlines(at(day))
            for day in (date(2026, 9, 30), date(2026, 10, 2), date(2026, 10, 3), date(2026, 12, 24), date(2026, 12, 31))
        ]
    assert counts == [0, 1, 0, 1, 0]
    notice = session.scalars(select(Notice).order_by(Notice.id)).first()
    assert notice.subject_en == "60 training hours missing in 2026"
    assert "应达 60 学时" in notice.body_zh


def test_new_hires_are_told_of_the_years_course(session, tan, people, application):
    hire = people("KT-1001", hired=date(2026, 1, 5))
    service.create_plan(session, tan, "PL-KT", 2026, "新进人员培训", date(2026, 5, 31), at(2))
    session.commit()
    with application.app_context():
        assert jobs.remind_deadlines(at(2)) == 1
    assert session.scalars(select(Notice)).one().person_id == hire


def test_a_notice_is_read_by_its_owner_only(session, cast):
    ou, tan = cast["ou"].actor, cast["tan"].actor
    _remind(session, ou.person_id)
    notice = queries.notices(session, ou.person_id, "en", unread=True)[0]
    assert notice.subject == "Your certificate expires"
    with pytest.raises(NotFound):
        service.read_notice(session, tan, notice.id, now=at(4))
    service.read_notice(session, ou, notice.id, now=at(4))
    assert queries.notices(session, ou.person_id, "zh", unread=True) == []
