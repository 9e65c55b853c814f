"""The sentences of an import report, in both languages: rows keep them as data."""

from collections.abc import Mapping

from app.core.errors import DomainError

MESSAGES: Mapping[str, tuple[str, str]] = {
    "cell-missing": ("%(column_zh)s为空。", "%(column_en)s is empty."),
    "cell-long": ("%(column_zh)s过长：%(value)s…", "%(column_en)s is too long: %(value)s…"),
    "email-shape": ("电子邮箱格式不正确：%(value)s", "This is not an e-mail address: %(value)s"),
    "day-shape": (
        "%(column_zh)s不是日期：%(value)s。请写成 2026-05-01。",
        "%(column_en)s is not a date: %(value)s. Write it as 2026-05-01.",
    ),
    "flag-unknown": ("%(column_zh)s应为“是”或“否”：%(value)s", "%(column_en)s must be yes or no: %(value)s"),
    "number-shape": ("%(column_zh)s不是整数：%(value)s", "%(column_en)s is not a whole number: %(value)s"),
    "choice-unknown": ("%(column_zh)s无此选项：%(value)s", "%(column_en)s knows no such word: %(value)s"),
    "identity-shape": (
        "身份证号应为 17 位数字加 1 位数字或 X。",
        "An identity number has 17 digits and a digit or X.",
    ),
    "identity-birth-date": (
        "身份证号中的出生日期不存在。",
        "The birth date in this identity number is not a day.",
    ),
    "identity-check-digit": (
        "身份证号校验码不符，请与证件核对。",
        "The check digit of this identity number is not right; compare it with the card.",
    ),
    "identity-number-cell": (
        "身份证号单元格为数值格式，Excel 只保留前 15 位；请设为文本格式后重新填写。",
        "The cell is a number, of which Excel keeps only 15 digits; format it as text and enter it again.",
    ),
    "identity-taken": (
        "该身份证号已登记在另一人名下。",
        "Somebody else in the registry has this identity number.",
    ),
    "identity-differs": (
        "与登记的身份证号不一致；请在人员页面更正。",
        "The identity number differs from the one recorded; correct it on the person's page.",
    ),
    "duplicate-in-file": ("与第 %(row)s 行重复。", "This repeats row %(row)s."),
    "identity-twice": ("身份证号与第 %(row)s 行相同。", "The identity number is the one of row %(row)s."),
    "code-missing": ("新人员须填写人员编号。", "A new person needs a code."),
    "code-shape": (
        "编号只能用字母、数字、连字符、点和下划线，最多 40 个字符。",
        "A code has up to 40 letters A–Z, digits, hyphens, dots or underscores.",
    ),
    "person-out-of-scope": (
        "该编号属于您管理范围以外的人员。",
        "This code belongs to somebody outside your agencies.",
    ),
    "unknown-unit": ("没有这个单位编码：%(value)s", "There is no unit with this code: %(value)s"),
    "unit-out-of-scope": ("单位 %(value)s 不在您的管理范围。", "The unit %(value)s lies outside your agencies."),
    "not-an-agency": ("%(value)s 不是独立机关，不能作为用人单位。", "%(value)s is not an agency and employs nobody."),
    "not-serving": (
        "该人员已离职，请在人员页面办理重新录用。",
        "The person has left; employ them again on their page.",
    ),
    "agency-differs": (
        "用人单位与登记不符；请先在人员页面办理离职或调动。",
        "The agency differs from the one recorded; record the separation or transfer on the person's page.",
    ),
    "hired-differs": (
        "入职日期与登记的 %(before)s 不符；请在人员页面更正。",
        "The day of hire differs from the recorded %(before)s; correct it on the person's page.",
    ),
    "later-facts": (
        "生效日期之后已有登记；请在人员页面修改。",
        "Something is recorded from a day after the effective one; change it on the person's page.",
    ),
    "dates-disagree": (
        "%(column_zh)s早于入职日期或前后颠倒。",
        "%(column_en)s does not agree with the day of hire.",
    ),
    "parent-differs": (
        "上级单位与登记不符；导入不改变隶属关系。",
        "The parent differs from the one recorded; an import does not move units.",
    ),
    "agency-flag-differs": (
        "是否独立机关与登记不符；导入不改变。",
        "Whether it is an agency differs from what is recorded; an import does not change that.",
    ),
    "unit-kind-differs": (
        "单位类别与登记不符；导入不改变。",
        "The kind differs from the one recorded; an import does not change it.",
    ),
    "standing-incomplete": (
        "层级、具有执法权、执法依据类型须同时填写。",
        "Level, enforces and authority basis are needed together.",
    ),
    "parent-rejected": ("上级单位 %(value)s 未能导入。", "The parent %(value)s was not imported."),
    "root-forbidden": (
        "只有全局权限可以设立最上级单位。",
        "Only somebody with rights everywhere can found a topmost unit.",
    ),
    "root-not-agency": ("最上级单位须为独立机关。", "The topmost unit must be an agency."),
    "unknown-regime": ("没有这套规则：%(value)s", "There are no rules with this name: %(value)s"),
    "unknown-area": ("没有这个辖区编码：%(value)s", "There is no place with this code: %(value)s"),
    "unit-code-taken": ("单位编码已被使用。", "There is already a unit with this code."),
    "number-unlikely": ("编制数不合理。", "This number of posts is not likely."),
    "field-missing": ("缺少必填内容。", "Something needed is missing."),
    "not-found": ("单位不在您的管理范围。", "The unit lies outside your agencies."),
    "posting-outside-employment": (
        "任职须在任用期限以内。",
        "A posting must lie within the person's employment, from its first day to its last.",
    ),
    "home-posting-overlaps": ("同期已有所在单位。", "The person has another home unit on these days."),
    "employment-overlaps": ("同期已有任用。", "The person is employed elsewhere on these days."),
    "profile-overlaps": ("同期已有另一条基本信息。", "Another profile holds on these days."),
    "standing-overlaps": ("同期已有另一条机构属性。", "Another standing holds on these days."),
    "establishment-overlaps": ("同期已有另一编制数。", "Another number of posts holds on these days."),
    "territory-overlaps": ("该单位同期已有此辖区。", "The unit has this area on these days already."),
    "agency-does-not-enforce": (
        "该机关持有权力事项，不能改为无执法权。",
        "This agency holds powers, so it cannot cease to enforce.",
    ),
    "person-retired": ("该人员已退休或死亡。", "The person has retired or died."),
    "tidied": (
        "已规范%(column_zh)s：全角字符或多余空格。",
        "%(column_en)s was tidied: full-width characters or stray spaces.",
    ),
}


def message(code: str, **data: str) -> dict[str, str]:
    """The code with its sentence in both languages; a code without one stands for itself."""
    zh, en = MESSAGES.get(code, (f"不能导入：{code}", f"Not possible: {code}"))
    filled = {"value": "", "row": "", "before": "", "column_zh": "", "column_en": "", **data}
    return {"code": code, "zh": zh % filled, "en": en % filled}


def message_of(error: DomainError, value: str = "") -> dict[str, str]:
    """A domain error as a sentence in both languages."""
    return message(error.code, value=value) if error.code in MESSAGES else {
        "code": error.code, "zh": f"不能导入：{error.code}", "en": str(error)
    }  # fmt: skip
