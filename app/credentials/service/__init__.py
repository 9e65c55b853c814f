"""What can be done with qualifications, certificates and their sealed documents."""

from app.credentials.service.changes import Changed, Order, change, reinstate, revoke, suspend
from app.credentials.service.checking import FileCheck, check_file
from app.credentials.service.face import Issuing, issuing
from app.credentials.service.issuing import Issued, issue
from app.credentials.service.recognising import recognise
from app.credentials.service.reminding import remind_holders
from app.credentials.service.replacing import reissue, renew
from app.credentials.service.reviewing import Review, record_review, withdraw_review
from app.credentials.service.sealing import (
    KeyRow,
    SealKeys,
    Unsealed,
    keep_document,
    key_rows,
    next_unsealed,
    seal_keys,
    sealed_pdf,
    unsealed_of,
)

__all__ = [
    "Changed", "FileCheck", "Issued", "Issuing", "KeyRow", "Order", "Review", "SealKeys", "Unsealed", "change",
    "check_file", "issue", "issuing", "keep_document", "key_rows", "next_unsealed", "recognise", "record_review",
    "reinstate", "reissue", "remind_holders", "renew", "revoke", "seal_keys", "sealed_pdf", "suspend", "unsealed_of",
    "withdraw_review",
]  # fmt: skip
