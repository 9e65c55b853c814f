"""The closed lists of codes that regimes, facts and rules share; they are part of the public contract."""

from enum import StrEnum


class ActClass(StrEnum):
    """What an act is, and so which rules it meets."""

    ASSIST = "ASSIST"
    ENFORCE = "ENFORCE"
    COMPEL = "COMPEL"
    DECIDE = "DECIDE"
    STAFFING = "STAFFING"


class Act(StrEnum):
    """Everything one may ask about."""

    PUBLICITY = "PUBLICITY"
    PATROL = "PATROL"
    INFO = "INFO"
    DISSUADE = "DISSUADE"
    INSPECT = "INSPECT"
    INVESTIGATE = "INVESTIGATE"
    REGISTER_EVIDENCE = "REGISTER_EVIDENCE"
    SPOT_PENALTY = "SPOT_PENALTY"
    PENALTY = "PENALTY"
    SERVE = "SERVE"
    SEIZE = "SEIZE"
    DEMOLISH = "DEMOLISH"
    EXECUTE = "EXECUTE"
    SUBSTITUTE = "SUBSTITUTE"
    LEGAL_REVIEW = "LEGAL_REVIEW"
    HEARING = "HEARING"
    SUPERVISE = "SUPERVISE"
    LICENCE_CHECK = "LICENCE_CHECK"
    HIRE_AUX = "HIRE_AUX"
    DISPATCH = "DISPATCH"
    PUBLISH_ROSTER = "PUBLISH_ROSTER"
    APPOINT_LEADER = "APPOINT_LEADER"


class CertificateState(StrEnum):
    """What was done to a certificate; expiry is a matter of date and no state."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    CANCELLED = "CANCELLED"
    LOST = "LOST"
    SUPERSEDED = "SUPERSEDED"


class Severity(StrEnum):
    """How hard a finding bites."""

    DENY = "DENY"
    WARN = "WARN"
    OBLIGATION = "OBLIGATION"


class PersonKind(StrEnum):
    """What kind of person somebody is, for the rules."""

    OFFICER = "OFFICER"
    AUXILIARY = "AUXILIARY"
    POLICE = "POLICE"
    AUX_POLICE = "AUX_POLICE"
    SOCIAL_SUPERVISOR = "SOCIAL_SUPERVISOR"
    GRID_WORKER = "GRID_WORKER"
    VOLUNTEER = "VOLUNTEER"
    SANITATION = "SANITATION"
    THIRD_PARTY = "THIRD_PARTY"
    TEMPORARY = "TEMPORARY"


class Task(StrEnum):
    """What a certification programme asks of each person."""

    REGISTER = "REGISTER"
    ROTATE = "ROTATE"
    CERTIFY = "CERTIFY"


ACTS_OF_CLASS: dict[ActClass, tuple[Act, ...]] = {
    ActClass.ASSIST: (Act.PUBLICITY, Act.PATROL, Act.INFO, Act.DISSUADE),
    ActClass.ENFORCE: (
        Act.INSPECT,
        Act.INVESTIGATE,
        Act.REGISTER_EVIDENCE,
        Act.SPOT_PENALTY,
        Act.PENALTY,
        Act.SERVE,
    ),
    ActClass.COMPEL: (Act.SEIZE, Act.DEMOLISH, Act.EXECUTE, Act.SUBSTITUTE),
    ActClass.DECIDE: (Act.LEGAL_REVIEW, Act.HEARING, Act.SUPERVISE, Act.LICENCE_CHECK),
    ActClass.STAFFING: (Act.HIRE_AUX, Act.DISPATCH, Act.PUBLISH_ROSTER, Act.APPOINT_LEADER),
}
CLASS_OF_ACT: dict[Act, ActClass] = {act: kind for kind, acts in ACTS_OF_CLASS.items() for act in acts}
