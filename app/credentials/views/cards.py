"""What the home page shows of credentials: what waits for the issuer, and the holder's own certificate."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.http import Card, now, today, zone
from app.core.permissions import Actor, P, Scope
from app.core.words import day_text, left_text
from app.credentials import queries
from app.extensions import db

SOON = 30


def home_cards(actor: Actor) -> list[Card]:
    """The next things of an issuer and of a holder."""
    return [*_sealing(actor), *_issuer(actor), *_decrees(actor), *_holder(actor)]


def _sealing(actor: Actor) -> list[Card]:
    """Batches whose documents are still being sealed: left for other work, they are found again here."""
    if not actor.may(P.CREDENTIALS_ISSUE):
        return []
    return [
        Card(
            row.title, _("Sealing %(done)s of %(total)s documents", done=row.sealed, total=row.total),
            url_for("credentials.batch", batch_id=row.id), _("Look"), rank=15,
        )
        for row in queries.under_way(db.session(), actor.scope(P.CREDENTIALS_ISSUE))
    ]  # fmt: skip


def _issuer(actor: Actor) -> list[Card]:
    """What waits: people to apply for, applications to check, applications to decide."""
    scope = actor.scope(P.CREDENTIALS_APPLY) if actor.may(P.CREDENTIALS_APPLY) else actor.scope(P.CREDENTIALS_ISSUE)
    applies, issues = actor.may(P.CREDENTIALS_APPLY), actor.may(P.CREDENTIALS_ISSUE)
    return [*(_ready(scope) if applies else []), *(_waiting(scope, issues=issues) if applies or issues else [])]


def _ready(scope: Scope) -> list[Card]:
    rows = queries.ready_to_issue(db.session(), scope, today())
    asked = queries.waiting_people(db.session(), [row.person_id for row in rows])
    left = [row for row in rows if row.person_id not in asked]
    ready, exceptions = sum(row.ready for row in left), sum(not row.ready for row in left)
    if not left:
        return []
    title = ngettext("%(num)s person to apply for", "%(num)s people to apply for", ready)
    text = ngettext("%(num)s exception to look at first.", "%(num)s exceptions to look at first.", exceptions)
    return [Card(title, text if exceptions else "", url_for("credentials.ready"), _("Look and apply"), rank=20)]


def _waiting(scope: Scope, *, issues: bool) -> list[Card]:
    state = "CHECKED" if issues else "PROPOSED"
    number = queries.waiting_counts(db.session(), scope)[state]
    words = (
        ngettext("%(num)s application waits for you", "%(num)s applications wait for you", number)
        if issues
        else ngettext("%(num)s application waits for a check", "%(num)s applications wait for a check", number)
    )
    address = url_for("credentials.applications", state=state)
    return [Card(words, "", address, _("Look"), rank=20)] if number else []


def _decrees(actor: Actor) -> list[Card]:
    """Decrees that somebody else proposed."""
    if not actor.may(P.CREDENTIALS_DECREE):
        return []
    rows = queries.decrees(db.session(), actor.scope(P.CREDENTIALS_DECREE))
    return [
        Card(row.title, _("This decree waits for approval."), url_for("credentials.decree", number=row.id), _("Look"))
        for row in rows
        if row.state == "PROPOSED" and row.proposer_id != actor.account_id
    ]


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
