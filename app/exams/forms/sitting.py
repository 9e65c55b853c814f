"""The form of a sitting, with its rooms and invigilators."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, SelectField, StringField, SubmitField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import Form, MomentField, tidy
from app.exams.forms.words import NEEDED, NUMBER, Units, split_codes, unit_choices
from app.exams.queries import RoomRow, SittingRow, SpecificationRow
from app.exams.service import RoomData, SittingData


class RoomForm(PlainForm):  # type: ignore[misc]
    """One room; a row without a name is no room."""

    room = StringField(_l("Room"), [Length(max=80)], filters=[tidy])
    capacity = IntegerField(_l("Places"), [Optional(), NumberRange(min=1, max=10000)])
    address = StringField(_l("Address"), [Length(max=200)], filters=[tidy])
    remote = BooleanField(_l("Remote"))


class SittingForm(Form):
    """One holding of an exam."""

    unit_id = SelectField(_l("Held by"), coerce=int)
    specification_id = SelectField(_l("Specification"), coerce=int)
    title = StringField(_l("Title"), [NEEDED])
    repeats_id = SelectField(
        _l("Make-up sitting for"),
        coerce=int,
        default=0,
        description=_l("Its papers then repeat no more questions than the specification allows."),
    )
    opens_at = MomentField(_l("Opens"), [NEEDED])
    closes_at = MomentField(_l("Closes"), [NEEDED], description=_l("Nobody may begin from this moment on."))
    duration_minutes = IntegerField(_l("Minutes for writing"), [NEEDED, NUMBER], default=90)
    grace_seconds = IntegerField(
        _l("Grace in seconds"),
        [InputRequired(), NUMBER],
        default=60,
        description=_l("How long after a candidate's time the server still takes answers that were on their way."),
    )
    show_explanations = BooleanField(_l("Show questions with explanations after release"))
    one_at_a_time = BooleanField(_l("One question at a time"))
    open_practice = BooleanField(_l("Open to everybody of the unit (practice only)"))
    rooms = FieldList(FormField(RoomForm), _l("Rooms"), min_entries=2, max_entries=60)
    invigilators = StringField(
        _l("Invigilators"), [Length(max=2000)], description=_l("User names, separated by spaces or commas.")
    )
    version = HiddenField()
    submit = SubmitField(_l("Save"))

    def data_given(self) -> SittingData:
        """What the form says, once it is valid."""
        opens_at, closes_at = self.opens_at.data, self.closes_at.data
        if opens_at is None or closes_at is None:
            raise ValueError("the form has not been validated")
        rooms = tuple(
            RoomData(row.room.data, row.capacity.data or 0, row.address.data or "", bool(row.remote.data))
            for row in self.rooms
            if row.room.data
        )
        return SittingData(
            self.title.data, self.specification_id.data, opens_at, closes_at,
            self.duration_minutes.data, self.grace_seconds.data, self.show_explanations.data, self.one_at_a_time.data,
            self.open_practice.data, rooms, split_codes(self.invigilators.data),
            self.repeats_id.data or None,
        )  # fmt: skip


def sitting_form(
    units: Units,
    specifications: Sequence[SpecificationRow],
    row: SittingRow | None = None,
    rooms: Sequence[RoomRow] = (),
    invigilators: Sequence[tuple[int, str, str]] = (),
    earlier: Sequence[SittingRow] = (),
) -> SittingForm:
    """The form, filled from a sitting when one is edited."""
    form = SittingForm(data=_of_sitting(row, rooms, invigilators) if row else None)
    form.unit_id.choices = unit_choices(units if row is None else [(row.unit_id, row.unit)])
    form.specification_id.choices = [SelectChoice(one.id, f"{one.code} · {one.title}") for one in specifications]
    form.repeats_id.choices = [
        SelectChoice(0, _l("none")),
        *(SelectChoice(one.id, one.title) for one in earlier if row is None or one.id != row.id),
    ]
    if row is not None and all(one.id != row.specification_id for one in specifications):
        form.specification_id.choices.append(SelectChoice(row.specification_id, row.specification))
    while len(form.rooms) < min(len(rooms) + 2, 60):
        form.rooms.append_entry()
    return form


def _of_sitting(
    row: SittingRow, rooms: Sequence[RoomRow], invigilators: Sequence[tuple[int, str, str]]
) -> dict[str, Any]:
    names = (
        "unit_id", "specification_id", "title", "opens_at", "closes_at", "duration_minutes", "grace_seconds",
        "show_explanations", "one_at_a_time", "open_practice",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "repeats_id": row.repeats_id or 0,
        "version": str(row.version),
        "rooms": [{"room": r.name, "capacity": r.capacity, "address": r.address, "remote": r.remote} for r in rooms],
        "invigilators": " ".join(username for _id, username, _name in invigilators),
    }
