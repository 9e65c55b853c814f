"""COSE_Sign1 against the working group's vectors, and against whoever bends the bytes."""

import base64
import hashlib
import json
import random
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates import cose
from certificates.cose import ES256, ES384, ES512, CodeRefused, LocalKey

CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
VERIFIED = (
    "sign1-tests/sign-pass-01", "sign1-tests/sign-pass-02", "sign1-tests/sign-pass-03", "ecdsa-examples/ecdsa-sig-01",
    "ecdsa-examples/ecdsa-sig-02", "ecdsa-examples/ecdsa-sig-03", "ecdsa-examples/ecdsa-sig-04", "CWT/A_3",
)  # fmt: skip
REFUSED = (
    ("sign1-tests/sign-fail-01", "CODE_STRUCTURE"),  # another tag
    ("sign1-tests/sign-fail-02", "SIGNATURE"),
    ("sign1-tests/sign-fail-03", "CODE_ALGORITHM"),
    ("sign1-tests/sign-fail-04", "CODE_ALGORITHM"),
    ("sign1-tests/sign-fail-06", "SIGNATURE"),
    ("sign1-tests/sign-fail-07", "SIGNATURE"),
    ("ecdsa-examples/ecdsa-01", "CODE_STRUCTURE"),  # several signatures
    ("eddsa-examples/eddsa-sig-01", "CODE_ALGORITHM"),
    ("eddsa-examples/eddsa-sig-02", "CODE_ALGORITHM"),
    ("CWT/A_4", "CODE_STRUCTURE"),  # a MAC
    ("CWT/A_5", "CODE_STRUCTURE"),  # encrypted
    ("CWT/A_6", "CODE_STRUCTURE"),
    ("CWT/A_7", "CODE_STRUCTURE"),
)


@pytest.fixture(scope="module")
def key() -> LocalKey:
    return LocalKey(ec.generate_private_key(ec.SECP256R1()))


def load(shared: Path, name: str) -> dict:
    return json.loads((shared / "corpora" / "cose_wg_examples" / f"{name}.json").read_text())


def public_key(found: dict) -> ec.EllipticCurvePublicKey:
    def part(name: str) -> int:
        if f"{name}_hex" in found:
            return int(found[f"{name}_hex"], 16)
        return int.from_bytes(base64.urlsafe_b64decode(found[name] + "=="), "big")

    return ec.EllipticCurvePublicNumbers(part("x"), part("y"), CURVES[found["crv"]]).public_key()


def verify(vector: dict) -> bytes:
    message = cose.parse_sign1(bytes.fromhex(vector["output"]["cbor"]))
    given = vector["input"]["sign0"]
    key = (
        public_key(given["key"]) if given["key"]["kty"] == "EC" else LocalKey(ec.generate_private_key(CURVES["P-256"]))
    )
    public = key.private.public_key() if isinstance(key, LocalKey) else key
    implied = ES256 if "alg" in given["unprotected"] else None  # in one vector the application has to know it
    aad = bytes.fromhex(given.get("external", ""))
    return cose.verify1(message, public, aad, allowed={ES256, ES384, ES512}, algorithm=implied)


@pytest.mark.parametrize("name", VERIFIED)
def test_the_working_groups_signatures_hold(shared, name):
    vector = load(shared, name)
    assert verify(vector) == bytes.fromhex(
        vector["input"].get("plaintext_hex") or vector["input"]["plaintext"].encode().hex()
    )


@pytest.mark.parametrize("name", VERIFIED)
def test_what_is_signed_is_what_the_working_group_signs(shared, name):
    vector = load(shared, name)
    message = cose.parse_sign1(bytes.fromhex(vector["output"]["cbor"]))
    aad = bytes.fromhex(vector["input"]["sign0"].get("external", ""))
    signed = cose.to_be_signed(message.protected, message.payload, aad)
    assert signed.hex().upper() == vector["intermediates"]["ToBeSign_hex"]


@pytest.mark.parametrize(("name", "code"), REFUSED)
def test_what_the_working_group_wants_refused_is_refused(shared, name, code):
    with pytest.raises(CodeRefused) as refusal:
        verify(load(shared, name))
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["ecdsa-examples/ecdsa-sig-02", "ecdsa-examples/ecdsa-sig-03"])
def test_the_product_itself_believes_only_es256(shared, name):
    vector = load(shared, name)
    message = cose.parse_sign1(bytes.fromhex(vector["output"]["cbor"]))
    with pytest.raises(CodeRefused, match="CODE_ALGORITHM"):
        cose.verify1(message, public_key(vector["input"]["sign0"]["key"]))


def test_a_message_comes_back(key):
    made = cose.sign1(b"payload", key)
    assert cose.verify1(cose.parse_sign1(made), key.private.public_key()) == b"payload"
    assert cose.verify1(cose.parse_sign1(b"\xd2" + made), key.private.public_key()) == b"payload"
    assert cose.parse_sign1(made).kid == key.kid


def test_external_data_counts(key):
    message = cose.parse_sign1(cose.sign1(b"payload", key, b"ticket 7"))
    assert cose.verify1(message, key.private.public_key(), b"ticket 7") == b"payload"
    with pytest.raises(CodeRefused, match="SIGNATURE"):
        cose.verify1(message, key.private.public_key())


def test_every_bit_of_a_message_counts(key):
    made = cose.sign1(b"payload", key)
    for place in range(len(made)):
        for bit in range(8):
            bent = bytearray(made)
            bent[place] ^= 1 << bit
            with pytest.raises(CodeRefused):
                cose.verify1(cose.parse_sign1(bytes(bent)), key.private.public_key())


