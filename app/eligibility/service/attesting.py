"""A sealed attestation of one decision for a case file: asked for by a row, put together from the record, sealed once.

The web asks; the sealing process draws, signs and keeps.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.database import insert_into
from app.core.errors import N_, Invalid, Unavailable
from app.core.permissions import Actor, P
from app.credentials.service import SealKeys, note_sealed, seal_with
from app.credentials.service.face import issuing
from app.eligibility.intervals import zone_of
from app.eligibility.models import Attestation, AttestationRequest
from app.eligibility.queries import (
    StoredDecision,
    Titles,
    count_attestations,
    decision,
    evidence_of,
    place_name,
    titles,
    waiting_requests,
)
from app.eligibility.rules.table import SOURCES
from app.eligibility.wording.evidence import moment_words, tell
from app.eligibility.wording.verdict import clock, context_words, verdict_words
from app.ledger.service import record
from app.regimes.loader import load
from app.regimes.policy import Text
from app.registry.queries import unit_by_id
from certificates import attestation as paper
from certificates.attestation import Words
from certificates.dossier import render_attestation
from certificates.errors import CertificateError, FaceInvalid, GlyphMissing, TextDoesNotFit
from certificates.fonts import require_glyphs
from certificates.sign import Sealed

LONGEST_REFERENCE = 80
LONGEST_REASON = 300


@dataclass(frozen=True)
class Draft:
    """What an attestation will say, before it is sealed; `requested_by` asked for it."""

    content: paper.Attestation
    unit_id: int | None
    request_id: int
    requested_by: Actor


def request_attestation(
    session: Session, actor: Actor, decision_id: str, case_reference: str, *, settings: Settings, reason: str = "",
    now: datetime,
) -> str:  # fmt: skip
    """Ask for an attestation of a decision in the actor's scope; the sealing process makes it. Returns its number.

    Raises NotFound outside the scope, Invalid for an empty or overlong reference, or for text that cannot be printed.
    """
    kept = decision(session, decision_id, actor.scope(P.ELIGIBILITY_READ))
    reference, purpose = " ".join(case_reference.split()), " ".join(reason.split())
    if not 0 < len(reference) <= LONGEST_REFERENCE or len(purpose) > LONGEST_REASON:
        raise Invalid(
            "case-reference",
            N_("Give the reference of the case file, at most %(limit)s characters."),
            field="case_reference",
            limit=LONGEST_REFERENCE,
        )
    try:
        require_glyphs((reference, purpose), issuing(settings).font)
        _content(session, actor, kept, kept.id, reference, purpose, now)
    except (GlyphMissing, FaceInvalid) as fault:
        raise _unprintable(fault) from fault
    asked = {
        "decision_id": kept.id, "case_reference": reference, "reason": purpose, "requested_at": now,
        "requested_by": actor.label, "requested_by_account_id": actor.account_id,
        "requested_by_name": actor.display_name or actor.label, "failure": "",
    }  # fmt: skip
    return _numbered(session, kept.id, asked)


def _numbered(session: Session, decision_id: str, asked: Mapping[str, Any]) -> str:
    """Keep the request under the decision's next number; of two at the same instant one takes the number after."""
    count = count_attestations(session, decision_id)
    while True:
        count += 1
        row = insert_into(session, AttestationRequest).values(number=f"{decision_id}-{count}", **asked)
        if session.scalar(row.on_conflict_do_nothing().returning(AttestationRequest.id)) is not None:
            return f"{decision_id}-{count}"


def next_attestation(session: Session, after: int = 0) -> Draft | None:
    """The oldest attestation that waits, asked for after the request of that id, with what it will say."""
    one = session.scalar(waiting_requests().where(AttestationRequest.id > after).limit(1))
    return _draft(session, one) if one else None


def attestation_draft(session: Session, number: str) -> Draft | None:
    """One attestation that waits."""
    one = session.scalar(waiting_requests().where(AttestationRequest.number == number))
    return _draft(session, one) if one else None


def _draft(session: Session, one: AttestationRequest) -> Draft:
    asker = Actor(one.requested_by, account_id=one.requested_by_account_id, display_name=one.requested_by_name)
    kept = decision(session, one.decision_id, None)
    content = _content(session, asker, kept, one.number, one.case_reference, one.reason, one.requested_at)
    return Draft(content, kept.unit_id, one.id, asker)


