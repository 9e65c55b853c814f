"""Panels that find where a pass mark should lie: opened, rated in rounds, placed in a grid, closed with a result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.bank import queries as bank
from app.core.errors import N_, Invalid, NotFound, Refused
from app.core.permissions import Actor, P
from app.exams.models import ExamPaper, PanelJudge, PanelRating, Result, Sitting, StandardPanel
from app.exams.queries.panel_outcomes import DIFFICULTIES, RELEVANCES, PanelMethod, outcome_of, standing_ratings
from app.exams.queries.panels import subjects_of
from app.exams.queries.specifications import SpecificationRow, specification
from app.exams.service.access import check_version
from app.ledger.service import record
from app.registry.queries import in_scope, regime_of
from question_bank.assembly import draw
from question_bank.errors import BankError
from question_bank.specification import Specification

MOST_ROUNDS = 5


@dataclass(frozen=True)
class PanelData:
    """What a new panel is. `sitting_id` is whose questions are rated, or where borderline candidates sat."""

    specification_id: int
    title: str
    method: PanelMethod
    sitting_id: int | None
    judges: tuple[str, ...]


def open_panel(session: Session, actor: Actor, data: PanelData, *, now: datetime, today: date) -> int:
    """Open a panel over one paper of a specification; returns its id.

    The questions are those of a paper of the sitting named, or of one drawn by lot over the cells. Raises NotFound,
    Invalid `title-missing`, `judges-missing`, `judge-unknown`, `sitting-needed`, `sitting-unfit`, Refused
    `bank-cannot-fill-now`.
    """
    said = specification(session, data.specification_id, actor.scope(P.EXAMS_MANAGE))
    if not data.title.strip():
        raise Invalid("title-missing", N_("Give the panel a title."), field="title")
    judges = _accounts(session, data.judges)
    items = _items(session, said, data, today)
    panel = StandardPanel(
        specification_id=said.id, unit_id=said.unit_id, sitting_id=data.sitting_id, title=data.title.strip(),
        method=data.method.value, items=items, round=1, version=1, opened_at=now, opened_by=actor.label, closed_at=None,
        closed_by="", result={},
    )  # fmt: skip
    session.add(panel)
    session.flush()
    session.add_all(PanelJudge(panel_id=panel.id, account_id=account) for account in judges.values())
    session.flush()
    record(
        session, actor, "exams.panel.opened", ("exam_panel", panel.id), now=now, unit_id=said.unit_id,
        after={"specification": said.code, "method": data.method, "questions": len(items), "judges": sorted(judges)},
    )  # fmt: skip
    return panel.id


def _accounts(session: Session, usernames: Sequence[str]) -> dict[str, int]:
    wanted = list(dict.fromkeys(name.strip().lower() for name in usernames if name.strip()))
    if not wanted:
        raise Invalid("judges-missing", N_("Name the judges by their user names."), field="judges")
    known = dict(
        session.execute(
            select(Account.username, Account.id).where(Account.username.in_(wanted), Account.disabled_at.is_(None))
        ).all()
    )
    for name in wanted:
        if name not in known:
            raise Invalid(
                "judge-unknown", N_("There is no account with the user name %(name)s."), field="judges", name=name
            )
    return {name: known[name] for name in wanted}


def _items(session: Session, said: SpecificationRow, data: PanelData, today: date) -> list[dict[str, Any]]:
    if data.sitting_id is not None:
        return _of_sitting(session, said, data.sitting_id)
    if data.method is PanelMethod.BORDERLINE:
        raise Invalid("sitting-needed", N_("Name the sitting in which the candidates sat."), field="sitting_id")
    pool = bank.pool(session, said.paper, today, regime_of(session, said.unit_id))
    try:
        form = draw(Specification(said.cells), pool, said.version_id)
    except BankError as error:
        raise Refused(
            "bank-cannot-fill-now",
            N_("The bank cannot fill a paper of this specification now; name a sitting whose paper is to be rated."),
            field="sitting_id",
        ) from error
    return [_placed(int(place.ref), f"{place.marks.normalize():f}") for place in form.places]


def _of_sitting(session: Session, said: SpecificationRow, sitting_id: int) -> list[dict[str, Any]]:
    found = session.get(Sitting, sitting_id)
    marked = select(Result.id).where(Result.sitting_id == sitting_id).limit(1)
    if (
        found is None
        or found.unit_id != said.unit_id
        or found.paper != said.paper
        or session.scalar(marked) is None
    ):  # fmt: skip
        raise Invalid(
            "sitting-unfit", N_("Name a sitting of this paper, held by the same unit, that has results."),
            field="sitting_id",
        )  # fmt: skip
    places = session.scalars(
        select(ExamPaper.places).where(ExamPaper.sitting_id == sitting_id).order_by(ExamPaper.id).limit(1)
    ).one()
    return [_placed(place["ref"], place["marks"]) for place in places]


def _placed(ref: int, marks: str) -> dict[str, Any]:
    return {"ref": ref, "marks": marks, "relevance": "", "difficulty": ""}


def locked_panel(session: Session, panel_id: int, *, version: int | None = None) -> StandardPanel:
    """An open panel, locked; raises NotFound, Stale, Refused `panel-closed`."""
    found = session.scalar(
        select(StandardPanel)
        .where(StandardPanel.id == panel_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    if found.closed_at is not None:
        raise Refused("panel-closed", N_("This panel is closed; its result stands."))
    check_version(version, found.version)
    return found


def _managed(session: Session, actor: Actor, panel_id: int, version: int) -> StandardPanel:
    unit_id = session.scalar(select(StandardPanel.unit_id).where(StandardPanel.id == panel_id))
    if unit_id is None or not in_scope(session, actor.scope(P.EXAMS_MANAGE), unit_id):
        raise NotFound
    return locked_panel(session, panel_id, version=version)


def rate(
    session: Session, actor: Actor, panel_id: int, round_: int, ratings: Mapping[str, float], *, now: datetime
) -> int:
    """One judge's ratings in the round shown, 0..1 by subject; returns how many are new or changed.

    What is left out stays as it was, but for borderline candidates, where the list is whole. Raises NotFound for
    anybody who is no judge, Invalid `rating-bad`, Refused `round-over` and `panel-closed`.
    """
    panel = _judged(session, actor, panel_id)
    if panel.round != round_:
        raise Refused("round-over", N_("This round is over; look at the feedback and rate in the next one."))
    known = subjects_of(session, panel)
    for subject, chance in ratings.items():
        if subject not in known or not (isfinite(chance) and 0 <= chance <= 1):
            raise Invalid("rating-bad", N_("Each rating is a number from 0 to 100."), field="ratings")
    before = standing_ratings(session, panel.id, panel.round).get(actor.account_id or 0, {})
    whole = panel.method == PanelMethod.BORDERLINE
    changed = {subject: chance for subject, chance in ratings.items() if before.get(subject) != chance}
    gone = set(before) - set(ratings) if whole else set()
    _supersede(session, panel, actor, {*changed, *gone} & set(before), now)
    session.add_all(
        PanelRating(
            panel_id=panel.id, account_id=actor.account_id, round=panel.round, subject=subject, chance=chance,
            recorded_at=now, superseded_at=None,
        )
        for subject, chance in changed.items()
    )  # fmt: skip
    session.flush()
    record(
        session, actor, "exams.panel.rated", ("exam_panel", panel.id), now=now, unit_id=panel.unit_id,
        after={"round": panel.round, "ratings": len(changed), "taken_back": len(gone)},
    )  # fmt: skip
    return len(changed) + len(gone)


def _judged(session: Session, actor: Actor, panel_id: int) -> StandardPanel:
    named = select(PanelJudge.id).where(PanelJudge.panel_id == panel_id, PanelJudge.account_id == actor.account_id)
    if actor.account_id is None or session.scalar(named) is None:
        raise NotFound
    return locked_panel(session, panel_id)


def _supersede(session: Session, panel: StandardPanel, actor: Actor, subjects: set[str], now: datetime) -> None:
    for row in session.scalars(
        select(PanelRating).where(
            PanelRating.panel_id == panel.id, PanelRating.account_id == actor.account_id,
            PanelRating.round == panel.round, PanelRating.superseded_at.is_(None),
        )
    ):  # fmt: skip
        if row.subject in subjects:
            row.superseded_at = now
    session.flush()


def place_items(
    session: Session,
    actor: Actor,
    panel_id: int,
    version: int,
    places: Mapping[int, tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Put every question into Ebel's grid by relevance and difficulty, before anybody rates.

    Raises NotFound, Stale, Invalid `place-missing`, Refused `grid-rated` or `no-grid`.
    """
    panel = _managed(session, actor, panel_id, version)
    if panel.method != PanelMethod.EBEL:
        raise Refused("no-grid", N_("Only Ebel's method has a grid."))
    if standing_ratings(session, panel.id, panel.round):
        raise Refused("grid-rated", N_("Judges have rated the cells already, so the grid stands."))
    if any(places.get(item["ref"], ("", ""))[0] not in RELEVANCES for item in panel.items) or any(
        places.get(item["ref"], ("", ""))[1] not in DIFFICULTIES for item in panel.items
    ):
        raise Invalid("place-missing", N_("Every question needs a relevance and a difficulty."), field="places")
    panel.items = [
        {**item, "relevance": places[item["ref"]][0], "difficulty": places[item["ref"]][1]} for item in panel.items
    ]
    panel.version += 1
    session.flush()
    record(
        session, actor, "exams.panel.placed", ("exam_panel", panel.id), now=now, unit_id=panel.unit_id,
        after={"questions": len(panel.items)},
    )  # fmt: skip


