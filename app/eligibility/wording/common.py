"""What the findings say: common. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

from app.eligibility.findings import Both

WORDS: Mapping[str, tuple[Both, Both]] = {
    "*.fault": (
        (
            "规则 %(rule)s 判断时出错，未能核实，按不允许处理。",
            "Rule %(rule)s failed; the matter could not be established.",
        ),
        ("请通知系统管理员。", "Tell the system administrator."),
    ),
    "*.overridden": (
        (
            "规则 %(rule)s 不允许的结论经 %(approver)s 批准不予适用:%(grounds)s。",
            "The denial of rule %(rule)s was set aside by %(approver)s: %(grounds)s.",
        ),
        ("由批准人承担相应责任，并存档备查。", "The approver answers for it; keep it on file."),
    ),
}
