"""What the findings say: power. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
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
    "R12.not-appointed": (
        ("该日没有行政执法监督人员的任命。", "There is no appointment as supervisor of enforcement on that day."),
        ("由已任命的行政执法监督人员实施。", "Leave it to appointed supervisors."),
    ),
    "R12.supervisors-few": (
        (
            "实施监督的人员 %(present)s 名，至少需要 %(needed)s 名。",
            "%(present)s supervisors at once, at least %(needed)s are needed.",
        ),
        ("增加已任命的行政执法监督人员。", "Add appointed supervisors."),
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
            "%(agency)s在该日没有“%(item_zh)s”的职权。",
            "%(agency)s does not hold the power over %(item_en)s on that day.",
        ),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.retained": (
        (
            "“%(item_zh)s”由%(regulator_zh)s行使，不属%(agency)s职权。",
            "%(agency)s does not hold the power over %(item_en)s, which stays with the %(regulator_en)s.",
        ),
        (
            "移送%(regulator_zh)s，或由街道(镇)提请联合执法，各队伍只实施本队伍职权内的行为。",
            "Refer the matter to the %(regulator_en)s, or to a joint operation in which each force acts for itself.",
        ),
    ),
    "R14.planned": (
        (
            "“%(item_zh)s”的职权尚未由%(agency)s承接。",
            "%(agency)s has not yet taken over the power over %(item_en)s.",
        ),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.returned": (
        ("“%(item_zh)s”的职权已划回原单位。", "The power over %(item_en)s went back from %(agency)s."),
        ("移送%(regulator_zh)s处理。", "Refer the matter to the authority for %(regulator_en)s."),
    ),
    "R14.unpublished": (
        (
            "%(agency)s行使“%(item_zh)s”职权尚未向社会公布。",
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
    "R14.attends": (
        (
            "本机关对该事项或地点无权的执法人员只能到场配合，不得实施该执法行为。",
            "Officers whose authority has no power here attend only; they do not carry out the act.",
        ),
        ("由有权机关的执法人员实施。", "Let the officers of the authority that has the power act."),
    ),
    "R16.none": (
        (
            "%(agency)s属受委托组织，没有书面委托的记录。",
            "%(agency)s acts by entrustment, and no written entrustment is on record.",
        ),
        (
            "由委托机关的执法人员实施，或补录委托书。",
            "Leave the act to the entrusting agency, or record the entrustment.",
        ),
    ),
    "R16.ended": (
        ("%(agency)s的委托在该日不在期限内。", "The entrustment of %(agency)s is not in force on that day."),
        (
            "由委托机关的执法人员实施，或重新办理委托。",
            "Leave the act to the entrusting agency, or renew the entrustment.",
        ),
    ),
    "R16.items-unknown": (
        ("%(agency)s受委托的事项不明。", "The items entrusted to %(agency)s are unknown."),
        ("请核实并补录委托事项。", "Verify the entrusted items and have them recorded."),
    ),
    "R16.item": (
        ("事项 %(item)s 不在%(agency)s的委托范围内。", "Item %(item)s is not entrusted to %(agency)s."),
        ("由委托机关的执法人员实施。", "Leave the act to officers of the entrusting agency."),
    ),
    "R16.unpublished": (
        ("%(agency)s的委托书尚未向社会公布。", "The entrustment of %(agency)s has not been published."),
        ("公布委托书后方可实施。", "Publish the entrustment first."),
    ),
    "R16.passed-on": (
        (
            "%(agency)s的委托来自另一受委托组织，不得再委托。",
            "%(agency)s was entrusted by a body that itself acts by entrustment, which may not pass it on.",
        ),
        ("由原委托机关的执法人员实施。", "Leave the act to the agency that first entrusted it."),
    ),
    "R16.compel": (
        (
            "%(agency)s属受委托组织，行政强制不得委托。",
            "%(agency)s acts by entrustment; compulsion is never entrusted.",
        ),
        ("由行政机关的执法人员实施。", "Leave the act to officers of the administrative organ."),
    ),
}
