"""What can be done with qualifications, certificates and their sealed documents."""

from app.credentials.service.alone import issue_alone, revoke_alone
from app.credentials.service.applying import Cohort, Decided, Wish, check, close, decide, propose, propose_about
from app.credentials.service.badges import badge_file, badge_key
from app.credentials.service.batches import fetch_batch, open_batch
from app.credentials.service.bundling import bundle
from app.credentials.service.changes import Changed, Order, change, reinstate, revoke, suspend
from app.credentials.service.checking import FileCheck, check_file
from app.credentials.service.checkpoints import (
    grow_log,
    keep_log_stamp,
    log_public_keys,
    log_stamp,
    publish_log,
    unstamped,
)
from app.credentials.service.coding import Coder, coder, keep_titles, titles_wait
from app.credentials.service.decreeing import Order as DecreeOrder
from app.credentials.service.decreeing import (
    approve_decree,
    check_reach,
    drop_decree,
    propose_decree,
    propose_reversal,
)
from app.credentials.service.face import Issuing, issuing
from app.credentials.service.issuing import issue
from app.credentials.service.keeping import init_keys, keys_are_due, register_keys, renew_keys, rotate_key
from app.credentials.service.keys import (
    CodeKey,
    LogKey,
    PublicKeys,
    SealKeys,
    code_key,
    log_key,
    public_keys,
    seal_keys,
    sealing_keys,
)
from app.credentials.service.lending import lend_days
from app.credentials.service.offline import RootKey, read_picture, root_keys
from app.credentials.service.papers import UnsealedPaper, ask_paper, keep_paper, seal_papers
from app.credentials.service.pressing import seal_waiting
from app.credentials.service.publishing import Published, publish_foreign, publish_lists
from app.credentials.service.recognising import recognise
from app.credentials.service.reminding import remind_holders
from app.credentials.service.replacing import replace_certificate
from app.credentials.service.reviewing import Review, record_review, record_reviews, withdraw_review
from app.credentials.service.revoking import REASONS, KeyOrder, may_revoke, revoke_key
from app.credentials.service.sealing import (
    Unsealed,
    keep_document,
    keep_documents,
    note_sealed,
    seal_with,
    sealed_pdf,
    unsealed_of,
)
from app.credentials.service.stamping import development_clock
from app.credentials.service.statuses import entries_at, issue_statuses, statuses_are_due
from app.credentials.service.writing import Issued

__all__ = [
    "REASONS",
    "Changed",
    "CodeKey",
    "Coder",
    "Cohort",
    "Decided",
    "DecreeOrder",
    "FileCheck",
    "Issued",
    "Issuing",
    "KeyOrder",
    "LogKey",
    "Order",
    "PublicKeys",
    "Published",
    "Review",
    "RootKey",
    "SealKeys",
    "Unsealed",
    "UnsealedPaper",
    "Wish",
    "approve_decree",
    "ask_paper",
    "badge_file",
    "badge_key",
    "bundle",
    "change",
    "check",
    "check_file",
    "check_reach",
    "close",
    "code_key",
    "coder",
    "decide",
    "development_clock",
    "drop_decree",
    "entries_at",
    "fetch_batch",
    "grow_log",
    "init_keys",
    "issue",
    "issue_alone",
    "issue_statuses",
    "issuing",
    "keep_document",
    "keep_documents",
    "keep_log_stamp",
    "keep_paper",
    "keep_titles",
    "keys_are_due",
    "lend_days",
    "log_key",
    "log_public_keys",
    "log_stamp",
    "may_revoke",
    "note_sealed",
    "open_batch",
    "propose",
    "propose_about",
    "propose_decree",
    "propose_reversal",
    "public_keys",
    "publish_foreign",
    "publish_lists",
    "publish_log",
    "read_picture",
    "recognise",
    "record_review",
    "record_reviews",
    "register_keys",
    "reinstate",
    "remind_holders",
    "renew_keys",
    "replace_certificate",
    "revoke",
    "revoke_alone",
    "revoke_key",
    "root_keys",
    "rotate_key",
    "seal_keys",
    "seal_papers",
    "seal_waiting",
    "seal_with",
    "sealed_pdf",
    "sealing_keys",
    "statuses_are_due",
    "suspend",
    "titles_wait",
    "unsealed_of",
    "unstamped",
    "withdraw_review",
]  # fmt: skip
