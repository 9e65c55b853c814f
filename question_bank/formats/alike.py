"""What a file repeats of itself, of other files and of the bank, said at the place of each question."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from question_bank.errors import AcceptedRow, ImportReport
from question_bank.faults import Fault, fault
from question_bank.items import Item, fingerprint
from question_bank.similarity import FIGURES, NEGATIONS, THRESHOLD, Near, near

_CODES = {
    (): "NEAR_DUPLICATE",
    (FIGURES,): "NEAR_DUPLICATE_FIGURES",
    (NEGATIONS,): "NEAR_DUPLICATE_NEGATIONS",
    (FIGURES, NEGATIONS): "NEAR_DUPLICATE_BOTH",
}


def with_alike(
    reports: Sequence[ImportReport], bank: Iterable[Item] = (), threshold: float = THRESHOLD
) -> tuple[ImportReport, ...]:
    """The reports with a warning for each accepted question that the bank has under another code, or nearly has.

    Near duplicates inside the files are told at the later of the two. Questions stay accepted: a person decides.
    """
    known = list(bank)
    rows = [(number, row) for number, report in enumerate(reports) for row in report.accepted]
    places = {id(row.item): row for _, row in rows}
    said: dict[int, list[Fault]] = defaultdict(list)
    told = _repeated([row for _, row in rows], known)
    for pair in near((row.item for _, row in rows), known, threshold):
        told.setdefault(id(pair.first), []).append(_sentence(pair, places))
    for number, row in rows:
        said[number].extend(told.get(id(row.item), []))
    return tuple(replace(report, warnings=(*report.warnings, *said[number])) for number, report in enumerate(reports))


def _repeated(rows: Iterable[AcceptedRow], bank: Sequence[Item]) -> dict[int, list[Fault]]:
    if not bank:
        return {}
    known = {fingerprint(item): item.code for item in bank}
    codes = {item.code for item in bank}
    found: dict[int, list[Fault]] = {}
    for row in rows:
        code = known.get(fingerprint(row.item))
        if code is not None and row.item.code not in codes:
            found[id(row.item)] = [fault("DUPLICATE_IN_BANK", row.place, value=code)]
    return found


def _sentence(pair: Near, rows: dict[int, AcceptedRow]) -> Fault:
    place = rows[id(pair.first)].place
    if pair.known:
        zh, en = f"题库中的题目{pair.second.code}", f"question {pair.second.code} of the bank"
    else:
        other = rows[id(pair.second)].place
        zh, en = f"{other.zh}的题目", f"the question at {other.en}"
    return fault(_CODES[pair.differs], place, zh=zh, en=en, percent=round(pair.similarity * 100))
