"""Papers beside the certificates: pocket card, class certificate, result slip. Asked for here, sealed by the sweep."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.clock import local_day
from app.core.database import insert_into, reading_only
from app.core.errors import N_, NotFound, Refused, Unavailable
from app.core.permissions import Actor
from app.credentials.models import Certificate, IssuedDocument, Paper, PaperDocument
from app.credentials.periods import state_at
from app.credentials.queries import states_of
from app.credentials.queries.lives import may_see
from app.credentials.queries.papers import PaperKind, hours_by_category
from app.credentials.service.face import both, faces_of_certificates, issuing, photo_of
from app.credentials.service.keys import SealKeys, sealing_keys
from app.credentials.service.numbering import lock_series, new_check_code, next_number, series_of
from app.credentials.service.sealing import digest, note_sealed, seal_with
from app.exams import queries as exams
from app.ledger.service import record
from app.regimes.codes import CertificateState
from app.registry import queries as registry
from app.training import queries as training
from certificates.errors import CertificateError, GlyphMissing
from certificates.layout import POCKET, RESULT, TRAINING, Twins, layout_by_key, layout_of
from certificates.qr import verify_address
from certificates.render import render
from certificates.sign import Sealed
from certificates.values import Values, certificate_values, chinese, english, printed_address

log = logging.getLogger("chizheng.credentials")
LAYOUTS = {PaperKind.POCKET: POCKET, PaperKind.TRAINING: TRAINING, PaperKind.RESULT: RESULT}
SERIES = {PaperKind.TRAINING: "培训证〔{year}〕{serial:06d}", PaperKind.RESULT: "成绩单〔{year}〕{serial:06d}"}
PAPERS = {
    "PUBLIC_LAW": Twins(zh="公共法律知识", en="Public law"),
    "PROFESSIONAL": Twins(zh="专业法律知识", en="Professional law"),
    "AUXILIARY": Twins(zh="辅助人员知识", en="Auxiliary staff"),
}
CATEGORIES = {
    "BUSINESS": ("业务", "professional"), "LAW": ("法律", "law"), "POLITICAL": ("政治理论", "political"),
    "OTHER": ("其他", "other"),
}  # fmt: skip
RESULTS = {True: Twins(zh="合格", en="Passed"), False: Twins(zh="不合格", en="Not passed")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be printed for whom, before it has a number."""

    person_id: int
    unit_id: int
    issuer: Twins
    texts: Mapping[str, Twins]


@dataclass(frozen=True, slots=True)
class UnsealedPaper:
    """A paper that still has no document."""

    paper_id: int
    kind: str
    number: str
    unit_id: int
    layout: str
    values: Values


def ask_paper(
    session: Session, actor: Actor, kind: PaperKind, subject_id: int, *, settings: Settings, now: datetime
) -> int:
    """Ask for a paper; returns its id, that of the first asking where it was asked for before.

    A pocket card is for the holder and for who reads credentials of the agency, the others for the person themselves.
    Raises NotFound for a foreign or unknown subject, Refused `not-in-force`, `not-sealed-yet`, `glyph-missing`,
    `face-unusable`.
    """
    made = {PaperKind.POCKET: _pocket, PaperKind.TRAINING: _training, PaperKind.RESULT: _result}[kind]
    one = made(session, actor, subject_id, settings, now)
    standing = session.scalar(select(Paper.id).where(Paper.kind == kind.value, Paper.subject_id == subject_id))
    if standing is not None:
        return standing
    _rehearse(session, one, settings)
    session.add(one)
    session.flush()
    record(
        session, actor, "credentials.paper.asked", ("paper", one.number), now=now, unit_id=one.unit_id,
        after={"kind": one.kind, "number": one.number, "layout": one.layout, "person_id": one.person_id},
    )  # fmt: skip
    return one.id


def _rehearse(session: Session, one: Paper, settings: Settings) -> None:
    """Make sure that it can be printed before it is promised."""
    try:
        render(layout_by_key(one.layout), _values(session, one), issuing(settings).font)
    except GlyphMissing as fault:
        raise Refused(
            "glyph-missing",
            N_("The font cannot print the character “%(character)s” (%(codepoint)s) in “%(text)s”."),
            **fault.data,
        ) from fault
    except CertificateError as fault:
        words = N_("The paper cannot be printed: %(detail)s")
        raise Refused("face-unusable", words, detail=both(fault)) from fault


