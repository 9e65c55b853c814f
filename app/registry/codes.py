"""Codes of the registry that outsiders hold on to. Pure."""

from enum import StrEnum


class PersonKind(StrEnum):
    """What kind of person somebody is, for the rules."""

    OFFICER = "OFFICER"
    AUXILIARY = "AUXILIARY"
    POLICE = "POLICE"
    AUX_POLICE = "AUX_POLICE"
    SOCIAL_SUPERVISOR = "SOCIAL_SUPERVISOR"
    GRID_WORKER = "GRID_WORKER"
    VOLUNTEER = "VOLUNTEER"
    SANITATION = "SANITATION"
    THIRD_PARTY = "THIRD_PARTY"
    TEMPORARY = "TEMPORARY"


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
