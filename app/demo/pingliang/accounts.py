"""The cast: accounts with one-time passwords, and what each may do where."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts import passwords, service
from app.accounts.policy import Role
from app.accounts.queries import actor_of
from app.core.permissions import Actor, P
from app.demo.pingliang.stage import KONGTONG, Stage

EVERYWHERE = ""


@dataclass(frozen=True)
class Part:
    """One account: what it is called, its roles over a unit (everywhere where empty), and its person, if it has one."""

    username: str
    title_zh: str
    title_en: str
    roles: tuple[Role, ...]
    unit: str = KONGTONG
    person: str = ""


STAFF = (
    Part("ada", "系统管理员", "system administrator", (Role.ADMINISTRATOR,), EVERYWHERE),
    Part("aud", "审计员", "auditor", (Role.AUDITOR,), EVERYWHERE),
    Part("reg", "机构与人员登记员", "registrar", (Role.REGISTRAR,)),
    Part("tan", "培训考试管理员", "trainer", (Role.TRAINER,)),
    Part("edi", "命题员", "question editor", (Role.EDITOR,)),
    Part("rui", "审题员", "question reviewer", (Role.REVIEWER,)),
    Part("inv", "监考员", "invigilator", (Role.INVIGILATOR,)),
    Part("ian", "发证员", "issuer", (Role.ISSUER,)),
    Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,)),
)
OFFICERS = (
    Part("ou", "执法人员，各项有效", "officer, everything in force", (Role.OFFICER,), KONGTONG, "KT-0023"),
    Part("lin", "执法人员，各项有效", "officer, everything in force", (Role.OFFICER,), KONGTONG, "KT-0032"),
    Part("xin", "新录用人员，只能参加练习", "recruit, can only practise", (Role.OFFICER,), KONGTONG, "KT-0150"),
)


def hire_staff(stage: Stage, moment: datetime) -> None:
    """Accounts of those who work with the site, with their roles over Kongtong or everywhere."""
    for part in STAFF:
        _open(stage, part, moment)


def admit_officers(stage: Stage, moment: datetime) -> None:
    """Accounts of officers, each tied to a person of the registry."""
    for part in OFFICERS:
        _open(stage, part, moment)


def _open(stage: Stage, part: Part, moment: datetime) -> None:
    names = {one.code: one.name for one in stage.figures}
    password = passwords.one_time_password()
    account = service.create_account(
        stage.session, stage.hand, username=part.username, display_name=names.get(part.person, part.title_zh),
        now=moment, person_id=stage.people.get(part.person), one_time_password=password,
    )  # fmt: skip
    unit = stage.units[part.unit] if part.unit else None
    for role in part.roles:
        service.grant_role(stage.session, stage.hand, account, role, unit, now=moment)
    stage.session.flush()
    stage.passwords[part.username] = password
    stage.cast[part.username] = actor_of(stage.session, account)


def candidate(stage: Stage, code: str) -> Actor:
    """Somebody who writes a paper: under their own account where they have one, else under their code."""
    own = next((a for a in stage.cast.values() if a.person_id == stage.people[code]), None)
    return own or replace(Actor(code), person_id=stage.people[code], grants={P.SELF: None})


def announced(stage: Stage) -> tuple[tuple[str, str, str], ...]:
    """Each account with its role in both languages and its one-time password, for the operator to read once."""
    where = {EVERYWHERE: ("全市", "everywhere"), KONGTONG: ("崆峒区", "Kongtong")}
    return tuple(
        (
            part.username,
            f"{part.title_zh}（{where[part.unit][0]}） / {part.title_en}, {where[part.unit][1]}",
            stage.passwords[part.username],
        )
        for part in (*STAFF, *OFFICERS)
    )
