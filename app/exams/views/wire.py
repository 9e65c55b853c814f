"""Answers as they travel between the page of a paper and the server, and the pictures of its questions."""

from datetime import datetime
from typing import Any

from flask import Response

from app.core.errors import N_, Invalid
from app.exams.service import saving
from question_bank.items import Picture


def read_answers(body: object) -> list[saving.Answer]:
    """The answers of a request body; raises Invalid when it is not of the documented form."""
    try:
        rows = body["answers"]  # type: ignore[index]
        return [saving.Answer(str(r["id"]), int(r["position"]), str(r["value"]), moment(r.get("at"))) for r in rows]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("answers-unreadable", N_("The answers could not be read; nothing was saved.")) from error


def moment(text: str | None) -> datetime | None:
    """An aware moment of a browser's clock; raises ValueError for one without a zone."""
    read = datetime.fromisoformat(text) if text else None
    if read is not None and read.tzinfo is None:
        raise ValueError(text)
    return read


def times(known: Any, now: datetime) -> dict[str, Any]:  # noqa: ANN401 - a state or an acknowledgement
    """The times that hold for a paper, and its last number."""
    return {
        "now": now.isoformat(),
        "deadline_at": known.deadline_at.isoformat(),
        "accepts_until": known.accepts_until.isoformat(),
        "last_sequence": known.last_sequence,
    }


def acknowledgement(done: saving.Acknowledged, now: datetime) -> dict[str, Any]:
    """What the page is told of a save: every answer's number and time, and the times that hold."""
    saved = [
        {"id": one.client_id, "position": one.position, "sequence": one.sequence, "saved_at": one.saved_at.isoformat()}
        for one in done.saved
    ]
    return {**times(done, now), "saved": saved}


def as_image(picture: Picture) -> Response:
    """A picture as an answer that only the asker's own browser may keep, for as long as a paper takes."""
    answer = Response(picture.data, content_type=picture.media_type)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
