"""What can be done in the registry: every change is a fact added, and an entry in the ledger beside it."""

from app.registry.service.duty import ENDABLE, appoint, declare_relation, designate, end_fact, entrust
from app.registry.service.facts import correct, withdraw
from app.registry.service.importing import (
    Outcome,
    Surroundings,
    check_import,
    commit_import,
    discard_import,
    import_file,
    template,
)
from app.registry.service.organisation import (
    add_area,
    assign_territory,
    change_unit,
    create_unit,
    record_establishment,
    record_standing,
)  # fmt: skip
from app.registry.service.people import NewPerson, add_person, change_profile, record_identity, set_extra_time
from app.registry.service.photos import LARGEST as LARGEST_PHOTO
from app.registry.service.photos import keep_photo
from app.registry.service.powers import hold_power, plan_power, publish_power, return_power
from app.registry.service.serving import Employed, Separated, employ, post, sanction, separate

__all__ = [
    "ENDABLE",
    "LARGEST_PHOTO",
    "Employed",
    "NewPerson",
    "Outcome",
    "Separated",
    "Surroundings",
    "add_area",
    "add_person",
    "appoint",
    "assign_territory",
    "change_profile",
    "change_unit",
    "check_import",
    "commit_import",
    "correct",
    "create_unit",
    "declare_relation",
    "designate",
    "discard_import",
    "employ",
    "end_fact",
    "entrust",
    "hold_power",
    "import_file",
    "keep_photo",
    "plan_power",
    "post",
    "publish_power",
    "record_establishment",
    "record_identity",
    "record_standing",
    "return_power",
    "sanction",
    "separate",
    "set_extra_time",
    "template",
    "withdraw",
]  # fmt: skip
