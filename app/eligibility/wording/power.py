"""What the findings say: power. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

Both = tuple[str, str]

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
}
