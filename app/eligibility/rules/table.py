"""Every rule that is judged, in one readable table: what it says, how hard, why, since when, for which acts.

Severity, source and period here are the catalogue's; the regime's own switches say what applies on a given day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.eligibility.facts import Question
from app.eligibility.findings import Findings
from app.eligibility.intervals import Interval
from app.eligibility.rules import (
    case,
    certificate,
    compulsion,
    deciding,
    employment,
    power,
    qualification,
    roster,
    squad,
    staffing,
)
from app.eligibility.standing import Squad, Standing
from app.regimes.codes import ActClass, Severity
from app.regimes.policy import Period, RegimeDay, Text

PersonCheck = Callable[[Standing, Question, RegimeDay, Interval], Findings]
SquadCheck = Callable[[Squad, Question, RegimeDay, Interval], Findings]

ALL = frozenset(ActClass)
ENFORCING = frozenset({ActClass.ENFORCE, ActClass.COMPEL})
COMPELLING = frozenset({ActClass.COMPEL})
ASSISTING = frozenset({ActClass.ASSIST})
DECIDING = frozenset({ActClass.DECIDE})
OFFICIAL = ENFORCING | DECIDING
ON_THE_STREET = ENFORCING | ASSISTING
ENFORCING_AND_DISPATCH = ENFORCING | {ActClass.STAFFING}
STAFFING = frozenset({ActClass.STAFFING})
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
    _of("R09", DENY, OFFICIAL, employment.r09, "行政处罚法42; 行政强制法17(三); 2015指导意见(十二)",
        "非在编执法人员不得执法", "Only officers on the establishment may enforce"),
    _of("R10", DENY, OFFICIAL, employment.r10, "2015指导意见(十二)",
        "协管人员只能从事四项辅助性事务", "Auxiliaries do the four assist acts only"),
    _together("R10", WARN, ASSISTING, employment.r10_company, "2015指导意见(十二)",
              "协管人员应当配合执法人员工作", "Auxiliaries assist together with a certified officer"),
    _of("R11", DENY, OFFICIAL, employment.r11, "2015指导意见(十二); 54号",
        "志愿者、网格员、社会监督员等不得检查、执法", "Volunteers, grid workers and other outsiders do not enforce"),
    _of("R12", DENY, ENFORCING, power.r12, "行政处罚法17、22",
        "只承担监督指导职责或无执法依据的机构不参与具体执法", "Bodies that guide, or lack a basis, do not enforce"),
    _of("R12", DENY, DECIDING, deciding.r12_supervisor, "行政执法监督条例2",
        "行政执法监督由行政执法监督人员实施", "Supervising enforcement is for appointed supervisors"),
    _together("R12", DENY, DECIDING, deciding.r12_together, "行政执法监督条例2",
              "实施监督的人员少于规定人数", "Fewer supervisors at once than prescribed"),
    _of("R13", DENY, ENFORCING, power.r13, "产品默认: 证载执法领域",
        "事项不在持证人执法领域内", "The item lies outside the certified domains"),
    _of("R14", DENY, OFFICIAL, power.r14, "行政处罚法17、18、38",
        "本机关在该日未依法行使该事项处罚权", "The agency does not hold the item's power on that day"),
    _of("R15", DENY, ENFORCING, power.r15, "行政处罚法22、23、25",
        "超出证载执法区域或本机关管辖区域", "The place lies outside the region or territory"),
    _of("R16", DENY, ENFORCING, power.r16, "行政处罚法20、21; 行政强制法17",
        "受委托组织须在有效的书面委托范围内", "An entrusted body keeps to a written entrustment in force"),
    _together("R17", DENY, OFFICIAL, squad.r17, "行政处罚法42; 行政强制法18(二)",
              "具备资格的执法人员少于两人", "Fewer than two eligible officers of one authority",
              SINCE(date(1996, 10, 1))),
    _together("R18", DENY, COMPELLING, compulsion.r18, "行政强制法17—19",
              "行政强制须事前批准；紧急时24小时内补办", "Compulsion needs prior approval, or a report within 24 hours",
              SINCE(date(2012, 1, 1))),
    _of("R19", WARN, ENFORCING, squad.r19, "行政处罚法52、55; 118号(四)、(五)",
        "应当主动出示执法证件，人员信息应当公示", "Show the certificate; stand on the published list",
        SINCE(date(1996, 10, 1))),
    _of("R20", DENY, ON_THE_STREET, squad.r20, "住建令55第11条; 2015指导意见(十二)",
        "非执法人员不得着执法制服", "Nobody but officers wears the officers' uniform"),
    _together("R20", Severity.OBLIGATION, ENFORCING, squad.r20_company, "住建令55第11条",
              "按规定着制式服装、佩戴标识", "Uniform and marks as prescribed"),
    _together("R21", WARN, ENFORCING, squad.r21, "行政处罚法47; 118号(八)",
              "执法全过程记录", "The whole process is recorded", SINCE(date(2018, 12, 5))),
    _of("R22", DENY, OFFICIAL, case.r22, "行政处罚法43; 公务员法74、76",
        "与案件有利害关系或者与当事人有亲属关系的，应当回避", "An interest in the case, or kinship with a party"),
    _of("R23", WARN, OFFICIAL, case.r23, "行政处罚法43",
        "回避申请决定前，不停止调查", "Recusal asked for and not yet decided", SINCE(date(2021, 7, 15))),
    _of("R24", DENY, DECIDING, deciding.r24, "行政处罚法64(四)",
        "听证由非本案调查人员主持", "Who presides over a hearing did not investigate"),
    _of("R25", DENY, DECIDING, deciding.r25, "行政处罚法58; 公务员法25",
        "初次从事处罚决定法制审核的，应当取得法律职业资格", "A first-time reviewer holds the legal qualification",
        SINCE(date(2018, 1, 1))),
    _together("R26", WARN, DECIDING, staffing.r26, "118号(十一)",
              "法制审核人员原则上不少于执法人员总数的5%", "Legal reviewers: in principle 5 % of the officers",
              SINCE(date(2018, 12, 5))),
    _of("R27", DENY, ENFORCING_AND_DISPATCH, qualification.r27, "公务员法34、67",
        "新录用人员未完成初任培训的，不得派驻执法", "Initial training unfinished: no enforcement, no dispatch"),
    _of("R28", WARN, ENFORCING, qualification.r28, "纲要(三十四)",
        "年度培训学时不足", "Annual training hours fall short", SINCE(date(2021, 8, 11))),
    _of("R29", DENY, STAFFING, staffing.r29, "产品默认: 派驻年限与人数由各地规定",
        "派驻须满规定的工作年限", "Dispatch needs the prescribed time of service"),
    _together("R29", DENY, STAFFING, staffing.r29_unit, "产品默认: 派驻年限与人数由各地规定",
              "每镇、街道的派驻人数", "How many people a town or street takes"),
    _of("R30", DENY, ENFORCING, staffing.r30, "2015指导意见(八)",
        "派驻人员以派出部门名义执法", "Dispatched officers act in the bureau's name", SINCE(date(2015, 12, 24))),
    _together("R30", DENY, STAFFING, staffing.r30_unit, "2015指导意见(八)",
              "派驻机构双重管理；调整负责人应征求派驻地党(工)委意见",
              "Two lines of command; the local Party committee is asked about a leader", SINCE(date(2015, 12, 24))),
    _together("R31", DENY, STAFFING, staffing.r31, "2015指导意见(十二)",
              "协管人员数量不得超过在编人员", "Auxiliaries do not outnumber established staff",
              SINCE(date(2015, 12, 24))),
    _together("R32", WARN, STAFFING, staffing.r32, "2015指导意见(十二)",
              "协管人员应当逐步减少；不得超编进人", "Auxiliaries fall; nobody beyond the establishment",
              SINCE(date(2015, 12, 24))),
    _of("R33", DENY, ALL, employment.r33, "公职人员政务处分法52",
        "被立案调查并决定暂停履行职务", "Suspended from duties during an investigation", SINCE(date(2020, 7, 1))),
    _of("R34", WARN, OFFICIAL, employment.r34, "公务员法64; 公职人员政务处分法8",
        "处于处分期内", "In the period of a disciplinary sanction", SINCE(date(2020, 7, 1))),
    _together("R35", DENY, ON_THE_STREET, squad.r35, "产品默认: 联合巡逻编组由各地规定",
              "联合巡逻分队的编组", "The make-up of a joint patrol squad"),
    _together("R36", DENY, COMPELLING, compulsion.r36, "行政强制法43",
              "不得在夜间或者法定节假日实施行政强制执行", "No compulsory execution at night or on statutory holidays",
              SINCE(date(2012, 1, 1))),
    _together("R37", WARN, frozenset({ActClass.ENFORCE}), case.r37, "54号",
              "涉企检查须事前审批、出具通知、未超年度频次", "Inspecting an enterprise: approval, notice, yearly number",
              SINCE(date(2024, 12, 24))),
    _together("R38", DENY, STAFFING, roster.r38, "产品默认: 同一人不得同时排两班; 24小时值守由各地规定",
              "值守不得空岗，人员不得重复排班", "No gap in coverage, nobody in two shifts at once"),
    _of("R39", WARN, ENFORCING, qualification.r39, "2015指导意见(十一)",
        "轮训、持证上岗期限届满仍未完成", "A programme's deadline passed with tasks unfinished"),
    _of("R40", WARN, ENFORCING, certificate.r40, "产品默认: 换证窗口与年审由各地规定",
        "证件临近到期应换发；按规定应年审而未年审", "The renewal window is open, or a review is missing"),
)
# fmt: on

PERSON_RULES = {kind: tuple(rule for rule in RULES if rule.person and kind in rule.acts) for kind in ActClass}
COMPANY_RULES = {kind: tuple(rule for rule in RULES if rule.company and kind in rule.acts) for kind in ActClass}
IDS = frozenset(rule.id for rule in RULES)
SOURCES = {rule.id: rule.source for rule in reversed(RULES)}
