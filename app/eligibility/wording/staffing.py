"""What the findings say: numbers, dispatch and rosters. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

_COUNT: Both = ("登记该机关当前人数。", "Record the agency's present numbers.")

WORDS: Mapping[str, tuple[Both, Both]] = {
    "R26.too-few": (
        (
            "%(agency)s执法人员 %(officers)s 名，法制审核人员 %(reviewers)s 名，按 %(percent)s%% 应有 %(needed)s 名。",
            "%(agency)s: %(reviewers)s legal reviewers for %(officers)s officers; %(percent)s%% would be %(needed)s.",
        ),
        ("配足法制审核人员。", "Appoint more legal reviewers."),
    ),
    "R26.unknown": (
        (
            "%(agency)s法制审核人员或执法人员数量不明，无法核对比例。",
            "How many legal reviewers or officers %(agency)s has is unknown; the share cannot be checked.",
        ),
        _COUNT,
    ),
    "R29.too-new": (
        (
            "自 %(since)s 起从事执法工作，至 %(served)s 方满 %(months)s 个月，此前不得派驻。",
            "In service since %(since)s; %(months)s months are complete on %(served)s, no dispatch before.",
        ),
        (
            "改派任职年限已满的人员，或在 %(served)s 及以后派驻。",
            "Send somebody with longer service, or wait until %(served)s.",
        ),
    ),
    "R29.service-unknown": (
        (
            "何时起从事执法工作不明，无法确认是否已满 %(months)s 个月。",
            "Since when the person has served is unknown; %(months)s months cannot be confirmed.",
        ),
        ("补登入职日期。", "Record the day of entry."),
    ),
    "R29.unit-unstated": (
        ("未说明派驻到哪个单位，无法核对派驻人数。", "The unit to be dispatched to is not stated."),
        ("注明派驻单位。", "Name the unit."),
    ),
    "R29.unit-unknown": (
        (
            "派驻单位 %(unit)s 或其类别(镇、街道)不明，无法核对派驻人数。",
            "The unit %(unit)s, or whether it is a town's or a street's, is unknown; the number cannot be checked.",
        ),
        ("登记该单位及其类别。", "Record the unit and its kind."),
    ),
    "R29.unit-kind": (
        (
            "%(unit)s不是镇或街道机构，当地只规定了镇和街道的派驻人数。",
            "%(unit)s is neither a town's nor a street's; dispatch is provided for these only.",
        ),
        ("选择镇或街道机构。", "Choose a town or street office."),
    ),
    "R29.number-unknown": (
        ("%(unit)s现有派驻人数不明，无法核对是否超员。", "How many are dispatched to %(unit)s is unknown."),
        ("登记该单位现有派驻人数。", "Record how many are dispatched there."),
    ),
    "R29.too-many": (
        (
            "派驻后%(unit)s将有 %(after)s 人，超过上限 %(most)s 人。",
            "%(unit)s would then have %(after)s people, more than the most of %(most)s.",
        ),
        ("减少派驻人数，或派驻到其他镇(街道)。", "Send fewer, or send them elsewhere."),
    ),
    "R29.too-few": (
        (
            "派驻后%(unit)s仅有 %(after)s 人，应配备不少于 %(least)s 人。",
            "%(unit)s will have %(after)s people only; at least %(least)s must be dispatched.",
        ),
        ("尽快补足派驻人员。", "Dispatch more people soon."),
    ),
    "R30.two-lines": (
        (
            "派驻人员业务工作由派出部门领导，日常管理以派驻镇(街道)为主。",
            "The bureau directs the dispatched people's work; the town or street manages them day to day.",
        ),
        ("将双重管理关系书面告知派驻人员。", "Tell the people in writing who directs and who manages them."),
    ),
    "R30.own-name": (
        (
            "派驻人员以派出部门(%(agency)s)名义执法。",
            "The dispatched officer enforces in the name of the bureau (%(agency)s).",
        ),
        ("执法文书使用派出部门名称和印章。", "Use the bureau's name and seal on every document."),
    ),
    "R30.unit-unstated": (
        ("未说明任职单位。", "The unit that gets a leader is not stated."),
        ("注明任职单位。", "Name the unit."),
    ),
    "R30.not-consulted": (
        (
            "调整%(unit)s负责人，未见征求派驻地党(工)委意见的记录。",
            "There is no record that the local Party committee was consulted about the leader of %(unit)s.",
        ),
        ("先征求派驻地党(工)委意见并登记文号。", "Consult the committee first and record the letter's number."),
    ),
    "R31.unstated": (
        ("未说明招用协管人员的数量。", "How many auxiliaries are to be hired is not stated."),
        ("注明招用数量。", "State the number."),
    ),
    "R31.no-agency": (
        ("无法确定由哪个机关招用。", "Which agency would hire cannot be established."),
        ("由在职的机关负责人提出。", "Have somebody in the agency's service ask."),
    ),
    "R31.unknown": (
        (
            "%(agency)s在编人员或协管人员数量不明，不得招用。",
            "How many established staff or auxiliaries %(agency)s has is unknown; no hiring.",
        ),
        _COUNT,
    ),
    "R31.above": (
        (
            "%(agency)s现有协管 %(auxiliaries)s 名，加招 %(count)s 名共 %(after)s 名，超过在编人员数上限 %(most)s 名。",
            "%(agency)s: %(auxiliaries)s auxiliaries and %(count)s more are %(after)s; the staff allows %(most)s.",
        ),
        ("减少招用数量，或不再招用。", "Hire fewer, or none."),
    ),
    "R31.breach": (
        (
            "%(agency)s现有协管 %(auxiliaries)s 名，已超过在编人员数上限 %(most)s 名。",
            "%(agency)s already has %(auxiliaries)s auxiliaries; established staff allow %(most)s.",
        ),
        ("制定减员计划。", "Plan how the number will come down."),
    ),
    "R32.rises": (
        (
            "%(agency)s协管人员一年前 %(was)s 名，招用后 %(after)s 名，未逐年减少。",
            "%(agency)s had %(was)s auxiliaries a year ago and would have %(after)s; the number should fall.",
        ),
        ("减少招用数量。", "Hire fewer."),
    ),
    "R32.fall-unknown": (
        (
            "%(agency)s一年前或当前协管人员数量不明，无法核对是否逐年减少。",
            "How many auxiliaries %(agency)s has, or had a year ago, is unknown; the trend cannot be checked.",
        ),
        ("补登一年前及当前人数。", "Record the present numbers and those of a year ago."),
    ),
    "R32.not-growing": (
        (
            "%(agency)s执法人员一年前 %(was)s 名，现有 %(now)s 名，未逐年增长。",
            "%(agency)s had %(was)s officers a year ago and has %(now)s; the number should grow.",
        ),
        ("补充持证执法人员。", "Bring in certified officers."),
    ),
    "R32.growth-unknown": (
        (
            "%(agency)s一年前或当前执法人员数量不明，无法核对是否逐年增长。",
            "How many officers %(agency)s has, or had a year ago, is unknown; the trend cannot be checked.",
        ),
        ("补登一年前及当前人数。", "Record the present numbers and those of a year ago."),
    ),
    "R32.base-low": (
        (
            "%(agency)s基层执法人员 %(grassroots)s 名，执法人员共 %(officers)s 名，基层比例未超过 %(percent)s%%。",
            "%(grassroots)s of %(officers)s officers of %(agency)s serve at the base, not more than %(percent)s%%.",
        ),
        ("将执法力量下沉到基层。", "Move officers to squads, streets and towns."),
    ),
    "R32.base-unknown": (
        (
            "%(agency)s基层执法人员数量不明，无法核对基层比例。",
            "How many officers of %(agency)s serve at the base is unknown; the share cannot be checked.",
        ),
        _COUNT,
    ),
    "R32.over-establishment": (
        (
            "%(agency)s在编 %(established)s 名，超过核定编制 %(posts)s 名。",
            "%(agency)s has %(established)s established staff for %(posts)s posts.",
        ),
        ("严禁超编进人；先消化超编人员。", "Take nobody on beyond the establishment; bring the number down first."),
    ),
    "R38.unstated": (
        ("未提供要发布的排班。", "The roster to be published is not stated."),
        ("提供排班内容。", "Give the roster."),
    ),
    "R38.reversed": (
        ("班次结束时间不晚于开始时间：%(shift)s。", "A shift does not end after it starts: %(shift)s."),
        ("更正班次时间。", "Correct the times."),
    ),
    "R38.double-booked": (
        (
            "%(names)s 被重复排班：%(first)s 与 %(second)s 时间重叠。",
            "%(names)s: booked twice, as %(first)s and %(second)s overlap.",
        ),
        ("从其中一班换出。", "Take them out of one of the two."),
    ),
    "R38.rest": (
        (
            "%(names)s 在 %(first)s 与 %(second)s 之间休息不足 %(hours)s 小时。",
            "%(names)s: less than %(hours)s hours of rest between %(first)s and %(second)s.",
        ),
        ("调整班次，保证休息。", "Move a shift so that they can rest."),
    ),
    "R38.gap": (
        (
            "%(place)s自 %(starts)s 至 %(ends)s 无人值守。",
            "Nobody is on duty at %(place)s from %(starts)s to %(ends)s.",
        ),
        ("补排班次。", "Add a shift."),
    ),
    "R38.more": (
        (
            "以上为前 %(shown)s 项，另有 %(more)s 项问题未列出。",
            "These are the first %(shown)s; %(more)s more are not listed.",
        ),
        ("先处理已列出的问题，再重新检查。", "Deal with these first, then check again."),
    ),
}
