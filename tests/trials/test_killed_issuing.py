"""Web workers and the sealing process are killed at random while many issue certificates; nothing is lost or doubled.

The moments come from SEED and from how far the issuing is, so that they fall into the work on a slow machine too.
"""

import base64
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.credentials.models import (
    Certificate,
    CertificateApplication,
    CertificateCounter,
    CertificatePeriod,
    IssuedDocument,
    StatusEntry,
)
from app.credentials.service import log_public_keys, public_keys
from app.credentials.service.numbering import number_of
from app.extensions import db
from app.ledger.models import LedgerCheckpoint, LedgerEntry
from app.ledger.queries import size
from certificates.translog.note import Checkpoint, Verifier
from certificates.translog.tree import Tree, check_consistency
from certificates.verify import Outcome, verify_pdf
from tests.conftest import PROJECT, THOROUGH, thorough
from tests.live import LiveSite, database
from tests.trials.issuing import Desk, Issuer, Sealer, look, seed, unsealed, until, workers

KILLS = int(os.environ.get("CHIZHENG_KILLS", "50" if THOROUGH else "4"))
LARGE = KILLS >= 50
CERTIFICATES = 500 if LARGE else 40
ISSUERS = 64
SEED = 20260301
ISSUED_WITHIN, SEALED_WITHIN = 2400.0 if LARGE else 300.0, 300.0
ISSUED, SEALED = "credentials.certificate.issued", "credentials.document.sealed"


