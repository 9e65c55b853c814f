"""What can be done with the question bank."""

from app.bank.service.bundled import load_bundled
from app.bank.service.exporting import WRITERS, Exported, export, template
from app.bank.service.importing import check_again, check_upload, discard, import_file, take_over
from app.bank.service.items import create_item, edit_item
from app.bank.service.planning import FORMATS, ImportResult
from app.bank.service.review import approve, reject, retire, submit

__all__ = [
    "FORMATS", "WRITERS", "Exported", "ImportResult", "approve", "check_again", "check_upload", "create_item",
    "discard", "edit_item", "export", "import_file", "load_bundled", "reject", "retire", "submit", "take_over",
    "template",
]  # fmt: skip