def seal_attestation(draft: Draft, keys: SealKeys, settings: Settings, *, now: datetime) -> Sealed:
    """The draft drawn and sealed; needs no database, as a time-stamp authority may take seconds.

    Raises Invalid for what can never be drawn, Unavailable `seal-failed` for what another try may mend.
    """
    try:
        return seal_with(render_attestation(draft.content, issuing(settings).font), keys, settings, now)
    except (GlyphMissing, TextDoesNotFit, FaceInvalid) as fault:
        raise _unprintable(fault) from fault
    except CertificateError as fault:
        words = N_("The document could not be sealed: %(detail)s")
        raise Unavailable("seal-failed", words, detail=f"{fault.zh} {fault.en}") from fault


def keep_attestation(session: Session, draft: Draft, sealed: Sealed, keys: SealKeys, *, now: datetime) -> bool:
    """Keep the sealed bytes and note them in the ledger in the name of who asked; they are never drawn again.

    False where another process was faster: then its bytes stand.
    """
    content, sha256 = draft.content, hashlib.sha256(sealed.pdf).hexdigest()
    row = insert_into(session, Attestation).values(
        number=content.number, decision_id=content.decision, case_reference=content.case_reference,
        reason=content.purpose, content=sealed.pdf, sha256=sha256, seal_serial=keys.serial_of(sealed), issued_at=now,
        issued_by=draft.requested_by.label, issued_by_name=content.issued_by,
    )  # fmt: skip
    if session.scalar(row.on_conflict_do_nothing().returning(Attestation.id)) is None:
        return False
    note_sealed(session, "attestation", content.number, sealed, keys, now=now)
    record(
        session, draft.requested_by, "eligibility.decision.attested", ("decision", content.decision), now=now,
        unit_id=draft.unit_id, reason=content.case_reference,
        after={
            "number": content.number, "sha256": sha256, "bytes": len(sealed.pdf), "seal": keys.serial_of(sealed),
            "level": sealed.level.value,
        },
    )  # fmt: skip
    return True


def refuse_attestation(session: Session, draft: Draft, fault: Invalid) -> None:
    """Note why an attestation can never be drawn, so that whoever asked sees it."""
    session.execute(
        update(AttestationRequest)
        .where(AttestationRequest.id == draft.request_id)
        .values(failure=str(fault.data.get("detail", fault)))
    )


def _unprintable(fault: CertificateError) -> Invalid:
    words = N_("This cannot be printed: %(detail)s")
    return Invalid("unprintable", words, field="case_reference", detail=f"{fault.zh} {fault.en}")


def _content(
    session: Session, actor: Actor, kept: StoredDecision, number: str, reference: str, purpose: str, now: datetime
) -> paper.Attestation:
    names, zone = titles(session, kept.regime), load(kept.regime).time_zone
    place, answer = place_name(session, kept.question["place"]), kept.answer
    numbers = {name: f"F{index}" for index, name in enumerate(kept.evidence(), 1)}
    act = _title(names.acts, kept.question["act"])
    people = {code: person["name"] for code, person in kept.facts["people"].items()}
    local = now.astimezone(zone_of(zone))
    return paper.Attestation(
        number=number,
        decision=kept.id,
        case_reference=reference,
        purpose=purpose,
        issuer=_issuer(session, kept, names),
        issued_by=actor.display_name or actor.label,
        issued_at=_stamp(local),
        issued_on=local.date(),
        outcome=answer["outcome"],
        verdict=_words(verdict_words(answer, people, act, place, zone)),
        question=tuple(_question(kept, names, act, place, zone)),
        parts=tuple(_parts(answer["intervals"], zone)),
        people=tuple(_subjects(answer["people"], people, names)),
        grounds=tuple(_grounds(answer, numbers)),
        facts=tuple(_facts(kept, names, numbers, zone)),
        record=tuple(_record(kept, names, zone, purpose)),
        rules=tuple(
            paper.RuleVersion(rule, _words(_title(names.rules, rule)), str(version))
            for rule, version in sorted(kept.rule_versions.items())
        ),
        facts_digest=kept.facts_digest,
    )


def _stamp(local: datetime) -> str:
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} (UTC{offset[:3]}:{offset[3:5]})"


def _words(text: Text) -> Words:
    return Words(text.zh, text.en if text.en != text.zh else "")


def _title(table: Mapping[str, Text], code: str) -> Text:
    return table.get(code) or Text(code, code)


def _issuer(session: Session, kept: StoredDecision, names: Titles) -> Words:
    """The agency of the first person asked about; the regime's place where they served nowhere."""
    if kept.unit_id is None:
        return _words(names.regime)
    unit = unit_by_id(session, kept.unit_id)
    agency = unit_by_id(session, unit.agency_id) if unit.agency_id else unit
    return Words(agency.name_zh, agency.name_en)


