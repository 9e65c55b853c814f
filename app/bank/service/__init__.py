"""What can be done with the question bank."""

from app.bank.service.bundled import load_bundled
from app.bank.service.exporting import WRITERS, Exported, export, template
from app.bank.service.importing import check_again, check_upload, discard, import_file, take_over
from app.bank.service.items import create_item, edit_item
from app.bank.service.planning import FORMATS, ImportResult
from app.bank.service.review import approve, reject, retire, submit
from app.bank.service.statute_reviews import begin_reviews, carry_over
from app.bank.service.statutes import (
    Given,
    Loaded,
    StatuteUnreadable,
    adopt,
    drop,
    load_files,
    propose,
    withdraw,
    withdraw_edition,
)  # fmt: skip

__all__ = [
    "FORMATS", "WRITERS", "Exported", "Given", "ImportResult", "Loaded", "StatuteUnreadable", "adopt", "approve",
    "begin_reviews", "carry_over", "check_again", "check_upload", "create_item", "discard", "drop", "edit_item",
    "export", "import_file", "load_bundled", "load_files", "propose", "reject", "retire", "submit", "take_over",
    "template", "withdraw", "withdraw_edition",
]  # fmt: skip
