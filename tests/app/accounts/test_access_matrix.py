"""Which role opens which pages: written out by hand, asked of the site itself."""

import pytest

from app.accounts.policy import GRANTS, Role
from app.core.permissions import P
from tests.conftest import ROLES

OPEN = {
    "/access/": "ada",
    "/bank/": "tan rui",
    "/bank/review": "rui",
    "/credentials/": "ian reg sun",
    "/credentials/applications": "ian reg sun",
    "/credentials/decrees": "ada ian",
    "/credentials/due": "ian",
    "/credentials/transfer": "reg sun",
    "/credentials/certificates": "ada ian reg sun",
    "/duty/": "amy sun",
    "/duty/check": "amy sun",
    "/duty/decisions": "ada amy sun",
    "/duty/observations": "ada sun",
    "/duty/rosters": "amy sun",
    "/duty/rosters/new": "sun",
    "/duty/squads/new": "sun",
    "/duty/webhooks": "ada",
    "/duty/what-if": "ada reg",
    "/exams/invigilation": "inv tan",
    "/exams/marking": "mar rui tan",
    "/exams/sittings": "ada tan",
    "/exams/sittings/new": "tan",
    "/ledger/": "ada",
    "/registry/people": "ada amy ian reg sun tan",
    "/registry/people/new": "reg",
    "/registry/imports": "reg",
    "/rules/": "ada amy ian reg rui sun tan",
    "/training/hours": "ada reg sun tan",
    "/training/classes/new": "tan",
    "/watch": "lay",
    "/watch/report": "lay",
    "/verify": "ada amy ian inv lay mar ou reg rui stranger sun tan",
}


@pytest.mark.parametrize("name", sorted(ROLES))
def test_each_of_the_cast_opens_these_pages_and_no_others(sign_in, name):
    browser = sign_in(name)
    answers = {address: browser.get(address, follow_redirects=True).status_code for address in OPEN}
    assert answers == {address: 200 if name in names.split() else 403 for address, names in OPEN.items()}


def test_every_role_is_in_the_cast_but_the_systems_and_the_editor():
    played = {Role(role) for roles in ROLES.values() for role in roles}
    assert set(Role) - played == {Role.EDITOR, Role.SYSTEM}


def test_an_approver_sets_rules_aside_and_a_social_supervisor_only_reports():
    assert {role for role, granted in GRANTS.items() if P.ELIGIBILITY_OVERRIDE in granted} == {Role.APPROVER}
    assert GRANTS[Role.SOCIAL_SUPERVISOR] == {P.OBSERVATIONS_REPORT}
    assert {role for role, granted in GRANTS.items() if P.OBSERVATIONS_REPORT in granted} == {Role.SOCIAL_SUPERVISOR}
    assert P.ROSTERS_EDIT not in GRANTS[Role.APPROVER]
