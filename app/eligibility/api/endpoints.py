"""Check, batch, one decision, its replay: bearer tokens with an agency scope; errors are problem documents."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, current_app, request, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.response import Response as BaseResponse

from app.core.errors import N_, Invalid, SignInNeeded
from app.core.http import actor, now, problem, requires, today
from app.core.permissions import P
from app.eligibility import queries, service
from app.eligibility.api.bodies import question_of
from app.eligibility.facts import Question
from app.eligibility.queries import StoredDecision
from app.eligibility.service import repeating
from app.eligibility.service.batch import lines_of
from app.extensions import db, limiter

blueprint = Blueprint("eligibility_api", __name__, url_prefix="/api/v1/eligibility")
LARGEST_CHECK = 256 * 1024
LARGEST_BATCH = 16 * 1024 * 1024
NDJSON = "application/x-ndjson"


@blueprint.before_request
def only_tokens() -> None:
    """A browser's session opens no door here: these addresses stand outside the guard of forms."""
    if not request.headers.get("Authorization", "").lower().startswith("bearer "):
        raise SignInNeeded


@blueprint.post("/check")
@requires(P.ELIGIBILITY_CHECK)
def check() -> ResponseReturnValue:
    """Answer one question and record it; 304 where the asker's own answer of this minute still stands."""
    question = question_of(_body(LARGEST_CHECK))
    if (standing := _still_stands(question)) is not None:
        return standing
    answer = service.check(db.session(), actor(), question, today=today(), now=now())
    db.session.commit()
    given = current_app.json.response(answer.json)
    given.headers["ETag"] = f'"{repeating.tag_of(answer)}"'
    return given


@blueprint.post("/batch")
@requires(P.ELIGIBILITY_CHECK)
@limiter.limit("60/minute")
def batch() -> ResponseReturnValue:
    """Answer NDJSON line by line; each group of answers is recorded before it is sent."""
    groups = service.batch(db.session(), actor(), lines_of(_stream()), question_of, today=today(), now=now())
    return Response(stream_with_context(_recorded(groups)), content_type=NDJSON)


@blueprint.get("/decisions/<decision_id>")
@requires(P.ELIGIBILITY_READ)
def decision(decision_id: str) -> ResponseReturnValue:
    """The stored record."""
    kept = queries.decision(db.session(), decision_id, actor().scope(P.ELIGIBILITY_READ))
    answer = current_app.json.response(_record(kept))
    answer.headers["Cache-Control"] = "private, no-cache"
    return _conditional(answer, kept.id)


@blueprint.post("/decisions/<decision_id>/replay")
@requires(P.ELIGIBILITY_READ)
def replay(decision_id: str) -> ResponseReturnValue:
    """Recompute it from the facts known then."""
    found = service.replay(db.session(), actor(), decision_id, now=now())
    db.session.commit()
    return current_app.json.response(found.to_json())


def _body(largest: int) -> bytes:
    """The body, once it is known to be small enough and nothing of it was pressed together."""
    _plain(largest)
    return request.get_data(cache=False)


def _plain(largest: int) -> None:
    if request.content_encoding:
        raise Invalid("encoded-body", N_("The body must be sent as it is, without compression."))
    request.max_content_length = largest


def _stream() -> Callable[[int], bytes]:
    """Reads the body as it comes in; one that turns out too large ends as a refusal on its own line."""
    _plain(LARGEST_BATCH)
    stream = request.stream

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except RequestEntityTooLarge:
            raise Invalid("too-large", N_("What was sent is larger than this page takes.")) from None

    return read


def _conditional(answer: BaseResponse, tag: str) -> ResponseReturnValue:
    """The answer with its tag, or 304 where the asker holds that one already."""
    if request.if_none_match.contains(tag):
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    answer.headers["ETag"] = f'"{tag}"'
    return answer


def _still_stands(question: Question) -> Response | None:
    """304 with its age where the answer that the asker holds, by its one tag, need not be given anew."""
    tags = list(request.if_none_match.as_set())
    age = None
    if len(tags) == 1:
        age = repeating.unchanged(db.session(), actor(), question, tags[0], today=today(), now=now())
    return None if age is None else Response(status=304, headers={"ETag": f'"{tags[0]}"', "Age": str(age)})


def _recorded(groups: Iterator[list[service.Line]]) -> Iterator[str]:
    for group in groups:
        db.session.commit()
        yield "".join(json.dumps(_line(line), ensure_ascii=False) + "\n" for line in group)


def _line(line: service.Line) -> dict[str, Any]:
    if line.answer is not None:
        return {"line": line.number, "status": 200, "decision": line.answer.json}
    refusal = line.refusal
    if refusal is None:
        raise LookupError(line.number)
    return {"line": line.number, "status": refusal.status, "problem": problem(refusal).get_json()}


def _record(kept: StoredDecision) -> dict[str, Any]:
    return {
        "decision_id": kept.id,
        "asked_at": kept.asked_at.isoformat(),
        "asked_by": kept.asked_by,
        "question": kept.question,
        "answer": kept.answer,
        "facts": kept.facts,
        "facts_digest": kept.facts_digest,
        "fact_ids": list(kept.fact_ids),
        "regime": {"id": kept.regime, "version": kept.regime_version},
        "rule_versions": kept.rule_versions,
    }
