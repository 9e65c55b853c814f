"""Read what duty decisions rest on, the decisions made, and how everyone stands today."""

from app.eligibility.queries.board import Board, BoardRow, Fitness, board
from app.eligibility.queries.choices import Choices, Titles, act_titles, choices, place_name, titles
from app.eligibility.queries.decisions import (
    DecisionRow,
    LookUp,
    StoredDecision,
    Wanted,
    askers,
    count_decisions,
    count_look_ups,
    decision,
    decisions,
    look_ups,
)
from app.eligibility.queries.loading import Loaded, find_people, load_for, load_people

__all__ = [
    "Board", "BoardRow", "Choices", "DecisionRow", "Fitness", "Loaded", "LookUp", "StoredDecision", "Titles", "Wanted",
    "act_titles", "askers", "board", "choices", "count_decisions", "count_look_ups", "decision", "decisions",
    "find_people", "load_for", "load_people", "look_ups", "place_name", "titles",
]  # fmt: skip
