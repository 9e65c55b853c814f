"""Codes of the registry that outsiders hold on to. Pure."""

from enum import StrEnum

from app.regimes.codes import PersonKind as PersonKind  # noqa: PLC0414 - shared with the regimes, told from here


class Category(StrEnum):
    """Under what kind of employment somebody serves."""

    CIVIL_SERVANT = "CIVIL_SERVANT"
    QUASI_CIVIL_SERVANT = "QUASI_CIVIL_SERVANT"
    PUBLIC_INSTITUTION = "PUBLIC_INSTITUTION"
    CONTRACT = "CONTRACT"
    LABOUR_DISPATCH = "LABOUR_DISPATCH"
    SECONDED = "SECONDED"
    WELFARE_POST = "WELFARE_POST"


ESTABLISHED = frozenset({Category.CIVIL_SERVANT, Category.QUASI_CIVIL_SERVANT, Category.PUBLIC_INSTITUTION})
"""On establishment (在编)."""


class UnitKind(StrEnum):
    """What a unit is."""

    SUPERVISION_BODY = "SUPERVISION_BODY"
    BUREAU = "BUREAU"
    BRIGADE = "BRIGADE"
    SQUAD = "SQUAD"
    TOWN_OFFICE = "TOWN_OFFICE"
    STREET_OFFICE = "STREET_OFFICE"
    LINE_DEPARTMENT = "LINE_DEPARTMENT"


class AuthorityBasis(StrEnum):
    """By what right an agency enforces (行政处罚法 17, 19, 20)."""

    OWN = "OWN"
    AUTHORISED = "AUTHORISED"
    ENTRUSTED = "ENTRUSTED"
    NONE = "NONE"


class AreaKind(StrEnum):
    """What an area is; grids and communities lie in a town or street."""

    PROVINCE = "PROVINCE"
    PREFECTURE = "PREFECTURE"
    COUNTY = "COUNTY"
    TOWN = "TOWN"
    COMMUNITY = "COMMUNITY"
    GRID = "GRID"


