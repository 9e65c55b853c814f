"""What the findings say: employment. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
    "R08.departed": (
        ("已于 %(ended)s 离开岗位(%(reason_zh)s)。", "Left the service on %(ended)s (%(reason_en)s)."),
        ("从排班中移除。", "Take the person off the roster."),
    ),
    "R08.return-card": (
        ("应当收回证件 %(number)s 并注销。", "Certificate %(number)s must be recovered and cancelled."),
        ("办理收回、注销手续。", "Recover and cancel it."),
    ),
    "R08.unknown": (
        ("该时段内没有任职记录。", "There is no record of employment for this time."),
        ("请核实并补录任职信息。", "Verify the employment and have it recorded."),
    ),
    "R08.agency-differs": (
        (
            "证件 %(number)s 所载单位(%(named)s)与现单位(%(agency)s)不符。",
            "Certificate %(number)s names agency %(named)s, the present one is %(agency)s.",
        ),
        ("按现单位换发证件。", "Have the certificate reissued for the present agency."),
    ),
    "R08.agency-unknown": (
        ("证件 %(number)s 所载单位不明。", "The agency named on certificate %(number)s is unknown."),
        ("请核实并补录证载单位。", "Verify the agency on the certificate and have it recorded."),
    ),
    "R08.overlap": (
        ("同时有两个单位的任职记录。", "There are employments at two agencies at once."),
        ("请核实哪一项有效。", "Verify which of them holds."),
    ),
    "R09.kind": (
        (
            "%(kind_zh)s不是执法人员，不得执法。",
            "This person serves as %(kind_en)s, not as an officer, and may not enforce.",
        ),
        ("改派在编持证执法人员。", "Send certified officers on the establishment instead."),
    ),
    "R09.category": (
        (
            "%(category_zh)s属非在编人员，不得执法。",
            "Employed as %(category_en)s, not on the establishment: may not enforce.",
        ),
        ("改派在编持证执法人员。", "Send certified officers on the establishment instead."),
    ),
    "R10.beyond": (
        (
            "协管人员不得从事%(act_zh)s;越权后果由所在执法部门承担。",
            "An auxiliary may not do this act (%(act_en)s); its agency answers for the consequences.",
        ),
        (
            "只能从事宣传教育、巡查、信息收集、违法行为劝阻。",
            "Keep to publicity, patrol, gathering information and dissuading.",
        ),
    ),
    "R10.alone": (
        ("协管人员没有持证执法人员带领。", "The auxiliaries are not accompanied by a certified officer."),
        ("安排至少一名持证执法人员同行。", "Add at least one certified officer."),
    ),
    "R10.assist-only": (
        ("同行的非执法人员只能从事辅助性事务。", "Those in attendance who are no officers may assist only."),
        ("由执法人员实施执法行为。", "Let the officers carry out the act."),
    ),
    "R11.kind": (
        (
            "%(kind_zh)s不得实施检查、执法或者作出决定。",
            "This person serves as %(kind_en)s and may neither inspect nor enforce nor decide.",
        ),
        (
            "只能从事宣传教育、巡查、信息收集、违法行为劝阻和社会监督。",
            "Keep to publicity, patrol, gathering information, dissuading and observing.",
        ),
    ),
    "R34.period": (
        (
            "受%(sanction_zh)s处分，处分期 %(starts)s 至 %(ends)s。",
            "In the period of a sanction (%(sanction_en)s), %(starts)s through %(ends)s.",
        ),
        ("安排执勤前由负责人确认。", "Have the head of the agency confirm the duty."),
    ),
    "R34.open": (
        (
            "自 %(starts)s 起受%(sanction_zh)s处分，处分期止日未载。",
            "Under a sanction (%(sanction_en)s) since %(starts)s; the last day of its period is not recorded.",
        ),
        (
            "请核实并补录处分期；安排执勤前由负责人确认。",
            "Record the period; have the head of the agency confirm the duty.",
        ),
    ),
    "R33.suspended": (
        ("自 %(starts)s 起被暂停履行职务。", "Suspended from duties since %(starts)s."),
        ("恢复履职前由他人替换。", "Let someone else take the duty until it is lifted."),
    ),
}
