"""The cast: accounts with one-time passwords, and what each may do where."""

from datetime import datetime

from app.accounts.policy import Role
from app.demo import casting
from app.demo.casting import EVERYWHERE, Part
from app.demo.pingliang.places import KONGTONG
from app.demo.stage import Stage

STAFF = (
    Part("ada", "系统管理员", "system administrator", (Role.ADMINISTRATOR,), EVERYWHERE),
    Part("aud", "审计员", "auditor", (Role.AUDITOR,), EVERYWHERE),
    Part("reg", "机构与人员登记员", "registrar", (Role.REGISTRAR,), KONGTONG),
    Part("tan", "培训考试管理员", "trainer", (Role.TRAINER,), KONGTONG),
    Part("edi", "命题员", "question editor", (Role.EDITOR,), KONGTONG),
    Part("rui", "审题员", "question reviewer", (Role.REVIEWER,), KONGTONG),
    Part("inv", "监考员", "invigilator", (Role.INVIGILATOR,), KONGTONG),
    Part("ian", "发证员", "issuer", (Role.ISSUER,), KONGTONG),
    Part("sun", "执法督导员", "supervisor", (Role.SUPERVISOR,), KONGTONG),
)
OFFICERS = (
    Part("ou", "执法人员，各项有效", "officer, everything in force", (Role.OFFICER,), KONGTONG, "KT-0023"),
    Part("lin", "执法人员，各项有效", "officer, everything in force", (Role.OFFICER,), KONGTONG, "KT-0032"),
    Part("xin", "新录用人员，只能参加练习", "recruit, can only practise", (Role.OFFICER,), KONGTONG, "KT-0150"),
)


def hire_staff(stage: Stage, moment: datetime) -> None:
    """Accounts of those who work with the site, with their roles over Kongtong or everywhere."""
    casting.admit(stage, STAFF, moment)


def admit_officers(stage: Stage, moment: datetime) -> None:
    """Accounts of officers, each tied to a person of the registry."""
    casting.admit(stage, OFFICERS, moment)


def announced(stage: Stage) -> tuple[tuple[str, str, str], ...]:
    """Each account with its role in both languages and its one-time password, for the operator to read once."""
    where = {EVERYWHERE: ("全市", "everywhere"), KONGTONG: ("崆峒区", "Kongtong")}
    return casting.announced(stage, (*STAFF, *OFFICERS), where)
