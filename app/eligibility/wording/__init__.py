"""What each finding says, and what would help, in both languages; filled from the finding's data."""

from collections.abc import Mapping

from app.eligibility.findings import Both, Finding
from app.eligibility.wording import case, certificate, common, company, employment, power, qualification, staffing

WORDS: Mapping[str, tuple[Both, Both]] = {
    **certificate.WORDS,
    **employment.WORDS,
    **power.WORDS,
    **qualification.WORDS,
    **company.WORDS,
    **case.WORDS,
    **staffing.WORDS,
    **common.WORDS,
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
