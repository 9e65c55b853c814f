"""What the terms of a badge mean that no standard defines: in both languages at once, as programs point to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term by its name in the badge, what holds it, and its meaning; `kind` is the type of its value."""

    name: str
    kind: str
    zh: str
    en: str


TERMS = (
    Term(
        "agency", "string",
        "持证人所属执法机关的名称，按签发时证件上所印。只在该机关名义下执法时有效。",
        "Name of the enforcement agency to which the holder belongs, as printed on the day of issue. It holds only for "
        "enforcement in that agency's name.",
    ),
    Term(
        "region", "string",
        "执法区域：证件在此行政区域内有效。多个区域以“、”分隔。",
        "Where it holds: the territories of enforcement by name, parted by “、”.",
    ),
    Term(
        "domains", "array of string",
        "执法领域的名称，各项以证件上所印为准；未列出的领域不在证件范围之内。",
        "The domains of enforcement by name, as printed. What is not listed is not covered.",
    ),
    Term(
        "authority", "string",
        "执法权来源：本机关法定职权、法律法规授权，或者行政机关依法委托（行政处罚法第十七条、第十九条、第二十条）。",
        "The source of authority: a power of the agency's own, authorisation by law or regulation, or entrustment "
        "(Administrative Penalty Law, articles 17, 19 and 20).",
    ),
    Term(
        "identityEnd", "string",
        "公民身份号码的后四位；证件上印人员编号的，为该编号全文。用于与本人出示的身份证件比对，不是完整号码。",
        "The last four characters of the identity number or, where a staff code is printed instead, that code whole, "
        "to be compared with the identity card shown. It is not the number.",
    ),
    Term(
        "qualification", "achievement",
        "行政执法资格：经统一考试合格、符合条件，由有权机关签发证件。取得资格不等于在某日某地有权执法，"
        "当日是否有效以登记系统和状态列表为准。",
        "The qualification for administrative enforcement: the papers were passed, the conditions are met, and a body "
        "with that power has issued the certificate. To hold it is not yet to be allowed to enforce on a given day: "
        "the registry and the status lists say what is in force then.",
    ),
)  # fmt: skip
