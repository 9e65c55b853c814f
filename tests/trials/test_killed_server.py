"""The server is killed while answers are being saved; every answer it acknowledged is there afterwards."""

import os
import threading
import time

import pytest
from sqlalchemy import select

from app.exams.models import AnswerJournal, Attempt
from app.extensions import db
from tests.conftest import THOROUGH
from tests.live import LiveSite, database, seed_hall, write_together

KILLS = int(os.environ.get("CHIZHENG_KILLS", "30" if THOROUGH else "3"))
CLIENTS = 12


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_acknowledged_answer_survives_a_killed_server(kind, tmp_path):
    with database(kind, tmp_path / "db") as url:
        site = LiveSite(url, tmp_path)
        site.migrate()
        candidates = seed_hall(site, CLIENTS)
        killed_while_saving = 0
        for round_number in range(KILLS):
            site.start()
            before = sum(len(c.acknowledged) for c in candidates)
            killer = threading.Timer(0.25 + (round_number % 7) * 0.05, site.kill)
            killer.start()
            write_together(candidates, site.settings.port, 5)
            killer.join()
            killed_while_saving += sum(len(c.acknowledged) for c in candidates) > before
            time.sleep(0.02)
        assert killed_while_saving >= KILLS * 0.8
        _check(site, candidates)


def _check(site, candidates):
    with site.app.app_context():
        rows = db.session.execute(
            select(AnswerJournal.attempt_id, AnswerJournal.client_id, AnswerJournal.sequence)
        ).all()
        numbers = dict(db.session.execute(select(Attempt.id, Attempt.last_sequence)).all())
        db.session.remove()
        db.engine.dispose()
    journal = {(attempt, name): sequence for attempt, name, sequence in rows}
    for candidate in candidates:
        lost = [ack for ack in candidate.acknowledged if journal.get((candidate.attempt, ack[0])) != ack[1]]
        assert lost == []
        sequences = sorted(s for (attempt, _name), s in journal.items() if attempt == candidate.attempt)
        assert sequences == list(range(1, numbers[candidate.attempt] + 1))
