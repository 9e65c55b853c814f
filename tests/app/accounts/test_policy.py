"""Passwords that are good enough, waiting after failures, addresses that are followed: tables."""

from datetime import timedelta

import pytest

from app.accounts import passwords
from app.accounts.policy import PROFILES, password_expired, password_faults, wait_after
from app.core.http import safe_next
from tests.conftest import START


@pytest.mark.parametrize(
    ("password", "djbh", "asvs"),
    [
        ("Quiet-Harbour-77", (), ()),
        ("Ab3-efghij", (), ("too-short",)),
        ("Ab3-efghi", ("too-short",), ("too-short",)),
        ("quietharbourisfar", ("too-plain",), ()),
        ("quiet harbour 7 seas", (), ()),
        ("AAA111111aaa", ("too-plain", "guessable"), ("too-short", "too-plain", "guessable")),
        ("Aa1!Aa1!Aa1!Aa1!", ("too-plain",), ("too-plain",)),
        ("My-Password-Is-88", ("guessable",), ("guessable",)),
        ("Wangan-is-here-88", ("has-name",), ("has-name",)),
        ("平凉执法Aa-7777-山水", (), ("too-short",)),
        ("Aa1-" + "bcdefghi" * 16, ("too-long",), ("too-long",)),
        ("", ("too-short", "too-plain"), ("too-short", "too-plain")),
    ],
)
def test_each_profile_names_every_fault_of_a_password(password, djbh, asvs):
    assert password_faults(password, "wangan", PROFILES["djbh"]) == djbh
    assert password_faults(password, "wangan", PROFILES["asvs"]) == asvs


def test_waiting_begins_after_four_failures_and_doubles_to_a_quarter_of_an_hour():
    assert [wait_after(n).total_seconds() for n in range(12)] == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]


def test_only_the_graded_protection_profile_asks_for_a_new_password_after_ninety_days():
    last = START + timedelta(days=90)
    assert not password_expired(START, PROFILES["djbh"], last)
    assert password_expired(START, PROFILES["djbh"], last + timedelta(seconds=1))
    assert not password_expired(START, PROFILES["asvs"], START + timedelta(days=5000))


def test_one_time_passwords_meet_the_stricter_rules_and_differ():
    made = {passwords.one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert [password_faults(p, "wangan", PROFILES["asvs"]) for p in made] == [()] * 50


def test_an_account_without_a_password_matches_nothing():
    assert not passwords.password_matches("", "")
    assert not passwords.password_matches("rubbish", "rubbish")


@pytest.mark.parametrize(
    ("target", "followed"),
    [
        ("/exams/7?x=1", "/exams/7?x=1"), ("", "/home"), (None, "/home"), ("//evil.example", "/home"),
        ("/\\evil.example", "/home"), ("https://evil.example/", "/home"), ("javascript:alert(1)", "/home"),
        ("exams", "/home"), ("/a\\..\\b", "/home"), ("\t//evil.example", "/home"), ("/\t/evil.example", "/home"),
        ("/\n/evil.example", "/home"), ("/ok path", "/ok path"),
    ],
)  # fmt: skip
def test_only_an_address_of_our_own_is_followed_after_signing_in(target, followed):
    assert safe_next(target, "/home") == followed
