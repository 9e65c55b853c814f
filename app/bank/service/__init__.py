"""What can be done with the question bank."""

from app.bank.service.bulk import Act, BulkPlan, do_bulk, plan_bulk
from app.bank.service.bundled import load_bundled
from app.bank.service.exporting import Exported, export, losses, prepare, template
from app.bank.service.figures import keep_figures
from app.bank.service.importing import (
    check_again,
    check_upload,
    discard,
    import_file,
    import_files,
    near_pairs,
    take_over,
)  # fmt: skip
from app.bank.service.items import create_item, edit_item
from app.bank.service.pictures import keep_picture, picture_of
from app.bank.service.planning import FORMATS, ImportResult
from app.bank.service.remarks import add_remark
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
    "FORMATS", "Act", "BulkPlan", "Exported", "Given", "ImportResult", "Loaded", "StatuteUnreadable", "add_remark",
    "adopt", "approve", "begin_reviews", "carry_over", "check_again", "check_upload", "create_item", "discard",
    "do_bulk", "drop", "edit_item", "export", "import_file", "import_files", "keep_figures", "keep_picture",
    "load_bundled", "load_files", "losses", "near_pairs", "picture_of", "plan_bulk", "prepare", "propose", "reject",
    "retire", "submit", "take_over", "template", "withdraw", "withdraw_edition",
]  # fmt: skip
