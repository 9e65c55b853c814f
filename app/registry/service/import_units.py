"""Import units: parents before children, whatever their order in the file; every row stands or falls for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.core.permissions import Actor, P
from app.registry import queries
from app.registry.columns import Entry, Fault
from app.registry.models import Unit
from app.registry.service.facts import add, believed
from app.registry.service.import_rows import Judged
from app.registry.service.import_words import message_of
from app.registry.service.kinds import KINDS
from app.registry.service.organisation import change_unit, create_unit

STANDING = ("level", "enforces", "authority_basis", "legal_nature")
NAMES = ("name_zh", "name_en", "regime", "opened_on")


class UnitRows:
    """Writes the rows of a units file one by one in the caller's transaction, and says what came of each."""

    def __init__(self, session: Session, actor: Actor, effective: date, today: date, now: datetime) -> None:
        scope = actor.scope(P.REGISTRY_IMPORT)
        self._session = session
        self._actor = replace(actor, grants={**actor.grants, P.REGISTRY_EDIT: scope, P.REGISTRY_READ: scope})
        self._scope, self._effective, self._today, self._now = scope, effective, today, now
        self._all = {unit.code: unit for unit in queries.units(session)}
        self._done: dict[str, Judged] = {}

    def judge(self, entries: Sequence[Entry]) -> list[Judged]:
        """The outcome of every row, in the order of the file."""
        first: dict[str, Entry] = {}
        for entry in entries:
            first.setdefault(str(entry.values.get("code", "")), entry)
        judged: dict[int, Judged] = {}
        for entry in _parents_first(entries, first):
            one = self._row(entry, first)
            judged[entry.number] = one
            self._done.setdefault(one.code, one)
        return [judged[entry.number] for entry in entries]

    def _row(self, entry: Entry, first: Mapping[str, Entry]) -> Judged:
        values = dict(entry.values)
        code = str(values.get("code", ""))
        judged = Judged(entry.number, "REJECTED", code, str(values.get("name_zh", "")))
        judged.faults = [(fault, "") for fault in entry.faults]
        self._look(judged, values, first)
        if judged.faults:
            return judged
        try:
            with self._session.begin_nested():
                self._write(judged, values)
        except DomainError as error:
            value = str(values.get(error.field or "", "")) if error.field else ""
            judged.sentences.append({**message_of(error, value), "column": error.field or ""})
            judged.changes = []
            return judged
        return judged

    def _look(self, judged: Judged, values: Mapping[str, Any], first: Mapping[str, Entry]) -> None:
        standing_given = [name for name in STANDING[:3] if name in values]
        known = judged.code in self._all
        if first[judged.code].number != judged.row:
            judged.faults.append((Fault("duplicate-in-file", "code", {"row": str(first[judged.code].number)}), ""))
        if not known and "kind" not in values:
            judged.faults.append((Fault("cell-missing", "kind"), ""))
        if standing_given and len(standing_given) < 3 and not known:
            judged.faults.append((Fault("standing-incomplete", "level"), ""))
        parent = self._done.get(str(values.get("parent", "")))
        if parent is not None and parent.outcome == "REJECTED" and parent.code not in self._all:
            judged.faults.append((Fault("parent-rejected", "parent", {"value": parent.code}), ""))

    def _write(self, judged: Judged, values: dict[str, Any]) -> None:
        row = self._all.get(judged.code)
        if row is None:
            self._found(judged, values)
            judged.outcome = "ADDED"
            return
        queries.unit_by_id(self._session, row.id, self._scope)
        self._refuse_moves(judged, row, values)
        if judged.faults:
            return
        self._rename(judged, row, values)
        self._date_facts(judged, row.id, values, self._effective)
        judged.outcome = "CHANGED" if judged.changes else "UNCHANGED"

    def _found(self, judged: Judged, values: dict[str, Any]) -> None:
        unit_id = create_unit(
            self._session, self._actor, code=judged.code, name_zh=values["name_zh"], kind=values["kind"],
            now=self._now, name_en=values.get("name_en", ""), parent_code=values.get("parent", ""),
            is_agency=values.get("is_agency", False), regime=values.get("regime"), opened_on=values.get("opened_on"),
        )  # fmt: skip
        self._all[judged.code] = queries.unit_by_id(self._session, unit_id)
        shown = ("name_zh", "name_en", "kind", "parent", "is_agency", "regime", "opened_on")
        judged.changes = [(name, None, values[name]) for name in shown if name in values]
        self._date_facts(judged, unit_id, values, values.get("opened_on") or self._effective)

    def _refuse_moves(self, judged: Judged, row: queries.UnitRow, values: Mapping[str, Any]) -> None:
        parents = {unit.id: code for code, unit in self._all.items()}
        if "parent" in values and values["parent"] != parents.get(row.parent_id or 0):
            judged.faults.append((Fault("parent-differs", "parent"), ""))
        if values.get("kind", row.kind) != row.kind:
            judged.faults.append((Fault("unit-kind-differs", "kind"), ""))
        if values.get("is_agency", row.is_agency) != row.is_agency:
            judged.faults.append((Fault("agency-flag-differs", "is_agency"), ""))

    def _rename(self, judged: Judged, row: queries.UnitRow, values: Mapping[str, Any]) -> None:
        unit = self._session.get_one(Unit, row.id)
        old = {name: getattr(unit, name) for name in NAMES}
        new = {name: values.get(name, old[name]) for name in NAMES}
        different = [(name, old[name], new[name]) for name in NAMES if old[name] != new[name]]
        if different:
            change_unit(
                self._session, self._actor, row.code, **new, closed_on=unit.closed_on, reason="import", now=self._now
            )
            judged.changes += different

    def _date_facts(self, judged: Judged, unit_id: int, values: Mapping[str, Any], day: date) -> None:
        if any(name in values for name in STANDING):
            given = {name: values[name] for name in STANDING if name in values}
            self._lay(judged, "standing", unit_id, given, day)
        if "posts" in values:
            self._lay(judged, "establishment", unit_id, {"posts": values["posts"]}, day)
        if "area_code" in values:
            held = believed(self._session, KINDS["territory"], unit_id, area_code=values["area_code"])
            if not any(row.valid_to is None for row in held):
                self._add("territory", unit_id, {"area_code": values["area_code"]}, day, None)
                judged.changes.append(("area_code", None, values["area_code"]))

    def _lay(self, judged: Judged, name: str, unit_id: int, given: dict[str, Any], day: date) -> None:
        """Record what differs from the fact that holds on the day; a fact from that very day is corrected."""
        rows = believed(self._session, KINDS[name], unit_id)
        old = next((r for r in rows if r.valid_from <= day and (r.valid_to is None or r.valid_to >= day)), None)
        before = {key: getattr(old, key) if old else None for key in given}
        different = [(key, before[key], value) for key, value in given.items() if before[key] != value]
        if not different:
            return
        whole = {key: getattr(old, key) for key in KINDS[name].fields} if old else {}
        if old is not None and old.valid_from == day:
            old.superseded_at = self._now
            self._session.flush()
        self._add(name, unit_id, {**whole, **given}, day, {})
        judged.changes += different

    def _add(self, name: str, unit_id: int, values: dict[str, Any], day: date, follows: dict[str, Any] | None) -> None:
        dated = {**values, "valid_from": day, "valid_to": None, "note": ""}
        add(
            self._session, self._actor, name, unit_id, dated, now=self._now, today=self._today, follows=follows,
            reason="import",
        )  # fmt: skip


def _parents_first(entries: Sequence[Entry], first: Mapping[str, Entry]) -> list[Entry]:
    """The entries so that each follows the one it names as its parent; a circle is broken where it is met."""
    ordered: dict[int, Entry] = {}

    def place(entry: Entry) -> None:
        chain: list[Entry] = []
        above: Entry | None = entry
        while above is not None and above.number not in ordered and above not in chain:
            chain.append(above)
            above = first.get(str(above.values.get("parent", "")))
        for one in reversed(chain):
            ordered[one.number] = one

    for entry in entries:
        place(entry)
    return list(ordered.values())
