"""Complete the tree's nodes over the entries appended since the last time."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import insert_into
from app.ledger.models import LedgerEntry, LedgerNode
from app.ledger.queries import covered, read_nodes, size
from certificates.translog.tree import Tree

MOST_AT_ONCE = 5_000
"""Entries taken into the tree in one transaction; an even number, since what is covered is counted in pairs."""


def grow(session: Session, most: int = MOST_AT_ONCE) -> Tree:
    """Keep the nodes that at most so many further entries complete; the tree of all entries taken in so far.

    Two processes that do so at once keep the same nodes.
    """
    start, end = covered(session), size(session)
    tree = Tree.kept(start, lambda nodes: read_nodes(session, nodes))
    further = (
        select(LedgerEntry.leaf)
        .where(LedgerEntry.sequence > start, LedgerEntry.sequence <= min(end, start + most))
        .order_by(LedgerEntry.sequence)
    )
    rows = [
        {"level": level, "place": place, "hash": found}
        for leaf in session.scalars(further)
        for level, place, found in tree.append(leaf)
    ]
    if rows:
        session.execute(insert_into(session, LedgerNode).on_conflict_do_nothing(), rows)
    return tree
