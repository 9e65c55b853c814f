"""Every rule that is judged, in one readable table: what it says, how hard, why, since when, for which acts.

Severity, source and period here are the catalogue's; the regime's own switches say what applies on a given day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.eligibility.facts import Question
from app.eligibility.findings import Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules import certificate, employment, power, qualification, squad
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import Act, ActClass, Severity
from app.regimes.policy import Period, RegimeDay, Text

PersonCheck = Callable[[Standing, Question, RegimeDay, Interval], Findings]
SquadCheck = Callable[[Squad, Question, RegimeDay, Interval], Findings]

ALL = frozenset(ActClass)
ENFORCING = frozenset({ActClass.ENFORCE, ActClass.COMPEL})
ASSISTING = frozenset({ActClass.ASSIST})
ENFORCING_AND_DISPATCH = ENFORCING | {ActClass.STAFFING}
DENY, WARN = Severity.DENY, Severity.WARN
SINCE = Period
OPEN = Period()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `person` judges one member, `company` those who came together; `acts` are the classes that meet it."""

    id: str
    severity: Severity
    acts: frozenset[ActClass]
    person: PersonCheck | None
    company: SquadCheck | None
    period: Period
    source: str
    title: Text


def _of(
    rule: str,
    severity: Severity,
    acts: frozenset[ActClass],
    check: PersonCheck,
    source: str,
    zh: str,
    en: str,
    period: Period = OPEN,
) -> Rule:
    return Rule(rule, severity, acts, check, None, period, source, Text(zh, en))


def _together(
    rule: str,
    severity: Severity,
    acts: frozenset[ActClass],
    check: SquadCheck,
    source: str,
    zh: str,
    en: str,
    period: Period = OPEN,
) -> Rule:
    return Rule(rule, severity, acts, None, check, period, source, Text(zh, en))


# fmt: off
RULES: tuple[Rule, ...] = (
    _of("R01", DENY, ENFORCING, certificate.r01, "行政处罚法42、76(五)",
        "未持有效行政执法证件的，不得从事行政执法活动", "No valid certificate, no act of enforcement"),
    _of("R02", DENY, ENFORCING, qualification.r02, "行政处罚法42",
        "执法资格考试不合格的，不授予执法资格，不得执法", "A required paper failed or not sat: no qualification"),
    _of("R03", DENY, ENFORCING, certificate.r03, "行政处罚法42、55",
        "执勤时段内证件已过有效期", "Certificate expired during the interval"),
    _of("R04", DENY, ENFORCING, certificate.r04, "行政处罚法42、55",
        "证件尚未生效", "Certificate not yet effective"),
    _of("R05", DENY, ENFORCING, certificate.r05, "行政处罚法42、55",
        "证件处于暂扣期间", "Certificate suspended"),
    _of("R06", DENY, ENFORCING, certificate.r06, "行政处罚法42、55",
        "证件已被吊销、撤销、收回或注销", "Certificate revoked, withdrawn or cancelled"),
    _of("R07", DENY, ENFORCING, certificate.r07, "行政处罚法55",
        "证件挂失未补办，不得从事须亮证的执法", "Certificate reported lost and not reissued"),
    _of("R08", DENY, ALL, employment.r08, "行政处罚法17、42",
        "已离职、调离，或证载单位与现单位不符", "Left the service, or the certificate names another agency"),
    _of("R09", DENY, ENFORCING, employment.r09, "行政处罚法42; 行政强制法17(三); 2015指导意见(十二)",
        "非在编执法人员不得执法", "Only officers on the establishment may enforce"),
    _of("R10", DENY, ENFORCING, employment.r10, "2015指导意见(十二)",
        "协管人员只能从事四项辅助性事务", "Auxiliaries do the four assist acts only"),
    _together("R10", WARN, ASSISTING, employment.r10_company, "2015指导意见(十二)",
              "协管人员应当配合执法人员工作", "Auxiliaries assist together with a certified officer"),
    _of("R12", DENY, ENFORCING, power.r12, "行政处罚法17、22",
        "只承担监督指导职责或无执法依据的机构不参与具体执法", "Bodies that guide, or lack a basis, do not enforce"),
    _of("R13", DENY, ENFORCING, power.r13, "产品默认: 证载执法领域",
        "事项不在持证人执法领域内", "The item lies outside the certified domains"),
    _of("R14", DENY, ENFORCING, power.r14, "行政处罚法17、18、38",
        "本机关在该日未依法行使该事项处罚权", "The agency does not hold the item's power on that day"),
    _of("R15", DENY, ENFORCING, power.r15, "行政处罚法22、23、25",
        "超出证载执法区域或本机关管辖区域", "The place lies outside the region or territory"),
    _together("R17", DENY, ENFORCING, squad.r17, "行政处罚法42; 行政强制法18(二)",
              "具备资格的执法人员少于两人", "Fewer than two eligible officers of one authority",
              SINCE(date(1996, 10, 1))),
    _of("R19", WARN, ENFORCING, squad.r19, "行政处罚法52、55; 118号(四)、(五)",
        "应当主动出示执法证件，人员信息应当公示", "Show the certificate; stand on the published list",
        SINCE(date(1996, 10, 1))),
    _of("R27", DENY, ENFORCING_AND_DISPATCH, qualification.r27, "公务员法34、67",
        "新录用人员未完成初任培训的，不得派驻执法", "Initial training unfinished: no enforcement, no dispatch"),
    _of("R28", WARN, ENFORCING, qualification.r28, "纲要(三十四)",
        "年度培训学时不足", "Annual training hours fall short", SINCE(date(2021, 8, 11))),
    _of("R33", DENY, ALL, employment.r33, "公职人员政务处分法52",
        "被立案调查并决定暂停履行职务", "Suspended from duties during an investigation", SINCE(date(2020, 7, 1))),
    _of("R39", WARN, ENFORCING, qualification.r39, "2015指导意见(十一)",
        "轮训、持证上岗期限届满仍未完成", "A programme's deadline passed with tasks unfinished"),
)
# fmt: on

AWAITED: dict[Act, tuple[str, ...]] = {
    Act.SEIZE: ("R18",),
    Act.DEMOLISH: ("R18", "R36"),
    Act.EXECUTE: ("R18", "R36"),
    Act.SUBSTITUTE: ("R18",),
    Act.LEGAL_REVIEW: ("R25",),
    Act.HEARING: ("R24",),
    Act.SUPERVISE: ("R12",),
    Act.LICENCE_CHECK: ("R14",),
    Act.HIRE_AUX: ("R31",),
    Act.DISPATCH: ("R29",),
    Act.PUBLISH_ROSTER: ("R38",),
    Act.APPOINT_LEADER: ("R30",),
}
"""Acts that need a rule whose conditions no fact here can establish: not established is not allowed."""

AWAITED_SOURCES = {
    "R18": "行政强制法17—19",
    "R22": "行政处罚法43; 公务员法74、76",
    "R24": "行政处罚法64(四)",
    "R25": "行政处罚法58; 公务员法25",
    "R29": "2015指导意见(八)",
    "R30": "2015指导意见(八)",
    "R31": "2015指导意见(十二)",
    "R36": "行政强制法43",
    "R38": "118号(五)",
}

PERSON_RULES = {kind: tuple(rule for rule in RULES if rule.person and kind in rule.acts) for kind in ActClass}
COMPANY_RULES = {kind: tuple(rule for rule in RULES if rule.company and kind in rule.acts) for kind in ActClass}
IDS = frozenset(rule.id for rule in RULES)
SOURCES = AWAITED_SOURCES | {rule.id: rule.source for rule in reversed(RULES)}
