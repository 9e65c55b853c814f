"""Roles and what each may do; passwords that are good enough; how failed attempts slow one down. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import N_
from app.core.permissions import P


class Role(StrEnum):
    """The roles a person can be given, each over a part of the organisation."""

    OFFICER = "OFFICER"
    TRAINER = "TRAINER"
    EDITOR = "EDITOR"
    REVIEWER = "REVIEWER"
    INVIGILATOR = "INVIGILATOR"
    MARKER = "MARKER"
    ISSUER = "ISSUER"
    SUPERVISOR = "SUPERVISOR"
    APPROVER = "APPROVER"
    REGISTRAR = "REGISTRAR"
    ADMINISTRATOR = "ADMINISTRATOR"
    AUDITOR = "AUDITOR"
    SOCIAL_SUPERVISOR = "SOCIAL_SUPERVISOR"
    SYSTEM = "SYSTEM"


ROLE_TITLES = {
    Role.OFFICER: N_("Officer"),
    Role.TRAINER: N_("Trainer"),
    Role.EDITOR: N_("Question editor"),
    Role.REVIEWER: N_("Question reviewer"),
    Role.INVIGILATOR: N_("Invigilator"),
    Role.MARKER: N_("Marker of written answers"),
    Role.ISSUER: N_("Issuer"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.APPROVER: N_("Approver of duty"),
    Role.REGISTRAR: N_("Registrar"),
    Role.ADMINISTRATOR: N_("System administrator"),
    Role.AUDITOR: N_("Auditor"),
    Role.SOCIAL_SUPERVISOR: N_("Social supervisor"),
    Role.SYSTEM: N_("Connected system"),
}

_LOOKS_UP = {P.REGISTRY_READ, P.REGIMES_READ}
GRANTS: dict[Role, frozenset[P]] = {
    Role.OFFICER: frozenset({P.SELF}),
    Role.TRAINER: frozenset(
        {P.SELF, P.BANK_READ, P.BANK_EDIT, P.BANK_IMPORT, P.TRAINING_READ, P.TRAINING_MANAGE, P.EXAMS_READ}
        | {P.EXAMS_MANAGE, P.EXAMS_INVIGILATE, P.EXAMS_RELEASE, P.EXAMS_MARK}
        | _LOOKS_UP
    ),
    Role.EDITOR: frozenset({P.SELF, P.BANK_READ, P.BANK_EDIT, P.BANK_IMPORT, P.REGIMES_READ}),
    Role.REVIEWER: frozenset({P.SELF, P.BANK_READ, P.BANK_REVIEW, P.REGIMES_READ, P.EXAMS_MARK}),
    Role.INVIGILATOR: frozenset({P.SELF, P.EXAMS_INVIGILATE}),
    Role.MARKER: frozenset({P.SELF, P.EXAMS_MARK}),
    Role.ISSUER: frozenset(
        {P.SELF, P.CREDENTIALS_READ, P.CREDENTIALS_ISSUE, P.CREDENTIALS_CHANGE, P.CREDENTIALS_DECREE} | _LOOKS_UP
    ),
    Role.SUPERVISOR: frozenset(
        {P.SELF, P.ELIGIBILITY_CHECK, P.ELIGIBILITY_READ, P.ROSTERS_EDIT, P.CREDENTIALS_READ, P.TRAINING_READ}
        | {P.OBSERVATIONS_READ, P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK}
        | _LOOKS_UP
    ),
    Role.APPROVER: frozenset({P.SELF, P.ELIGIBILITY_CHECK, P.ELIGIBILITY_READ, P.ELIGIBILITY_OVERRIDE} | _LOOKS_UP),
    Role.REGISTRAR: frozenset(
        {P.SELF, P.REGISTRY_EDIT, P.REGISTRY_IMPORT, P.TRAINING_READ, P.CREDENTIALS_READ, P.REGIMES_EDIT}
        | {P.CREDENTIALS_APPLY, P.CREDENTIALS_CHECK}
        | _LOOKS_UP
    ),
    Role.ADMINISTRATOR: frozenset(
        {P.SELF, P.ACCOUNTS_MANAGE, P.REGIMES_EDIT, P.REGIMES_ADOPT, P.CREDENTIALS_DECREE} | _LOOKS_UP
    ),
    Role.AUDITOR: frozenset(
        {P.SELF, P.LEDGER_READ, P.CREDENTIALS_READ, P.ELIGIBILITY_READ, P.TRAINING_READ, P.EXAMS_READ}
        | {P.OBSERVATIONS_READ}
        | _LOOKS_UP
    ),
    Role.SOCIAL_SUPERVISOR: frozenset({P.OBSERVATIONS_REPORT}),
    Role.SYSTEM: frozenset({P.ELIGIBILITY_CHECK, P.ELIGIBILITY_READ, P.CREDENTIALS_READ}),
}


@dataclass(frozen=True)
class PasswordProfile:
    """What a password must be.

    djbh follows GB/T 22239-2019 (8.1.4.1: complexity and regular change, lock after failures); asvs follows OWASP
    ASVS 5.0 (6.2: length instead of composition, no forced change).
    """

    name: str
    shortest: int
    longest: int
    kinds: int
    days: int | None


PROFILES = {
    "djbh": PasswordProfile("djbh", shortest=10, longest=128, kinds=3, days=90),
    "asvs": PasswordProfile("asvs", shortest=15, longest=128, kinds=1, days=None),
}
FORBIDDEN_PIECES = ("password", "passw0rd", "chizheng", "123456", "qwerty", "admin", "abc123", "111111", "iloveyou")


def password_faults(password: str, username: str, profile: PasswordProfile) -> tuple[str, ...]:
    """Codes of what is wrong with a password: too-short, too-long, too-plain, guessable, has-name; empty when good."""
    kinds = [any(c.islower() for c in password), any(c.isupper() for c in password), any(c.isdigit() for c in password)]
    kinds.append(any(not c.isalnum() for c in password))
    lowered = password.casefold()
    checks = (
        ("too-short", len(password) < profile.shortest),
        ("too-long", len(password) > profile.longest),
        ("too-plain", sum(kinds) < profile.kinds or len(set(password)) < 5),
        ("guessable", any(piece in lowered for piece in FORBIDDEN_PIECES)),
        ("has-name", len(username) > 2 and username.casefold() in lowered),
    )
    return tuple(code for code, wrong in checks if wrong)


def password_expired(changed_at: datetime, profile: PasswordProfile, now: datetime) -> bool:
    """Whether the profile asks for a new password by now."""
    return profile.days is not None and now - changed_at > timedelta(days=profile.days)


FREE_FAILURES = 4
LONGEST_WAIT = timedelta(minutes=15)


def wait_after(failures: int) -> timedelta:
    """How long an account waits after so many failures in a row: nothing for four, then 30 s doubling to 15 minutes."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(seconds=30 * 2 ** min(failures - FREE_FAILURES - 1, 6)), LONGEST_WAIT)


class AccountState(StrEnum):
    """How an account stands: usable, waiting for its invitation to be taken up, waiting after failures, or closed."""

    ACTIVE = "ACTIVE"
    WAITING = "WAITING"
    LOCKED = "LOCKED"
    DISABLED = "DISABLED"


STATE_TITLES = {
    AccountState.ACTIVE: N_("In use"),
    AccountState.WAITING: N_("Invited, no password yet"),
    AccountState.LOCKED: N_("Waits after failed attempts"),
    AccountState.DISABLED: N_("Disabled"),
}


def account_state(*, disabled: bool, locked_until: datetime | None, waiting: bool, now: datetime) -> AccountState:
    """How an account stands; the gravest of several."""
    if disabled:
        return AccountState.DISABLED
    if locked_until is not None and locked_until > now:
        return AccountState.LOCKED
    return AccountState.WAITING if waiting else AccountState.ACTIVE


IDLE_LIMIT = timedelta(minutes=30)
SESSION_LIMIT = timedelta(hours=12)
INVITATION_LIMIT = timedelta(days=7)
MOST_ATTEMPTS = 8
CLAIM_LIMIT = timedelta(minutes=5)
