"""What can be permitted, and to whom it is: one enum, and the value that stands for whoever acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class P(StrEnum):
    """Every permission, as room:action."""

    ACCOUNTS_MANAGE = "accounts:manage"
    LEDGER_READ = "ledger:read"
    REGISTRY_READ = "registry:read"
    REGISTRY_EDIT = "registry:edit"
    REGISTRY_IMPORT = "registry:import"
    BANK_READ = "bank:read"
    BANK_EDIT = "bank:edit"
    BANK_IMPORT = "bank:import"
    BANK_REVIEW = "bank:review"
    TRAINING_READ = "training:read"
    TRAINING_MANAGE = "training:manage"
    EXAMS_READ = "exams:read"
    EXAMS_MANAGE = "exams:manage"
    EXAMS_INVIGILATE = "exams:invigilate"
    EXAMS_RELEASE = "exams:release"
    EXAMS_MARK = "exams:mark"
    CREDENTIALS_READ = "credentials:read"
    CREDENTIALS_ISSUE = "credentials:issue"
    CREDENTIALS_CHANGE = "credentials:change"
    CREDENTIALS_APPLY = "credentials:apply"
    CREDENTIALS_CHECK = "credentials:check"
    CREDENTIALS_DECREE = "credentials:decree"
    ELIGIBILITY_CHECK = "eligibility:check"
    ELIGIBILITY_READ = "eligibility:read"
    ELIGIBILITY_OVERRIDE = "eligibility:override"
    ROSTERS_EDIT = "rosters:edit"
    OBSERVATIONS_REPORT = "observations:report"
    OBSERVATIONS_READ = "observations:read"
    REGIMES_READ = "regimes:read"
    REGIMES_EDIT = "regimes:edit"
    REGIMES_ADOPT = "regimes:adopt"
    SELF = "self:use"


Scope = frozenset[int] | None
"""Unit ids whose whole subtree is meant; None means everywhere. An empty set means nowhere."""


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a signed-in person, a system with a token, or a job.

    `grants` maps each permission held to its scope. `label` is what the ledger keeps beside the id.
    """

    label: str
    account_id: int | None = None
    person_id: int | None = None
    display_name: str = ""
    roles: tuple[str, ...] = ()
    grants: Mapping[P, Scope] = field(default_factory=dict)

    def may(self, permission: P) -> bool:
        """Whether the permission is held anywhere at all."""
        return permission in self.grants

    def scope(self, permission: P) -> Scope:
        """Where the permission is held; an empty set when it is not."""
        return self.grants.get(permission, frozenset())


def system_actor(label: str) -> Actor:
    """The actor of a job or of the operator's command line: everything, everywhere, under its own name."""
    return Actor(label=label, display_name=label, grants=dict.fromkeys(P))
