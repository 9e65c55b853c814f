"""Imports: judged first, written on demand, all in one transaction; what came of each row is kept.

Between the two steps the file waits in the instance folder, sealed with the identity key under a random name, because
it holds identity numbers.
"""

import csv
import hashlib
import io
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import N_, Forbidden, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor, P
from app.ledger.service import record
from app.registry.columns import SETS, Reading, template_headings, template_notes, understand
from app.registry.identity import Vault
from app.registry.models import ImportRun
from app.registry.service.import_people import snapshot, write
from app.registry.service.import_rows import Judge, Judged, sentence
from app.registry.service.import_units import UnitRows
from app.registry.service.import_words import message
from app.registry.tables import TableFault, read_table

FOLDER = "imports"
KEPT_FOR = timedelta(days=2)
MOST_UNITS = 2_000
OUTCOMES = ("ADDED", "CHANGED", "UNCHANGED", "REJECTED")


@dataclass(frozen=True)
class Surroundings:
    """What an import needs beside the database: the instance folder, the vault, the day and the moment."""

    instance: Path
    vault: Vault
    today: date
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What came of a file: counts by outcome and a line per row, with sentences in both languages."""

    kind: str
    counts: dict[str, Any]
    report: list[dict[str, Any]]

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return int(self.counts["REJECTED"])


def import_file(
    session: Session, actor: Actor, name: str, data: bytes, *, around: Surroundings, kind: str = "",
    effective: date | None = None, dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """Judge a file and, unless it is a dry run, write it at once; the run is kept. Rejected rows are left out.

    Raises TableFault for a file that cannot be used at all, Stale `registry-changed`.
    """
    day = effective or around.today
    outcome = _judged(session, actor, name, data, kind, day, around, writing=not dry_run)
    if not dry_run:
        run = _run(actor, name, data, outcome, day, around.now, "")
        run.state, run.finished_at = "DONE", around.now
        session.add(run)
        session.flush()
        _note(session, actor, run, "finished", around.now)
    return outcome


def check_import(
    session: Session, actor: Actor, name: str, data: bytes, *, around: Surroundings, kind: str = "",
    effective: date | None = None,
) -> int:  # fmt: skip
    """The dry run: judge a file, keep it sealed, and return the id of the run. The registry is not changed.

    Raises TableFault for a file that cannot be used at all.
    """
    day = effective or around.today
    outcome = _judged(session, actor, name, data, kind, day, around, writing=False)
    _forget_old_files(session, around)
    token = secrets.token_hex(20)
    folder = around.instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / token
    path.touch(mode=0o600)
    path.write_bytes(around.vault.seal_bytes(data))
    run = _run(actor, name, data, outcome, day, around.now, token)
    session.add(run)
    session.flush()
    _note(session, actor, run, "checked", around.now)
    return run.id


def commit_import(session: Session, actor: Actor, run_id: int, *, around: Surroundings) -> Outcome:
    """Write the rows of a checked run that were not rejected, all or none.

    Raises NotFound, Refused `import-done`, `import-file-gone`, `import-file-changed`; Stale `registry-changed` when
    the registry has moved since the dry run, so that what was shown is not what would be written.
    """
    run = session.scalar(select(ImportRun).where(ImportRun.id == run_id).with_for_update())
    if run is None or (actor.scope(P.REGISTRY_IMPORT) is not None and run.account_id != actor.account_id):
        raise NotFound
    if run.state != "CHECKED":
        raise Refused("import-done", N_("This import has been written already; nothing was changed."))
    data = _kept_file(run, around)
    with session.begin_nested():
        outcome = _judged(
            session, actor, run.file_name, data, run.kind, run.effective_on, around,
            writing=True, shown=run.counts.get("digest"),
        )  # fmt: skip
    run.state, run.finished_at, run.counts, run.report = "DONE", around.now, outcome.counts, list(outcome.report)
    session.flush()
    _note(session, actor, run, "finished", around.now)
    return outcome


def _judged(
    session: Session,
    actor: Actor,
    name: str,
    data: bytes,
    kind: str,
    effective: date,
    around: Surroundings,
    *,
    writing: bool,
    shown: str | None = None,
) -> Outcome:
    if not actor.may(P.REGISTRY_IMPORT):
        raise Forbidden
    if kind and kind not in SETS:
        raise Invalid("unknown-code", N_("This code is not known."), field="kind")
    reading = understand(read_table(name, data), kind)
    try:
        with session.begin_nested() as attempt:
            judged = _rows(session, actor, reading, effective, around, writing=writing)
            outcome = _outcome(reading, judged)
            _as_shown(outcome, shown)
            if writing and reading.kind == "people":
                works = [one.work for one in judged if one.work is not None and one.outcome in ("ADDED", "CHANGED")]
                write(session, actor, works, around.vault, around.now)
            if not writing:
                attempt.rollback()
    except IntegrityError as error:
        raise _moved() from error
    return outcome


def _as_shown(outcome: Outcome, digest: str | None) -> None:
    if digest is not None and outcome.counts["digest"] != digest:
        raise _moved()


def _moved() -> Stale:
    return Stale("registry-changed", N_("The registry has changed since the dry run. Check the file again."))


def _rows(
    session: Session, actor: Actor, reading: Reading, effective: date, around: Surroundings, *, writing: bool
) -> list[Judged]:
    if reading.kind == "units":
        if len(reading.entries) > MOST_UNITS:
            raise TableFault("too-many-rows", N_("The file has more than %(limit)s rows; split it."), limit=MOST_UNITS)
        return UnitRows(session, actor, effective, around.today, around.now).judge(reading.entries)
    codes = {str(e.values["code"]) for e in reading.entries if e.values.get("code")}
    indexes = {around.vault.index(str(e.values["id_number"])) for e in reading.entries if e.values.get("id_number")}
    seen = snapshot(session, actor, codes, indexes, around.today, lock=writing)
    judge = Judge(seen, around.vault, actor, effective, around.now)
    return [judge.judge(entry) for entry in reading.entries]


def _outcome(reading: Reading, judged: Sequence[Judged]) -> Outcome:
    titles = {column.name: (column.zh, column.en) for column in SETS[reading.kind]}
    report = [
        _line(one, entry.tidied, titles) for one, entry in zip(judged, reading.entries, strict=True)
    ]  # fmt: skip
    tally = Counter(line["outcome"] for line in report)
    counts: dict[str, Any] = {outcome: tally[outcome] for outcome in OUTCOMES}
    counts["TIDIED"] = sum(bool(line["notes"]) for line in report)
    counts["rows"], counts["ignored"] = len(report), list(reading.ignored)
    canonical = json.dumps(report, ensure_ascii=False, sort_keys=True)
    counts["digest"] = hashlib.sha256(canonical.encode()).hexdigest()
    return Outcome(reading.kind, counts, report)


def _line(one: Judged, tidied: Sequence[str], titles: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    messages = [sentence(fault, titles) for fault, _ in one.faults] + one.sentences
    outcome = "REJECTED" if messages else one.outcome
    changes = [] if messages else [
        {"column": name, "zh": titles[name][0], "en": titles[name][1], "before": _plain(before), "after": _plain(after)}
        for name, before, after in one.changes
    ]  # fmt: skip
    notes = [
        {**message("tidied", column_zh=titles[name][0], column_en=titles[name][1]), "column": name} for name in tidied
    ]
    return {
        "row": one.row, "outcome": outcome, "code": one.code, "name": one.name, "changes": changes,
        "messages": messages, "notes": notes,
    }  # fmt: skip


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell value
    return value.isoformat() if isinstance(value, date) else value


def _run(
    actor: Actor, name: str, data: bytes, outcome: Outcome, effective: date, now: datetime, token: str
) -> ImportRun:
    return ImportRun(
        kind=outcome.kind, file_name=Path(name).name[:200], sha256=hashlib.sha256(data).hexdigest(), started_at=now,
        started_by=actor.label, finished_at=None, state="CHECKED", account_id=actor.account_id,
        effective_on=effective, token=token, counts=outcome.counts, report=list(outcome.report),
    )  # fmt: skip


def _note(session: Session, actor: Actor, run: ImportRun, deed: str, now: datetime) -> None:
    figures = {key: run.counts[key] for key in (*OUTCOMES, "rows")}
    record(
        session, actor, f"registry.import.{deed}", ("import", run.id), now=now,
        after={"kind": run.kind, "file": run.file_name, "sha256": run.sha256, **figures},
    )  # fmt: skip


def _kept_file(run: ImportRun, around: Surroundings) -> bytes:
    try:
        data = around.vault.open_bytes((around.instance / FOLDER / run.token).read_bytes())
    except OSError:
        raise Refused("import-file-gone", N_("The file is no longer kept; upload it again.")) from None
    except InvalidTag:
        data = b""
    if hashlib.sha256(data).hexdigest() != run.sha256:
        raise Refused("import-file-changed", N_("The kept file is not the one that was checked; upload it again."))
    return data


def _forget_old_files(session: Session, around: Surroundings) -> None:
    """Remove kept files whose import is written or was never asked for within two days."""
    waiting = set(
        session.scalars(
            select(ImportRun.token).where(ImportRun.state == "CHECKED", ImportRun.started_at > around.now - KEPT_FOR)
        )
    )
    folder = around.instance / FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in waiting:
            path.unlink(missing_ok=True)


def discard_import(session: Session, actor: Actor, run_id: int, *, around: Surroundings) -> None:
    """Drop a checked run and its file. Raises NotFound; Refused `import-done` for one that was written."""
    run = session.get(ImportRun, run_id)
    if run is None or (actor.scope(P.REGISTRY_IMPORT) is not None and run.account_id != actor.account_id):
        raise NotFound
    if run.state != "CHECKED":
        raise Refused("import-done", N_("This import has been written already; nothing was changed."))
    _note(session, actor, run, "discarded", around.now)
    session.execute(delete(ImportRun).where(ImportRun.id == run_id))
    (around.instance / FOLDER / run.token).unlink(missing_ok=True)


def template(kind: str, form: str, language: str) -> tuple[bytes, str]:
    """An empty list to fill in: its bytes and media type; raises NotFound."""
    if kind not in SETS or form not in ("csv", "xlsx"):
        raise NotFound
    headings = template_headings(kind, language)
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerow(headings)
        return b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv; charset=utf-8"
    book = Workbook()
    sheet = book.active
    sheet.title = "填写" if language == "zh" else "List"
    sheet.append(headings)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 18
        for row in sheet.iter_rows(min_row=2, max_row=200, min_col=cell.column, max_col=cell.column):
            row[0].number_format = "@"
    notes = book.create_sheet("说明 Notes")
    notes.append(["中文列名", "English heading", "示例 Example", "可选值 Choices"])
    for line in template_notes(kind):
        notes.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
