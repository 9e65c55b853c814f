"""What the findings say: the case, the enterprise and acts of deciding. Per code: message and remedy, Chinese first."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
    "R22.unknown": (
        (
            "与当事人有无利害关系、亲属关系不明。",
            "Whether there is an interest in the case or kinship with a party is unknown.",
        ),
        (
            "请逐人确认与当事人有无利害关系、亲属关系。",
            "Ask each officer about interests in the case and kinship with the parties.",
        ),
    ),
    "R22.related": (
        (
            "与当事人“%(party)s”有利害关系或者亲属关系，应当回避。",
            "There is an interest or kinship with the party %(party)s: the officer must withdraw.",
        ),
        ("改派其他执法人员。", "Send another officer."),
    ),
    "R23.asked": (
        (
            "当事人已申请其回避，尚未决定；决定作出前不停止调查。",
            "A party asked for recusal and nothing is decided yet; until then the investigation goes on.",
        ),
        ("由行政机关负责人及时决定。", "Have the head of the agency decide soon."),
    ),
    "R24.unknown": (
        ("本案调查人员未说明，不能确定主持人。", "Who investigated the case was not stated, so nobody can be cleared."),
        ("请列明本案调查人员。", "Name the investigators of the case."),
    ),
    "R24.investigated": (
        ("系本案调查人员，不得主持听证。", "Investigated this case and may not preside over its hearing."),
        ("指定非本案调查人员主持。", "Appoint someone who did not investigate."),
    ),
    "R24.no-card": (
        ("该日没有听证主持人资格证件的记录。", "No presider's card is on record for that day."),
        ("指定持有听证主持人资格证件的人员。", "Appoint someone who holds the card."),
    ),
    "R25.unknown": (
        ("是否取得法律职业资格不明。", "Whether the legal profession qualification is held is unknown."),
        ("请核实并补录法律职业资格。", "Verify the qualification and have it recorded."),
    ),
    "R25.undated": (
        ("取得法律职业资格的日期不明。", "Since when the legal profession qualification is held is unknown."),
        ("请核实并补录取得日期。", "Verify the day and have it recorded."),
    ),
    "R25.none": (
        (
            "初次从事行政处罚决定法制审核，该日未取得法律职业资格。",
            "Reviews penalties for the first time without the legal profession qualification on that day.",
        ),
        ("由取得法律职业资格的人员审核。", "Leave the review to someone who holds it."),
    ),
    "R37.no-approval": (
        ("涉企检查未载事前审批。", "No prior approval of inspecting the enterprise is stated."),
        ("先办理检查审批。", "Have the inspection approved first."),
    ),
    "R37.no-notice": (
        ("涉企检查未载检查通知书。", "No notice of inspecting the enterprise is stated."),
        ("出具行政检查通知书。", "Issue the notice of inspection."),
    ),
    "R37.cap-unknown": (
        ("该企业年度检查频次上限不明。", "How often the enterprise may be inspected in a year is unknown."),
        ("请核对已公布的年度频次上限。", "Check the published yearly number."),
    ),
    "R37.count-unknown": (
        (
            "该企业本年度已检查次数不明(上限 %(cap)s 次)。",
            "How often the enterprise was inspected this year is unknown (at most %(cap)s).",
        ),
        ("请核对检查记录。", "Check the record of inspections."),
    ),
    "R37.too-many": (
        (
            "该企业本年度已检查 %(done)s 次，上限 %(cap)s 次。",
            "The enterprise was inspected %(done)s times this year, at most %(cap)s are allowed.",
        ),
        ("除法定情形外不再安排检查。", "Leave it uninspected unless the law demands otherwise."),
    ),
    "R37.results": (
        ("检查结果应当当场告知企业。", "Tell the enterprise the results on the spot."),
        ("填写并交付检查结果。", "Fill in the results and hand them over."),
    ),
}
