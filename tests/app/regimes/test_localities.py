"""Each locality says what its source document says: the rows of the extraction, no more and no less."""

from datetime import date

import pytest

from app.regimes.codes import Act, PersonKind, Severity, Task
from app.regimes.loader import available, load
from app.regimes.policy import Regime

TODAY = date(2026, 3, 10)


def items_of(regime: Regime, domain: str) -> list[str]:
    return [code for code, item in regime.items.items() if item.domain == domain]


@pytest.mark.parametrize(
    ("locality", "province"),
    [
        ("pingliang", "gansu"),
        ("lixia", "shandong"),
        ("haikou", "hainan"),
        ("guangning", "guangdong"),
        ("rugao", "jiangsu"),
    ],
)
def test_a_locality_stands_on_its_province_and_the_national_floor(locality: str, province: str):
    regime = load(locality)
    assert [(layer.id, layer.level) for layer in regime.layers] == [
        ("cn", "national"),
        (province, "province"),
        (locality, "locality"),
    ]


def test_nothing_is_said_without_a_source():
    for name in available():
        regime = load(name)
        rows = [
            *regime.domains.values(), *regime.items.values(), *regime.forces.values(), *regime.declared.values(),
            *regime.takeovers, *regime.supervision, *regime.programmes, *regime.templates.values(), *regime.holidays,
            *(row for rows in regime.values.values() for row in rows),
            *(row for rows in regime.rules.values() for row in rows),
        ]  # fmt: skip
        assert all(row.source.strip() for row in rows)


def test_every_rule_of_the_catalogue_has_a_row_on_the_national_floor():
    assert sorted(load("cn").rules) == [f"R{number:02d}" for number in range(1, 41)]
    assert set(load("cn").acts) == set(Act)


def test_every_local_field_has_a_national_counterpart_or_says_that_it_has_none():
    national = set(load("cn").domains)
    for name in available():
        for domain in load(name).domains.values():
            assert domain.national in national | {"NONE"}


# --- Pingliang --------------------------------------------------------------------------------------------------------


def test_pingliang_s_posts_add_up_pl_22():
    declared = load("pingliang").declared
    parts = [declared[code].count for code in ("POSTS-BEFORE", "POSTS-CITY", "POSTS-ADDED")]
    assert parts == [516, 5, 109]
    assert sum(parts) == declared["POSTS"].count == 630
    assert declared["POSTS-CHONGXIN"].count == 67


def test_pingliang_names_all_six_fields_it_declares_pl_10():
    domains = load("pingliang").declared["DOMAINS"]
    assert (domains.count, domains.enumerated, domains.source) == (6, 6, "PL-10")


def test_pingliang_gives_no_qualification_to_who_fails_and_its_city_bodies_only_supervise():
    regime = load("pingliang")
    failing = regime.setting("exam.on_fail", TODAY)
    assert failing is not None
    assert (failing.value, failing.source, failing.unknown) == ("NO_QUALIFICATION", "PL-01", False)
    assert {one.source for one in regime.supervision} == {"PL-11", "PL-12"}


# --- Lixia ------------------------------------------------------------------------------------------------------------


def test_lixia_declares_eleven_fields_and_names_one_lx_03():
    regime = load("lixia")
    fields = regime.declared["DOMAINS"]
    assert (fields.count, fields.enumerated) == (11, 1)
    own = [domain for domain in regime.domains.values() if domain.force is None]
    assert [domain.title.zh for domain in own] == ["市容环卫"]
    assert items_of(regime, "SAP") == ["HOU-2", "SAP-1"]


def test_lixia_keeps_seven_forces_and_says_which_force_is_competent_lx_04():
    regime = load("lixia")
    retained = [force for force in regime.forces.values() if force.part_of is None]
    assert [force.title.zh.removesuffix("专业执法队伍") for force in retained] == [
        "市场监管", "环境监察", "文化旅游", "卫生和计划生育", "食品药品", "安全生产", "劳动监察",
    ]  # fmt: skip
    assert {force.source for force in retained} == {"LX-04"}
    assert regime.declared["FORCES"].count == 1 + len(retained)
    food = regime.force_of("FDA-0")
    assert food is not None
    assert food.title.zh == "食品药品专业执法队伍"
    assert all(regime.force_of(f"{force.code}-0") == force for force in retained)
    assert regime.force_of("SAP-1") is None
    assert regime.force_of("no such item") is None


def test_lixia_s_brigade_has_eight_case_areas_since_december_2017_lx_11_lx_12():
    regime = load("lixia")
    brigade = regime.forces["MSB"]
    assert (brigade.part_of, brigade.period.starts) == ("MKT", date(2017, 12, 1))
    areas = [item.title.zh.removesuffix("领域办案") for item in regime.items.values() if item.force == "MSB"]
    assert areas == [
        "市场合同", "商标广告", "标准计量", "质量监督", "特种设备", "公平交易", "网络监管", "企业注册",
    ]  # fmt: skip
    assert "MSB-2" not in regime.on(date(2017, 11, 30)).items
    assert "MSB-2" in regime.on(date(2017, 12, 1)).items


