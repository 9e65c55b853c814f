"""What the findings say: company. Per code: message and remedy, each Chinese then English."""

from collections.abc import Mapping

Both = tuple[str, str]

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
