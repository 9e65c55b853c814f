"""The statistics of released formal sittings: gathered here, computed elsewhere, kept and never changed."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.bank import queries as bank
from app.bank.queries.figures import FiguresRow, FlagRow
from app.bank.service.figures import keep_figures
from app.core.clock import local_day
from app.core.permissions import Actor
from app.exams.models import (
    Admission,
    AnswerJournal,
    Attempt,
    KeyCorrection,
    Result,
    Sitting,
    SittingFigures,
    SittingItemFigures,
    SittingRoom,
)
from app.exams.queries.figures import METHOD
from app.exams.sitting import Kind
from app.ledger.service import record
from question_bank.items import ItemType, normalise_text

if TYPE_CHECKING:
    from question_bank.statistics.plain import Computed, Material, Scaled
    from question_bank.statistics.responses import Answer, Key

EARLIER = 3
"""To so many earlier sittings of the same paper a sitting is linked by common questions."""
LETTERS = frozenset({ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE})
CHUNK = 200


def due_figures(session: Session) -> int | None:
    """A released formal sitting without figures, or whose papers were marked again since; the earliest released."""
    marked = select(func.max(Result.recorded_at)).where(Result.sitting_id == Sitting.id).scalar_subquery()
    return session.scalar(
        select(Sitting.id)
        .outerjoin(
            SittingFigures, (SittingFigures.sitting_id == Sitting.id) & SittingFigures.superseded_at.is_(None)
        )
        .where(
            Sitting.kind == Kind.FORMAL, Sitting.released_at.is_not(None), Sitting.cancelled_at.is_(None),
            or_(
                SittingFigures.id.is_(None), SittingFigures.method != METHOD, SittingFigures.computed_at < marked,
            ),
        )
        .order_by(Sitting.released_at, Sitting.id)
        .limit(1)
    )  # fmt: skip


def material_of(session: Session, sitting_id: int) -> "Material":
    """What the statistics of a sitting are made from: papers with final answers and what they earned, times, seats."""
    from question_bank.statistics.plain import Material
    from question_bank.statistics.responses import Sheet

    found = _marked(session, sitting_id)
    void = _void(session, sitting_id)
    items = bank.versions(session, {place["ref"] for _, places in found for place in places})
    seconds = _seconds(session, [attempt for attempt, _ in found])
    keys: dict[str, Key] = {}
    sheets = []
    for attempt, places in found:
        answers = []
        for place in sorted(places, key=lambda one: one["position"]):
            if place["ref"] not in void:
                keys.setdefault(str(place["ref"]), _key(items[place["ref"]], place))
                answers.append(_answer(items[place["ref"]], place, seconds.get((attempt.id, place["position"]))))
        sheets.append(Sheet(str(attempt.person_id), tuple(answers)))
    return Material(tuple(sheets), keys, _seats(session, sitting_id), sitting_id, _earlier(session, sitting_id))


def _marked(session: Session, sitting_id: int) -> list[tuple[Attempt, list[dict[str, Any]]]]:
    statement = (
        select(Attempt, Result.places)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(Result.sitting_id == sitting_id, Result.superseded_at.is_(None))
        .order_by(Attempt.id)
    )
    latest = {attempt.person_id: (attempt, places) for attempt, places in session.execute(statement)}
    return list(latest.values())


def _void(session: Session, sitting_id: int) -> set[int]:
    """Questions that gave everybody their marks: what was answered to them says nothing."""
    statement = select(KeyCorrection.ref).where(
        KeyCorrection.sitting_id == sitting_id, KeyCorrection.superseded_at.is_(None), KeyCorrection.key == ""
    )
    return set(session.scalars(statement))


def _key(item: bank.VersionRow, place: dict[str, Any]) -> "Key":
    """Options and right ones of a choice; where a key was corrected, as the paper was marked."""
    from question_bank.statistics.responses import Key

    marks = float(Decimal(place["marks"]))
    if item.type not in LETTERS:
        return Key((), (), marks)
    options = ("T", "F") if item.type == ItemType.TRUE_FALSE else tuple(key for key, _text in item.options)
    return Key(tuple(place.get("key") or "".join(item.key)), options, marks)


def _answer(item: bank.VersionRow, place: dict[str, Any], seconds: float | None) -> "Answer":
    """The share of the marks, never below nothing, and what was chosen: letters, or the whole answer as one text."""
    from question_bank.statistics.responses import Answer

    said = str(place["answer"])
    if not said:
        return Answer(str(place["ref"]), 0.0, None, seconds)
    share = min(1.0, max(0.0, float(Decimal(place["awarded"]) / Decimal(place["marks"]))))
    chosen = tuple(said) if item.type in LETTERS else (normalise_text(said),)
    return Answer(str(place["ref"]), share, chosen, seconds)


def _seconds(session: Session, attempts: Sequence[Attempt]) -> dict[tuple[int, int], float]:
    """(attempt, position) → seconds: what passed before each save since the save before it, or since the start."""
    spent: dict[tuple[int, int], float] = {}
    started = {attempt.id: attempt.started_at for attempt in attempts}
    for attempt_id, position, saved_at in _saves(session, list(started)):
        passed = max(timedelta(0), saved_at - started[attempt_id])
        spent[attempt_id, position] = spent.get((attempt_id, position), 0.0) + passed.total_seconds()
        started[attempt_id] = max(saved_at, started[attempt_id])
    return spent


def _saves(session: Session, attempt_ids: list[int]) -> Iterator[tuple[int, int, datetime]]:
    for start in range(0, len(attempt_ids), CHUNK):
        rows = session.execute(
            select(AnswerJournal.attempt_id, AnswerJournal.position, AnswerJournal.saved_at)
            .where(AnswerJournal.attempt_id.in_(attempt_ids[start : start + CHUNK]))
            .order_by(AnswerJournal.attempt_id, AnswerJournal.sequence)
        )
        yield from ((attempt_id, position, saved_at) for attempt_id, position, saved_at in rows)


def _seats(session: Session, sitting_id: int) -> dict[str, Any]:
    """Seats by number along one line, for how rooms are laid out is not on record; none for those who sat remotely."""
    from question_bank.statistics.copying import Seat

    rows = session.execute(
        select(Admission.person_id, SittingRoom.name, Admission.seat)
        .join(SittingRoom, SittingRoom.id == Admission.room_id)
        .where(
            Admission.sitting_id == sitting_id, Admission.withdrawn_at.is_(None), Admission.seat.is_not(None),
            SittingRoom.remote.is_(False),
        )
    )  # fmt: skip
    return {str(person_id): Seat(room, 0, seat) for person_id, room, seat in rows if seat is not None}


def _earlier(session: Session, sitting_id: int) -> "tuple[Scaled, ...]":
    """The latest earlier sittings of the same paper that have a scale."""
    from question_bank.statistics.plain import scaled

    this = session.get_one(Sitting, sitting_id)
    rows = session.execute(
        select(SittingFigures.sitting_id, SittingFigures.figures)
        .join(Sitting, Sitting.id == SittingFigures.sitting_id)
        .where(
            Sitting.paper == this.paper, Sitting.opens_at < this.opens_at, SittingFigures.superseded_at.is_(None),
            SittingFigures.failure == "", SittingFigures.method == METHOD,
        )
        .order_by(Sitting.opens_at.desc())
        .limit(EARLIER)
    )  # fmt: skip
    return tuple(one for earlier, figures in rows if (one := scaled(figures, earlier)) is not None)


def keep_sitting_figures(
    session: Session, actor: Actor, sitting_id: int, computed: "Computed", *, now: datetime, zone: ZoneInfo
) -> int:
    """Keep the figures of a sitting in the place of earlier ones, and renew those of its questions; returns the id."""
    sitting = session.get_one(Sitting, sitting_id)
    old = session.scalar(
        select(SittingFigures).where(
            SittingFigures.sitting_id == sitting_id, SittingFigures.superseded_at.is_(None)
        )
    )  # fmt: skip
    touched = _versions_of(session, old.id) if old is not None else set()
    if old is not None:
        old.superseded_at = now
        session.flush()
    n = int(computed.figures.get("n", 0))
    kept = SittingFigures(
        sitting_id=sitting_id, method=METHOD, n=n, figures=computed.figures, copying=computed.copying,
        failure=computed.failure, computed_at=now, superseded_at=None,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    touched |= _keep_items(session, kept.id, sitting, computed, zone)
    changed = keep_figures(session, pooled(session, touched), now=now)
    record(
        session, actor, "exams.figures.computed", ("exam_sitting", sitting_id), now=now, unit_id=sitting.unit_id,
        after={"method": METHOD, "candidates": n, "questions": changed, "failure": computed.failure},
    )  # fmt: skip
    return kept.id


def _versions_of(session: Session, figures_id: int) -> set[int]:
    return set(
        session.scalars(select(SittingItemFigures.version_id).where(SittingItemFigures.figures_id == figures_id))
    )


def _keep_items(
    session: Session, figures_id: int, sitting: Sitting, computed: "Computed", zone: ZoneInfo
) -> set[int]:  # fmt: skip
    """A row for every question that was on a paper, also for those that gave everybody their marks."""
    met: dict[int, int] = {}
    for _, places in _marked(session, sitting.id):
        for place in places:
            met[place["ref"]] = met.get(place["ref"], 0) + 1
    told = {int(one.item): one for one in computed.items}
    codes = {ref: row.item_code for ref, row in bank.versions(session, met).items()}
    on = local_day(sitting.opens_at, zone).isoformat()
    for ref, count in met.items():
        one = told.get(ref)
        flags = [_flag(flag, codes[ref], sitting.title, on).stored for flag in one.flags] if one else []
        sums = asdict(one.sums) if one else {}
        session.add(SittingItemFigures(figures_id=figures_id, version_id=ref, met=count, sums=sums, flags=flags))
    session.flush()
    return set(met)


def _flag(flag: dict[str, Any], code: str, title: str, on: str) -> FlagRow:
    interval = flag["interval"]
    return FlagRow(
        flag["code"], flag["weight"], code, flag["option"], flag["n"], interval["low"], interval["high"], title, on
    )


def pooled(session: Session, version_ids: set[int]) -> list[FiguresRow]:
    """Each version over every sitting whose figures stand: facility, discrimination, exposure and flags."""
    from question_bank.statistics.pooled import Sums, corrected, facility

    rows: dict[int, list[SittingItemFigures]] = {version_id: [] for version_id in sorted(version_ids)}
    for one in _standing_items(session, sorted(version_ids)):
        rows[one.version_id].append(one)
    made = []
    for version_id, parts in rows.items():
        counted = [Sums(**one.sums) for one in parts if one.sums]
        easy, apart = facility(counted), corrected(counted)
        made.append(
            FiguresRow(
                version_id, easy.n, easy.value, _range(easy.interval), apart.value, _range(apart.interval), len(parts),
                sum(one.met for one in parts), tuple(FlagRow(**flag) for one in parts for flag in one.flags),
            )
        )  # fmt: skip
    return made


def _standing_items(session: Session, version_ids: list[int]) -> Iterator[SittingItemFigures]:
    for start in range(0, len(version_ids), CHUNK):
        yield from session.scalars(
            select(SittingItemFigures)
            .join(SittingFigures, SittingFigures.id == SittingItemFigures.figures_id)
            .where(
                SittingItemFigures.version_id.in_(version_ids[start : start + CHUNK]),
                SittingFigures.superseded_at.is_(None),
            )
            .order_by(SittingItemFigures.id)
        )


def _range(interval: Any) -> tuple[float, float] | None:  # noqa: ANN401 - the library's interval, or none
    return None if interval is None else (interval.low, interval.high)