def next_round(session: Session, actor: Actor, panel_id: int, version: int, *, now: datetime) -> int:
    """Show the judges the feedback and let them rate anew; returns the round. Only Angoff's method has rounds.

    Raises NotFound, Stale, Refused `no-rounds`, `rounds-used`, `ratings-missing`.
    """
    panel = _managed(session, actor, panel_id, version)
    if panel.method != PanelMethod.ANGOFF:
        raise Refused("no-rounds", N_("Only Angoff's method has rounds."))
    if panel.round >= MOST_ROUNDS:
        raise Refused("rounds-used", N_("There are at most %(most)s rounds."), most=MOST_ROUNDS)
    _refuse_halves(session, panel)
    panel.round += 1
    panel.version += 1
    session.flush()
    record(
        session, actor, "exams.panel.round-opened", ("exam_panel", panel.id), now=now, unit_id=panel.unit_id,
        after={"round": panel.round},
    )  # fmt: skip
    return panel.round


def _refuse_halves(session: Session, panel: StandardPanel) -> None:
    """Judges who rated nothing are absent; one who rated only part holds everything up."""
    rated = standing_ratings(session, panel.id, panel.round)
    if not rated:
        raise Refused("ratings-missing-all", N_("Nobody has rated in this round yet."))
    if panel.method == PanelMethod.BORDERLINE:
        return
    wanted = subjects_of(session, panel)
    for account_id, given in rated.items():
        if len(given) < len(wanted):
            name = session.scalar(select(Account.display_name).where(Account.id == account_id))
            raise Refused(
                "ratings-missing",
                N_("%(name)s has rated %(given)s of %(wanted)s; wait for the rest."),
                name=name,
                given=len(given),
                wanted=len(wanted),
            )


def close_panel(session: Session, actor: Actor, panel_id: int, version: int, *, now: datetime) -> dict[str, Any]:
    """End a panel and keep what its method found; returns that. Raises NotFound, Stale, Refused `ratings-missing`."""
    panel = _managed(session, actor, panel_id, version)
    _refuse_halves(session, panel)
    panel.result = outcome_of(session, panel)
    panel.closed_at, panel.closed_by = now, actor.label
    panel.version += 1
    session.flush()
    record(
        session, actor, "exams.panel.closed", ("exam_panel", panel.id), now=now, unit_id=panel.unit_id,
        after={"method": panel.method, "rounds": panel.round, "cut": panel.result["cut"]},
    )  # fmt: skip
    return panel.result