def test_lixia_s_thirteen_social_supervisors_observe_and_never_enforce_lx_13():
    regime = load("lixia")
    assert regime.declared["SUPERVISORS"].count == 13
    (social,) = (one for one in regime.supervision if one.code == "SOCIAL")
    assert set(social.may) == {"OBSERVE", "VERIFY", "REPORT"}
    assert regime.number("dispatch.daily_line", TODAY) == "TOWN"


# --- Haikou -----------------------------------------------------------------------------------------------------------


def test_haikou_has_eight_named_fields_282_powers_and_nine_licences_hk_09():
    regime = load("haikou")
    assert [domain.title.zh for domain in regime.domains.values()] == [
        "市容环境卫生", "城乡规划", "建筑市场", "城市绿化", "市政管理", "燃气管理", "环境保护", "工商行政管理",
    ]  # fmt: skip
    assert (regime.declared["POWERS"].count, regime.declared["LICENCES"].count) == (282, 9)
    assert items_of(regime, "PLN") == ["HOU-1"]
    assert items_of(regime, "ENV") == [f"ENV-{number}" for number in range(1, 9)]
    assert items_of(regime, "BLD") == items_of(regime, "MUN") == []
    assert "TRF-1" not in regime.items


def test_haikou_s_squad_is_one_two_two_four_twice_a_town_hk_05():
    template = load("haikou").templates["HK-1-2-2-4"]
    assert template.members == {
        PersonKind.POLICE: 1,
        PersonKind.AUX_POLICE: 2,
        PersonKind.OFFICER: 2,
        PersonKind.AUXILIARY: 4,
    }
    assert template.per_town == 2
    towns = load("haikou").declared["TOWNS"].count
    assert towns * template.per_town * sum(template.members.values()) == 468


def test_haikou_keeps_both_22_and_26_towns_hk_06_hk_08():
    declared = load("haikou").declared
    assert [declared[code].count for code in ("TOWN-SQUADS", "TOWNS", "COMMUNITIES", "GRIDS")] == [22, 26, 191, 123]
    assert declared["TOWN-SQUADS"].period.starts == date(2016, 4, 1)
    assert (declared["TRAINED"].count, declared["DISMISSED"].count) == (3111, 16)


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("exam.on_fail", "DISMISSAL", "HK-02"),
        ("roster.around_the_clock", True, "HK-07"),
        ("grassroots.percent", 95, "HK-11"),
        ("officers.grow", True, "HK-14"),
    ],
)
def test_haikou_s_own_values(name: str, value: object, source: str):
    found = load("haikou").setting(name, TODAY)
    assert found is not None
    assert (found.value, found.layer, found.basis, found.unknown) == (value, "haikou", "local", False)
    assert found.source.startswith(source)


# --- Guangning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "count", "source"), [("ENV", 8, "GN-11"), ("COM", 2, "GN-12"), ("TRF", 2, "GN-13"), ("WTR", 3, "GN-14"),
                                    ("FD", 3, "GN-15")]
)  # fmt: skip
def test_guangning_s_five_fields_hold_exactly_the_listed_items(domain: str, count: int, source: str):
    regime = load("guangning")
    assert regime.domains[domain].scope == "PARTIAL"
    assert items_of(regime, domain) == [f"{domain}-{number}" for number in range(1, count + 1)]
    assert all(regime.items[code].source.startswith(source) for code in items_of(regime, domain))


def test_guangning_s_items_bear_the_words_of_the_document(shared):
    text = next(
        path.read_text("utf-8") for path in (shared / "seeds").iterdir() if "广宁县关于" in path.read_text("utf-8")
    )
    regime = load("guangning")
    combined = {"城市河道违规取土": "违规取土", "户外公共场所食品销售无证经营": "户外公共场所食品销售",
                "户外公共场所餐饮摊点无证经营": "餐饮摊点无证经营"}  # fmt: skip
    listed = [item.title.zh for item in regime.items.values() if item.domain != "HOU"]
    assert len(listed) == 18 == regime.declared["LISTED-ITEMS"].count
    assert [title for title in listed if combined.get(title, title) not in text] == []


def test_guangning_takes_housing_whole_by_september_2017_and_the_rest_step_by_step_gn_18():
    regime = load("guangning")
    assert regime.domains["HOU"].scope == "FULL"
    assert {one.domain: one.by for one in regime.takeovers} == {
        "HOU": date(2017, 9, 30), "ENV": None, "COM": None, "TRF": None, "WTR": None, "FD": None,
    }  # fmt: skip


def test_guangning_is_a_draft_and_says_so_everywhere():
    regime = load("guangning")
    assert regime.draft
    own = [
        row for rows in (*regime.values.values(), *regime.rules.values()) for row in rows if row.layer == "guangning"
    ]
    assert all("征求意见稿" in row.source for row in own if "GN-" in row.source)
    assert all("征求意见稿" in domain.source for domain in regime.domains.values())
    assert not any(load(name).draft for name in available() if name != "guangning")


