"""Keep the texts of a version of the rules, so that what was decided under it can be decided again."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.regimes.models import RegimeText, RegimeVersion
from app.regimes.policy import Regime
from app.regimes.queries import is_kept, layers_of


def keep_version(session: Session, regime: Regime, *, now: datetime) -> bool:
    """Keep every layer of the regime under its digest, once; returns whether that was new.

    `regime` is one of `queries.effective`, `queries.proposed` or the loader. One look-up where it is kept already; two
    processes may keep the same version at once.
    """
    if is_kept(session, regime.version):
        return False
    layers = layers_of(regime)
    for one in layers:
        row = {"sha256": one.sha256, "layer": one.layer.regime.id, "text": one.content}
        session.execute(insert_into(session, RegimeText).values(**row).on_conflict_do_nothing())
    version = {"version": regime.version, "regime": regime.id, "layers": [one.sha256 for one in layers], "kept_at": now}
    session.execute(insert_into(session, RegimeVersion).values(**version).on_conflict_do_nothing())
    return True
