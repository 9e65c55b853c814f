"""What can be asked: a decision, many decisions, a decision again."""

from app.eligibility.service.asking import Answer, check
from app.eligibility.service.batch import LONGEST_LINE, MOST_LINES, Line, batch
from app.eligibility.service.replaying import Difference, Replayed, replay
from app.eligibility.service.squads import Picked, codes_in, pick

__all__ = [
    "LONGEST_LINE", "MOST_LINES", "Answer", "Difference", "Line", "Picked", "Replayed", "batch", "check", "codes_in",
    "pick", "replay",
]  # fmt: skip