class PowerStatus(StrEnum):
    """How far an agency has taken a power item over (GN-18)."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    RETURNED = "RETURNED"


class PostingKind(StrEnum):
    """How a person serves in a unit."""

    HOME = "HOME"
    DISPATCH = "DISPATCH"
    SECONDARY = "SECONDARY"


class SanctionKind(StrEnum):
    """Sanctions and orders that touch duty (公务员法 62; 政务处分法 7, 52)."""

    WARNING = "WARNING"
    DEMERIT = "DEMERIT"
    MAJOR_DEMERIT = "MAJOR_DEMERIT"
    DEMOTION = "DEMOTION"
    REMOVAL = "REMOVAL"
    EXPULSION = "EXPULSION"
    DUTY_SUSPENSION = "DUTY_SUSPENSION"


class SeparationReason(StrEnum):
    """Why somebody left."""

    RETIRED = "RETIRED"
    RESIGNED = "RESIGNED"
    DISMISSED = "DISMISSED"
    TRANSFERRED = "TRANSFERRED"
    TRAINING_FAILED = "TRAINING_FAILED"
    DECEASED = "DECEASED"


class Level(StrEnum):
    """At what level of government a unit stands."""

    PROVINCE = "PROVINCE"
    PREFECTURE = "PREFECTURE"
    COUNTY = "COUNTY"
    TOWN = "TOWN"


class AppointmentRole(StrEnum):
    """Offices held besides the post (处罚法58, 64; 条例 on supervision; LX-13, LX-17)."""

    ENFORCEMENT_SUPERVISOR = "ENFORCEMENT_SUPERVISOR"
    LEGAL_REVIEWER = "LEGAL_REVIEWER"
    HEARING_PRESIDER = "HEARING_PRESIDER"
    SOCIAL_SUPERVISOR = "SOCIAL_SUPERVISOR"


class SupervisorGroup(StrEnum):
    """From which of the four groups a social supervisor was chosen (LX-13)."""

    PEOPLES_CONGRESS = "PEOPLES_CONGRESS"
    CPPCC = "CPPCC"
    PARTY_CONGRESS = "PARTY_CONGRESS"
    MEDIA = "MEDIA"


class RelationKind(StrEnum):
    """How a person is tied to a party (行政处罚法43; 公务员法74, 76); NONE_DECLARED declares none at all."""

    NONE_DECLARED = "NONE_DECLARED"
    INTEREST = "INTEREST"
    SPOUSE = "SPOUSE"
    DIRECT_KIN = "DIRECT_KIN"
    COLLATERAL_KIN = "COLLATERAL_KIN"
    AFFINITY = "AFFINITY"
    OTHER = "OTHER"


TITLES: dict[type[StrEnum], dict[str, tuple[str, str]]] = {
    PersonKind: {
        "OFFICER": ("执法人员", "Enforcement officer"),
        "AUXILIARY": ("协管人员", "Auxiliary"),
        "POLICE": ("人民警察", "Police officer"),
        "AUX_POLICE": ("警务辅助人员", "Auxiliary police"),
        "SOCIAL_SUPERVISOR": ("社会监督员", "Social supervisor"),
        "GRID_WORKER": ("网格员", "Grid worker"),
        "VOLUNTEER": ("志愿者", "Volunteer"),
        "SANITATION": ("环卫人员", "Sanitation worker"),
        "THIRD_PARTY": ("第三方人员", "Third-party staff"),
        "TEMPORARY": ("临时人员", "Temporary worker"),
    },
    Category: {
        "CIVIL_SERVANT": ("公务员", "Civil servant"),
        "QUASI_CIVIL_SERVANT": ("参照公务员法管理", "Managed as civil servant"),
        "PUBLIC_INSTITUTION": ("事业编制", "Public institution"),
        "CONTRACT": ("合同制", "Contract"),
        "LABOUR_DISPATCH": ("劳务派遣", "Labour dispatch"),
        "SECONDED": ("借调", "Seconded"),
        "WELFARE_POST": ("公益性岗位", "Public-welfare post"),
    },
    UnitKind: {
        "SUPERVISION_BODY": ("执法监督机构", "Supervision body"),
        "BUREAU": ("执法局", "Bureau"),
        "BRIGADE": ("大队", "Brigade"),
        "SQUAD": ("中队", "Squad"),
        "TOWN_OFFICE": ("乡镇机构", "Town office"),
        "STREET_OFFICE": ("街道机构", "Street office"),
        "LINE_DEPARTMENT": ("行业主管部门", "Line department"),
    },
    AuthorityBasis: {
        "OWN": ("法定职权", "Own power"),
        "AUTHORISED": ("法律法规授权", "Authorised"),
        "ENTRUSTED": ("受委托", "Entrusted"),
        "NONE": ("不具有执法权", "None"),
    },
    AreaKind: {
        "PROVINCE": ("省", "Province"),
        "PREFECTURE": ("市（州）", "Prefecture"),
        "COUNTY": ("县（区）", "County"),
        "TOWN": ("乡镇（街道）", "Town or street"),
        "COMMUNITY": ("社区（村）", "Community"),
        "GRID": ("网格", "Grid"),
    },
    PowerStatus: {
        "PLANNED": ("拟承接", "Planned"),
        "HELD": ("已承接", "Held"),
        "RETURNED": ("已交回", "Returned"),
    },
    PostingKind: {
        "HOME": ("所在单位", "Home unit"),
        "DISPATCH": ("派驻", "Dispatch"),
        "SECONDARY": ("兼任", "Secondary"),
    },
    SanctionKind: {
        "WARNING": ("警告", "Warning"),
        "DEMERIT": ("记过", "Demerit"),
        "MAJOR_DEMERIT": ("记大过", "Major demerit"),
        "DEMOTION": ("降级", "Demotion"),
        "REMOVAL": ("撤职", "Removal from post"),
        "EXPULSION": ("开除", "Expulsion"),
        "DUTY_SUSPENSION": ("暂停履行职务", "Suspension from duty"),
    },
    SeparationReason: {
        "RETIRED": ("退休", "Retired"),
        "RESIGNED": ("辞职", "Resigned"),
        "DISMISSED": ("辞退", "Dismissed"),
        "TRANSFERRED": ("调出", "Transferred"),
        "TRAINING_FAILED": ("培训考核不合格", "Training failed"),
        "DECEASED": ("死亡", "Deceased"),
    },
    Level: {
        "PROVINCE": ("省级", "Provincial"),
        "PREFECTURE": ("市级", "Prefectural"),
        "COUNTY": ("县级", "County"),
        "TOWN": ("乡镇级", "Town"),
    },
    AppointmentRole: {
        "ENFORCEMENT_SUPERVISOR": ("行政执法监督人员", "Enforcement supervisor"),
        "LEGAL_REVIEWER": ("法制审核人员", "Legal reviewer"),
        "HEARING_PRESIDER": ("听证主持人", "Hearing presider"),
        "SOCIAL_SUPERVISOR": ("行政执法社会监督员", "Social supervisor of enforcement"),
    },
    SupervisorGroup: {
        "PEOPLES_CONGRESS": ("人大代表", "Deputy to the people's congress"),
        "CPPCC": ("政协委员", "Member of the consultative conference"),
        "PARTY_CONGRESS": ("党代表", "Delegate to the Party congress"),
        "MEDIA": ("媒体工作者", "Media worker"),
    },
    RelationKind: {
        "NONE_DECLARED": ("申报无利害关系", "Declares that there is none"),
        "INTEREST": ("直接利害关系", "Direct interest"),
        "SPOUSE": ("夫妻关系", "Spouse"),
        "DIRECT_KIN": ("直系血亲关系", "Lineal kin"),
        "COLLATERAL_KIN": ("三代以内旁系血亲关系", "Collateral kin within three generations"),
        "AFFINITY": ("近姻亲关系", "Close kin by marriage"),
        "OTHER": ("其他可能影响公正执法的关系", "Another tie that may affect fairness"),
    },
}
"""What each code is called, in Chinese and in English."""


def title(kind: type[StrEnum], code: str | None, language: str) -> str:
    """What a code is called in a language; a code without a title is shown as it is."""
    if not code:
        return ""
    found = TITLES[kind].get(code)
    return found[language == "en"] if found else code
