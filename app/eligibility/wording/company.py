"""What the findings say: company. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
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
    "R18.unapproved": (
        (
            "实施行政强制未经行政机关负责人事前批准，也未说明情况紧急。",
            "Compulsion without the prior approval of the head of the agency, and no emergency is stated.",
        ),
        ("先报告并取得批准。", "Report and obtain approval first."),
    ),
    "R18.complete": (
        (
            "情况紧急当场实施的，应当在二十四小时内报告并补办批准手续。",
            "Done in an emergency: report within 24 hours and complete the approval.",
        ),
        ("二十四小时内报告并补办。", "Report and complete it within 24 hours."),
    ),
    "R20.not-officer": (
        (
            "%(kind_zh)s不得穿着执法制服。",
            "This person serves as %(kind_en)s and may not wear the officers' uniform.",
        ),
        ("换下执法制服。", "Change out of the uniform."),
    ),
    "R20.uniform": (
        ("执法人员应当按规定着制式服装、佩戴标识。", "Officers wear the uniform and its marks as prescribed."),
        ("出勤前检查着装。", "Check the kit before the shift."),
    ),
    "R21.record": (
        ("应当进行执法全过程记录。", "Record the whole process."),
        ("携带并开启记录设备。", "Carry and switch on the recorder."),
    ),
    "R21.no-recorder": (
        ("实施行政强制未配备音像记录设备。", "Compulsion without an audio-video recorder."),
        ("配备执法记录仪后实施。", "Bring a recorder."),
    ),
    "R21.recorder-unknown": (
        (
            "实施行政强制是否配备音像记录设备不明。",
            "Whether an audio-video recorder is brought to the compulsory act is unknown.",
        ),
        ("确认配备执法记录仪。", "Make sure that a recorder is brought."),
    ),
    "R35.not-in-force": (
        ("编组 %(template)s 在该日未施行。", "The squad template %(template)s does not hold on that day."),
        ("请核对编组。", "Check the template."),
    ),
    "R35.too-few": (
        (
            "“%(template_zh)s”中具备资格的执法人员 %(present)s 名，至少需要 %(needed)s 名。",
            "%(template_en)s: %(present)s eligible officers, at least %(needed)s are needed.",
        ),
        ("补足持证执法人员，或只从事辅助性事务。", "Add certified officers, or keep to assisting."),
    ),
    "R35.deviates": (
        (
            "“%(template_zh)s”应有%(who_zh)s %(want)s 名，实有 %(have)s 名。",
            "%(template_en)s: %(want)s of the kind “%(who_en)s” in principle, here %(have)s.",
        ),
        ("原则上按编组配备。", "Make the squad up as the template says."),
    ),
    "R36.night": (
        (
            "不得在夜间(%(starts)s 至 %(ends)s)实施行政强制执行。",
            "No compulsory execution at night (%(starts)s to %(ends)s).",
        ),
        ("改在日间实施；情况紧急的除外。", "Do it by day, unless it is urgent."),
    ),
    "R36.holiday": (
        (
            "%(day)s 是法定节假日(%(holiday_zh)s)，不得实施行政强制执行。",
            "%(day)s is a statutory holiday (%(holiday_en)s): no compulsory execution.",
        ),
        ("改在其他日期实施；情况紧急的除外。", "Do it on another day, unless it is urgent."),
    ),
    "R36.calendar-unknown": (
        (
            "%(year)s 年法定节假日安排不明，不能认定不在节假日。",
            "The holidays of %(year)s are unknown, so a working day cannot be assumed.",
        ),
        ("载入该年节假日安排。", "Load the holidays of that year."),
    ),
    "R36.utilities": (
        (
            "不得对居民生活采取停止供水、供电、供热、供燃气等方式。",
            "People's water, power, heat or gas must not be cut off to force them.",
        ),
        ("改用其他方式。", "Use other means."),
    ),
    "R36.no-cuts": (
        (
            "不得以停止供水、供电、供热、供燃气等方式影响居民生活。",
            "Do not cut off people's water, power, heat or gas.",
        ),
        ("实施前确认。", "Make sure beforehand."),
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
}
