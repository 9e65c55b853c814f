"""Pictures of questions: where they lie while one writes, at which address they are, and what a page needs of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from app.bank import queries, service
from app.bank.views.room import blueprint
from app.core.errors import NotFound
from app.core.http import requires, settings
from app.core.permissions import P
from app.extensions import db
from question_bank.items import Item as Question
from question_bank.items import Picture

KEEP = "private, max-age=3600"


def folder() -> Path:
    """Where uploaded pictures wait until their question is saved."""
    return settings().instance / "bank-pictures"


class Desk:
    """The pictures of one request: saved ones by version and number, new ones by a random name."""

    def __init__(self) -> None:
        self._open: dict[str, Picture | None] = {}

    def keep(self, name: str, data: bytes) -> str:  # noqa: ARG002 - the desk's own signature
        """Keep an upload; returns its source."""
        return service.keep_picture(folder(), data)

    def open(self, source: str) -> Picture | None:
        """The picture of a source, or None."""
        if source not in self._open:
            try:
                self._open[source] = service.picture_of(db.session(), folder(), source)
            except NotFound:
                self._open[source] = None
        return self._open[source]

    def url(self, source: str) -> str:
        """The address of a source."""
        version, dash, number = source.partition("-")
        if dash:
            return url_for("bank.picture", version_id=version, number=number)
        return url_for("bank.kept_picture", token=source)


@dataclass(frozen=True)
class Shown:
    """A picture on a page: its address, its words, and its size in pixels."""

    url: str
    alt: str
    width: int
    height: int


def sources_of(question: Question, version_id: int) -> list[str]:
    """The sources of a saved version's pictures, those of its parts after its own."""
    return [f"{version_id}-{number}" for number, _one in enumerate(queries.all_pictures(question), 1)]


def shown_pictures(question: Question, sources: Sequence[str]) -> dict[str, Shown]:
    """What a page needs of each picture, by part (0 for the question itself) and name, such as 0/stop.png."""
    desk = Desk()
    urls = (desk.url(source) for source in sources)
    return {f"{part}/{one.name}": _shown(one, url) for (part, one), url in zip(_placed(question), urls, strict=False)}


def _placed(question: Question) -> Iterator[tuple[int, Picture]]:
    yield from ((0, one) for one in question.pictures)
    for number, part in enumerate(question.parts, 1):
        yield from ((number, one) for one in part.pictures)


def _shown(one: Picture, url: str) -> Shown:
    return Shown(url, one.alt, *queries.picture_size(one.data))


def _answer(one: Picture) -> Response:
    return Response(
        one.data, content_type=one.media_type,
        headers={"Cache-Control": KEEP, "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"},
    )  # fmt: skip


@blueprint.get("/pictures/<int:version_id>/<int:number>")
@requires(P.BANK_READ)
def picture(version_id: int, number: int) -> ResponseReturnValue:
    """The n-th picture of a version."""
    return _answer(queries.picture(db.session(), version_id, number))


@blueprint.get("/pictures/kept/<token>")
@requires(P.BANK_EDIT)
def kept_picture(token: str) -> ResponseReturnValue:
    """A picture that was uploaded and waits to be saved."""
    return _answer(service.picture_of(db.session(), folder(), token))
