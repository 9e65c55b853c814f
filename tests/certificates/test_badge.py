"""The badge of a certificate: an Open Badge 3.0 that a stranger's software checks with the site's public key alone."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from certificates.badge import Badge, as_jwk, credential_of, key_of, read_badge, sign_badge
from certificates.cose import CodeRefused, LocalKey

SITE = "https://cert.example.cn"
KEY = LocalKey(ec.generate_private_key(ec.SECP256R1()))
PUBLIC = KEY.private.public_key()
BADGE = Badge(
    number="PL-2026-000017", title="行政执法资格电子凭证", description="经考试合格取得行政执法资格。",
    issuer="平凉市司法局", holder="欧阳平", identity="0017", agency="崆峒区城市管理行政执法局", region="崆峒区",
    domains=("市容环卫", "城乡规划"), authority="法定职权",
    valid_from=datetime(2026, 3, 1, 16, tzinfo=UTC), valid_until=datetime(2031, 3, 1, 16, tzinfo=UTC),
    index=70_001, address=f"{SITE}/verify/PL-2026-000017",
)  # fmt: skip


def test_what_was_signed_reads_back_with_every_printed_fact():
    text = sign_badge(BADGE, KEY, SITE)
    found = read_badge(text, PUBLIC)
    assert {name: found[name] for name in credential_of(BADGE, SITE)} == credential_of(BADGE, SITE)
    assert (found["iss"], found["nbf"], found["exp"]) == (SITE, 1772380800, 1930147200)
    assert key_of(text) == KEY.kid.hex()


def test_another_library_accepts_it_with_the_published_key():
    address = f"{SITE}/pki/keys/{KEY.kid.hex()}.json"
    token = jws.deserialize_compact(sign_badge(BADGE, KEY, SITE), ECKey.import_key(as_jwk(PUBLIC, address)))
    assert token.headers() == {"alg": "ES256", "typ": "JWT", "kid": address}
    assert json.loads(token.payload)["type"] == ["VerifiableCredential", "OpenBadgeCredential"]


def test_the_status_is_looked_up_in_both_bitstring_lists():
    entries = credential_of(BADGE, SITE)["credentialStatus"]
    assert {(one["statusPurpose"], one["statusListIndex"]) for one in entries} == {
        ("revocation", "70001"), ("suspension", "70001"),
    }  # fmt: skip
    assert all(one["statusListCredential"].startswith(f"{SITE}/api/v1/status-list?list=0") for one in entries)


def _with(text, part, change):
    """The same token with one part changed, the signature left as it is."""
    parts = text.split(".")
    value = json.loads(base64.urlsafe_b64decode(parts[part] + "=="))
    value.update(change)
    parts[part] = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    return ".".join(parts)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (lambda t: _with(t, 1, {"name": "x"}), "SIGNATURE"),
        (lambda t: _with(t, 0, {"kid": "x"}), "SIGNATURE"),
        (lambda t: _with(t, 0, {"alg": "none"}), "CODE_ALGORITHM"),
        (lambda t: _with(t, 0, {"alg": "HS256"}), "CODE_ALGORITHM"),
        (lambda t: t[:-8], "SIGNATURE"),
        (lambda t: t.rsplit(".", 1)[0], "CODE_STRUCTURE"),
        (lambda t: "..", "CODE_STRUCTURE"),
        (lambda t: "[1]" + t, "CODE_STRUCTURE"),
        (lambda t: t * 40, "CODE_TOO_LONG"),
        (lambda t: "证" + t, "CODE_STRUCTURE"),
    ],
)  # fmt: skip
def test_what_is_broken_or_forged_is_refused_with_its_code(broken, code):
    with pytest.raises(CodeRefused) as refusal:
        read_badge(broken(sign_badge(BADGE, KEY, SITE)), PUBLIC)
    assert refusal.value.code == code


def test_another_key_is_no_signature():
    with pytest.raises(CodeRefused) as refusal:
        read_badge(sign_badge(BADGE, KEY, SITE), ec.generate_private_key(ec.SECP256R1()).public_key())
    assert refusal.value.code == "SIGNATURE"


@pytest.mark.parametrize("change", [{"iss": "https://else.example"}, {"exp": 1}, {"jti": "x"}, {"nbf": "soon"}])
def test_claims_that_contradict_the_credential_are_refused_though_signed(change):
    header, body, _ = sign_badge(BADGE, KEY, SITE).split(".")
    changed = _with(f"{header}.{body}.", 1, change).rsplit(".", 1)[0]
    signature = base64.urlsafe_b64encode(KEY.sign(changed.encode())).rstrip(b"=").decode()
    with pytest.raises(CodeRefused) as refusal:
        read_badge(f"{changed}.{signature}", PUBLIC)
    assert refusal.value.code == "CODE_CONTENT"
