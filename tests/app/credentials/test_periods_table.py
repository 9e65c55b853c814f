"""Periods by the table of cases, and the check that a regime's periods fit together."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.periods import Method, Terms, barred_until, last_day, next_period, temporary_end
from app.regimes.loader import available, check_file, load
from tests.conftest import PROJECT

TABLE = tomllib.loads((PROJECT / "tests/vectors/credentials/periods.toml").read_text(encoding="utf-8"))


def _terms(row) -> Terms:
    return Terms(
        Method(row["method"]), row["active"], row["minimum"], row["window"], row.get("due", 0),
        row.get("fixed", "12-31"),
    )  # fmt: skip


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda case: case["name"])
def test_the_period_is_that_of_the_table(case):
    found = next_period(_terms(case["terms"]), case["first"], case.get("previous"))
    assert (found.valid_from, found.valid_to, found.window_start) == (
        case["first"], case["valid_to"], case["window_start"],
    )  # fmt: skip
    assert found.window_end == found.valid_to
    assert found.due == case.get("due", found.valid_to)


@pytest.mark.parametrize("case", TABLE["temporary"], ids=lambda case: case["name"])
def test_temporary_days_are_those_of_the_table(case):
    terms = Terms(Method.COMPLETION, 60, 12, 180, temporary_days=case["days"])
    assert temporary_end(case["valid_to"], terms) == case.get("until")


@pytest.mark.parametrize("case", TABLE["bar"], ids=lambda case: case["name"])
def test_bars_are_those_of_the_table(case):
    assert barred_until(case["revoked"], case["months"]) == case.get("until")


FIXED_DAYS = st.sampled_from(["12-31", "06-30", "02-29", "01-01"])


@given(
    first=st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    active=st.integers(24, 120),
    slack=st.integers(12, 18),
    day=FIXED_DAYS,
)
def test_a_fixed_day_always_lies_between_the_minimum_and_the_longest_end(first, active, slack, day):
    terms = Terms(Method.FIXED_DATE, active, active - slack, 30, fixed_day=day)
    found = next_period(terms, first)
    assert last_day(first, active - slack) <= found.valid_to <= last_day(first, active)
    assert first <= found.window_start <= found.due <= found.window_end


def _locality(folder: Path, text: str) -> list[str]:
    head = '[regime]\nid = "trial"\nparent = "cn"\nlevel = "locality"\ntitle = { zh = "试", en = "trial" }\n'
    file = folder / "trial.toml"
    file.write_text(head + text, encoding="utf-8")
    return [fault.code for fault in check_file(file)]


def _value(name, value, more=""):
    return f'[[value]]\nname = "{name}"\nvalue = {value}\nbasis = "local"\nsource = "s"\n{more}\n'


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        (_value("renewal.window_days", 400), ["period-window"]),
        (_value("renewal.window_days", 365), []),
        (_value("period.minimum_months", 72), ["period-minimum"]),
        (_value("period.minimum_months", 60), []),
        (_value("certificate.validity_years", 1) + _value("period.minimum_months", 12), []),
        (_value("renewal.due_days", 181), ["period-due"]),
        (_value("period.method", '"FIXED_DATE"') + _value("period.minimum_months", 49), ["period-fixed"]),
        (_value("period.method", '"FIXED_DATE"') + _value("period.minimum_months", 48), []),
        (_value("renewal.window_days", 400, "from = 2030-01-01"), ["period-window"]),
        (_value("renewal.window_days", 400, "from = 2030-01-01") + _value("period.minimum_months", 14), []),
    ],
)
def test_a_regime_whose_periods_do_not_fit_together_is_refused_at_its_line(tmp_path, text, codes):
    assert _locality(tmp_path, text) == codes


def test_every_bundled_regime_gives_terms_and_labels_what_no_law_says():
    for code in available():
        regime = load(code)
        for name in ("period.method", "period.minimum_months", "certificate.temporary_days"):
            assert regime.setting(name, date(2026, 3, 2)).product_default
    assert not load("hunan").setting("renewal.exam", date(2026, 3, 2)).product_default