def _row(zh: str, en: str, value: Words | str) -> paper.Row:
    return paper.Row(Words(zh, en), value if isinstance(value, Words) else Words(value))


def _question(kept: StoredDecision, names: Titles, act: Text, place: str | None, zone: str) -> Iterator[paper.Row]:
    asked = kept.question
    yield _row("行为", "Act", _words(act))
    if asked["item"]:
        item = _title(names.items, asked["item"])
        yield _row("权力事项", "Power item", Words(f"{asked['item']} {item.zh}", item.en))
    if place:
        yield _row("地点", "Place", place if place == asked["place"] else f"{place}（{asked['place']}）")
    yield _row("时段", "Time", f"{clock(asked['start'], zone)} – {clock(asked['end'], zone)}")
    for label, value in context_words(asked.get("context") or {}):
        yield paper.Row(_words(label), _words(value))
    for one in asked.get("overrides") or ():
        who, why, at = one["approver"], one["reason"], clock(one["at"], zone)
        yield _row(
            f"排除{one['rule']}", f"{one['rule']} set aside",
            Words(f"{who}于{at}决定排除，理由：{why}", f"by {who}, {at}; the reason as given above"),
        )  # fmt: skip


def _parts(intervals: Iterable[Mapping[str, Any]], zone: str) -> Iterator[paper.Part]:
    found = [(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one) for one in intervals]
    whole = (found[-1][1] - found[0][0]).total_seconds()
    for start, end, one in found:
        yield paper.Part(
            moment_words(start, zone), moment_words(end, zone), one["outcome"],
            (end - start).total_seconds() / whole, tuple(one["reasons"]),
        )  # fmt: skip


def _subjects(people: Iterable[Mapping[str, Any]], names: Mapping[str, str], known: Titles) -> Iterator[paper.Subject]:
    for one in people:
        acts = [_title(known.acts, act) for act in one["permitted_acts"]]
        said = (
            Words("、".join(act.zh for act in acts), ", ".join(act.en for act in acts)) if acts else Words("无", "none")
        )
        code = one["person"]
        yield paper.Subject(code, names.get(code, ""), one["outcome"], said, tuple(one["reasons"]))


def _grounds(answer: Mapping[str, Any], numbers: Mapping[str, str]) -> Iterator[paper.Ground]:
    for one in answer["reasons"]:
        yield paper.Ground(
            one["severity"], one["rule"], Words(**one["message"]), one["source"], tuple(one["people"]),
            Words(**one["remedy"]), tuple(numbers[name] for name in one["facts"] if name in numbers),
        )  # fmt: skip
    for one in answer["obligations"]:
        yield paper.Ground("OBLIGATION", one["rule"], Words(**one["message"]), SOURCES.get(one["rule"], ""))


def _facts(kept: StoredDecision, names: Titles, numbers: Mapping[str, str], zone: str) -> Iterator[paper.Evidence]:
    """Every fact of the record: each person's, then those of agencies, powers and places."""
    about: dict[str, Words] = {}
    for code, person in kept.facts["people"].items():
        for name, _fact in evidence_of(person):
            about[name] = Words(f"{code} {person['name']}".strip())
    rest = Words("机关、职权与地点", "Agencies, powers and places")
    for name, fact in kept.evidence().items():
        told = tell(fact, names, zone)
        yield paper.Evidence(
            numbers[name], about.get(name, rest), _words(told.what), _words(told.held),
            moment_words(told.recorded_at, zone),
        )  # fmt: skip


def _record(kept: StoredDecision, names: Titles, zone: str, purpose: str) -> Iterator[paper.Row]:
    asked_at = moment_words(kept.asked_at, zone)
    known = kept.question["known_at"]
    yield _row("决定编号", "Decision", kept.id)
    yield _row("询问人", "Asked by", kept.asked_by_name or kept.asked_by)
    yield _row("询问时间", "Asked at", asked_at)
    yield _row("所依记录截至", "Records known at", clock(known, zone) if known else asked_at)
    yield _row("适用规则", "Rules of", Words(f"{names.regime.zh}（{kept.regime}）", names.regime.en))
    yield _row("规则版本", "Version of the rules", kept.regime_version)
    yield _row("事实摘要", "Digest of the facts", kept.facts_digest)
    if purpose:
        yield _row("出具用途", "Reason for issuing", purpose)
