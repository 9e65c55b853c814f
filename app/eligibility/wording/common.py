"""What the findings say: common. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

Both = tuple[str, str]

WORDS: Mapping[str, tuple[Both, Both]] = {
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
