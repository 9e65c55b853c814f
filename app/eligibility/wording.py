"""What each finding says, and what would help, in both languages; filled from the finding's data."""

from collections.abc import Mapping

from app.eligibility.findings import Finding

Both = tuple[str, str]

WORDS: Mapping[str, tuple[Both, Both]] = {
    # code: ((message zh, message en), (remedy zh, remedy en))
    "R01.none": (
        ("没有行政执法证件。", "There is no enforcement certificate."),
        (
            "考试合格后申领证件；此前只能从事辅助性事务或参加培训。",
            "Pass the papers and have a certificate issued; until then assist or train only.",
        ),
    ),
    "R01.unknown": (
        ("证件情况不明，不能认定持证。", "Nothing is known about certificates, so none can be assumed."),
        ("请补录证件信息。", "Have the certificate's data recorded."),
    ),
    "R01.undated": (
        ("证件 %(number)s 的有效期不明。", "The validity of certificate %(number)s is unknown."),
        ("请核实并补录有效期起止日。", "Verify the first and last day of validity and have them recorded."),
    ),
    "R01.several": (
        (
            "同一机关有多个在有效期内的证件:%(numbers)s。",
            "Several certificates of one agency are in force: %(numbers)s.",
        ),
        ("请核实，收回多余的证件。", "Verify, and withdraw those that should not be."),
    ),
    "R02.failed": (
        (
            "%(paper_zh)s考试不合格:%(score)s 分，合格线 %(mark)s 分(%(sat_on)s)。",
            "Failed %(paper_en)s: %(score)s, pass mark %(mark)s (%(sat_on)s).",
        ),
        (
            "%(next)s 起可以补考；合格前只能参加培训和从事辅助性事务。",
            "May sit again from %(next)s; until passed, train and assist only.",
        ),
    ),
    "R02.missing": (
        ("没有%(paper_zh)s的考试成绩。", "There is no result for the paper %(paper_en)s."),
        ("安排参加考试，或补录成绩。", "Admit the person to a sitting, or have the result recorded."),
    ),
    "R03.expired": (
        ("证件 %(number)s 有效期至 %(valid_to)s,已过期。", "Certificate %(number)s was valid through %(valid_to)s."),
        ("换发证件；此前由他人替换。", "Renew the certificate; until then let someone else take the duty."),
    ),
    "R04.early": (
        ("证件 %(number)s 自 %(valid_from)s 起生效。", "Certificate %(number)s takes effect on %(valid_from)s."),
        ("生效日起方可执法。", "Wait until it takes effect."),
    ),
    "R05.suspended": (
        ("证件 %(number)s 处于暂扣期间。", "Certificate %(number)s is suspended."),
        ("恢复前由他人替换。", "Let someone else take the duty until it is reinstated."),
    ),
    "R06.ended": (
        (
            "证件 %(number)s 已被吊销、撤销、收回或注销。",
            "Certificate %(number)s has been revoked, withdrawn or cancelled.",
        ),
        ("须重新取得资格并申领证件。", "A new qualification and certificate are needed."),
    ),
    "R07.lost": (
        ("证件 %(number)s 已挂失，尚未补办。", "Certificate %(number)s was reported lost and has not been reissued."),
        ("补办后方可执法。", "Have it reissued first."),
    ),
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
    "R12.guides": (
        (
            "%(agency)s只承担指导、监督或管理职责，不参与具体执法。",
            "%(agency)s guides, supervises or manages and does not enforce.",
        ),
        ("由有执法权的县(区)执法局实施。", "Leave the act to the county bureau that has the power."),
    ),
    "R12.unknown": (
        ("不能确定%(agency)s是否有执法职责。", "Whether %(agency)s enforces could not be established."),
        ("请补录机构的执法职责。", "Have the agency's standing recorded."),
    ),
    "R12.no-basis": (
        ("没有%(agency)s执法依据(法定职权、授权)的记录。", "No authority basis of %(agency)s is on record."),
        ("请补录授权或法定职权依据。", "Have the basis of its authority recorded."),
    ),
    "R12.entrusted": (
        (
            "%(agency)s属受委托组织，书面委托的内容和期限未能核实。",
            "%(agency)s acts by entrustment; scope and term of the written entrustment could not be established.",
        ),
        ("由委托机关的执法人员实施。", "Leave the act to officers of the entrusting agency."),
    ),
    "R13.outside": (
        (
            "事项 %(item)s 属“%(domain_zh)s”领域，不在证件 %(number)s 的执法领域内。",
            "Item %(item)s belongs to %(domain_en)s, which certificate %(number)s does not cover.",
        ),
        ("改派持有该领域证件的执法人员。", "Send officers certified for this domain."),
    ),
    "R13.unknown": (
        ("证件 %(number)s 的执法领域不明。", "The domains of certificate %(number)s are unknown."),
        ("请核实并补录执法领域。", "Verify the domains and have them recorded."),
    ),
    "R14.unstated": (
        ("未说明执法事项，不能确定是否有权。", "No power item was stated, so the power could not be established."),
        ("请选择执法事项。", "State the power item."),
    ),
    "R14.not-in-force": (
        ("事项 %(item)s 在该日不在权力清单内。", "Item %(item)s is not on the list of powers on that day."),
        ("请核对事项清单。", "Check the list of power items."),
    ),
    "R14.not-held": (
        (
            "%(agency)s在该日没有“%(item_zh)s”的处罚权。",
            "%(agency)s does not hold the power over %(item_en)s on that day.",
        ),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.planned": (
        (
            "“%(item_zh)s”的处罚权尚未由%(agency)s承接。",
            "%(agency)s has not yet taken over the power over %(item_en)s.",
        ),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.returned": (
        ("“%(item_zh)s”的处罚权已划回原单位。", "The power over %(item_en)s went back from %(agency)s."),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.unpublished": (
        (
            "%(agency)s行使“%(item_zh)s”处罚权尚未向社会公布。",
            "That %(agency)s holds the power over %(item_en)s has not been published.",
        ),
        ("公布后方可行使。", "Publish it first."),
    ),
    "R15.unstated": (
        ("未说明地点，不能确定管辖。", "No place was stated, so the jurisdiction could not be established."),
        ("请选择地点。", "State the place."),
    ),
    "R15.region-unknown": (
        ("证件 %(number)s 的执法区域不明。", "The region of certificate %(number)s is unknown."),
        ("请核实并补录执法区域。", "Verify the region and have it recorded."),
    ),
    "R15.outside-region": (
        ("%(place)s不在证件 %(number)s 的执法区域内。", "%(place)s lies outside the region of certificate %(number)s."),
        ("由当地执法人员实施，或取得指定管辖。", "Leave it to the officers there, or obtain a designation."),
    ),
    "R15.outside-territory": (
        ("%(place)s不在%(agency)s管辖区域内。", "%(place)s lies outside the territory of %(agency)s."),
        ("由当地执法机关实施，或取得指定管辖。", "Leave it to the agency there, or obtain a designation."),
    ),
    "R17.too-few": (
        (
            "同一机关具备资格的执法人员 %(present)s 名，至少需要 %(needed)s 名(公安民警、辅警不计入)。",
            "%(present)s eligible officers of one authority, at least %(needed)s are needed (police do not count).",
        ),
        (
            "增加同一机关的持证执法人员，或只从事辅助性事务。",
            "Add certified officers of the same authority, or keep to assisting.",
        ),
    ),
    "R17.older-law": (
        (
            "依当时施行的行政处罚法，调查、检查须两名以上执法人员；本次 %(present)s 名。",
            "The law then in force asked for two officers when investigating or inspecting; here %(present)s.",
        ),
        ("请核对当时的地方规定；当场处罚须出示证件。", "Check the local rule of the time; show the certificate."),
    ),
    "R19.show": (
        ("应当主动出示执法证件。", "Show the enforcement certificate unasked."),
        ("随身携带证件。", "Carry the certificate."),
    ),
    "R19.not-published": (
        ("不在公示的执法人员名单中。", "Not on the published list of officers."),
        ("在公示名单中补充。", "Add the officer to the published list."),
    ),
    "R19.roster-unknown": (
        ("是否在公示名单中不明。", "Whether the officer is on the published list is unknown."),
        ("请核实公示名单。", "Check the published list."),
    ),
    "R22.unexamined": (
        ("是否存在应当回避的情形未能核实。", "Whether anyone must withdraw from this case could not be established."),
        (
            "请逐人确认与当事人有无利害关系、亲属关系。",
            "Ask each officer about interests in the case and kinship with the parties.",
        ),
    ),
    "R27.untrained": (
        (
            "%(hired_on)s 新录用，未完成初任培训(试用期至 %(last)s)。",
            "Hired on %(hired_on)s, initial training unfinished (probation through %(last)s).",
        ),
        ("继续培训；完成前不派驻、不执法。", "Continue training; no dispatch and no enforcement before."),
    ),
    "R27.probation": (
        ("尚在试用期内(至 %(last)s)。", "Still on probation, through %(last)s."),
        ("由有经验的执法人员带领。", "Pair with an experienced officer."),
    ),
    "R28.short": (
        (
            "%(year)s 年培训 %(hours)s 学时，应达 %(needed)s 学时，还差 %(short)s 学时，所余 %(left)s 天。",
            "%(hours)s of %(needed)s training hours in %(year)s: %(short)s short, %(left)s days left.",
        ),
        ("年内补足学时。", "Make up the hours within the year."),
    ),
    "R28.carried": (
        (
            "%(year)s 年培训 %(hours)s 学时，应达 %(needed)s 学时，差 %(short)s 学时未补。",
            "%(hours)s of %(needed)s training hours in %(year)s: %(short)s short and not made up.",
        ),
        ("补足上年学时。", "Make up last year's hours."),
    ),
    "R28.unknown": (
        ("%(year)s 年培训学时情况不明。", "The training hours of %(year)s are unknown."),
        ("请补录学时。", "Have the hours recorded."),
    ),
    "R33.suspended": (
        ("自 %(starts)s 起被暂停履行职务。", "Suspended from duties since %(starts)s."),
        ("恢复履职前由他人替换。", "Let someone else take the duty until it is lifted."),
    ),
    "R39.open": (
        (
            "“%(programme_zh)s”尚未完成:%(tasks_zh)s;期限 %(deadline)s。",
            "%(programme_en)s: not yet done: %(tasks_en)s; deadline %(deadline)s.",
        ),
        ("期限届满前完成。", "Finish by the deadline."),
    ),
    "R39.overdue": (
        (
            "“%(programme_zh)s”期限 %(deadline)s 已过，尚未完成:%(tasks_zh)s。",
            "%(programme_en)s: the deadline %(deadline)s has passed; not done: %(tasks_en)s.",
        ),
        ("完成后方可执法。", "Finish it first."),
    ),
    "*.fault": (
        (
            "规则 %(rule)s 判断时出错，未能核实，按不允许处理。",
            "Rule %(rule)s failed; the matter could not be established.",
        ),
        ("请通知系统管理员。", "Tell the system administrator."),
    ),
    "*.awaited": (
        (
            "规则 %(rule)s 所需的条件无法核实，按不允许处理。",
            "What rule %(rule)s asks for this act could not be established.",
        ),
        ("按规定程序人工审查。", "Have it examined by hand in the due procedure."),
    ),
}

