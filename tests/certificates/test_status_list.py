"""The status list: the order of its bits, its bounds, its size as one QR code, and its two wrappings."""

import base64
import gzip
import random
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey
from PIL import Image

from certificates import cose, qr, status_list
from certificates.code import STATUS_LIST, message_of
from certificates.cose import CodeRefused, LocalKey
from certificates.status_list import ENTRIES, REVOCATION, SUSPENSION, StatusList

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)
SITE = "https://chizheng.example.gov.cn"
ADDRESS = f"{SITE}/api/v1/status-list?list=0&purpose=revocation"


@pytest.fixture(scope="module")
def key() -> LocalKey:
    return LocalKey(ec.generate_private_key(ec.SECP256R1()))


def made(revoked: frozenset[int] = frozenset(), suspended: frozenset[int] = frozenset()) -> StatusList:
    return StatusList("平凉市城市管理执法监督局", NOW, NOW + timedelta(hours=24), 0, revoked, suspended)


def some(number: int) -> frozenset[int]:
    return frozenset(random.Random(number).sample(range(ENTRIES), number))  # noqa: S311  the same entries every time


def test_the_first_entry_is_the_most_significant_bit_of_the_first_byte():
    bits = gzip.decompress(status_list.pack({0, 9, ENTRIES - 1}))
    assert len(bits) == 16_384
    assert (bits[0], bits[1], bits[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)
    assert status_list.unpack(status_list.pack({0, 9, ENTRIES - 1})) == {0, 9, ENTRIES - 1}


def test_the_encoded_list_of_the_recommendation_is_read():
    """131,072 entries of which none is set, compressed by another implementation, as the W3C's documents print it."""
    printed = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert status_list.decoded_list(printed) == frozenset()


def test_an_entry_out_of_the_list_is_never_written():
    for entry in (-1, ENTRIES):
        with pytest.raises(ValueError, match="entry"):
            status_list.pack({entry})


def test_a_list_comes_back_from_its_compact_form(key):
    one = made(some(40), some(7))
    message = cose.parse_sign1(status_list.sign_list(one, key))
    assert status_list.read_list(cose.verify1(message, key.private.public_key())) == one


def test_the_same_entries_give_the_same_bits():
    assert status_list.pack(some(300)) == status_list.pack(sorted(some(300)))


@pytest.mark.parametrize(
    ("revoked", "version"),
    [(0, 10), (100, 17), (500, 27), (1000, 34), (1500, 40)],
)
def test_a_list_passes_from_phone_to_phone_as_one_qr_code_at_level_m(key, revoked, version):
    text = status_list.list_text(status_list.sign_list(made(some(revoked)), key), SITE)
    assert len(qr.modules(text)) <= 17 + 4 * version
    picture = Image.new("L", (len(qr.modules(text)) + 8,) * 2, 255)
    for y, row in enumerate(qr.modules(text)):
        for x, dark in enumerate(row):
            picture.putpixel((x + 4, y + 4), 0 if dark else 255)
    shown = picture.resize((picture.width * 3, picture.height * 3), Image.Resampling.NEAREST)
    assert [one.text for one in zxingcpp.read_barcodes(shown)] == [text]
    assert message_of(text, STATUS_LIST) == message_of(text.split("#")[1], STATUS_LIST)


def test_how_many_revocations_one_code_holds_is_known(key):
    """Level L ends at about 2,150 set entries; then there is no picture, and the file has to be passed."""
    assert status_list.list_text(status_list.sign_list(made(some(2100)), key), SITE) is not None
    assert status_list.list_text(status_list.sign_list(made(some(2250)), key), SITE) is None


def payload(**changes) -> bytes:
    body = [1, 0, ENTRIES, [[REVOCATION, status_list.pack({3})]]]
    for place, value in changes.pop("body", {}).items():
        body[place] = value
    return cbor2.dumps({1: "局", 6: 1000, 4: 2000, -70002: body} | changes.get("claims", {}))


def bomb() -> bytes:
    return gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    "changes",
    [
        {"body": {0: 2}},
        {"body": {1: -1}},
        {"body": {2: ENTRIES // 2}},
        {"body": {2: ENTRIES * 2}},
        {"body": {2: True}},
        {"body": {3: [[3, status_list.pack(())]]}},
        {"body": {3: [[1, status_list.pack(())], [1, status_list.pack(())]]}},
        {"body": {3: [[1, "text"]]}},
        {"body": {3: [[1, b"no gzip"]]}},
        {"body": {3: [[1, bomb()]]}},
        {"body": {3: [[1, status_list.pack(()) + b"more"]]}},
        {"body": {3: [[1, status_list.pack(())[:-3]]]}},
        {"body": {3: [[1, status_list.pack(())[:-8] + bytes(8)]]}},
        {"body": {3: [[1, gzip.compress(bytes(16_383))]]}},
        {"claims": {7: 1}},
        {"claims": {4: 1000}},
        {"claims": {1: ""}},
        {"claims": {6: -5}},
        {"claims": {-70002: 5}},
    ],
)
def test_a_signed_list_not_exactly_in_the_format_is_refused(changes):
    assert status_list.read_list(payload()).revoked == {3}
    with pytest.raises(CodeRefused, match="LIST_CONTENT"):
        status_list.read_list(payload(**changes))


def test_the_credential_holds_the_same_bits(key):
    one = made(some(25), some(5))
    document = status_list.credential(one, REVOCATION, ADDRESS, SITE)
    signed = status_list.sign_jwt(document, ECKey.import_key(key.private), key.kid)
    found = status_list.read_jwt(signed, ECKey.import_key(key.private.public_key()))
    assert found["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert found["validFrom"] == "2026-05-01T02:00:00Z"
    assert found["validUntil"] == "2026-05-02T02:00:00Z"
    subject = found["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation")
    assert status_list.decoded_list(subject["encodedList"]) == one.revoked
    other = status_list.credential(one, SUSPENSION, ADDRESS, SITE)["credentialSubject"]
    assert status_list.decoded_list(other["encodedList"]) == one.suspended
    header = jws.extract_compact(signed.encode()).headers()
    assert header == {"alg": "ES256", "kid": key.kid.hex(), "typ": "vc+jwt", "cty": "vc"}


def test_a_credential_says_where_its_status_stands():
    revocation, suspension = status_list.credential_status(ENTRIES + 9, SITE + "/")
    assert revocation["statusListCredential"] == f"{SITE}/api/v1/status-list?list=1&purpose=revocation"
    assert (revocation["statusListIndex"], revocation["type"]) == ("9", "BitstringStatusListEntry")
    assert (suspension["statusPurpose"], suspension["statusListIndex"]) == ("suspension", "9")


def test_a_credential_by_another_key_or_algorithm_is_refused(key):
    signed = status_list.sign_jwt(
        status_list.credential(made(), REVOCATION, ADDRESS, SITE), ECKey.import_key(key.private), key.kid
    )
    with pytest.raises(CodeRefused, match="SIGNATURE"):
        status_list.read_jwt(signed, ECKey.generate_key("P-256"))
    head, body, _signature = signed.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for bent in (f"{none}.{body}.", f"{head}.{body}", "", f"{head}.{body}.AAAA"):
        with pytest.raises(CodeRefused, match="SIGNATURE"):
            status_list.read_jwt(bent, ECKey.import_key(key.private.public_key()))


@pytest.mark.parametrize("text", ["", "u", "zH4sI", "uH4s!", "u" + "A" * 200_000, "uAAAAA"])
def test_an_encoded_list_that_is_none_is_refused(text):
    with pytest.raises(CodeRefused, match="LIST_CONTENT"):
        status_list.decoded_list(text)