def _pocket(session: Session, actor: Actor, subject_id: int, settings: Settings, now: datetime) -> Paper:
    one = session.get(Certificate, subject_id, with_for_update=True)
    if one is None or not may_see(session, actor, one.person_id, one.agency_id):
        raise NotFound
    history = states_of(session, [one.id]).get(one.id, ())
    if state_at(history, now) is not CertificateState.ACTIVE:
        raise Refused("not-in-force", N_("A pocket card is made only of a certificate that is in force."))
    code = session.scalar(select(IssuedDocument.code_text).where(IssuedDocument.certificate_id == one.id))
    if code is None:
        raise Refused("not-sealed-yet", N_("The certificate is still being sealed. Ask again in a moment."))
    values = certificate_values(faces_of_certificates(session, [one], settings.site_url)[0])
    shown = values.as_data() | ({"codes": {"code": code}} if code else {})
    return _paper(
        PaperKind.POCKET, subject_id, one.person_id, one.agency_id, one.number, one.check_code, shown, actor, now,
        photo=one.photo_sha256,
    )  # fmt: skip


def _training(session: Session, actor: Actor, subject_id: int, settings: Settings, now: datetime) -> Paper:
    person = _self(session, actor, now, settings)
    class_id, hours = hours_by_category(session, person.id, subject_id)
    row = training.class_by_id(session, class_id)
    first, last = local_day(row.starts_at, settings.zone), row.last_day
    total = _plain(sum(hours.values(), Decimal(0)))
    when = (f"于{chinese(first)}", f"on {english(first)}")
    if last != first:
        when = (f"于{chinese(first)}至{chinese(last)}", f"from {english(first)} to {english(last)}")
    texts = _holder(session, person) | {
        "sentence": Twins(
            zh=f"{when[0]}参加“{row.title}”，经考勤确认，计{total}学时。",
            en=f"attended “{row.title}” {when[1]} and was credited with {total} hours.",
        ),
        "hours": Twins(
            zh="；".join(f"{CATEGORIES[name][0]} {_plain(of)}" for name, of in hours.items()),
            en="; ".join(f"{CATEGORIES[name][1]} {_plain(of)}" for name, of in hours.items()),
        ),
    }
    asked = Asked(person.id, row.unit_id, _unit(session, row.unit_id), texts)
    return _numbered(session, actor, PaperKind.TRAINING, subject_id, asked, settings, now)


def _result(session: Session, actor: Actor, subject_id: int, settings: Settings, now: datetime) -> Paper:
    person = _self(session, actor, now, settings)
    result = next((one for one in exams.passes(session, [person.id])[person.id] if one.id == subject_id), None)
    if result is None:
        raise NotFound
    sitting = exams.sitting(session, result.sitting_id, now)
    released = result.released_at.astimezone(settings.zone)
    texts = _holder(session, person) | {
        "paper": PAPERS.get(result.paper, Twins(zh=result.paper)),
        "sitting": Twins(zh=f"{sitting.title}，{chinese(result.sat_on)}", en=english(result.sat_on)),
        "score": Twins(zh=_plain(result.score)),
        "marks": Twins(
            zh=f"满分 {_plain(result.out_of)}，合格线 {_plain(result.pass_mark)}",
            en=f"Out of {_plain(result.out_of)}, pass mark {_plain(result.pass_mark)}",
        ),
        "result": RESULTS[result.passed],
        "released": Twins(zh=f"{chinese(released.date())} {released:%H:%M}"),
    }
    asked = Asked(person.id, sitting.unit_id, _unit(session, sitting.unit_id), texts)
    return _numbered(session, actor, PaperKind.RESULT, subject_id, asked, settings, now)


def _self(session: Session, actor: Actor, now: datetime, settings: Settings) -> registry.PersonRow:
    found = registry.people_by_ids(session, [actor.person_id or 0], local_day(now, settings.zone))
    if not found:
        raise NotFound
    return found[0]


def _holder(session: Session, person: registry.PersonRow) -> dict[str, Twins]:
    unit = _unit(session, person.agency_id) if person.agency_id is not None else Twins(zh="—")
    return {"name": Twins(zh=person.name), "person": Twins(zh=person.code), "agency": unit}