def test_guangning_s_programme_ends_on_the_last_of_june_2018_gn_02():
    (programme,) = load("guangning").programmes
    assert (programme.deadline, programme.tasks) == (date(2018, 6, 30), (Task.ROTATE, Task.CERTIFY))
    assert (programme.before, programme.after) == (Severity.WARN, Severity.DENY)
    assert load("guangning").number("auxiliary.cap_percent", TODAY) == 100


# --- Rugao ------------------------------------------------------------------------------------------------------------


def test_rugao_has_housing_and_air_defence_whole_since_april_2017_rg_05():
    regime = load("rugao")
    assert {code: domain.scope for code, domain in regime.domains.items()} == {
        "HOU": "FULL", "CAD": "FULL", "ENV": "PARTIAL",
    }  # fmt: skip
    assert regime.domains["CAD"].national == "NONE"
    assert regime.domains["CAD"].period.starts == regime.domains["HOU"].period.starts == date(2017, 4, 1)


def test_rugao_has_four_environment_items_of_which_dust_was_added_rg_06():
    regime = load("rugao")
    assert items_of(regime, "ENV") == ["ENV-1", "ENV-2", "ENV-3", "ENV-4"]
    assert "ENV-3" not in regime.on(date(2017, 3, 31)).items
    assert {"ENV-1", "ENV-2", "ENV-4"} <= set(regime.on(date(2017, 3, 31)).items)
    assert regime.declared["EXERCISED-ITEMS"].count == 24


def test_rugao_dispatches_two_to_three_a_town_and_three_to_five_a_street_after_a_year_rg_01():
    regime = load("rugao")
    names = ("service_months", "town_least", "town_most", "street_least", "street_most")
    assert [regime.number(f"dispatch.{name}", TODAY) for name in names] == [12, 2, 3, 3, 5]
    assert regime.declared["DISPATCHED"].count == 36
    unified = regime.declared["UNIFICATIONS"]
    assert (unified.count, unified.enumerated) == (6, 3)


# --- provinces --------------------------------------------------------------------------------------------------------

NULLS = {
    "gansu": ("pass_mark.PUBLIC_LAW", "certificate.validity_years", "renewal.window_days", "review.years"),
    "shandong": ("pass_mark.PUBLIC_LAW", "certificate.validity_years", "renewal.window_days", "exam.on_fail"),
    "hainan": ("pass_mark.PROFESSIONAL", "certificate.validity_years", "renewal.window_days", "review.years"),
    "guangdong": ("pass_mark.PUBLIC_LAW", "certificate.validity_years", "renewal.window_days", "exam.on_fail"),
    "jiangsu": ("pass_mark.PUBLIC_LAW", "certificate.validity_years", "exemption.legal_qualification"),
    "hunan": ("pass_mark.PUBLIC_LAW", "review.years"),
    "inner-mongolia": ("pass_mark.PUBLIC_LAW",),
    "hebei": ("pass_mark.PUBLIC_LAW", "renewal.window_days"),
    "anhui": ("pass_mark.PUBLIC_LAW", "certificate.validity_years", "review.years"),
}


@pytest.mark.parametrize("province", sorted(NULLS))
def test_what_no_source_says_is_unknown_in_the_province(province: str):
    for name in NULLS[province]:
        value = load(province).setting(name, TODAY)
        assert value is not None
        assert (value.unknown, value.basis, value.layer) == (True, "product", province)
        assert "产品默认" in value.source


@pytest.mark.parametrize(
    ("province", "name", "value"),
    [
        ("shandong", "presider.card", True),
        ("shandong", "supervisors.together", 2),
        ("guangdong", "supervisors.together", 2),
        ("jiangsu", "hours.public_law", 20),
        ("jiangsu", "hours.professional", 40),
        ("hunan", "certificate.validity_years", 5),
        ("hunan", "renewal.window_days", 180),
        ("inner-mongolia", "certificate.validity_years", 6),
        ("inner-mongolia", "renewal.window_days", 90),
        ("inner-mongolia", "review.years", 3),
        ("hebei", "certificate.validity_years", 5),
        ("hebei", "review.years", 1),
        ("anhui", "pass_mark.PROFESSIONAL", 60),
    ],
)
def test_what_a_province_says_is_known_and_has_its_source(province: str, name: str, value: object):
    found = load(province).setting(name, TODAY)
    assert found is not None
    assert (found.value, found.unknown, found.basis, found.layer) == (value, False, "provincial", province)


def test_a_value_of_a_province_holds_from_its_day():
    shandong, jiangsu = load("shandong"), load("jiangsu")
    assert shandong.number("presider.card", date(2015, 4, 30)) is False
    assert shandong.number("presider.card", date(2015, 5, 1)) is True
    assert jiangsu.setting("hours.public_law", date(2024, 12, 31)) is None
    assert date(2015, 5, 1) in shandong.turning_days


def test_anhui_asks_for_the_professional_paper_first_and_nobody_drops_one():
    assert [paper.code for paper in load("anhui").papers] == ["PROFESSIONAL", "PUBLIC_LAW"]
    for name in available():
        assert {paper.code for paper in load(name).papers} == {"PUBLIC_LAW", "PROFESSIONAL"}
