"""Write the ledger, grow the tree over it, publish what it says, and check that nobody has rewritten it."""

from app.ledger.service.exporting import dump, export
from app.ledger.service.growing import MOST_AT_ONCE, grow
from app.ledger.service.publishing import origin_of, publish, stamp_wanted, take_stamp
from app.ledger.service.verifying import Examined, examine, verify
from app.ledger.service.writing import Deed, append, record, record_all

__all__ = [
    "MOST_AT_ONCE", "Deed", "Examined", "append", "dump", "examine", "export", "grow", "origin_of", "publish", "record",
    "record_all", "stamp_wanted", "take_stamp", "verify",
]  # fmt: skip