def _unit(session: Session, unit_id: int) -> Twins:
    unit = registry.unit_by_id(session, unit_id)
    return Twins(zh=unit.name_zh, en=unit.name_en)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _numbered(
    session: Session, actor: Actor, kind: PaperKind, subject_id: int, asked: Asked, settings: Settings, now: datetime
) -> Paper:
    """A paper with a number of its own, taken only if it is new: the lock comes before the look."""
    day = local_day(now, settings.zone)
    counter = lock_series(session, series_of(SERIES[kind], day))
    standing = session.scalar(select(Paper).where(Paper.kind == kind.value, Paper.subject_id == subject_id))
    if standing is not None:
        return standing
    number = next_number(session, counter)
    code = new_check_code()
    address = verify_address(settings.site_url, number, code)
    texts = dict(asked.texts) | {
        "issuer": asked.issuer, "issued-on": Twins(zh=f"{chinese(day)}  {english(day)}"), "number": Twins(zh=number),
        "check-code": Twins(zh=code), "scan": Twins(zh=printed_address(address)),
    }  # fmt: skip
    shown = Values(number, asked.issuer.zh, day, texts, {"code": address}).as_data()
    return _paper(kind, subject_id, asked.person_id, asked.unit_id, number, code, shown, actor, now)


def _paper(
    kind: PaperKind, subject_id: int, person_id: int, unit_id: int, number: str, code: str, shown: dict[str, object],
    actor: Actor, now: datetime, *, photo: str = "",
) -> Paper:  # fmt: skip
    return Paper(
        kind=kind.value, subject_id=subject_id, person_id=person_id, unit_id=unit_id, number=number, check_code=code,
        layout=layout_of(LAYOUTS[kind]).key, shown=shown, photo_sha256=photo, requested_at=now,
        requested_by=actor.label,
    )  # fmt: skip


def _values(session: Session, one: Paper) -> Values:
    picture = photo_of(session, one.person_id, one.photo_sha256) if one.photo_sha256 else None
    return Values.from_data(one.shown, {"photo": picture})


def seal_papers(
    session: Session, settings: Settings, now: datetime
) -> Iterator[tuple[UnsealedPaper, Sealed, SealKeys]]:
    """Every waiting paper with its sealed file; no transaction is open while one is drawn and signed.

    A failure is logged and tried again by the next sweep. Keep each by `keep_paper` before asking for the next.
    """
    after, keys = 0, None
    while True:
        with reading_only():
            waiting = _next(session, after)
            keys = keys or (sealing_keys(session, settings, now) if waiting else None)
        session.rollback()
        if waiting is None or keys is None:
            return
        after = waiting.paper_id
        try:
            yield waiting, sealed_paper(waiting, keys, settings, now), keys
        except Unavailable as fault:
            log.error("paper not sealed: %s", fault, extra={"paper": waiting.number})  # noqa: TRY400 - told in full


def _next(session: Session, after: int) -> UnsealedPaper | None:
    one = session.scalar(
        select(Paper)
        .outerjoin(PaperDocument, PaperDocument.paper_id == Paper.id)
        .where(PaperDocument.paper_id.is_(None), Paper.id > after)
        .order_by(Paper.id)
        .limit(1)
    )
    if one is None:
        return None
    return UnsealedPaper(one.id, one.kind, one.number, one.unit_id, one.layout, _values(session, one))


def sealed_paper(waiting: UnsealedPaper, keys: SealKeys, settings: Settings, now: datetime) -> Sealed:
    """The paper drawn by its own version of the layout, and signed; needs no database. Raises Unavailable."""
    try:
        pdf = render(layout_by_key(waiting.layout), waiting.values, issuing(settings).font)
        return seal_with(pdf, keys, settings, now)
    except CertificateError as fault:
        words = N_("The document could not be sealed: %(detail)s")
        raise Unavailable("seal-failed", words, detail=both(fault)) from fault


def keep_paper(
    session: Session, actor: Actor, waiting: UnsealedPaper, sealed: Sealed, keys: SealKeys, *, now: datetime
) -> bool:
    """Keep the sealed bytes, unless another process was faster: then those stand and this is False."""
    sha256 = digest(sealed.pdf)
    row = insert_into(session, PaperDocument).values(
        paper_id=waiting.paper_id, content=sealed.pdf, sha256=sha256, sealed_at=now, stamped_at=sealed.stamped_at,
        level=sealed.level.value, seal_serial=keys.serial_of(sealed),
    )  # fmt: skip
    if session.scalar(row.on_conflict_do_nothing().returning(PaperDocument.paper_id)) is None:
        return False
    note_sealed(session, waiting.kind.lower(), waiting.number, sealed, keys, now=now)
    record(
        session, actor, "credentials.paper.sealed", ("paper", waiting.number), now=now, unit_id=waiting.unit_id,
        after={"sha256": sha256, "bytes": len(sealed.pdf), "seal": keys.serial_of(sealed), "level": sealed.level.value},
    )  # fmt: skip
    return True
