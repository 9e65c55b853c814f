"""Both papers sat by people of one locality, and certificates on the results: in the document's year and lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.demo.issuing import issue_to
from app.demo.sittings import BOTH, CODES, SHORT, TITLES, Exam, passing_targets, sit_formerly, specify
from app.demo.stage import Stage
from app.demo.takeover import take_over
from app.exams.sitting import Kind


@dataclass(frozen=True)
class Papers:
    """A locality's two papers: what their codes begin with, what the place is called, where they are sat."""

    prefix: str
    place_name: str
    hall: str

    def code(self, paper: str) -> str:
        """The code of a specification."""
        return f"{self.prefix}-{paper}"


def write_papers(stage: Stage, papers: Papers, day: date) -> None:
    """Note both specifications, of the home unit."""
    for paper in BOTH:
        what = (papers.code(CODES[paper]), "资格考试", Kind.FORMAL, SHORT, 40)
        stage.note(stage.at(day, 17), partial(specify, stage, stage.hand, stage.home, paper, what))


def examine(stage: Stage, papers: Papers, name: str, codes: Sequence[str], day: date) -> None:
    """Note a sitting of both papers on a day, passed by everybody."""
    for paper, hour in zip(BOTH, (9, 14), strict=True):
        exam = Exam(
            stage.home, paper, papers.code(CODES[paper]), f"{papers.place_name}{TITLES[paper]}资格考试（{name}）", day,
            hour, codes, passing_targets(stage, codes), 40, place=papers.hall,
        )  # fmt: skip
        sit_formerly(stage, exam, take_over)


def certify(stage: Stage, codes: Sequence[str], day: date) -> None:
    """Note that certificates are issued to those of these people who are ready on a day."""
    stage.note(stage.at(day, 10), lambda now: issue_to(stage, codes, now))


def lately(stage: Stage, papers: Papers, codes: Sequence[str]) -> None:
    """Note the sitting and the certificates of two years ago, on which the present duty rests."""
    examine(stage, papers, "换证", codes, stage.workday(years=2, days=-40))
    certify(stage, codes, stage.workday(years=2))
