"""The trust list: only the root signs it, and a key counts only for its time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates import cose, trust_list
from certificates.cose import CodeRefused, LocalKey
from certificates.trust_list import Names, TrustedKey, TrustList

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def root() -> LocalKey:
    return LocalKey(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="module")
def key() -> LocalKey:
    return LocalKey(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="module")
def trust(key) -> TrustList:
    mine = TrustedKey(key.private.public_key(), NOW - 100 * DAY, NOW + 100 * DAY)
    return TrustList("平凉市城市管理执法监督局", NOW, NOW + 365 * DAY, (mine,))


def test_the_list_comes_back(root, trust):
    revoked = replace(trust, keys=(replace(trust.keys[0], revoked=NOW),))
    for one in (trust, revoked):
        assert trust_list.read_trust_list(trust_list.sign_trust_list(one, root), root.private.public_key()) == one


def test_nobody_but_the_root_signs_it(root, key, trust):
    with pytest.raises(CodeRefused, match="SIGNATURE"):
        trust_list.read_trust_list(trust_list.sign_trust_list(trust, key), root.private.public_key())


def test_a_key_counts_for_its_time(trust, key):
    one, public = trust.keys[0], key.private.public_key()
    assert trust.key_for(key.kid, one.since, NOW) == public
    assert trust.key_for(key.kid, one.until - timedelta(seconds=1), NOW + 5000 * DAY) == public
    for outside in (one.since - timedelta(seconds=1), one.until):
        with pytest.raises(CodeRefused, match="KEY_NOT_THEN"):
            trust.key_for(key.kid, outside, NOW)


@pytest.mark.parametrize("kid", [None, b"", b"12345678"])
def test_a_key_that_is_not_listed_is_unknown(trust, kid):
    with pytest.raises(CodeRefused, match="KEY_UNKNOWN"):
        trust.key_for(kid, NOW, NOW)


def test_nothing_by_a_revoked_key_is_believed_whatever_time_it_claims(trust, key):
    revoked = replace(trust, keys=(replace(trust.keys[0], revoked=NOW),))
    assert revoked.key_for(key.kid, NOW - 50 * DAY, NOW - timedelta(seconds=1)) is not None
    with pytest.raises(CodeRefused, match="KEY_REVOKED"):
        revoked.key_for(key.kid, NOW - 50 * DAY, NOW)


def entry(mine: LocalKey, **changes) -> dict:
    return {
        "kid": mine.kid,
        "key": cose.cose_key(mine.private.public_key()),
        "from": 1,
        "until": 9,
        "revoked": None,
    } | changes


def signed(root: LocalKey, body: object, **claims) -> bytes:
    return cose.sign1(cose.encode({1: "局", 6: 5, 4: 10, -70003: body} | claims), root)


@pytest.mark.parametrize(
    "change",
    [{"kid": b"12345678"}, {"until": 1}, {"from": -1}, {"revoked": "later"}, {"revoked": True}, {"more": 1}],
)
def test_an_entry_not_exactly_in_the_format_is_refused(root, key, change):
    assert trust_list.read_trust_list(signed(root, [1, [entry(key)]]), root.private.public_key()).keys
    with pytest.raises(CodeRefused, match="TRUST_CONTENT"):
        trust_list.read_trust_list(signed(root, [1, [entry(key, **change)]]), root.private.public_key())


def test_a_list_not_exactly_in_the_format_is_refused(root, key):
    for body in ([2, []], [1], [1, 5], [1, [entry(key), entry(key)]], [1, [7]], [], 3):
        with pytest.raises(CodeRefused, match="TRUST_CONTENT"):
            trust_list.read_trust_list(signed(root, body), root.private.public_key())
    with pytest.raises(CodeRefused, match="KEY_KIND"):
        trust_list.read_trust_list(signed(root, [1, [entry(key, key={1: 1})]]), root.private.public_key())


def test_names_come_back_and_are_signed_like_everything_else(trust, key):
    names = Names("局", NOW, 480, {"HOU": ("住建", "Housing"), "HOU~2": ("住建规划", "")}, {1: ("法定", "By law")}, {})
    message = cose.parse_sign1(trust_list.sign_names(names, key))
    assert trust_list.read_names(trust_list.verified(message, trust, NOW)) == names
    stranger = LocalKey(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(CodeRefused, match="KEY_UNKNOWN"):
        trust_list.verified(cose.parse_sign1(trust_list.sign_names(names, stranger)), trust, NOW)


@pytest.mark.parametrize(
    "body",
    [
        {"offset": 480, "domains": {}, "levels": {}},
        {"offset": 480, "domains": {}, "levels": {}, "regions": {}, "more": {}},
        {"offset": 48_000, "domains": {}, "levels": {}, "regions": {}},
        {"offset": 480, "domains": {"A": ["甲"]}, "levels": {}, "regions": {}},
        {"offset": 480, "domains": {}, "levels": {"1": ["甲", ""]}, "regions": {}},
    ],
)
def test_names_not_exactly_in_the_format_are_refused(body):
    with pytest.raises(CodeRefused, match="NAMES_CONTENT"):
        trust_list.read_names(cose.encode({1: "局", 6: 5, -70004: [1, body]}))
