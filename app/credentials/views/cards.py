"""What the home page shows of credentials: what waits for the issuer, and the holder's own certificate."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import Card, day_text, left_text, now, today, zone
from app.core.permissions import Actor, P
from app.credentials import queries
from app.extensions import db

SOON = 30


def home_cards(actor: Actor) -> list[Card]:
    """The next things of an issuer and of a holder."""
    return [*_issuer(actor), *_holder(actor)]


def _issuer(actor: Actor) -> list[Card]:
    if not actor.may(P.CREDENTIALS_ISSUE):
        return []
    rows = queries.ready_to_issue(db.session(), actor.scope(P.CREDENTIALS_ISSUE), today())
    ready, exceptions = sum(row.ready for row in rows), sum(not row.ready for row in rows)
    if not rows:
        return []
    title = ngettext("%(num)s certificate ready to issue", "%(num)s certificates ready to issue", ready)
    text = ngettext("%(num)s exception to look at first.", "%(num)s exceptions to look at first.", exceptions)
    return [Card(title, text if exceptions else "", url_for("credentials.ready"), _("Look and issue"), rank=20)]


def _holder(actor: Actor) -> list[Card]:
    if actor.person_id is None:
        return []
    rows = queries.certificates_of(db.session(), actor.person_id, now(), zone())[:1]
    return [_card(row) for row in rows]


def _card(row: queries.LifeRow) -> Card:
    text = _("Valid through %(day)s, %(left)s", day=day_text(row.valid_to), left=left_text(row.valid_to))
    words = {
        "SUSPENDED": _("Your certificate is suspended"), "EXPIRED": _("Your certificate has expired"),
        "LOST": _("Your certificate is reported lost"), "REVOKED": _("Your certificate is revoked"),
        "CANCELLED": _("Your certificate is cancelled"), "SUPERSEDED": _("Your certificate was replaced"),
        "NOT_YET": _("Your certificate is not yet valid"), "EXPIRING": _("Your certificate can be renewed"),
    }  # fmt: skip
    title = words.get(row.state, _("Your certificate %(number)s", number=row.number))
    urgent = row.state == "EXPIRING" and row.days <= SOON
    tone = "info" if row.state in {"ACTIVE", "NOT_YET"} else "warning" if row.in_force else "danger"
    return Card(title, text, url_for("credentials.mine"), _("Show it"), 10 if urgent else 40, tone, row.state)
