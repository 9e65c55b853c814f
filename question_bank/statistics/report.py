"""Everything about one sitting as frozen values: what a page, a file or an exposure rule reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from question_bank.statistics import classical
from question_bank.statistics.classical import ItemFigures
from question_bank.statistics.copying import Copying, Seat, copying
from question_bank.statistics.flags import Flag, flags
from question_bank.statistics.irt import marginal, rasch
from question_bank.statistics.irt.ability import Ability, Method, ability
from question_bank.statistics.irt.fit import ChiSquareFit, RaschItemFit, chi_square_fit, rasch_fit
from question_bank.statistics.irt.information import InformationPoint, information
from question_bank.statistics.irt.marginal import LogisticFit
from question_bank.statistics.irt.rasch import RaschFit
from question_bank.statistics.reliability import Reliability, reliability
from question_bank.statistics.responses import Key, Responses

SIMULATIONS = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale abilities are reported on: "rasch", "one-parameter" or "" for none, and what the paper tells there."""

    model: str
    abilities: tuple[tuple[str, Ability], ...]
    information: tuple[InformationPoint, ...]


@dataclass(frozen=True, slots=True)
class SittingStatistics:
    """One sitting. Every part says its n, and by a code in `why` when it has too little to say anything.

    `omitted_part_marks` names items left out of the response models because they earn part marks.
    """

    n: int
    items: tuple[ItemFigures, ...]
    reliability: Reliability
    flags: tuple[Flag, ...]
    rasch: RaschFit
    rasch_fit: tuple[RaschItemFit, ...]
    one_parameter: LogisticFit
    one_parameter_fit: tuple[ChiSquareFit, ...]
    two_parameter: LogisticFit
    two_parameter_fit: tuple[ChiSquareFit, ...]
    scale: Scale
    copying: Copying
    omitted_part_marks: tuple[str, ...]


def report(
    responses: Responses,
    keys: Mapping[str, Key],
    *,
    seed: int,
    seats: Mapping[str, Seat] | None = None,
    simulations: int = SIMULATIONS,
) -> SittingStatistics:
    """All statistics of a sitting; equal arguments give equal figures. Takes seconds for 1,000 candidates: use a job.

    `simulations` is the number of honest sittings simulated for the false-positive rate of the copying test.
    """
    figures = classical.items(responses, keys, seed)
    columns = responses.dichotomous()
    names = [responses.items[column] for column in columns]
    matrix = responses.scored(columns)
    fitted, one, two = (
        rasch.fit(matrix, names),
        marginal.one_parameter(matrix, names),
        marginal.two_parameter(matrix, names),
    )
    return SittingStatistics(
        n=responses.n,
        items=figures,
        reliability=reliability(responses),
        flags=flags(responses, figures, keys),
        rasch=fitted,
        rasch_fit=rasch_fit(matrix, fitted),
        one_parameter=one,
        one_parameter_fit=chi_square_fit(matrix, one),
        two_parameter=two,
        two_parameter_fit=chi_square_fit(matrix, two),
        scale=_scale(responses, columns, fitted, one),
        copying=copying(responses, seed=seed, seats=seats, simulations=simulations),
        omitted_part_marks=tuple(name for name in responses.items if name not in set(names)),
    )


def _scale(responses: Responses, columns: tuple[int, ...], fitted: RaschFit, one: LogisticFit) -> Scale:
    """Weighted likelihood abilities on the Rasch scale, or on the one-parameter scale where papers differ too much."""
    known = [(index, 1.0, value) for index, value in fitted.known] or list(one.known)
    if not known:
        return Scale("", (), ())
    matrix = responses.scored([columns[index] for index, _, _ in known])
    slopes, difficulties = np.array([slope for _, slope, _ in known]), np.array([at for _, _, at in known])
    # with one slope in common, equally many right of the same items tell the same
    alike: dict[tuple[bytes, float], Ability] = {}
    people = []
    for name, row in zip(responses.candidates, matrix, strict=True):
        told = (np.isfinite(row).tobytes(), float(np.nansum(row)))
        if told not in alike:
            alike[told] = ability(row, slopes, difficulties, Method.WLE)
        people.append((name, alike[told]))
    return Scale("rasch" if fitted.known else "one-parameter", tuple(people), information(slopes, difficulties))