KINDS: Mapping[str, Both] = {
    "AUXILIARY": ("协管人员", "an auxiliary"),
    "POLICE": ("公安民警", "a police officer"),
    "AUX_POLICE": ("辅警", "an auxiliary police officer"),
    "SOCIAL_SUPERVISOR": ("社会监督员", "a social supervisor"),
    "GRID_WORKER": ("网格员", "a grid worker"),
    "VOLUNTEER": ("志愿者", "a volunteer"),
    "SANITATION": ("环卫人员", "a sanitation worker"),
    "THIRD_PARTY": ("第三方机构人员", "staff of a third party"),
    "TEMPORARY": ("临时人员", "a temporary worker"),
}
CATEGORIES: Mapping[str, Both] = {
    "CONTRACT": ("合同制人员", "contract staff"),
    "LABOUR_DISPATCH": ("劳务派遣人员", "dispatched labour"),
    "SECONDED": ("借调人员", "seconded staff"),
    "WELFARE_POST": ("公益性岗位人员", "holder of a public-welfare post"),
}
REASONS: Mapping[str, Both] = {
    "RETIRED": ("退休", "retired"),
    "RESIGNED": ("辞职", "resigned"),
    "DISMISSED": ("辞退", "dismissed"),
    "TRANSFERRED": ("调离", "transferred"),
    "TRAINING_FAILED": ("培训不合格", "training failed"),
    "DECEASED": ("去世", "deceased"),
}
_NAMED = {"kind": KINDS, "category": CATEGORIES, "reason": REASONS}
_UNSTATED: Both = ("原因未载", "reason not recorded")


def message(finding: Finding) -> dict[str, str]:
    """What was found, as `{"zh", "en"}`."""
    return _filled(finding, 0)


def remedy(finding: Finding) -> dict[str, str]:
    """What would help, as `{"zh", "en"}`."""
    return _filled(finding, 1)


def _filled(finding: Finding, part: int) -> dict[str, str]:
    key = f"{finding.rule}.{finding.code}"
    zh, en = WORDS[key if key in WORDS else f"*.{finding.code}"][part]
    data: dict[str, str | int] = {"rule": finding.rule}
    for name, value in finding.data:
        data[name] = value
        if name in _NAMED:
            data[f"{name}_zh"], data[f"{name}_en"] = _NAMED[name].get(str(value), _UNSTATED)
    return {"zh": zh % data, "en": en % data}
