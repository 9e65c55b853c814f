"""Reads a Word document: its lines through the grammar of plain text, its tables with headings as sheets."""

from collections.abc import Mapping

from question_bank.errors import ImportReport
from question_bank.faults import Place, fault
from question_bank.formats import plain_text, tabular
from question_bank.formats.docx.body import Document, document_of
from question_bank.formats.docx.marking import marked_options, option_places, take_marked_key
from question_bank.formats.docx.package import open_package
from question_bank.formats.drafts import Defaults, Gathering
from question_bank.formats.limits import Limits
from question_bank.formats.picturing import Found, place_pictures
from question_bank.formats.plain_text.question import Question


def read(name: str, data: bytes, limits: Limits, defaults: Defaults) -> ImportReport:
    """Read a Word document; `place.line` counts lines as they stand, those of tables included.

    Raises BankError for a document unusable as a whole: DOCX_BAD, DOCX_LARGE, DOCX_MACROS, those of archives and XML,
    and those of plain text and tables.
    """
    place = Place(name)
    gathering = Gathering(name, limits, defaults)
    document = document_of(open_package(place, data, limits), place, limits)
    gathering.warn(*(fault(code, place) for code in sorted(document.left_out)))
    if any(line.text.strip() for line in document.lines):
        _read_lines(gathering, document)
    for table in document.tables:
        tabular.read_rows(gathering, [row for row in table if any(row.cells) or row.faults or row.pictures])
    return gathering.report("docx")


def _read_lines(gathering: Gathering, document: Document) -> None:
    found = plain_text.questions(gathering, [line.text for line in document.lines])
    owners = {number: (question, state) for question in found for number, state in question.states.items()}
    pictures = _pictures(gathering, document, owners)
    for question in found:
        draft = plain_text.drafted(gathering, question)
        if draft is None:
            continue
        standing: dict[str, frozenset[str]] = {}
        for number, state in question.states.items():
            if state in (plain_text.STEM, plain_text.OPTIONS):
                standing.update(marked_options(document.lines[number - 1]))
        take_marked_key(gathering, draft, standing)
        place_pictures(gathering, draft, pictures.get(id(question), []))
        gathering.add_draft(draft)


def _pictures(gathering: Gathering, document: Document, owners: Mapping[int, tuple[Question, str]]) -> dict[int, Found]:
    """The pictures of each question by its id; what stands with no question, or in an explanation, is reported."""
    found: dict[int, Found] = {}
    at: tuple[Question, str] | None = None
    letter = ""
    for number, line in enumerate(document.lines, 1):
        if line.text.strip():
            at = owners.get(number)
            letter = ""
        places = option_places(line.text) if line.pictures or line.text.strip() else []
        for where, picture in line.pictures:
            if at is None or at[1] not in (plain_text.STEM, plain_text.OPTIONS):
                code = "PICTURE_STRAY" if at is None else "PICTURE_IN_EXPLANATION"
                item = str(at[0].number) if at else None
                gathering.warn(fault(code, gathering.place(line=number, item=item)))
                continue
            letter = next((one[0] for one in reversed(places) if one[1] <= where), letter)
            found.setdefault(id(at[0]), []).append((letter, picture))
        letter = places[-1][0] if places else letter
    return found
