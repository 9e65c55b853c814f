"""The cast: accounts with one-time passwords, and what each may do where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts import passwords, service
from app.accounts.policy import Role
from app.accounts.queries import actor_of
from app.core.permissions import Actor, P
from app.demo.stage import Stage

EVERYWHERE = ""


@dataclass(frozen=True)
class Part:
    """One account: what it is called, its roles over a unit (everywhere where empty), and its person, if it has one."""

    username: str
    title_zh: str
    title_en: str
    roles: tuple[Role, ...]
    unit: str
    person: str = ""


def staff(home: str) -> tuple[Part, ...]:
    """Those who run the registry, each with their role over a unit; the administrator's reaches everywhere."""
    return (
        Part("ada", "系统管理员", "system administrator", (Role.ADMINISTRATOR,), EVERYWHERE),
        Part("reg", "机构与人员登记员", "registrar", (Role.REGISTRAR,), home),
        Part("tan", "培训考试管理员", "trainer", (Role.TRAINER,), home),
        Part("edi", "命题员", "question editor", (Role.EDITOR,), home),
        Part("rui", "审题员", "question reviewer", (Role.REVIEWER,), home),
        Part("ian", "发证员", "issuer", (Role.ISSUER,), home),
    )


def admit(stage: Stage, parts: Iterable[Part], moment: datetime) -> None:
    """Open accounts, each with a one-time password, its person and its roles."""
    for part in parts:
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


def announced(
    stage: Stage, parts: Sequence[Part], where: Mapping[str, tuple[str, str]]
) -> tuple[tuple[str, str, str], ...]:
    """Each account with its role in both languages and its one-time password, for the operator to read once."""
    return tuple(
        (
            part.username,
            f"{part.title_zh}（{where[part.unit][0]}） / {part.title_en}, {where[part.unit][1]}",
            stage.passwords[part.username],
        )
        for part in parts
    )
