"""What panels come to: the ratings as they stand, rounds, the grid, and the cut with its interval."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.bank.queries.figures import figures_of
from app.exams.models import PanelJudge, PanelRating, Result, StandardPanel
from app.exams.queries.figures import Figure, figure

RELEVANCES = ("ESSENTIAL", "IMPORTANT", "ACCEPTABLE", "QUESTIONABLE")
DIFFICULTIES = ("EASY", "MEDIUM", "HARD")
"""Ebel's grid (1972): how much a question matters, and how hard it is."""


class PanelMethod(StrEnum):
    """How the panel finds the mark."""

    ANGOFF = "ANGOFF"
    EBEL = "EBEL"
    BORDERLINE = "BORDERLINE"


@dataclass(frozen=True)
class RoundRow:
    """One round: the panel's cut and each judge's, in percent; `away` is ratings less facility on average."""

    number: int
    cut: Figure
    deviation: float
    judges: tuple[tuple[str, float, Figure, float | None], ...]


def judges_of(session: Session, panel_id: int) -> list[tuple[int, str, str]]:
    statement = (
        select(Account.id, Account.username, Account.display_name)
        .join(PanelJudge, PanelJudge.account_id == Account.id)
        .where(PanelJudge.panel_id == panel_id)
        .order_by(Account.username)
    )
    return [(account_id, username, name) for account_id, username, name in session.execute(statement)]


def standing_ratings(session: Session, panel_id: int, round_: int) -> dict[int, dict[str, float]]:
    """Account → subject → rating, as it stands in a round."""
    statement = select(PanelRating).where(
        PanelRating.panel_id == panel_id, PanelRating.round == round_, PanelRating.superseded_at.is_(None)
    )
    found: dict[int, dict[str, float]] = {}
    for one in session.scalars(statement):
        found.setdefault(one.account_id, {})[one.subject] = one.chance
    return found


def _marks(panel: StandardPanel) -> dict[str, float]:
    return {str(item["ref"]): float(item["marks"]) for item in panel.items}


def _facilities(session: Session, panel: StandardPanel) -> dict[str, float]:
    known = figures_of(session, [item["ref"] for item in panel.items])
    return {str(ref): row.facility for ref, row in known.items() if row.facility is not None}


def _angoff(session: Session, panel: StandardPanel) -> list[Any]:
    """Every round in which all who rated anything rated everything."""
    from question_bank.statistics.standard_setting import Rating, angoff

    wanted = len(panel.items)
    ratings = [
        Rating(str(account_id), subject, chance, number)
        for number in range(1, panel.round + 1)
        for account_id, given in standing_ratings(session, panel.id, number).items()
        if len(given) == wanted
        for subject, chance in given.items()
    ]
    return list(angoff(ratings, _marks(panel), _facilities(session, panel)))


def rounds_of(session: Session, panel: StandardPanel) -> tuple[RoundRow, ...]:
    from question_bank.statistics.plain import plain

    if panel.method != PanelMethod.ANGOFF:
        return ()
    names = {str(account_id): name for account_id, _username, name in judges_of(session, panel.id)}
    return tuple(
        RoundRow(
            one.number, figure(plain(one.cut)), one.deviation,
            tuple((names[j.judge], j.cut, figure(plain(j.with_facility)), j.away) for j in one.judges),
        )
        for one in _angoff(session, panel)
    )  # fmt: skip


def _ebel(session: Session, panel: StandardPanel) -> Any:  # noqa: ANN401 - the library's panel
    from question_bank.statistics.standard_setting import ebel

    places = {str(item["ref"]): (item["relevance"], item["difficulty"]) for item in panel.items}
    given = {
        str(account_id): {(cell.split("|")[0], cell.split("|")[1]): share for cell, share in shares.items()}
        for account_id, shares in standing_ratings(session, panel.id, panel.round).items()
        if len(shares) == len(set(places.values()))
    }
    return ebel(places, _marks(panel), given)


def grid_of(session: Session, panel: StandardPanel) -> tuple[tuple[str, str, int, float | None], ...]:
    """Relevance, difficulty, questions and the judges' mean share, for each cell in use."""
    if panel.method != PanelMethod.EBEL or not all(item["relevance"] for item in panel.items):
        return ()
    told = {(cell.relevance, cell.difficulty): cell.mean for cell in _ebel(session, panel).cells}
    counted: dict[tuple[str, str], int] = {}
    for item in panel.items:
        cell = item["relevance"], item["difficulty"]
        counted[cell] = counted.get(cell, 0) + 1
    return tuple(
        (relevance, difficulty, counted[relevance, difficulty], told.get((relevance, difficulty)))
        for relevance in RELEVANCES
        for difficulty in DIFFICULTIES
        if (relevance, difficulty) in counted
    )


def outcome_of(session: Session, panel: StandardPanel) -> dict[str, Any]:
    """What a panel's method finds in its last round, plain: `cut` in percent with n and interval, and the detail."""
    from question_bank.statistics.plain import plain

    if panel.method == PanelMethod.ANGOFF:
        rounds = _angoff(session, panel)
        return {"method": panel.method, "cut": plain(rounds[-1].cut), "rounds": plain(rounds)}
    if panel.method == PanelMethod.EBEL:
        told = _ebel(session, panel)
        return {"method": panel.method, "cut": plain(told.cut), "cells": plain(told.cells)}
    return _borderline(session, panel)


def _borderline(session: Session, panel: StandardPanel) -> dict[str, Any]:
    """The median score of those whom more than half of the judges call borderline."""
    from question_bank.statistics.plain import plain
    from question_bank.statistics.standard_setting import borderline

    rated = standing_ratings(session, panel.id, panel.round)
    votes: dict[str, int] = {}
    for given in rated.values():
        for subject in given:
            votes[subject] = votes.get(subject, 0) + 1
    chosen = sorted(subject for subject, count in votes.items() if 2 * count > len(rated))
    scores = totals_of(session, panel.sitting_id)
    cut = borderline([scores[int(subject)] for subject in chosen if int(subject) in scores])
    return {"method": panel.method, "cut": plain(cut), "candidates": len(chosen), "judges": len(rated)}


def totals_of(session: Session, sitting_id: int | None) -> dict[int, float]:
    """Person → percent of the marks in a sitting."""
    rows = session.execute(
        select(Result.person_id, Result.score, Result.out_of).where(
            Result.sitting_id == sitting_id, Result.superseded_at.is_(None)
        )
    )
    return {person_id: float(100 * score / out_of) for person_id, score, out_of in rows if out_of}
