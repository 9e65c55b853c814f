"""Forms of standard setting: a new panel, a judge's ratings, the grid, the mark that is chosen."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.errors import N_, Invalid
from app.core.forms import REASON, Form
from app.exams.forms.words import NEEDED, NUMBER, choices, split_codes, whole
from app.exams.queries import SittingRow
from app.exams.queries.panel_outcomes import PanelMethod
from app.exams.queries.panels import PanelRow
from app.exams.service.panels import PanelData

METHODS = {
    PanelMethod.ANGOFF.value: _l("Angoff: a chance for each question, in rounds"),
    PanelMethod.EBEL.value: _l("Ebel: shares for a grid of relevance and difficulty"),
    PanelMethod.BORDERLINE.value: _l("Borderline group: who was just at the border"),
}
RELEVANCE = {
    "ESSENTIAL": _l("Essential"), "IMPORTANT": _l("Important"), "ACCEPTABLE": _l("Acceptable"),
    "QUESTIONABLE": _l("Questionable"),
}  # fmt: skip
DIFFICULTY = {"EASY": _l("Easy"), "MEDIUM": _l("Medium"), "HARD": _l("Hard")}


class PanelForm(Form):
    """A new panel for a specification."""

    title = StringField(_l("Title"), [NEEDED])
    method = SelectField(_l("Method"), choices=choices(METHODS))
    sitting_id = SelectField(
        _l("Sitting"),
        coerce=int,
        description=_l("Whose paper is rated; for borderline groups, where the candidates sat. Without one, a paper is "
                       "drawn by lot."),
    )  # fmt: skip
    judges = StringField(
        _l("Judges"), [NEEDED, Length(max=2000)], description=_l("User names, separated by spaces or commas.")
    )
    submit = SubmitField(_l("Open the panel"))

    def data_given(self, specification_id: int) -> PanelData:
        """What the form says."""
        return PanelData(
            specification_id, self.title.data, PanelMethod(self.method.data), self.sitting_id.data or None,
            split_codes(self.judges.data),
        )  # fmt: skip


def panel_form(sittings: Sequence[SittingRow]) -> PanelForm:
    """The form with the sittings that have results."""
    form = PanelForm()
    form.sitting_id.choices = [SelectChoice(0, _l("none")), *(SelectChoice(one.id, one.title) for one in sittings)]
    return form


class VersionForm(Form):
    """An act on what was shown, and nothing else."""

    version = HiddenField()

    @property
    def shown(self) -> int:
        """The version that was shown."""
        return whole(self.version.data)


class RatingForm(Form):
    """A judge's ratings of a round, in fields named after what is rated."""

    round = HiddenField()
    submit = SubmitField(_l("Save the ratings"))

    @property
    def shown(self) -> int:
        """The round that was shown."""
        return whole(self.round.data)


def ratings_given(sent: Mapping[str, str]) -> dict[str, float]:
    """Ratings in percent from the fields `r-…` as shares; empty ones are left out. Raises Invalid `rating-bad`."""
    found = {}
    for name, text in sent.items():
        if name.startswith("r-") and text.strip():
            try:
                found[name[2:]] = float(text) / 100
            except ValueError:
                raise Invalid("rating-bad", N_("Each rating is a number from 0 to 100."), field="ratings") from None
    return found


def candidates_named(sent: "MultiDict[str, str]") -> dict[str, float]:
    """Those ticked as borderline."""
    return dict.fromkeys(sent.getlist("borderline"), 1.0)


def places_given(sent: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Version of a question → relevance and difficulty, from the fields `relevance-…` and `difficulty-…`."""
    refs = [whole(name.partition("-")[2]) for name in sent if name.startswith("relevance-")]
    return {ref: (sent.get(f"relevance-{ref}", ""), sent.get(f"difficulty-{ref}", "")) for ref in refs}


class PassMarkForm(Form):
    """A pass mark and what it rests on."""

    panels = SelectMultipleField(
        _l("Evidence"),
        coerce=int,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    chosen = IntegerField(_l("Pass mark in percent"), [InputRequired(_l("This is needed.")), NUMBER])
    reason = TextAreaField(_l("Reason"), [NEEDED, Length(max=500)], description=REASON)
    version = HiddenField()
    submit = SubmitField(_l("Choose this pass mark"))


def pass_mark_form(panels: Sequence[PanelRow], version: int) -> PassMarkForm:
    """The form with the closed panels of a specification."""
    form = PassMarkForm(data={"version": str(version)})
    form.panels.choices = [SelectChoice(one.id, f"{one.title} · {_cut(one)}") for one in panels if one.closed_at]
    return form


def _cut(row: PanelRow) -> str:
    cut = row.cut
    if cut.value is None:
        return "—"
    return f"{cut.value:.1f} %" + (f" [{cut.low:.1f}, {cut.high:.1f}]" if cut.low is not None else "")
