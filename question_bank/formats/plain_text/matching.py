"""Which question each answer of a table belongs to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from question_bank.faults import Fault, Place, fault
from question_bank.formats.plain_text import lines
from question_bank.formats.plain_text.answer_table import Entry, TableSection
from question_bank.formats.plain_text.question import Question, Section

Targets = Mapping[int, Sequence[Question]]  # by number


def give_answers(
    tables: Sequence[TableSection], questions: Sequence[Question], place: Callable[[int], Place]
) -> list[Fault]:
    """Put the answers of a table into the questions above it; what fits no question, or several, is a fault."""
    found: list[Fault] = []
    ambiguous: TableSection | None = None
    for table, targets in zip(tables, _targets(tables, questions), strict=True):
        if targets is None:
            found.append(fault("ANSWER_TABLE_AMBIGUOUS", place(table.line)))
            ambiguous = ambiguous or table
            continue
        for entry in table.entries:
            found.extend(_give(entry, targets, place))
    if ambiguous:
        for question in questions:
            if not question.answers and question.section.handled and not _has_key(question):
                question.faults.append(fault("ANSWER_UNPLACED", question.place, line=ambiguous.line))
    return found


def _has_key(question: Question) -> bool:
    return any(lines.STEM_KEY.search(part) for part in question.stem)


def _parts(questions: Sequence[Question]) -> list[list[Question]]:
    """Questions by section, and within one by each new start of the numbers."""
    parts: list[list[Question]] = []
    for question in questions:
        last = parts[-1][-1] if parts else None
        if last is None or last.section.index != question.section.index or question.number <= last.number:
            parts.append([])
        parts[-1].append(question)
    return parts


def _by_number(questions: Sequence[Question]) -> Targets:
    found: dict[int, list[Question]] = defaultdict(list)
    for question in questions:
        found[question.number].append(question)
    return found


def _targets(tables: Sequence[TableSection], questions: Sequence[Question]) -> list[Targets | None]:
    """For each part of the table the questions it may speak of; None where that cannot be told."""
    parts = _parts(questions)
    indexed = [_by_number(part) for part in parts]
    everything = _by_number(questions)
    unique = len(everything) == len(questions) or len(parts) == 1
    one_to_one = len(tables) == len(parts) and all(table.kind is None for table in tables)
    same_kind: dict[str | None, list[Targets]] = defaultdict(list)
    for part, targets in zip(parts, indexed, strict=True):
        same_kind[_kind_of(part[0].section)].append(targets)
    turns: Counter[str | None] = Counter()
    found: list[Targets | None] = []
    for position, table in enumerate(tables):
        kind = _kind_of(table)
        turn, turns[kind] = turns[kind], turns[kind] + 1
        if kind is not None and turn < len(same_kind[kind]):
            found.append(same_kind[kind][turn])
        elif unique:
            found.append(everything)
        else:
            found.append(indexed[position] if one_to_one else None)
    return found


def _kind_of(section: Section | TableSection) -> str | None:
    """What a heading is matched by: the type, whatever words name it."""
    return section.type.value if section.kind and section.type else section.kind


def _give(entry: Entry, targets: Targets, place: Callable[[int], Place]) -> list[Fault]:
    named = targets.get(entry.number, ())
    if not named:
        return [fault("ANSWER_WITHOUT_QUESTION", place(entry.line), number=entry.number)]
    if len(named) > 1:
        for question in named:
            question.faults.append(fault("ANSWER_UNPLACED", question.place, line=entry.line))
        return []
    named[0].answers.append((entry.whole, entry.line))
    named[0].explanation.extend(entry.explanation)
    for name, value in entry.labels.items():
        named[0].labels.setdefault(name, value)
    return []