@dataclass
class Trial:
    """The site under trial, who issues what, and what was seen meanwhile."""

    site: LiveSite
    sealer: Sealer
    desk: Desk
    issuers: list[Issuer]
    notes: dict[str, None] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str) -> bytes:
        """What the site answers."""
        with urllib.request.urlopen(f"{self.site.settings.site_url}{path}", timeout=60) as answer:  # noqa: S310  an address of ours
            return answer.read()

    def watch(self) -> None:
        """Keep every checkpoint when it appears, as a supervising body would; the pages have long queues meanwhile."""
        while not self.over.wait(0.5):
            self.notes |= dict.fromkeys(look(self.site, _notes))

    def kill_web(self, kills: int) -> None:
        """Kill one worker, then the whole server, again and again while decisions are on their way."""
        chance = random.Random(f"web {SEED}")  # noqa: S311  the same moments every time
        for left in range(kills, 0, -1):
            done = len(self.desk.granted)
            wanted = done + chance.randint(0, max(1, 2 * (CERTIFICATES - done) // (left + 1)))
            wanted = min(wanted, CERTIFICATES - 5 * left)
            until(lambda wanted=wanted: len(self.desk.granted) >= wanted or self.desk.stopped)
            self.over.wait(chance.uniform(0, 0.15))
            self.struck["web"] += len(self.desk.granted) < CERTIFICATES
            if left % 2 and (running := workers(self.site)):
                os.kill(chance.choice(sorted(running)), 9)
                self.killed["worker"] += 1
            else:
                self.site.kill()
                self.killed["server"] += 1
                self.site.launch()

    def kill_sealer(self, kills: int) -> None:
        """Kill the sealing process, again and again while documents wait, and start another."""
        chance = random.Random(f"sealer {SEED}")  # noqa: S311
        for _kill in range(kills):
            until(lambda: unsealed(self.site) > 0 or len(self.desk.granted) == CERTIFICATES, every=0.1)
            self.over.wait(chance.uniform(0, 3.5))
            self.struck["sealer"] += unsealed(self.site) > 0
            self.sealer.kill(helpers=chance.random() < 0.5)
            self.killed["sealer"] += 1
            self.sealer.start()

    def run(self, kills: int) -> None:
        """Issue everything while both are killed; ends when the last is acknowledged and the last killed is back."""
        assert until(lambda: look(self.site, _published) is not None)
        self.notes[self.get("/api/v1/log/checkpoint").decode()] = None
        with ThreadPoolExecutor(4) as threads:
            seeing = threads.submit(self.watch)
            try:
                killing = [
                    threads.submit(self.kill_web, kills // 2),
                    threads.submit(self.kill_sealer, kills - kills // 2),
                ]
                for one in killing:
                    one.add_done_callback(self._ended)
                self.desk.issue(self.issuers, self.site.settings.port, ISSUED_WITHIN)
                for one in killing:
                    one.result()
            finally:
                self.over.set()
                seeing.result()

    def _ended(self, killing: Future[None]) -> None:
        self.desk.stopped = self.desk.stopped or killing.exception() is not None

    def settle(self) -> Checkpoint:
        """Let everything be sealed and published; returns the last checkpoint."""
        sealed = until(lambda: unsealed(self.site) == 0, SEALED_WITHIN, every=0.2)
        assert sealed, (self.site.folder / "sealer.log").read_text(errors="replace")[-3000:]
        self.sealer.stop()
        entries = look(self.site, size)
        self.sealer.start()
        assert until(lambda: (look(self.site, _published) or 0) >= entries, every=0.2)
        self.sealer.stop()
        note = self.get("/api/v1/log/checkpoint").decode()
        self.notes |= dict.fromkeys([*look(self.site, _notes), note])
        return self.opened(note)

    def opened(self, note: str) -> Checkpoint:
        """A checkpoint whose signature is the log's."""
        keys = look(self.site, lambda session: log_public_keys(session, self.site.settings))
        origin = Checkpoint.claimed(note.encode()).origin
        return Checkpoint.opened(note.encode(), [Verifier(origin, key) for key in keys])


def _notes(session) -> list[str]:
    return list(session.scalars(select(LedgerCheckpoint.note).order_by(LedgerCheckpoint.id)))


def _published(session) -> int | None:
    return session.scalar(select(func.max(LedgerCheckpoint.size)))


@contextmanager
def trial(kind: str, folder: Path) -> Iterator[Trial]:
    """A site whose processes run, with everything prepared; they are ended whatever happens."""
    with database(kind, folder / "db") as url:
        site = LiveSite(url, folder)
        site.migrate()
        applications, issuers = seed(site, CERTIFICATES, ISSUERS)
        one = Trial(site, Sealer(site), Desk(deque(applications)), issuers)
        try:
            site.start()
            one.sealer.start()
            yield one
        finally:
            one.sealer.kill()
            site.kill()
            with site.app.app_context():
                db.engine.dispose()


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=[] if LARGE else thorough)])
def test_numbers_documents_and_log_stay_whole_when_web_and_sealer_are_killed_while_issuing(kind, tmp_path, capsys):
    with trial(kind, tmp_path) as one:
        one.run(KILLS)
        assert one.desk.strange == []
        assert len(one.desk.granted) == CERTIFICATES
        last = one.settle()
        numbers = look(one.site, lambda session: _check_issued(session, one.desk))
        look(one.site, lambda session: _check_documents(session, one.site, numbers))
        look(one.site, lambda session: _check_tree(session, last))
        _check_checkpoints(one, last)
        _check_command(one)
    with capsys.disabled():
        print(f"\n{kind}: {json.dumps(_told(one, last))}")  # noqa: T201  what it was that was tried
    assert sum(one.killed.values()) == KILLS
    assert one.struck["web"] + one.struck["sealer"] >= KILLS * 0.7


def _told(one: Trial, last: Checkpoint) -> dict[str, int]:
    desk, killed, struck = one.desk, one.killed, one.struck
    return {
        "certificates": len(desk.granted), "issuers": ISSUERS, "kills of a web worker": killed["worker"],
        "kills of the web server": killed["server"], "of these while certificates were asked for": struck["web"],
        "kills of the sealing process": killed["sealer"], "of these while documents waited": struck["sealer"],
        "requests cut off": desk.cut, "issued although cut off": desk.told_already,
        "checkpoints seen": len(one.notes), "entries in the log": last.size,
    }  # fmt: skip


def _check_issued(session, desk: Desk) -> set[str]:
    """Each acknowledged decision stands, by whoever was told of it, and the numbers are 1 to the last, each once."""
    rows = {row.id: row for row in session.scalars(select(CertificateApplication))}
    made = {one.id: one for one in session.scalars(select(Certificate))}
    assert {number: (row.outcome, row.decided_by) for number, row in rows.items()} == {
        number: ("GRANTED", issuer) for number, issuer in desk.granted.items()
    }
    assert {row.made_id: row.person_id for row in rows.values()} == {one.id: one.person_id for one in made.values()}
    counter = session.scalars(select(CertificateCounter)).one()
    numbers = sorted(one.number for one in made.values())
    assert counter.value == CERTIFICATES
    assert numbers == sorted(number_of(counter.series, serial) for serial in range(1, CERTIFICATES + 1))
    for counted in (CertificatePeriod.certificate_id, Certificate.status_index, StatusEntry.entry):
        assert session.execute(select(func.count(counted), func.count(func.distinct(counted)))).one() == (
            CERTIFICATES, CERTIFICATES,
        )  # fmt: skip
    told = Counter(session.scalars(select(LedgerEntry.subject_id).where(LedgerEntry.event == ISSUED)))
    assert told == dict.fromkeys(numbers, 1)
    return set(numbers)


def _check_documents(session, site: LiveSite, numbers: set[str]) -> None:
    """Each certificate has one document, sealed by the site and told once in the ledger."""
    roots = public_keys(session, site.settings).roots
    found = session.execute(
        select(Certificate.number, IssuedDocument.content, IssuedDocument.sha256).join(
            IssuedDocument, IssuedDocument.certificate_id == Certificate.id
        )
    ).all()
    assert Counter(number for number, _pdf, _digest in found) == dict.fromkeys(numbers, 1)
    for number, pdf, digest in found:
        assert hashlib.sha256(pdf).hexdigest() == digest
        verdict = verify_pdf(pdf, roots)
        assert (verdict.outcome, verdict.certificate_number) == (Outcome.GENUINE, number), verdict
    told = session.execute(select(LedgerEntry.subject_id, LedgerEntry.after).where(LedgerEntry.event == SEALED)).all()
    assert len(told) == CERTIFICATES
    assert {number: after["sha256"] for number, after in told} == {row.number: row.sha256 for row in found}


def _check_tree(session, last: Checkpoint) -> None:
    """The entries are numbered without a gap, and the last checkpoint's root follows from their leaves alone."""
    rows = session.execute(select(LedgerEntry.sequence, LedgerEntry.leaf).order_by(LedgerEntry.sequence)).all()
    assert [row.sequence for row in rows] == list(range(1, size(session) + 1))
    tree = Tree()
    for row in rows[: last.size]:
        tree.append(row.leaf)
    assert (tree.size, tree.root()) == (last.size, last.root)


def _check_checkpoints(one: Trial, last: Checkpoint) -> None:
    """Each checkpoint seen on the way is proved to be a beginning of the last."""
    assert len(one.notes) > 1
    for note in one.notes:
        seen = one.opened(note)
        answer = json.loads(one.get(f"/api/v1/log/consistency?first={seen.size}&second={last.size}"))
        path = [base64.b64decode(step) for step in answer["path"]]
        check_consistency(seen.size, last.size, seen.root, last.root, path)


def _check_command(one: Trial) -> None:
    """The operator's command finds the ledger sound, and in agreement with every checkpoint seen."""
    command = [sys.executable, "-m", "app", "ledger", "verify"]
    for place, note in enumerate(one.notes):
        (one.site.folder / f"{place}.checkpoint").write_text(note, encoding="utf-8", newline="")
        command += ["--checkpoint", str(one.site.folder / f"{place}.checkpoint")]
    done = subprocess.run(
        command, cwd=PROJECT, env=one.site.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
