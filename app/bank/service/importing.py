"""Take questions from files: look first, then take over in one transaction, or give up."""

import hashlib
import os
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.bank.models import BankImport, BankImportRow, Item
from app.bank.policy import KEEP_UPLOAD_DAYS, ImportState, Outcome, Status
from app.bank.queries.imports import ReportRow, owns
from app.bank.service.planning import FORMATS, Files, ImportResult, NearRow, Plan, near_rows, plan_import, result_of
from app.bank.service.wording import SENTENCES
from app.bank.service.writing import add_items, add_versions
from app.core.errors import N_, Invalid, NotFound, Refused, Stale
from app.core.permissions import Actor
from app.ledger.service import Deed, record, record_all
from question_bank.faults import shown
from question_bank.items import Item as Question
from question_bank.items import Paper

CHUNK = 500
NOTHING: frozenset[str] = frozenset()
WRITTEN = (Outcome.ADDED, Outcome.CHANGED)


def import_files(
    session: Session,
    actor: Actor,
    name: str,
    files: Files,
    *,
    now: datetime,
    format: str = "auto",  # noqa: A002 - the command's own word
    paper: str = Paper.PUBLIC_LAW,
    topic: str = "",
    submit: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Read files and, unless it is a dry run, take over at once what was accepted. A dry run writes nothing at all.

    `name` is that of the file or folder; `paper` and `topic` are for questions that do not say theirs. Raises Invalid
    `format-unknown` or `paper-unknown`.
    """
    _check_choices(format, paper)
    plan = plan_import(session, files, format=format, paper=paper, topic=topic)
    if not dry_run:
        run = _new_run(actor, name, files, paper, plan, topic=topic, submit=submit, now=now)
        session.add(run)
        session.flush()
        _write_report(session, run, plan)
        _write(session, actor, run, plan, now)
    return result_of(plan, name, dry_run=dry_run)


def import_file(session: Session, actor: Actor, name: str, data: bytes, **choices: Any) -> ImportResult:  # noqa: ANN401
    """The same with one file, or one archive of files."""
    return import_files(session, actor, name, [(name, data)], **choices)


def check_upload(
    session: Session,
    actor: Actor,
    folder: Path,
    name: str,
    data: bytes,
    *,
    now: datetime,
    format: str = "auto",  # noqa: A002 - the command's own word
    paper: str = Paper.PUBLIC_LAW,
    topic: str = "",
    submit: bool = False,
) -> str:
    """Read an uploaded file against the bank and keep file and report for the decision; returns the run's token.

    No question is written. The bytes lie in `folder` under the token, readable by the site only. Raises Invalid
    `format-unknown` or `paper-unknown`.
    """
    _check_choices(format, paper)
    plan = plan_import(session, [(name, data)], format=format, paper=paper, topic=topic)
    run = _new_run(actor, name, [(name, data)], paper, plan, topic=topic, submit=submit, now=now)
    session.add(run)
    session.flush()
    _write_report(session, run, plan)
    _sweep(folder, now)
    if plan.new or plan.changed:
        _keep(folder / run.token, data)
    record(
        session, actor, "bank.import.checked", ("bank_import", run.token), now=now,
        after={"file": run.file_name, "sha256": run.sha256, "size": run.size},
    )  # fmt: skip
    return run.token


def take_over(
    session: Session, actor: Actor, folder: Path, token: str, *, now: datetime, leave_out: frozenset[str] = NOTHING
) -> ImportResult:
    """Write what the dry run promised, in one transaction, but not the questions whose codes are to be left out.

    Raises NotFound for a stranger's run; Refused `import-finished`, `nothing-to-import` or `upload-gone`; Stale
    `bank-moved` where the bank has changed so that the report would be another.
    """
    run = _own_run(session, actor, token)
    plan = _plan_again(session, folder, run)
    promised = select(BankImportRow.outcome, BankImportRow.item_code).where(BankImportRow.import_id == run.id)
    said_then = session.execute(promised.order_by(BankImportRow.position))
    if tuple((outcome, code) for outcome, code in said_then) != plan.deeds:
        raise Stale(
            "bank-moved",
            N_("The bank has changed since this file was checked. Check it again; nothing was taken over."),
        )
    plan = _without(session, run, plan, leave_out)
    if not plan.new and not plan.changed:
        raise Refused("nothing-to-import", N_("There is nothing in this file to take over."))
    _write(session, actor, run, plan, now)
    (folder / run.token).unlink(missing_ok=True)
    return result_of(plan, run.file_name, dry_run=False)


def _without(session: Session, run: BankImport, plan: Plan, codes: frozenset[str]) -> Plan:
    """The plan less what is left out; the report says so."""
    left = {one.code for one in (*plan.new, *plan.changed)} & codes
    if not left:
        return plan
    zh, en = SENTENCES["LEFT_OUT"]
    told = {"outcome": Outcome.NOTED.value, "code": "LEFT_OUT", "zh": zh, "en": en}
    rows = update(BankImportRow).where(
        BankImportRow.import_id == run.id, BankImportRow.item_code.in_(left),
        BankImportRow.outcome.in_([Outcome.ADDED.value, Outcome.CHANGED.value]),
    )  # fmt: skip
    session.execute(rows.values(**told))
    kept = replace(
        plan, new=tuple(one for one in plan.new if one.code not in left),
        changed=tuple(one for one in plan.changed if one.code not in left),
        rows=tuple(_left_out(row) if row.item_code in left and row.outcome in WRITTEN else row for row in plan.rows),
    )  # fmt: skip
    _count(run, kept)
    return kept


def _left_out(row: ReportRow) -> ReportRow:
    zh, en = SENTENCES["LEFT_OUT"]
    return replace(row, outcome=Outcome.NOTED, code="LEFT_OUT", zh=zh, en=en)


def near_pairs(session: Session, actor: Actor, folder: Path, token: str) -> tuple[NearRow, ...]:
    """What of a checked file is nearly the same as a question in it or in the bank. Raises as `take_over`."""
    return near_rows(session, _plan_again(session, folder, _own_run(session, actor, token), alike=False))


def check_again(session: Session, actor: Actor, folder: Path, token: str, *, now: datetime) -> None:
    """Compare a kept file with the bank of now; the new report replaces the old one. Raises as `take_over`."""
    run = _own_run(session, actor, token)
    plan = _plan_again(session, folder, run)
    session.execute(delete(BankImportRow).where(BankImportRow.import_id == run.id))
    _count(run, plan)
    _write_report(session, run, plan)
    record(session, actor, "bank.import.checked", ("bank_import", run.token), now=now, after={"sha256": run.sha256})


def _plan_again(session: Session, folder: Path, run: BankImport, *, alike: bool = True) -> Plan:
    if not run.added + run.changed:
        raise Refused("nothing-to-import", N_("There is nothing in this file to take over."))
    files = [(run.file_name, _kept(folder, run))]
    return plan_import(session, files, format=run.format, paper=run.paper, topic=run.topic, alike=alike)


def discard(session: Session, actor: Actor, folder: Path, token: str, *, now: datetime) -> None:
    """Give an import up and remove its file; the report stays. Raises NotFound; Refused `import-finished`."""
    run = _own_run(session, actor, token)
    run.state, run.finished_at = ImportState.DISCARDED.value, now
    (folder / run.token).unlink(missing_ok=True)
    record(session, actor, "bank.import.discarded", ("bank_import", run.token), now=now)


def _check_choices(format_: str, paper: str) -> None:
    if format_ not in FORMATS:
        raise Invalid(
            "format-unknown", N_("The format must be one of: %(formats)s."), field="format", formats=", ".join(FORMATS)
        )
    if paper not in set(Paper):
        raise Invalid(
            "paper-unknown", N_("The exam subject must be one of: %(papers)s."), field="paper", papers=", ".join(Paper)
        )


def _new_run(
    actor: Actor, name: str, files: Files, paper: str, plan: Plan, *, topic: str, submit: bool, now: datetime
) -> BankImport:
    run = BankImport(
        token=secrets.token_hex(16), file_name=shown(PurePath(name).name), size=sum(len(data) for _name, data in files),
        sha256=_digest(files), format=plan.format, paper=paper, topic=topic, submit=submit,
        state=ImportState.CHECKED.value, owner_account_id=actor.account_id, owner_label=actor.label, created_at=now,
        finished_at=None,
    )  # fmt: skip
    _count(run, plan)
    return run


def _digest(files: Files) -> str:
    """SHA-256 of the one file, or of a list of the files' own."""
    digests = [(hashlib.sha256(data).hexdigest(), name) for name, data in files]
    listed = "".join(f"{digest}  {name}\n" for digest, name in digests).encode()
    return digests[0][0] if len(digests) == 1 else hashlib.sha256(listed).hexdigest()


def _count(run: BankImport, plan: Plan) -> None:
    run.added, run.changed = plan.count(Outcome.ADDED), plan.count(Outcome.CHANGED)
    run.unchanged, run.rejected = plan.count(Outcome.UNCHANGED), plan.count(Outcome.REJECTED)


def _write_report(session: Session, run: BankImport, plan: Plan) -> None:
    values = [
        {
            "import_id": run.id, "position": position, "outcome": row.outcome.value, "file": row.file,
            "sheet": row.sheet, "line": row.line, "row": row.row, "item": row.item, "item_code": row.item_code,
            "code": row.code, "zh": row.zh, "en": row.en,
        }
        for position, row in enumerate(plan.rows, 1)
    ]  # fmt: skip
    if values:
        session.execute(insert(BankImportRow), values)


def _write(session: Session, actor: Actor, run: BankImport, plan: Plan, now: datetime) -> None:
    edits = list(zip(_locked_items(session, plan.changed), plan.changed, strict=True))
    added = add_items(session, actor, plan.new, now=now, submit=run.submit)
    changed = add_versions(session, actor, edits, now=now, submit=run.submit)
    run.state, run.finished_at = ImportState.DONE.value, now
    status = Status.REVIEW if run.submit else Status.DRAFT
    deeds = [
        Deed(
            event, ("item", item.code),
            after={"version": version.number, "status": status, "digest": version.digest, "import": run.token},
        )
        for event, pairs in (("bank.item.created", added), ("bank.item.edited", changed))
        for item, version in pairs
    ]  # fmt: skip
    summary = {
        "file": run.file_name, "sha256": run.sha256, "added": run.added, "changed": run.changed,
        "unchanged": run.unchanged, "rejected": run.rejected,
    }  # fmt: skip
    deeds.append(Deed("bank.import.finished", ("bank_import", run.token), after=summary))
    record_all(session, actor, deeds, now=now)


def _locked_items(session: Session, questions: tuple[Question, ...]) -> list[Item]:
    found: dict[str, Item] = {}
    codes = sorted(question.code for question in questions)
    for start in range(0, len(codes), CHUNK):
        statement = select(Item).where(Item.code.in_(codes[start : start + CHUNK])).order_by(Item.code)
        statement = statement.with_for_update().execution_options(populate_existing=True)
        found.update({item.code: item for item in session.scalars(statement)})
    return [found[question.code] for question in questions]


def _own_run(session: Session, actor: Actor, token: str) -> BankImport:
    statement = select(BankImport).where(BankImport.token == token).with_for_update()
    run = session.scalar(statement.execution_options(populate_existing=True))
    if run is None or not owns(run, actor):
        raise NotFound
    if run.state != ImportState.CHECKED:
        raise Refused("import-finished", N_("This import is finished already; nothing was taken over again."))
    return run


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)


def _kept(folder: Path, run: BankImport) -> bytes:
    try:
        data = (folder / run.token).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != run.sha256:
        raise Refused("upload-gone", N_("The uploaded file is no longer here. Please upload it again."))
    return data


def _sweep(folder: Path, now: datetime) -> None:
    oldest = (now - timedelta(days=KEEP_UPLOAD_DAYS)).timestamp()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
