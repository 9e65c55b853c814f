"""Judge the rows of a people import: added, changed, unchanged or rejected, each with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.core.errors import DomainError
from app.core.permissions import Actor
from app.registry.codes import PersonKind
from app.registry.columns import Entry, Fault
from app.registry.identity import Vault, masked
from app.registry.queries.rows import EmploymentFact, FactRow, PostingFact, ProfileFact
from app.registry.service.import_people import Life, Snapshot, Work, changed_from, stamp
from app.registry.service.import_words import message, message_of
from app.registry.service.invariants import check_life
from app.registry.service.organisation import CODE

PROFILE = ("name", "kind", "phone", "email", "legal_qualification", "on_public_roster")
EMPLOYMENT = ("entry_channel", "service_start", "probation_until", "initial_training_done_on")
NEEDED = ("name", "kind", "agency", "category", "hired_on")


@dataclass
class Judged:
    """One row's outcome. `changes` are (column, before, after) as shown; sentences carry both languages."""

    row: int
    outcome: str
    code: str
    name: str
    faults: list[tuple[Fault, str]] = field(default_factory=list)
    sentences: list[dict[str, str]] = field(default_factory=list)
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)
    work: Work | None = None


class Judge:
    """Goes through the rows of one file in order, remembering what it has met."""

    def __init__(self, seen: Snapshot, vault: Vault, actor: Actor, effective: date, now: datetime) -> None:
        self._seen, self._vault, self._actor, self._effective, self._now = seen, vault, actor, effective, now
        self._unit_codes = {unit.id: unit.code for unit in seen.units.values()}
        self._codes: dict[str, int] = {}
        self._identities: dict[str, int] = {}

    def judge(self, entry: Entry) -> Judged:
        """The outcome of one row; nothing is written."""
        values = dict(entry.values)
        number = str(values.pop("id_number", "") or "")
        index = self._vault.index(number) if number else ""
        code = str(values.get("code") or "") or self._seen.by_identity.get(index, "")
        judged = Judged(entry.number, "REJECTED", code, str(values.get("name") or ""))
        judged.faults = [(fault, "") for fault in entry.faults]
        self._duplicates(judged, code, index)
        life = self._seen.lives.get(code)
        if life is None:
            self._new(judged, values, number, index)
        else:
            self._known(judged, life, values, number, index)
        if judged.faults or judged.sentences:
            judged.outcome, judged.work, judged.changes = "REJECTED", None, []
        return judged

    def _duplicates(self, judged: Judged, code: str, index: str) -> None:
        for key, found, fault in (
            (code, self._codes, "duplicate-in-file"),
            (index, self._identities, "identity-twice"),
        ):
            if key and key in found:
                judged.faults.append((Fault(fault, "", {"row": str(found[key])}), ""))
            elif key:
                found[key] = judged.row
        owner = self._seen.by_identity.get(index)
        if owner is not None and owner != code:
            judged.faults.append((Fault("identity-taken", "id_number"), ""))

    def _unit(self, judged: Judged, values: Mapping[str, Any], name: str, *, agency: bool = False) -> int | None:
        code = values.get(name)
        if not code:
            return None
        unit = self._seen.units.get(code)
        problem = ""
        if unit is None:
            problem = "unknown-unit"
        elif unit.id not in self._seen.units_in_scope:
            problem = "unit-out-of-scope"
        elif agency and not unit.is_agency:
            problem = "not-an-agency"
        if problem:
            judged.faults.append((Fault(problem, name, {"value": code}), ""))
        return unit.id if unit else None

    # ---- somebody new

    def _new(self, judged: Judged, values: dict[str, Any], number: str, index: str) -> None:
        code = judged.code
        if not code or not CODE.fullmatch(code):
            judged.faults.append((Fault("code-missing" if not code else "code-shape", "code"), ""))
        faulty = {fault.column for fault, _ in judged.faults}
        for name in NEEDED:
            if name not in values and name not in faulty:
                judged.faults.append((Fault("cell-missing", name), ""))
        agency = self._unit(judged, values, "agency", agency=True)
        unit = self._unit(judged, values, "unit") or agency
        self._dates(judged, values, values.get("hired_on"))
        if judged.faults:
            return
        hired = values["hired_on"]
        times = stamp(self._now, self._actor, hired)
        profile = ProfileFact(
            person_id=0, name=values["name"], kind=values["kind"], phone=values.get("phone", ""),
            email=values.get("email", ""), legal_qualification=bool(values.get("legal_qualification")),
            on_public_roster=values.get("on_public_roster"), **times,
        )  # fmt: skip
        employment = EmploymentFact(
            person_id=0, agency_id=agency or 0, category=values["category"],
            entry_channel=values.get("entry_channel", ""), service_start=values.get("service_start"),
            probation_until=values.get("probation_until"),
            initial_training_done_on=values.get("initial_training_done_on"), **times,
        )  # fmt: skip
        posting = PostingFact(
            person_id=0, unit_id=unit or 0, kind="HOME", duty_title=values.get("duty_title", ""),
            business_unit_id=None, daily_unit_id=None, **times,
        )  # fmt: skip
        judged.outcome = "ADDED"
        judged.changes = [(name, None, value) for name, value in values.items() if name != "code"]
        judged.work = Work(
            code, None, person={"code": code, "name": values["name"], "kind": values["kind"]},
            added=[profile, employment, posting], after=dict(values), unit_id=unit,
        )  # fmt: skip
        self._identity(judged, None, number, index)

    def _dates(self, judged: Judged, values: Mapping[str, Any], hired: date | None) -> None:
        for name in ("probation_until", "initial_training_done_on"):
            if hired and name in values and values[name] < hired:
                judged.faults.append((Fault("dates-disagree", name), ""))
        if hired and values.get("service_start") and values["service_start"] > hired:
            judged.faults.append((Fault("dates-disagree", "service_start"), ""))

    # ---- somebody known

    def _known(self, judged: Judged, life: Life, values: dict[str, Any], number: str, index: str) -> None:
        if not life.in_scope:
            judged.faults.append((Fault("person-out-of-scope", "code"), ""))
            return
        agency = self._unit(judged, values, "agency", agency=True)
        unit = self._unit(judged, values, "unit")
        employment = next((e for e in life.employments if e.holds(self._effective)), None)
        profile = next((p for p in life.profiles if p.holds(self._effective)), None)
        if profile is None or (employment is None and (life.employments or life.kind == PersonKind.OFFICER)):
            judged.faults.append((Fault("not-serving", "code"), ""))
            return
        judged.work = Work(judged.code, life.person_id, unit_id=unit)
        self._identity(judged, life, number, index)
        self._profile(judged, life, profile, values)
        if employment is not None:
            self._employment(judged, life, employment, agency, values)
            self._posting(judged, life, employment, unit, values)
        self._agree(judged, life)
        judged.outcome = "CHANGED" if judged.changes else "UNCHANGED"

    def _identity(self, judged: Judged, life: Life | None, number: str, index: str) -> None:
        if not number or judged.work is None or (life is not None and life.id_index == index):
            return
        if life is not None and life.id_index is not None:
            judged.faults.append((Fault("identity-differs", "id_number"), ""))
            return
        judged.work.identity = {"number": number, "index": index}
        judged.work.after["identity"] = "recorded"
        judged.changes.append(("id_number", None, masked(number[-4:])))

    def _difference(
        self, judged: Judged, old: FactRow, values: Mapping[str, Any], names: tuple[str, ...]
    ) -> dict[str, Any]:
        found = {name: values[name] for name in names if name in values and values[name] != getattr(old, name)}
        for name, value in found.items():
            self._note(judged, name, getattr(old, name), value)
        return found

    def _note(self, judged: Judged, name: str, before: Any, after: Any) -> None:  # noqa: ANN401 - any value
        judged.changes.append((name, before, after))
        if judged.work is not None:
            judged.work.before[name], judged.work.after[name] = before, after

    def _profile(self, judged: Judged, life: Life, old: ProfileFact, values: Mapping[str, Any]) -> None:
        changes = self._difference(judged, old, values, PROFILE)
        if not changes or judged.work is None:
            return
        if any(p.valid_from > self._effective for p in life.profiles):
            judged.faults.append((Fault("later-facts", "name"), ""))
        judged.work.superseded.append(old)
        judged.work.added += changed_from(old, self._effective, self._now, self._actor, **changes)
        if {"name", "kind"} & changes.keys():
            judged.work.shown = {"name": changes.get("name", old.name), "kind": changes.get("kind", old.kind)}

    def _employment(
        self, judged: Judged, life: Life, old: EmploymentFact, agency: int | None, values: Mapping[str, Any]
    ) -> None:
        if agency is not None and agency != old.agency_id:
            judged.faults.append((Fault("agency-differs", "agency"), ""))
        hired = [e.valid_from for e in life.employments]
        if "hired_on" in values and values["hired_on"] not in hired:
            judged.faults.append((Fault("hired-differs", "hired_on", {"before": old.valid_from.isoformat()}), ""))
        self._dates(judged, values, min(hired))
        corrected = self._difference(judged, old, values, EMPLOYMENT)
        category = self._difference(judged, old, values, ("category",))
        if not (corrected or category) or judged.work is None:
            return
        if any(e.valid_from > self._effective for e in life.employments):
            judged.faults.append((Fault("later-facts", "category"), ""))
        judged.work.superseded.append(old)
        day = self._effective if category else old.valid_from
        if category and "service_start" not in corrected and old.service_start is None:
            corrected["service_start"] = old.valid_from
        judged.work.added += changed_from(old, day, self._now, self._actor, **corrected, **category)

    def _posting(
        self, judged: Judged, life: Life, employment: EmploymentFact, unit: int | None, values: Mapping[str, Any]
    ) -> None:
        homes = [p for p in life.postings if p.kind == "HOME"]
        old = next((p for p in homes if p.holds(self._effective)), None)
        if judged.work is None or (unit is None and "duty_title" not in values):
            return
        if old is None:
            if unit is not None:
                self._note(judged, "unit", None, values["unit"])
                times = stamp(self._now, self._actor, max(self._effective, employment.valid_from), employment.valid_to)
                judged.work.added.append(
                    PostingFact(person_id=0, unit_id=unit, kind="HOME", duty_title=values.get("duty_title", ""),
                                business_unit_id=None, daily_unit_id=None, **times)
                )  # fmt: skip
            return
        changes: dict[str, Any] = self._difference(judged, old, values, ("duty_title",))
        if unit is not None and unit != old.unit_id:
            self._note(judged, "unit", self._unit_codes.get(old.unit_id), values["unit"])
            changes["unit_id"] = unit
        if changes:
            if any(p.valid_from > self._effective for p in homes):
                judged.faults.append((Fault("later-facts", "unit"), ""))
            judged.work.superseded.append(old)
            judged.work.added += changed_from(old, self._effective, self._now, self._actor, **changes)

    def _agree(self, judged: Judged, life: Life) -> None:
        """Check the person's facts as they would stand after the row."""
        if judged.work is None or not judged.work.added:
            return
        gone = {(type(fact), fact.id) for fact in judged.work.superseded}
        profiles, employments, postings = (
            [f for f in old if (type(f), f.id) not in gone] + [f for f in judged.work.added if isinstance(f, sort)]
            for old, sort in (
                (life.profiles, ProfileFact), (life.employments, EmploymentFact), (life.postings, PostingFact)
            )
        )  # fmt: skip
        try:
            check_life(life.kind, profiles, employments, postings, life.separations)  # type: ignore[arg-type]
        except DomainError as error:
            judged.sentences.append(message_of(error))


def sentence(fault: Fault, columns: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """A fault as code, column and sentence in both languages."""
    zh, en = columns.get(fault.column, ("", ""))
    return {**message(fault.code, column_zh=zh, column_en=en, **(fault.data or {})), "column": fault.column}