def test_the_bytes_of_the_header_are_verified_as_received(key):
    """A header written in another order is verified as it stands, and is not ours to write anew."""
    protected = b"\xa2\x04\x48" + key.kid + b"\x01\x26"
    signature = key.sign(cose.to_be_signed(protected, b"payload"))
    message = cose.parse_sign1(cbor2.dumps([protected, {}, b"payload", signature]))
    assert cose.verify1(message, key.private.public_key()) == b"payload"
    swapped = cbor2.dumps([cose.encode({1: -7, 4: key.kid}), {}, b"payload", signature])
    with pytest.raises(CodeRefused, match="SIGNATURE"):
        cose.verify1(cose.parse_sign1(swapped), key.private.public_key())


def test_an_empty_header_is_hashed_as_nothing():
    expected = bytes.fromhex("846a5369676e6174757265314040") + b"\x41p"
    assert cose.to_be_signed(b"\xa0", b"p") == cose.to_be_signed(b"", b"p") == expected


def test_the_unprotected_header_is_never_asked(key):
    protected = cose.encode({4: key.kid})
    signature = key.sign(cose.to_be_signed(protected, b"payload"))
    message = cose.parse_sign1(cbor2.dumps([protected, {1: -7}, b"payload", signature]))
    with pytest.raises(CodeRefused, match="CODE_ALGORITHM"):
        cose.verify1(message, key.private.public_key())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "CODE_TRUNCATED"),
        ("9f01ff", "CODE_STRUCTURE"),  # indefinite array
        ("5f4101ff", "CODE_STRUCTURE"),
        ("bf0102ff", "CODE_STRUCTURE"),
        ("a201020103", "CODE_STRUCTURE"),  # a key twice
        ("a20102190001" + "03", "CODE_STRUCTURE"),  # the same key in a longer form
        ("a26161016161" + "02", "CODE_STRUCTURE"),
        ("a1410102", "CODE_STRUCTURE"),  # bytes as a key
        ("a1f502", "CODE_STRUCTURE"),
        ("0101", "CODE_STRUCTURE"),  # something after the end
        ("c101", "CODE_STRUCTURE"),  # a tag
        ("d2d201", "CODE_STRUCTURE"),
        ("f93c00", "CODE_STRUCTURE"),  # a float
        ("fb3ff0000000000000", "CODE_STRUCTURE"),
        ("f7", "CODE_STRUCTURE"),  # undefined
        ("f814", "CODE_STRUCTURE"),  # false in two bytes
        ("1c", "CODE_STRUCTURE"),
        ("62c328", "CODE_STRUCTURE"),  # not UTF-8
        ("81" * 9 + "01", "CODE_STRUCTURE"),  # too deep
        ("81" * 100_000, "CODE_STRUCTURE"),
        ("5affffffff", "CODE_TRUNCATED"),  # four gigabytes, says the head
        ("9bffffffffffffffff01", "CODE_TRUNCATED"),
        ("bb7fffffffffffffff0102", "CODE_TRUNCATED"),
        ("18", "CODE_TRUNCATED"),
        ("8201", "CODE_TRUNCATED"),
    ],
)
def test_cbor_that_is_not_plain_is_refused(data, code):
    with pytest.raises(CodeRefused) as refusal:
        cose.decode(bytes.fromhex(data), tag=cose.SIGN1_TAG)
    assert refusal.value.code == code
    assert refusal.value.zh
    assert refusal.value.en


def test_more_than_the_limit_is_refused_before_it_is_read():
    with pytest.raises(CodeRefused, match="CODE_TOO_LONG"):
        cose.decode(b"\x58\xff" + bytes(255), 256)


@pytest.mark.parametrize(
    "value",
    [
        [b"", {}, None, b""],  # detached
        [b"", [], b"", b""],
        ["", {}, b"", b""],
        [b"", {}, b""],
        {1: 2},
        [b"\x01", {}, b"", b""],
        7,
    ],
)
def test_what_is_no_sign1_is_refused(value):
    with pytest.raises(CodeRefused, match="CODE_STRUCTURE"):
        cose.parse_sign1(cbor2.dumps(value))


def test_no_bytes_bring_the_decoder_down():
    chance = random.Random(20260501)  # noqa: S311  the same noise every time
    for _ in range(3000):
        data = chance.randbytes(chance.randrange(1, 60))
        try:
            cose.parse_sign1(data)
        except CodeRefused:
            continue


def test_encoding_is_deterministic():
    assert cose.encode({"b": 1, -1: 2, 1: 3, 300: {4: 1, 0: 1}}).hex() == "a4010319012ca200010401200261620" + "1"
    assert cose.encode({1: 2, 3: [4]}) == cose.encode({3: [4], 1: 2})
    long = {number: number for number in range(40)}
    assert cose.decode(cose.encode(long)) == long


def test_a_key_is_known_by_the_digest_of_its_public_half(key):
    numbers = key.private.public_key().public_numbers()
    der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
    der += numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    assert key.kid == hashlib.sha256(der).digest()[:8]
    assert cose.read_cose_key(cose.cose_key(key.private.public_key())) == key.private.public_key()


def test_only_p256_keys_are_taken(key):
    with pytest.raises(CodeRefused, match="KEY_KIND"):
        LocalKey(ec.generate_private_key(ec.SECP384R1()))
    good = cose.cose_key(key.private.public_key())
    for wrong in (good | {-2: bytes(32)}, good | {-2: b"1"}, good | {4: b""}, good | {-1: 2}, {1: 2}, None):
        with pytest.raises(CodeRefused, match="KEY_KIND"):
            cose.read_cose_key(wrong)
